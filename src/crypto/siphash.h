// SipHash-2-4 with a 64-bit result: a keyed hash for short inputs. DNS cookies are made with it (RFC
// 9018 4.4), and tables that strangers can fill are hashed with it. Inline, because a cookie is checked once
// a query. Thread rule: pure functions.
#pragma once
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "base/bytes.h"

namespace nomen::crypto {

using SipHashKey = std::array<uint8_t, 16>;

namespace siphash_detail {

struct State {
  uint64_t v0, v1, v2, v3;

  void round() {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }
  void absorb(uint64_t word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }
};

/// Little-endian, as the algorithm defines its words.
inline uint64_t load_le64(const uint8_t* p) {
  return __builtin_bswap64(load_u64(p));
}

}  // namespace siphash_detail

/// The hash as the number that the algorithm's authors define; its bytes, first byte first, are the number's
/// little-endian bytes (see siphash24_bytes).
inline uint64_t siphash24(const SipHashKey& key, Bytes data) {
  using siphash_detail::load_le64;
  const uint64_t k0 = load_le64(key.data());
  const uint64_t k1 = load_le64(key.data() + 8);
  siphash_detail::State s{k0 ^ 0x736f6d6570736575ULL, k1 ^ 0x646f72616e646f6dULL, k0 ^ 0x6c7967656e657261ULL,
                          k1 ^ 0x7465646279746573ULL};
  const uint8_t* p = data.data();
  const size_t whole = data.size() & ~size_t{7};
  for (size_t i = 0; i < whole; i += 8) s.absorb(load_le64(p + i));

  uint64_t last = static_cast<uint64_t>(data.size()) << 56;
  for (size_t i = whole; i < data.size(); ++i) last |= static_cast<uint64_t>(p[i]) << (8 * (i - whole));
  s.absorb(last);

  s.v2 ^= 0xff;
  for (int i = 0; i < 4; ++i) s.round();
  return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

/// The same as the eight bytes that go on the wire.
inline std::array<uint8_t, 8> siphash24_bytes(const SipHashKey& key, Bytes data) {
  std::array<uint8_t, 8> out;
  store_u64(out.data(), __builtin_bswap64(siphash24(key, data)));
  return out;
}

}  // namespace nomen::crypto
