#include "zone/recent_changes.h"

#include <gtest/gtest.h>

namespace nomen::zone {
namespace {

constexpr size_t kPlenty = size_t{1} << 30;

VersionStep step(uint32_t from, uint32_t to) {
  return {{from}, {to}, std::make_shared<const Change>()};
}

RecentChangesPtr chain(uint32_t from, uint32_t to, size_t most_bytes = kPlenty) {
  RecentChangesPtr changes;
  for (uint32_t serial = from; serial != to; serial++)
    changes = RecentChanges::with(changes, step(serial, serial + 1), most_bytes);
  return changes;
}

TEST(RecentChanges, AreAChainFromAnyOfTheirVersionsToTheNewest) {
  const RecentChangesPtr changes = chain(1, 1001);
  EXPECT_EQ(changes->steps(), 1000U);
  for (const uint32_t from : {1U, 2U, 64U, 65U, 500U, 1000U}) {
    const auto steps = changes->since({from});
    ASSERT_TRUE(steps.has_value()) << from;
    ASSERT_EQ(steps->size(), 1001 - from);
    for (size_t i = 0; i < steps->size(); i++) EXPECT_EQ((*steps)[i].from.value, from + i);
  }
  EXPECT_FALSE(changes->since({1001}).has_value());
  EXPECT_FALSE(changes->since({0}).has_value());
}

TEST(RecentChanges, GoOnWhereSerialsWrap) {
  const RecentChangesPtr changes = chain(0xffffffffU, 1);
  EXPECT_EQ(changes->newest().value, 1U);
  EXPECT_EQ(changes->since({0xffffffffU})->size(), 2U);
}

TEST(RecentChanges, BeginAnewAfterAGap) {
  const RecentChangesPtr changes = RecentChanges::with(chain(1, 10), step(20, 21), kPlenty);
  EXPECT_EQ(changes->steps(), 1U);
  EXPECT_FALSE(changes->since({5}).has_value());
  EXPECT_TRUE(changes->since({20}).has_value());
}

TEST(RecentChanges, OldOnesGoWhenTheyAreTooManyBytes) {
  const size_t most = 300 * (sizeof(VersionStep) + sizeof(Change));
  const RecentChangesPtr changes = chain(1, 10001, most);
  EXPECT_LE(changes->bytes(), most);
  EXPECT_GT(changes->steps(), 200U);
  EXPECT_FALSE(changes->since({1}).has_value());
  EXPECT_EQ(changes->since({9900})->size(), 101U);
}

TEST(RecentChanges, OldVersionsKeepWhatTheyHad) {
  const RecentChangesPtr before = chain(1, 65);
  const RecentChangesPtr after = RecentChanges::with(before, step(65, 66), kPlenty);
  EXPECT_EQ(before->newest().value, 65U);
  EXPECT_EQ(before->since({1})->size(), 64U);
  EXPECT_EQ(after->since({1})->size(), 65U);
}

}  // namespace
}  // namespace nomen::zone
