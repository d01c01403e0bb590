// Bytes and views of bytes; big-endian loads and stores, as the wire has them (RFC 1035 2.3.2).
// Thread rule: values, free of threads.
#pragma once
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace nomen {

/// Bytes that somebody else owns.
using Bytes = std::span<const uint8_t>;
using MutableBytes = std::span<uint8_t>;

inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline uint16_t load_u16(const uint8_t* p) {
  uint16_t v;
  std::memcpy(&v, p, sizeof v);
  return __builtin_bswap16(v);
}
inline uint32_t load_u32(const uint8_t* p) {
  uint32_t v;
  std::memcpy(&v, p, sizeof v);
  return __builtin_bswap32(v);
}
inline uint64_t load_u64(const uint8_t* p) {
  uint64_t v;
  std::memcpy(&v, p, sizeof v);
  return __builtin_bswap64(v);
}
inline void store_u16(uint8_t* p, uint16_t v) {
  v = __builtin_bswap16(v);
  std::memcpy(p, &v, sizeof v);
}
inline void store_u32(uint8_t* p, uint32_t v) {
  v = __builtin_bswap32(v);
  std::memcpy(p, &v, sizeof v);
}
inline void store_u64(uint8_t* p, uint64_t v) {
  v = __builtin_bswap64(v);
  std::memcpy(p, &v, sizeof v);
}

/// How many bytes at the end of both are the same.
inline size_t common_tail(Bytes a, Bytes b) {
  const size_t most = a.size() < b.size() ? a.size() : b.size();
  const uint8_t* const a_end = a.data() + a.size();
  const uint8_t* const b_end = b.data() + b.size();
  size_t common = 0;
  while (common + 8 <= most) {
    const uint64_t difference = load_u64(a_end - common - 8) ^ load_u64(b_end - common - 8);
    if (difference != 0) return common + static_cast<size_t>(__builtin_ctzll(difference)) / 8;
    common += 8;
  }
  while (common < most && *(a_end - common - 1) == *(b_end - common - 1)) common++;
  return common;
}

inline bool equal(Bytes a, Bytes b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

}  // namespace nomen
