// Any type with any text: what is read is well-formed, and its own text reads back to the same bytes.
#include <cstdlib>
#include <string>
#include <vector>

#include "dns/rdata.h"
#include "dns/rdata/tokens_for_test.h"

using namespace nomen;
using namespace nomen::dns;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 3 || size > 4096) return 0;
  const RRType type{load_u16(data)};
  const RRClass rr_class = data[2] == 3 ? RRClass::kCh : RRClass::kIn;
  const std::string text(as_text({data + 3, size - 3}));
  static RdataBuffer wire;
  static RdataBuffer again;
  static const Name origin = *Name::parse("example.");
  if (!rdata_from_text(type, rr_class, tokens_of(text), origin, wire)) return 0;
  if (!check_rdata(type, rr_class, wire.bytes())) std::abort();
  const std::string printed = rdata_to_text(type, rr_class, wire.bytes());
  if (!rdata_from_text(type, rr_class, tokens_of(printed), NameView(), again)) std::abort();
  if (!equal(wire.bytes(), again.bytes())) std::abort();
  return 0;
}
