#include "transfer/pacing.h"

#include <gtest/gtest.h>

namespace nomen::transfer {
namespace {

constexpr int64_t kPacingSecond = 1'000'000;

TEST(PacedLine, CallsUpSoManyASecondInOrder) {
  PacedLine line(20);
  for (ZoneNumber zone = 0; zone < 1000; zone++) line.join(zone);
  line.join(5);  // stands in it already
  ZoneNumber expected = 0;
  for (int64_t now = kPacingSecond; now < 11 * kPacingSecond; now += 1000) {
    while (const auto zone = line.next(now)) EXPECT_EQ(*zone, expected++);
  }
  EXPECT_GE(expected, 200U);
  EXPECT_LE(expected, 203U);
}

TEST(PacedLine, WhoLeavesIsNotCalledAndWhoIsUrgentComesFirst) {
  PacedLine line(0);
  for (ZoneNumber zone = 0; zone < 5; zone++) line.join(zone);
  line.leave(1);
  line.join(3, true);
  std::vector<ZoneNumber> called;
  while (const auto zone = line.next(0)) called.push_back(*zone);
  EXPECT_EQ(called, (std::vector<ZoneNumber>{3, 0, 2, 4}));
  EXPECT_EQ(line.wake_us(), kNever);
}

TEST(TransferQuota, BoundsAllAndEachPeerAndLetsPeersTakeTurns) {
  TransferQuota quota(3, 2);
  for (ZoneNumber zone = 0; zone < 10; zone++) quota.join(zone, 1);
  for (ZoneNumber zone = 10; zone < 20; zone++) quota.join(zone, 2);
  std::vector<PeerId> peers;
  while (const auto grant = quota.next()) peers.push_back(grant->peer);
  EXPECT_EQ(peers, (std::vector<PeerId>{1, 2, 1}));
  EXPECT_EQ(quota.running(), 3U);
  quota.end(1);
  EXPECT_EQ(quota.next()->peer, 2U);
  quota.end(1);
  EXPECT_EQ(quota.next()->peer, 1U);
  EXPECT_FALSE(quota.next());
  EXPECT_EQ(quota.waiting(), 15U);
}

TEST(TransferQuota, AZoneWaitsForThePeerThatWasNamedLast) {
  TransferQuota quota(10, 10);
  quota.join(1, 1);
  quota.join(1, 2);
  quota.join(2, 1);
  quota.leave(2);
  const auto grant = quota.next();
  ASSERT_TRUE(grant);
  EXPECT_EQ(grant->peer, 2U);
  EXPECT_FALSE(quota.next());
  quota.end(2);
  EXPECT_EQ(quota.running(), 0U);
}

TEST(Timetable, WakesZonesInTheOrderOfTheirTimes) {
  Timetable table;
  table.set(1, 300);
  table.set(2, 200);
  table.set(3, 100);
  table.set(3, 400);
  table.set(1, kNever);
  EXPECT_EQ(table.wake_us(), 200);
  EXPECT_FALSE(table.next(199));
  EXPECT_EQ(table.next(1000), 2U);
  EXPECT_EQ(table.next(1000), 3U);
  EXPECT_FALSE(table.next(1000));
  EXPECT_EQ(table.wake_us(), kNever);
}

}  // namespace
}  // namespace nomen::transfer
