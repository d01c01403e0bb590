// Any bytes as rdata in a message: nothing crashes, and what is accepted is well-formed, has a canonical form
// equal to itself, and text that reads back to the same bytes.
#include <algorithm>
#include <cstdlib>
#include <string>

#include "dns/rdata.h"
#include "dns/rdata/tokens_for_test.h"

using namespace nomen;
using namespace nomen::dns;

namespace {

/// Types whose text says less than the wire, as BIND's does: zeros at the end of WKS's bitmap; a next hashed
/// owner of NSEC3 that is too short for its algorithm.
bool does_text_lose(RRType type) {
  return type == RRType{11} || type == RRType::kNsec3;
}

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 4 || size > 4096) return 0;
  const RRType type{load_u16(data)};
  const RRClass rr_class = data[2] == 3 ? RRClass::kCh : RRClass::kIn;
  const Bytes message(data + 4, size - 4);
  const size_t at = std::min<size_t>(data[3], message.size());
  static RdataBuffer wire;
  static RdataBuffer other;
  RdataStyle multiline;
  multiline.multiline = true;
  rdata_to_text(type, rr_class, message.subspan(at));
  if (!rdata_from_message(type, rr_class, message, at, message.size() - at, wire)) return 0;
  require(check_rdata(type, rr_class, wire.bytes()).has_value());
  canonical_rdata(type, rr_class, wire.bytes(), other);
  require(compare_rdata(type, rr_class, wire.bytes(), other.bytes()) == 0);
  require(names_in_rdata(type, rr_class, wire.bytes()).count <= 8);
  rdata_to_text(type, rr_class, wire.bytes(), multiline);
  const std::string text = rdata_to_text(type, rr_class, wire.bytes());
  if (does_text_lose(type)) return 0;
  require(rdata_from_text(type, rr_class, tokens_of(text), NameView(), other).has_value());
  require(equal(wire.bytes(), other.bytes()));
  return 0;
}
