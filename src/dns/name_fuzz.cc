// Any bytes as a name's text and as its wire form: nothing crashes; what is accepted keeps the limits and
// comes back the same through text and wire; order and hashes agree with equality.
#include <cstdlib>
#include <string>

#include "dns/hashed_name.h"
#include "dns/name.h"

using namespace nomen;
using namespace nomen::dns;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void check(const Name& name) {
  require(name.size() >= 1 && name.size() <= kMaxNameBytes);
  const auto from_text = Name::parse(to_string(name));
  require(from_text && equal(from_text->bytes(), name.bytes()));
  const auto from_wire = Name::from_wire(name.bytes());
  require(from_wire && equal(from_wire->bytes(), name.bytes()));
  HashedName hashed;
  HashedName lowered;
  hashed.assign(name);
  lowered.assign(name.lowered());
  require(hashed.labels == name.label_count() && hashed.full_hash() == lowered.full_hash());
  require(name == name.lowered() && (name <=> name.lowered()) == 0);
  to_unicode(name);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 4096) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto from_wire = Name::from_wire(Bytes(data, size));
  const auto from_text = Name::parse(text, *Name::parse("Origin.example."));
  if (from_wire) check(*from_wire);
  if (from_text) check(*from_text);
  if (from_wire && from_text) {
    const auto order = *from_wire <=> *from_text;
    require((order == 0) == (*from_wire == *from_text));
    const auto back = *from_text <=> *from_wire;
    require((back < 0) == (order > 0) && (back > 0) == (order < 0));
    if (from_wire->view().is_at_or_below(*from_text)) require(order >= 0);
  }
  return 0;
}
