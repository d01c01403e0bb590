// Hashes of text and names under the secret of dns/hashed_name.h: nobody can prepare texts that collide.
// Thread rule: pure functions.
#pragma once
#include <cstdint>
#include <cstring>
#include <string_view>

#include "dns/hashed_name.h"

namespace nomen::config {

/// The hash of `text`, of which every word of eight bytes goes through `change` before.
template <class Change>
uint64_t hash_of_changed(std::string_view text, Change change) {
  constexpr uint64_t kStep = 0x9E3779B97F4A7C15ULL;
  uint64_t hash = dns::root_hash() ^ text.size();
  size_t at = 0;
  uint64_t word = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::memcpy(&word, text.data() + at, 8);
    hash = dns::fold_multiply(hash ^ change(word), kStep);
  }
  word = 0;
  std::memcpy(&word, text.data() + at, text.size() - at);
  return dns::fold_multiply(hash ^ change(word), kStep ^ 0xD6E8FEB86659FD93ULL);
}

inline uint64_t hash_of_text(std::string_view text) {
  return hash_of_changed(text, [](uint64_t word) { return word; });
}

/// Eight bytes with the upper-case letters among them in lower case.
inline uint64_t lower_word(uint64_t word) {
  constexpr uint64_t kEach = 0x0101010101010101ULL;
  const uint64_t without_top = word & (0x7F * kEach);
  const uint64_t from_a = without_top + (0x80 - 'A') * kEach;
  const uint64_t behind_z = without_top + (0x7F - 'Z') * kEach;
  const uint64_t upper = from_a & ~behind_z & ~word & (0x80 * kEach);
  return word | upper >> 2;
}

/// Without regard to case. The bytes of lengths are below 'A', so that all go through at once.
inline uint64_t hash_of_name(dns::NameView name) {
  return hash_of_changed({reinterpret_cast<const char*>(name.data()), name.size()}, lower_word);
}

/// Another hash, of texts of kilobytes: four chains of products at once.
inline uint64_t hash_of_long_text(std::string_view text) {
  constexpr uint64_t kStep = 0x9E3779B97F4A7C15ULL;
  constexpr size_t kChains = 4;
  uint64_t chains[kChains];
  for (size_t i = 0; i < kChains; i++) chains[i] = dns::root_hash() + i;
  size_t at = 0;
  for (; at + 8 * kChains <= text.size(); at += 8 * kChains) {
    uint64_t words[kChains];
    std::memcpy(words, text.data() + at, sizeof words);
    for (size_t i = 0; i < kChains; i++) chains[i] = dns::fold_multiply(chains[i] ^ words[i], kStep);
  }
  uint64_t hash = hash_of_text(text.substr(at)) ^ text.size();
  for (const uint64_t chain : chains) hash = dns::fold_multiply(hash ^ chain, kStep);
  return hash;
}

}  // namespace nomen::config
