#include "base/os/blocks.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <set>
#include <thread>
#include <vector>

namespace nomen::os {
namespace {

TEST(Blocks, AreAligned) {
  for (const size_t count : {1U, 3U}) {
    uint8_t* blocks = take_blocks(count);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(blocks) % kBlockBytes, 0U);
    blocks[count * kBlockBytes - 1] = 1;
    give_blocks(blocks, count);
  }
}

TEST(Blocks, AheadAreZeroAndForOneTakerEach) {
  std::array<std::set<uint8_t*>, 3> taken;
  {
    const BlocksAhead ahead, another;
    std::vector<std::thread> takers;
    for (auto& mine : taken)
      takers.emplace_back([&mine] {
        for (int i = 0; i < 40; i++) {
          uint8_t* const block = take_blocks(1);
          ASSERT_EQ(reinterpret_cast<uintptr_t>(block) % kBlockBytes, 0U);
          for (size_t at = 0; at < kBlockBytes; at += 512) ASSERT_EQ(block[at], 0);
          std::memset(block, 0xee, kBlockBytes);
          ASSERT_TRUE(mine.insert(block).second);
          if (i % 3 == 0) std::this_thread::yield();
        }
      });
    for (std::thread& taker : takers) taker.join();
  }
  std::set<uint8_t*> all;
  for (const auto& mine : taken) all.insert(mine.begin(), mine.end());
  EXPECT_EQ(all.size(), 120U);
  for (uint8_t* block : all) give_blocks(block, 1);
}

TEST(Blocks, ClearedFromTheEndKeepWhatIsWritten) {
  constexpr size_t kBlocks = 16;
  for (int round = 0; round < 5; round++) {
    uint8_t* const blocks = take_blocks(kBlocks);
    {
      const ClearingFromEnd clearing(blocks, kBlocks);
      for (size_t at = 0; at < kBlocks * kBlockBytes; at += 4096) {
        ASSERT_EQ(blocks[at], 0);
        blocks[at] = 7;
      }
    }
    for (size_t at = 0; at < kBlocks * kBlockBytes; at += 4096) ASSERT_EQ(blocks[at], 7);
    give_blocks(blocks, kBlocks);
  }
}

}  // namespace
}  // namespace nomen::os
