#include "dns/hashed_name.h"

#include "base/random.h"

namespace nomen::dns {

namespace {

void hash_suffixes(HashedName& name) {
  std::array<uint8_t, kMaxLabels> starts;
  size_t count = 0;
  size_t at = 0;
  while (name.lower[at] != 0) {
    starts[count++] = static_cast<uint8_t>(at);
    at += name.lower[at] + 1U;
  }
  name.labels = static_cast<uint8_t>(count);
  name.suffix_at[0] = static_cast<uint8_t>(at);
  uint64_t hash = root_hash();
  name.hash[0] = hash;
  for (size_t k = 1; k <= count; k++) {
    const uint8_t start = starts[count - k];
    hash = extend_hash(hash, name.lower.data() + start);
    name.suffix_at[k] = start;
    name.hash[k] = hash;
  }
}

}  // namespace

uint64_t root_hash() {
  static const uint64_t seed = random_u64() | 1;
  return seed;
}

void HashedName::assign_padded(NameView name) {
  size = static_cast<uint8_t>(name.size());
  lower_padded(name.data(), lower.data(), name.size());
  hash_suffixes(*this);
}

void HashedName::assign(NameView name) {
  size = static_cast<uint8_t>(name.size());
  for (size_t i = 0; i < name.size(); i++) lower[i] = dns::lower(name.data()[i]);
  hash_suffixes(*this);
}

}  // namespace nomen::dns
