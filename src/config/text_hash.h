// Hashes of text and names under the secret of dns/hashed_name.h: nobody can prepare texts that collide.
// Thread rule: pure functions.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "dns/hashed_name.h"

namespace nomen::config {

/// The hash of `text`, of which every word of eight bytes goes through `change` before.
template <class Change>
inline uint64_t hash_of_changed(std::string_view text, Change change) {
  constexpr uint64_t kStep = 0x9E3779B97F4A7C15ULL;
  constexpr size_t kBytes = 16;
  const uint64_t seed = dns::root_hash();
  uint64_t words[2] = {};
  const auto mixed = [&](uint64_t hash) {
    return dns::fold_multiply(hash ^ change(words[0]), seed ^ change(words[1]));
  };
  uint64_t hash = text.size() ^ kStep;
  const char* at = text.data();
  const char* const end = at + text.size();
  if (text.size() < sizeof words[0]) {
    std::memcpy(words, at, text.size());
  } else if (text.size() < kBytes) {
    std::memcpy(&words[0], at, sizeof words[0]);
    std::memcpy(&words[1], end - sizeof words[1], sizeof words[1]);
  } else {
    for (; end - at > static_cast<ptrdiff_t>(kBytes); at += kBytes) {
      std::memcpy(words, at, kBytes);
      hash = mixed(hash);
    }
    std::memcpy(words, end - kBytes, kBytes);
  }
  return dns::fold_multiply(mixed(hash) ^ seed, kStep);
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
  return hash_of_changed({reinterpret_cast<const char*>(name.data()), name.size()},
                         [](uint64_t word) { return lower_word(word); });
}

/// Another hash, of texts of kilobytes: four chains of products at once. Each has a variable of its own: in
/// an array the compiler leaves them in memory, and a step takes three times as long.
inline uint64_t hash_of_long_text(std::string_view text) {
  constexpr uint64_t kStep = 0x9E3779B97F4A7C15ULL;
  constexpr size_t kRow = 32;
  const auto word = [&](size_t at) {
    uint64_t bytes;
    std::memcpy(&bytes, text.data() + at, sizeof bytes);
    return bytes;
  };
  const uint64_t seed = dns::root_hash();
  uint64_t a = seed, b = seed + 1, c = seed + 2, d = seed + 3;
  size_t at = 0;
  for (; at + kRow <= text.size(); at += kRow) {
    a = dns::fold_multiply(a ^ word(at), kStep);
    b = dns::fold_multiply(b ^ word(at + 8), kStep);
    c = dns::fold_multiply(c ^ word(at + 16), kStep);
    d = dns::fold_multiply(d ^ word(at + 24), kStep);
  }
  uint64_t hash = hash_of_text(text.substr(at)) ^ text.size();
  for (const uint64_t chain : {a, b, c, d}) hash = dns::fold_multiply(hash ^ chain, kStep);
  return hash;
}

}  // namespace nomen::config
