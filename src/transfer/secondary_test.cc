#include "transfer/secondary.h"

#include <gtest/gtest.h>

namespace nomen::transfer {
namespace {

using Kind = SecondaryWork::Kind;
constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kStart = 1'000'000 * kSecond;

constexpr Soa secondary_soa(uint32_t serial) {
  return {{serial}, 3600, 600, 86400, 300};
}

SecondaryOptions machine_options(size_t primaries) {
  SecondaryOptions options;
  options.primaries = primaries;
  return options;
}

/// A secondary that has version 5, freshly confirmed.
Secondary fresh(size_t primaries) {
  Secondary zone(machine_options(primaries), 1);
  zone.start_empty(kStart);
  zone.begin(kStart);
  zone.transferred(secondary_soa(5), std::nullopt, kStart);
  return zone;
}

TEST(Secondary, WithoutDataItTransfersFromOnePrimaryAfterTheOther) {
  Secondary zone(machine_options(2), 1);
  zone.start_empty(kStart);
  EXPECT_EQ(zone.wanted(kStart), (SecondaryWork{.kind = Kind::kTransfer}));
  zone.begin(kStart);
  EXPECT_EQ(zone.wanted(kStart).kind, Kind::kNone);
  zone.transfer_failed(false, kStart);
  EXPECT_EQ(zone.wanted(kStart), (SecondaryWork{.kind = Kind::kTransfer, .primary = 1}));
  zone.begin(kStart);
  zone.transferred(secondary_soa(5), std::nullopt, kStart);
  EXPECT_TRUE(zone.has_data());
  EXPECT_EQ(zone.source(), 1U);
  const int64_t wake = zone.wake_us();
  EXPECT_GT(wake, kStart + 3600 * kSecond * 3 / 4 - 1);
  EXPECT_LE(wake, kStart + 3600 * kSecond);
}

TEST(Secondary, WithoutDataItTriesAgainLessAndLessOften) {
  Secondary zone(machine_options(1), 1);
  zone.start_empty(kStart);
  int64_t now = kStart;
  int64_t distance = 0;
  for (int i = 0; i < 12; i++) {
    ASSERT_EQ(zone.wanted(now).kind, Kind::kTransfer);
    zone.begin(now);
    zone.transfer_failed(false, now);
    EXPECT_GT(zone.wake_us() - now, i < 8 ? distance : distance / 2);
    distance = zone.wake_us() - now;
    EXPECT_LE(distance, 3600 * kSecond);
    now = zone.wake_us();
  }
  EXPECT_GE(distance, 2700 * kSecond);
}

TEST(Secondary, ANewerSerialLeadsToAnIxfrAndThenToAnAxfrWhereThatDoesNotGoWell) {
  Secondary zone = fresh(2);
  int64_t now = zone.wake_us();
  EXPECT_EQ(zone.wanted(now - 1).kind, Kind::kNone);
  EXPECT_EQ(zone.wanted(now), (SecondaryWork{.kind = Kind::kSoaQuery}));
  zone.begin(now);
  zone.soa_answered({6}, {}, now);
  EXPECT_EQ(zone.wanted(now), (SecondaryWork{.kind = Kind::kTransfer, .ixfr = true}));
  zone.begin(now);
  zone.transfer_failed(true, now);
  EXPECT_EQ(zone.wanted(now), (SecondaryWork{.kind = Kind::kTransfer}));
  zone.begin(now);
  zone.transferred(secondary_soa(6), std::nullopt, now);
  EXPECT_EQ(zone.soa()->serial, dns::Serial{6});
  EXPECT_EQ(zone.wanted(now).kind, Kind::kNone);
}

TEST(Secondary, EveryPrimaryIsAskedUntilOneHasSomethingNewer) {
  Secondary zone = fresh(3);
  const int64_t now = zone.wake_us();
  for (const uint32_t serial : {5U, 4U}) {
    ASSERT_EQ(zone.wanted(now).kind, Kind::kSoaQuery);
    zone.begin(now);
    zone.soa_answered({serial}, {}, now);
  }
  EXPECT_EQ(zone.wanted(now), (SecondaryWork{.kind = Kind::kSoaQuery, .primary = 2}));
  zone.begin(now);
  zone.soa_answered({7}, {}, now);
  EXPECT_EQ(zone.wanted(now), (SecondaryWork{.kind = Kind::kTransfer, .primary = 2, .ixfr = true}));
}

TEST(Secondary, ASilentPrimaryIsAskedThreeTimesAndThenOverTcp) {
  Secondary zone = fresh(1);
  const int64_t now = zone.wake_us();
  for (int i = 0; i < 3; i++) {
    EXPECT_EQ(zone.wanted(now), (SecondaryWork{.kind = Kind::kSoaQuery}));
    zone.begin(now);
    zone.soa_failed(QueryFailure::kTimeout, now);
  }
  EXPECT_EQ(zone.wanted(now), (SecondaryWork{.kind = Kind::kSoaQuery, .over_tcp = true}));
  zone.begin(now);
  zone.soa_failed(QueryFailure::kTimeout, now);
  EXPECT_EQ(zone.wanted(now).kind, Kind::kNone);
  EXPECT_GT(zone.wake_us(), now + 600 * kSecond * 3 / 4 - 1);
  EXPECT_LE(zone.wake_us(), now + 600 * kSecond);
}

TEST(Secondary, ATruncatedAnswerIsAskedForOverTcpAtOnce) {
  Secondary zone = fresh(1);
  const int64_t now = zone.wake_us();
  zone.begin(now);
  zone.soa_failed(QueryFailure::kTruncated, now);
  EXPECT_TRUE(zone.wanted(now).over_tcp);
}

TEST(Secondary, ANotifyIsFollowedAtOnceBeginningWithItsSender) {
  Secondary zone = fresh(2);
  EXPECT_FALSE(zone.notified(1, dns::Serial{5}, kStart + kSecond));
  EXPECT_TRUE(zone.notified(1, dns::Serial{6}, kStart + kSecond));
  EXPECT_EQ(zone.wanted(kStart + kSecond),
            (SecondaryWork{.kind = Kind::kTransfer, .primary = 1, .ixfr = true}));
}

TEST(Secondary, ANotifyThatTellsNoNewSerialOrIsFromNoPrimaryLeadsToAQuestion) {
  Secondary silent = fresh(2);
  EXPECT_TRUE(silent.notified(1, std::nullopt, kStart + kSecond));
  EXPECT_EQ(silent.wanted(kStart + kSecond), (SecondaryWork{.kind = Kind::kSoaQuery, .primary = 1}));
  Secondary other = fresh(2);
  EXPECT_TRUE(other.notified(std::nullopt, dns::Serial{6}, kStart + kSecond));
  EXPECT_EQ(other.wanted(kStart + kSecond), (SecondaryWork{.kind = Kind::kSoaQuery, .primary = 0}));
}

TEST(Secondary, ANotifyDuringARoundThatHasBroughtItsSerialLeadsToNothing) {
  Secondary zone = fresh(1);
  const int64_t now = kStart + kSecond;
  zone.notified(0, dns::Serial{6}, now);
  zone.begin(now);
  zone.notified(0, dns::Serial{7}, now);
  zone.transferred(secondary_soa(7), std::nullopt, now);
  EXPECT_EQ(zone.wanted(now).kind, Kind::kNone);
}

TEST(Secondary, NotifiesDuringARoundLeadToOneMoreRound) {
  Secondary zone = fresh(1);
  const int64_t now = kStart + kSecond;
  zone.notified(0, dns::Serial{6}, now);
  zone.begin(now);
  for (uint32_t serial = 7; serial < 20; serial++) zone.notified(0, dns::Serial{serial}, now);
  EXPECT_EQ(zone.wanted(now).kind, Kind::kNone);
  zone.transferred(secondary_soa(6), std::nullopt, now);
  ASSERT_EQ(zone.wanted(now).kind, Kind::kTransfer);
  zone.begin(now);
  zone.transferred(secondary_soa(19), std::nullopt, now);
  EXPECT_EQ(zone.wanted(now).kind, Kind::kNone);
}

TEST(Secondary, ExpiresOnTimeWhenNoPrimaryAnswersAndComesBackWithATransfer) {
  Secondary zone = fresh(1);
  int64_t now = kStart;
  while (!zone.is_expired()) {
    now = zone.wake_us();
    if (zone.expire_if_due(now)) break;
    ASSERT_EQ(zone.wanted(now).kind, Kind::kSoaQuery);
    zone.begin(now);
    zone.soa_failed(QueryFailure::kBadAnswer, now);
  }
  EXPECT_EQ(now, kStart + 86400 * kSecond);
  EXPECT_FALSE(zone.expire_if_due(now));
  now = zone.wake_us();
  EXPECT_EQ(zone.wanted(now), (SecondaryWork{.kind = Kind::kTransfer, .any_serial = true}));
  zone.begin(now);
  zone.transferred(secondary_soa(5), std::nullopt, now);
  EXPECT_FALSE(zone.is_expired());
}

TEST(Secondary, ExpireToldByAPrimaryShortensTheLifeOfACopyOfACopy) {
  Secondary zone(machine_options(1), 1);
  zone.start_empty(kStart);
  zone.begin(kStart);
  zone.transferred(secondary_soa(5), 1000, kStart);
  EXPECT_TRUE(zone.expire_if_due(kStart + 1000 * kSecond));
}

// RFC 7314 4: the greater of what is told and what is left, and never more than the SOA says.
TEST(Secondary, ExpireToldWithTheSerialLengthensALifeButNotBeyondTheSoa) {
  Secondary zone = fresh(1);  // 86400 seconds from kStart on
  const int64_t later = kStart + 50'000 * kSecond;
  const auto confirm = [&](uint32_t told_s) {
    zone.refresh_now(later);
    zone.begin(later);
    zone.soa_answered({5}, told_s, later);
    return (zone.times().expires_us - kStart) / kSecond;
  };
  EXPECT_EQ(confirm(10), 86'400);
  EXPECT_EQ(confirm(40'000), 90'000);
  EXPECT_EQ(confirm(10), 90'000);
  EXPECT_EQ(confirm(4'000'000), 50'000 + 86'400);
}

TEST(Secondary, ATransferBeginsTheLifeOfItsVersionWithWhatIsTold) {
  Secondary zone = fresh(1);
  zone.notified(0, dns::Serial{6}, kStart + 1);
  zone.begin(kStart + 1);
  zone.transferred(secondary_soa(6), 1000, kStart + 1);
  EXPECT_EQ(zone.times().expires_us, kStart + 1 + 1000 * kSecond);
}

TEST(Secondary, TimesOutliveARestart) {
  Secondary zone = fresh(1);
  const store::ZoneTimes times = zone.times();
  EXPECT_EQ(times.expires_us, kStart + 86400 * kSecond);
  Secondary again(machine_options(1), 2);
  const int64_t later = kStart + 80000 * kSecond;
  again.start_with(secondary_soa(5), times, later);
  EXPECT_EQ(again.wanted(later).kind, Kind::kSoaQuery);
  EXPECT_FALSE(again.expire_if_due(times.expires_us - 1));
  EXPECT_TRUE(again.expire_if_due(times.expires_us));
  Secondary too_late(machine_options(1), 3);
  too_late.start_with(secondary_soa(5), times, times.expires_us + kSecond);
  EXPECT_TRUE(too_late.expire_if_due(times.expires_us + kSecond));
}

TEST(Secondary, TimesOfAnEarlierVersionBoundItsLifeToo) {
  const store::ZoneTimes times = fresh(1).times();
  Secondary again(machine_options(1), 2);
  again.start_with(secondary_soa(6), times, kStart + 80000 * kSecond);
  EXPECT_TRUE(again.expire_if_due(times.expires_us));
}

TEST(Secondary, BoundsOfTheConfigurationHoldForRefreshAndRetry) {
  SecondaryOptions options = machine_options(1);
  options.max_refresh_s = 400;
  options.min_retry_s = 5000;
  Secondary zone(options, 1);
  zone.start_empty(kStart);
  zone.begin(kStart);
  zone.transferred(secondary_soa(5), std::nullopt, kStart);
  EXPECT_LE(zone.wake_us(), kStart + 400 * kSecond);
  const int64_t now = zone.wake_us();
  zone.begin(now);
  zone.soa_failed(QueryFailure::kBadAnswer, now);
  EXPECT_GE(zone.wake_us(), now + 3750 * kSecond);
}

TEST(Secondary, ARetransferTakesTheWholeZoneWhateverItsSerial) {
  Secondary zone = fresh(1);
  zone.retransfer_now(kStart + 1);
  EXPECT_EQ(zone.wanted(kStart + 1), (SecondaryWork{.kind = Kind::kTransfer, .any_serial = true}));
  zone.begin(kStart + 1);
  zone.transferred(secondary_soa(4), std::nullopt, kStart + 1);
  EXPECT_EQ(zone.soa()->serial, dns::Serial{4});
  EXPECT_EQ(zone.wanted(kStart + 1).kind, Kind::kNone);
}

TEST(Secondary, ARetransferDuringARoundFollowsIt) {
  Secondary zone = fresh(1);
  zone.refresh_now(kStart + 1);
  zone.begin(kStart + 1);
  zone.retransfer_now(kStart + 1);
  zone.soa_answered({5}, {}, kStart + 1);
  EXPECT_TRUE(zone.wanted(kStart + 1).any_serial);
}

}  // namespace
}  // namespace nomen::transfer
