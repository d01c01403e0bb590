#include "zone/index.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace nomen::zone {
namespace {

/// References and their hashes, as a plain map: what an Index must say.
struct IndexModel {
  std::map<Ref, uint64_t> hashes;
  Index::HashOf hash_of() {
    return [this](Ref ref) { return hashes.at(ref); };
  }
  void insert(Index& index, uint64_t hash, Ref ref) {
    index.insert(hash, ref, hash_of());
    hashes[ref] = hash;
  }
};

void expect_holds(const Index& index, const std::map<Ref, uint64_t>& hashes) {
  ASSERT_EQ(index.size(), hashes.size());
  for (const auto& [ref, hash] : hashes) {
    const Ref wanted = ref;
    ASSERT_EQ(index.find(hash, [wanted](Ref found) { return found == wanted; }), ref);
  }
  size_t visited = 0;
  index.for_each([&](Ref ref) { visited += hashes.count(ref); });
  ASSERT_EQ(visited, hashes.size());
}

TEST(Index, AnEmptyOneHasNothing) {
  const Index index;
  EXPECT_EQ(index.size(), 0U);
  EXPECT_EQ(index.find(42, [](Ref) { return true; }), 0U);
  EXPECT_EQ(index.candidate(42), 0U);
  Index copy(index);
  EXPECT_EQ(copy.size(), 0U);
  copy.insert(42, 1, [](Ref) { return 42; });
  EXPECT_EQ(copy.find(42, [](Ref) { return true; }), 1U);
  EXPECT_EQ(index.size(), 0U);
}

TEST(Index, GrowsAtEverySize) {
  std::mt19937_64 random(1);
  Index index;
  IndexModel model;
  for (Ref ref = 1; ref <= 100000; ref++) {
    model.insert(index, random(), ref);
    if (ref < 64 || (ref & (ref - 1)) == 0) {
      for (const auto& [r, hash] : model.hashes) {
        const Ref wanted = r;
        ASSERT_EQ(index.find(hash, [wanted](Ref found) { return found == wanted; }), r) << "of " << ref;
      }
    }
  }
  EXPECT_EQ(index.size(), 100000U);
  EXPECT_EQ(index.find(7, [](Ref) { return false; }), 0U);
}

/// Hashes are asked for again once in several doublings, and for entries far from their line.
TEST(Index, GrowsMostlyWithoutAskingForHashes) {
  std::mt19937_64 random(2);
  Index index(100000);
  IndexModel model;
  size_t asked = 0;
  for (Ref ref = 1; ref <= 700000; ref++) {
    const uint64_t hash = random();
    index.insert(hash, ref, [&](Ref other) {
      asked++;
      return model.hashes.at(other);
    });
    model.hashes.emplace_hint(model.hashes.end(), ref, hash);
  }
  EXPECT_LT(asked, 50000U);  // of 1,400,000 moves
  expect_holds(index, model.hashes);
}

TEST(Index, EntriesFarFromTheirLineAreFoundAfterTheTableHasGrown) {
  std::mt19937_64 random(3);
  Index index(1000);
  IndexModel model;
  // Lines next to each other, each of them overfull.
  for (Ref ref = 1; ref <= 90; ref++)
    model.insert(index, (random() & 0x00ffffffffffffff) | 0xff00000000000000, ref);
  for (Ref ref = 20; ref <= 40; ref++) {
    index.remove(model.hashes[ref], ref);
    model.hashes.erase(ref);
  }
  for (Ref ref = 91; ref <= 20000; ref++) {
    model.insert(index, random(), ref);
    if (ref % 1000 == 0) expect_holds(index, model.hashes);
  }
}

TEST(Index, RandomEditsOfCopiesLeaveTheOriginals) {
  for (const size_t size : {3U, 70U, 400U, 5000U}) {
    std::mt19937_64 random(size);
    Index index(size / 2);
    IndexModel model;
    std::vector<std::pair<Index, std::map<Ref, uint64_t>>> versions;
    Ref next = 1;
    for (int version = 0; version < 12; version++) {
      for (size_t i = 0; i < size; i++) {
        if (model.hashes.empty() || random() % 3 != 0) {
          model.insert(index, random(), next++);
          continue;
        }
        const auto at =
            std::next(model.hashes.begin(),
                      static_cast<std::ptrdiff_t>(random() % std::min<size_t>(model.hashes.size(), 50)));
        const auto [ref, hash] = *at;
        model.hashes.erase(at);
        if (random() % 2 == 0) {
          index.remove(hash, ref);
        } else {
          index.replace(hash, ref, next);
          model.hashes[next++] = hash;
        }
      }
      versions.emplace_back(index, model.hashes);
    }
    for (const auto& [copy, hashes] : versions) {
      ASSERT_EQ(copy.size(), hashes.size());
      for (const auto& [ref, hash] : hashes) {
        const Ref wanted = ref;
        ASSERT_EQ(copy.find(hash, [wanted](Ref found) { return found == wanted; }), ref) << "size " << size;
      }
    }
  }
}

TEST(Index, EntriesOfOneHashOverflowIntoLaterLinesAndAreFound) {
  Index index(1000);
  IndexModel model;
  for (Ref ref = 1; ref <= 60; ref++)
    model.insert(index, 0xffffffff00001234ULL, ref);  // the last line: goes round
  expect_holds(index, model.hashes);
  for (Ref ref = 1; ref <= 60; ref += 2) {
    index.remove(model.hashes[ref], ref);
    model.hashes.erase(ref);
  }
  for (const auto& [ref, hash] : model.hashes) {
    const Ref wanted = ref;
    ASSERT_EQ(index.find(hash, [wanted](Ref found) { return found == wanted; }), ref)
        << "removals leave the overflow marks";
  }
  for (Ref ref = 100; ref < 120; ref++) model.insert(index, 0xffffffff00001234ULL, ref);
  for (const auto& [ref, hash] : model.hashes) {
    const Ref wanted = ref;
    ASSERT_EQ(index.find(hash, [wanted](Ref found) { return found == wanted; }), ref);
  }
}

TEST(Index, TagsAloneDoNotDecide) {
  Index index;
  IndexModel model;
  model.insert(index, 5, 1);
  model.insert(index, 5, 2);
  EXPECT_EQ(index.find(5, [](Ref ref) { return ref == 2; }), 2U);
  EXPECT_EQ(index.find(5, [](Ref) { return false; }), 0U);
}

TEST(Index, FittingGivesMemoryBackAndKeepsAll) {
  std::mt19937_64 random(9);
  Index index(200000);
  IndexModel model;
  for (Ref ref = 1; ref <= 1000; ref++) model.insert(index, random(), ref);
  const size_t before = index.memory_bytes();
  index.fit(model.hash_of());
  EXPECT_LT(index.memory_bytes() * 50, before);
  expect_holds(index, model.hashes);
}

TEST(Index, SmallOnesAreCopiedAndMovedLikeLargeOnes) {
  IndexModel model;
  Index small;
  model.insert(small, 7, 1);
  const Index copy(small);
  Index moved(std::move(small));
  EXPECT_EQ(small.size(), 0U);  // NOLINT(bugprone-use-after-move): that is the question
  EXPECT_EQ(small.find(7, [](Ref) { return true; }), 0U);
  expect_holds(copy, model.hashes);
  expect_holds(moved, model.hashes);
  Index large(5000);
  for (Ref ref = 2; ref <= 5000; ref++) model.insert(large, uint64_t{ref} << 50, ref);
  model.insert(large, 7, 1);
  std::swap(large, moved);
  expect_holds(moved, model.hashes);
  moved = copy;
  EXPECT_EQ(moved.size(), 1U);
  EXPECT_EQ(large.find(7, [](Ref) { return true; }), 1U);
}

TEST(Index, MovingLeavesNothingBehind) {
  Index index;
  IndexModel model;
  for (Ref ref = 1; ref <= 2000; ref++) model.insert(index, uint64_t{ref} << 40 | ref, ref);
  Index moved(std::move(index));
  EXPECT_EQ(index.size(), 0U);  // NOLINT(bugprone-use-after-move): that is the question
  EXPECT_EQ(moved.size(), 2000U);
  index = moved;
  moved = Index();
  EXPECT_EQ(index.size(), 2000U);
}

}  // namespace
}  // namespace nomen::zone
