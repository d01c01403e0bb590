#include "dns/hashed_name.h"

#include "base/random.h"

namespace nomen::dns {

const uint64_t kRootHash = random_u64() | 1;

void HashedName::assign(NameView name) {
  std::array<uint8_t, kMaxNameBytes + 33> padded;
  std::memcpy(padded.data(), name.data(), name.size());
  assign_padded({padded.data(), name.size()});
}

}  // namespace nomen::dns
