// A catalog is a zone that somebody else writes. The input is the text of its master file, without SOA and
// NS.
#include "transfer/catalog.h"
#include "zone/content_for_test.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace nomen;
  const std::string text = "@ 0 IN SOA . . 1 2 3 4 5\n@ 0 IN NS .\n" + std::string(as_text({data, size}));
  if (text.find("$INCLUDE") != std::string::npos || text.find("$include") != std::string::npos) return 0;
  Diagnostics diagnostics;
  const auto content = zone::content_of(text, "catalog.test.", diagnostics);
  const auto catalog = transfer::read_catalog(*content);
  if (!catalog) return 0;
  if (!transfer::difference(&*catalog, *catalog).empty()) __builtin_trap();
  if (transfer::difference(nullptr, *catalog).added.size() != catalog->members.size()) __builtin_trap();
  return 0;
}
