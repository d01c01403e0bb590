#include "base/checksum.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "base/random.h"

namespace nomen {
namespace {

std::vector<uint8_t> random_bytes(size_t size, uint64_t seed) {
  FastRandom random(seed);
  std::vector<uint8_t> bytes(size);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random.next());
  return bytes;
}

TEST(Checksum, IsTheSameInEveryVersion) {
  EXPECT_EQ(checksum64({}), 2551049406020404238ULL);
  EXPECT_EQ(checksum64(as_bytes("the quick brown fox jumps over the lazy dog; and once more, the dog")),
            272108556556758630ULL);
}

TEST(Checksum, EverySingleFlippedBitShows) {
  for (const size_t size : {1, 15, 16, 63, 64, 65, 200}) {
    std::vector<uint8_t> bytes = random_bytes(size, size);
    const uint64_t sum = checksum64(bytes);
    for (size_t bit = 0; bit < size * 8; bit++) {
      bytes[bit / 8] ^= static_cast<uint8_t>(1U << bit % 8);
      EXPECT_NE(checksum64(bytes), sum);
      bytes[bit / 8] ^= static_cast<uint8_t>(1U << bit % 8);
    }
  }
}

TEST(Checksum, ZerosCountByTheirNumber) {
  std::set<uint64_t> sums;
  for (size_t size = 0; size < 300; size++) sums.insert(checksum64(std::vector<uint8_t>(size)));
  EXPECT_EQ(sums.size(), 300U);
}

TEST(Checksum, PiecesThatChangePlacesShow) {
  std::vector<uint8_t> bytes = random_bytes(256, 1);
  const uint64_t sum = checksum64(bytes);
  for (size_t at = 16; at < 256; at += 16) {
    std::vector<uint8_t> swapped = bytes;
    std::swap_ranges(swapped.begin(), swapped.begin() + 16, swapped.begin() + static_cast<long>(at));
    EXPECT_NE(checksum64(swapped), sum);
  }
}

}  // namespace
}  // namespace nomen
