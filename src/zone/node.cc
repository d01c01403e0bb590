#include "zone/node.h"

#include "base/contract.h"

namespace nomen::zone {

dns::Name NodeView::owner(dns::NameView apex) const {
  const Bytes below = labels();
  std::array<uint8_t, dns::kMaxNameBytes> wire;
  std::memcpy(wire.data(), below.data(), below.size());
  std::memcpy(wire.data() + below.size(), apex.data(), apex.size());
  return dns::Name(dns::NameView(wire.data(), below.size() + apex.size()));
}

bool NodeView::is_named_slowly(const uint8_t* lower, size_t size) const {
  const uint8_t* own = at_ + kHeaderBytes;
  for (size_t i = 0; i < size; i++) {
    if (dns::lower(own[i]) != lower[i]) return false;
  }
  return true;
}

}  // namespace nomen::zone
