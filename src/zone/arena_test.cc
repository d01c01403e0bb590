#include "zone/arena.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <vector>

#include "zone/page_pool.h"

namespace nomen::zone {
namespace {

/// Pieces that were appended, each filled with its own number.
class Pieces {
 public:
  void append(Arena& arena, size_t size) {
    const Arena::Place place = arena.append(size);
    ASSERT_NE(place.ref, 0U);
    if (!pieces_.empty()) {
      ASSERT_GT(place.ref, pieces_.back().ref) << "later pieces have later references";
    }
    for (size_t i = 0; i < size; i++) ASSERT_EQ(place.data[i], 0) << "fresh bytes are zero";
    std::memset(place.data, mark(pieces_.size()), size);
    pieces_.push_back({place.ref, size});
  }
  void expect_all_in(const Arena& arena) const {
    for (size_t n = 0; n < pieces_.size(); n++) {
      const uint8_t* at = arena.at(pieces_[n].ref);
      for (size_t i = 0; i < pieces_[n].size; i++)
        ASSERT_EQ(at[i], mark(n)) << "piece " << n << " byte " << i;
      ASSERT_LT(pieces_[n].ref, arena.end_ref());
    }
  }

 private:
  static uint8_t mark(size_t number) { return static_cast<uint8_t>(number % 251 + 1); }
  struct Piece {
    Ref ref;
    size_t size;
  };
  std::vector<Piece> pieces_;
};

TEST(Arena, ReferencesStayValidWhileItGrows) {
  std::mt19937 random(1);
  Arena arena;
  Pieces pieces;
  size_t total = 0;
  while (total < 9U << 20) {
    const size_t size = 1 + random() % (random() % 100 == 0 ? 60000 : 300);
    pieces.append(arena, size);
    total += size;
  }
  pieces.expect_all_in(arena);
  arena.shrink();
  pieces.expect_all_in(arena);
  EXPECT_GE(arena.used_bytes(), total);
  EXPECT_LE(arena.used_bytes(), arena.memory_bytes());
}

TEST(Arena, ANodeAboveTheSizeOfAChunkLiesInOnePiece) {
  Arena arena;
  Pieces pieces;
  pieces.append(arena, 100);
  pieces.append(arena, (2U << 20) - 64);
  pieces.append(arena, 5U << 20);
  pieces.append(arena, 8);
  pieces.append(arena, (2U << 20) + 8);
  pieces.append(arena, 1000);
  pieces.expect_all_in(arena);
}

TEST(Arena, ASmallOneIsSmall) {
  Arena arena;
  arena.append(300);
  arena.shrink();
  EXPECT_LE(arena.memory_bytes(), 300 + Arena::kPadding + 32);
}

TEST(Arena, CopiesAndMovesKeepWhatTheyHad) {
  Arena one_span;
  Pieces few;
  few.append(one_span, 100);
  one_span.shrink();
  Arena several_spans;
  Pieces many;
  for (int i = 0; i < 5; i++) many.append(several_spans, 1U << 20);
  several_spans.shrink();
  const Arena copy(one_span);
  Arena moved(std::move(one_span));
  EXPECT_EQ(one_span.end_ref(), 0U);  // NOLINT(bugprone-use-after-move): that is the question
  few.expect_all_in(copy);
  few.expect_all_in(moved);
  std::swap(moved, several_spans);
  few.expect_all_in(several_spans);
  many.expect_all_in(moved);
  moved = copy;
  few.expect_all_in(moved);
  moved = Arena();
  EXPECT_EQ(moved.end_ref(), 0U);
  few.expect_all_in(copy);
}

TEST(Arena, NextVersionsGoOnBehindTheSharedChunks) {
  for (const size_t first_size : {size_t{100}, size_t{3} << 20}) {
    std::mt19937 random(2);
    Arena arena;
    Pieces pieces;
    for (size_t total = 0; total < first_size; total += 100) pieces.append(arena, 100);
    arena.shrink();
    std::vector<std::pair<Arena, Pieces>> versions;
    for (int version = 0; version < 40; version++) {
      versions.emplace_back(arena, pieces);
      for (size_t i = random() % 30; i > 0; i--) pieces.append(arena, 1 + random() % 4000);
      arena.shrink();
    }
    pieces.expect_all_in(arena);
    for (const auto& [old, its_pieces] : versions) its_pieces.expect_all_in(old);
  }
}

TEST(Arena, AVersionThatIsGivenUpTakesNothingFromTheNext) {
  Arena base;
  Pieces pieces;
  pieces.append(base, 3U << 20);
  base.shrink();
  {
    Arena given_up(base);
    Pieces lost = pieces;
    lost.append(given_up, 500);
  }
  Arena next(base);
  pieces.append(next, 500);
  next.shrink();
  pieces.expect_all_in(next);
}

TEST(Arena, AMinorChangeOfALargeOneUsesUpFewReferences) {
  Arena arena;
  for (int i = 0; i < 300000; i++) arena.append(96);
  arena.shrink();
  const uint64_t before = arena.end_ref();
  for (int version = 0; version < 2000; version++) {
    Arena next(arena);
    next.append(200);
    next.shrink();
    arena = next;
  }
  EXPECT_LE(arena.end_ref() - before, 8 * Arena::kChunkUnits);
}

TEST(PagePool, PagesAreZeroAndCounted) {
  std::vector<void*> pages;
  for (int i = 0; i < 1500; i++) {
    pages.push_back(take_page());
    for (size_t k = 0; k < kPageBytes; k += 8) ASSERT_EQ(static_cast<uint64_t*>(pages.back())[k / 8], 0U);
    std::memset(pages.back(), 0xee, kPageBytes);
  }
  EXPECT_FALSE(page_is_shared(pages[7]));
  add_page_users({&pages[7], 1});
  EXPECT_TRUE(page_is_shared(pages[7]));
  drop_page_users({&pages[7], 1});
  EXPECT_FALSE(page_is_shared(pages[7]));
  drop_page_users(pages);
  void* again = take_page();
  for (size_t k = 0; k < kPageBytes; k++) ASSERT_EQ(static_cast<uint8_t*>(again)[k], 0);
  drop_page_users({&again, 1});
}

}  // namespace
}  // namespace nomen::zone
