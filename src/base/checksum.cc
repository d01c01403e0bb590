#include "base/checksum.h"

#include <array>
#include <bit>

namespace nomen {

namespace {

constexpr size_t kLanes = 4;
constexpr size_t kLaneBytes = 16;
// Odd numbers with about as many ones as zeros, different in each lane.
constexpr std::array<uint64_t, kLanes> kKeys = {0x9E3779B97F4A7C15ULL, 0xC2B2AE3D27D4EB4FULL,
                                                0x165667B19E3779F9ULL, 0xD6E8FEB86659FD93ULL};

uint64_t word(const uint8_t* p) {
  uint64_t value;
  std::memcpy(&value, p, sizeof value);
  if constexpr (std::endian::native == std::endian::big) value = __builtin_bswap64(value);
  return value;
}

uint64_t fold(uint64_t a, uint64_t b) {
  const unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

/// Takes sixteen octets into a lane. The sum keeps what a product with zero would lose.
uint64_t mix(uint64_t lane, uint64_t key, const uint8_t* p) {
  const uint64_t low = word(p);
  const uint64_t high = word(p + 8);
  return fold(lane ^ low, key ^ high) + std::rotl(low, 29) + high;
}

}  // namespace

uint64_t checksum64(Bytes bytes, uint64_t seed) {
  std::array<uint64_t, kLanes> lanes;
  for (size_t i = 0; i < kLanes; i++) lanes[i] = seed ^ kKeys[i];
  const uint8_t* p = bytes.data();
  size_t left = bytes.size();
  for (; left >= kLanes * kLaneBytes; left -= kLanes * kLaneBytes, p += kLanes * kLaneBytes) {
    for (size_t i = 0; i < kLanes; i++) lanes[i] = mix(lanes[i], kKeys[i], p + i * kLaneBytes);
  }
  std::array<uint8_t, kLanes * kLaneBytes> rest{};
  if (left > 0) std::memcpy(rest.data(), p, left);
  for (size_t i = 0; i < kLanes; i++) lanes[i] = mix(lanes[i], kKeys[i], &rest[i * kLaneBytes]);
  uint64_t sum = bytes.size();
  for (size_t i = 0; i < kLanes; i++) sum = fold(sum ^ lanes[i], kKeys[i]) + lanes[i];
  return fold(sum, kKeys[0]) ^ sum;
}

}  // namespace nomen
