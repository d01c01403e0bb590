// A catalog is a zone that somebody else writes. The input is the text of two versions of its master file,
// without SOA and NS and with a line "--" between them. What the second one lists does not depend on whether
// it is read as a whole or by what is other than before.
#include "transfer/catalog.h"
#include "zone/content_for_test.h"

namespace {

using namespace nomen;

zone::ContentPtr content_of(const std::string& text) {
  Diagnostics diagnostics;
  return zone::content_of("@ 0 IN SOA . . 1 2 3 4 5\n@ 0 IN NS .\n" + text, "catalog.test.", diagnostics);
}

void add_names(const zone::Content& content, std::vector<dns::Name>& names) {
  content.for_each_node(
      [&](zone::NodeView node, zone::Ref) { names.push_back(dns::Name(node.owner(content.apex()))); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(as_text({data, size}));
  if (text.find("$INCLUDE") != std::string::npos || text.find("$include") != std::string::npos) return 0;
  const size_t end = std::min(text.find("--\n"), text.size());
  const auto first = content_of(text.substr(0, end));
  const auto second = content_of(text.substr(std::min(end + 3, text.size())));
  transfer::Catalog whole(first->apex());
  whole.read(*second);
  transfer::Catalog steps(first->apex());
  steps.read(*first);
  const size_t before = steps.take_touched().size();
  if (before > first->record_count()) __builtin_trap();
  std::vector<dns::Name> names;
  add_names(*first, names);
  add_names(*second, names);
  steps.read_names(*second, names);
  if (whole.check().has_value() != steps.check().has_value()) __builtin_trap();
  if (!(whole.options() == steps.options()) || whole.size() != steps.size()) __builtin_trap();
  if (!whole.check()) return 0;
  for (const std::string& zone : whole.take_touched()) {
    const dns::NameView name(reinterpret_cast<const uint8_t*>(zone.data()), zone.size());
    if (!(whole.find(name) == steps.find(name))) __builtin_trap();
  }
  return 0;
}
