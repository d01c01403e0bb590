// The options of an OPT record of whoever answers: no input breaks the reader.
#include <cstddef>
#include <cstdint>

#include "dns/zone_options.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  (void)nomen::dns::read_zone_options({data, size});
  return 0;
}
