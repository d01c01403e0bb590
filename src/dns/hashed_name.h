// A name prepared for looking up: lower-cased once, and the hash of each of its suffixes, from the root to
// the whole name. One pass over the name serves the search for the zone, for the node, for the closest
// encloser and for wildcards. Tables that are searched with it key their entries by these hashes.
// Thread rule: values; the seed is set once at start, before threads.
#pragma once
#include <array>
#include <cstdint>

#include "dns/name.h"

namespace nomen::dns {

/// Multiplies and folds: the mixing step of the hash.
inline uint64_t fold_multiply(uint64_t a, uint64_t b) {
  const unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

/// The hash of the root; drawn at random when the program starts, so that nobody can prepare names that
/// collide.
extern const uint64_t kRootHash;
inline uint64_t root_hash() {
  return kRootHash;
}

/// Masks that keep the first n bytes in memory of a word (little-endian).
inline constexpr std::array<uint64_t, 9> kLowBytes = {
    0, 0xff, 0xffff, 0xffffff, 0xffffffff, 0xffffffffff, 0xffffffffffff, 0xffffffffffffff, ~uint64_t{0}};

/// The hash of `label` (lower-cased, with its length byte; 7 readable bytes behind it) in front of a name
/// whose hash is `suffix_hash`.
inline uint64_t extend_hash(uint64_t suffix_hash, const uint8_t* label) {
  constexpr uint64_t kStep = 0x9E3779B97F4A7C15ULL;
  size_t left = label[0] + 1U;
  uint64_t hash = suffix_hash;
  uint64_t word;
  while (left > 8) {
    std::memcpy(&word, label, 8);
    hash = fold_multiply(hash ^ word, kStep);
    label += 8;
    left -= 8;
  }
  std::memcpy(&word, label, 8);
  word &= kLowBytes[left];
  return fold_multiply(hash ^ word, kStep ^ 0xD6E8FEB86659FD93ULL);
}

/// The same for several labels, of `size` octets together, in front of that name.
inline uint64_t extend_hash_by(uint64_t suffix_hash, const uint8_t* labels, size_t size) {
  if (labels[0] + size_t{1} == size) return extend_hash(suffix_hash, labels);
  std::array<uint8_t, kMaxLabels> starts;
  size_t count = 0;
  for (size_t at = 0; at < size; at += labels[at] + 1U) starts[count++] = static_cast<uint8_t>(at);
  while (count > 0) suffix_hash = extend_hash(suffix_hash, labels + starts[--count]);
  return suffix_hash;
}

struct HashedName {
  uint8_t size = 0;    ///< of the wire form
  uint8_t labels = 0;  ///< without the root
  /// Where the suffix of k labels begins: suffix_at[labels] is 0, suffix_at[0] the root's place.
  std::array<uint8_t, kMaxLabels> suffix_at;
  /// The hash of the suffix of k labels: hash[0] is the root's.
  std::array<uint64_t, kMaxLabels> hash;
  alignas(16) std::array<uint8_t, kMaxNameBytes + 33> lower;  ///< wire form; readable to its end

  HashedName() = default;  // NOLINT: the arrays are filled by assign()
  /// `name` must have 16 readable bytes behind its last one (message and arena buffers do).
  void assign_padded(NameView name) { assign_checked(name.data(), name.size()); }
  /// The uncompressed name at the start of `wire`, which has `available` bytes and 16 more readable ones.
  /// Returns its size, or 0 when there is no valid name: longer than that, too long, or compressed.
  size_t assign_checked(const uint8_t* wire, size_t available) {
    uint8_t starts[kMaxLabels];
    uint8_t* next = starts;
    size_t at = 0;
    const size_t end = available < kMaxNameBytes ? available : kMaxNameBytes;
    for (;;) {
      if (at >= end) return 0;
      const size_t length = wire[at];
      if (length == 0) break;
      if (length > kMaxLabelBytes) return 0;
      *next++ = static_cast<uint8_t>(at);
      at += length + 1;
    }
    const uint8_t* const letters = lower.data();
    lower_padded(wire, lower.data(), at + 1);
    size = static_cast<uint8_t>(at + 1);
    labels = static_cast<uint8_t>(next - starts);
    uint8_t* places = suffix_at.data();
    uint64_t* hashes = hash.data();
    uint64_t suffix_hash = root_hash();
    *places = static_cast<uint8_t>(at);
    *hashes = suffix_hash;
    while (next != starts) {
      const uint8_t start = *--next;
      suffix_hash = extend_hash(suffix_hash, letters + start);
      *++places = start;
      *++hashes = suffix_hash;
    }
    return at + 1;
  }
  /// The same for a name anywhere.
  void assign(NameView name);

  NameView view() const { return {lower.data(), size}; }
  NameView suffix(size_t label_count) const {
    return {lower.data() + suffix_at[label_count], static_cast<size_t>(size - suffix_at[label_count])};
  }
  uint64_t full_hash() const { return hash[labels]; }
};

}  // namespace nomen::dns
