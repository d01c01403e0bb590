#include <gtest/gtest.h>

#include "dns/message_reader.h"
#include "transfer/notify_message.h"
#include "transfer/notify_sender.h"
#include "zone/content_for_test.h"

namespace nomen::transfer {
namespace {

constexpr int64_t kNotifySecond = 1'000'000;

std::vector<uint8_t> notify_of(const Notify& notify, Bytes soa) {
  std::vector<uint8_t> out(1024);
  out.resize(write_notify(out, notify, soa, 300));
  return out;
}

const Notify kNotify{77, zone::name_of("example.test."), dns::RRClass::kIn, std::nullopt};

TEST(NotifyMessage, IsReadAsItWasWritten) {
  std::vector<uint8_t> soa(22);
  store_u32(soa.data() + 2, 9);
  const auto notify = read_notify(notify_of(kNotify, soa));
  ASSERT_TRUE(notify.has_value());
  EXPECT_EQ(notify->id, 77);
  EXPECT_EQ(notify->zone, kNotify.zone);
  EXPECT_EQ(notify->serial, dns::Serial{9});
  EXPECT_EQ(read_notify(notify_of(kNotify, {}))->serial, std::nullopt);
}

TEST(NotifyMessage, TheReplyBelongsToItsRequest) {
  std::vector<uint8_t> out(512);
  out.resize(write_notify_reply(out, kNotify, dns::Rcode::kNotAuth));
  EXPECT_EQ(*read_notify_reply(out, kNotify), dns::Rcode::kNotAuth);
  Notify other = kNotify;
  other.id = 78;
  EXPECT_FALSE(read_notify_reply(out, other).has_value());
  other = kNotify;
  other.zone = zone::name_of("other.test.");
  EXPECT_FALSE(read_notify_reply(out, other).has_value());
  EXPECT_FALSE(read_notify_reply(notify_of(kNotify, {}), kNotify).has_value());
  EXPECT_FALSE(read_notify(out).has_value());
}

TEST(NotifyMessage, WhatIsCutOffIsRefused) {
  const auto message = notify_of(kNotify, std::vector<uint8_t>(22));
  for (size_t size = 0; size < message.size(); size++)
    EXPECT_FALSE(read_notify(Bytes(message).first(size)).has_value()) << size;
}

TEST(NotifyTargets, AreTheNameServersButThePrimary) {
  const auto content = zone::content_of(
      "@ 60 IN SOA ns1 admin 1 2 3 4 5\n@ 60 IN NS ns1\n@ 60 IN NS ns2\n@ 60 IN NS ns.other.test.\n"
      "ns2 60 IN A 192.0.2.2\nns2 60 IN AAAA 2001:db8::2\n",
      "example.test.");
  const std::vector<dns::Name> names = notify_names(*content, false);
  ASSERT_EQ(names.size(), 2U);
  EXPECT_EQ(std::count(names.begin(), names.end(), zone::name_of("ns1.example.test.")), 0);
  EXPECT_EQ(notify_names(*content, true).size(), 3U);
  const auto addresses = addresses_in_zone(*content, zone::name_of("ns2.example.test."));
  ASSERT_EQ(addresses.size(), 2U);
  EXPECT_EQ(addresses[0], (std::vector<uint8_t>{192, 0, 2, 2}));
  EXPECT_EQ(addresses[1].size(), 16U);
  EXPECT_TRUE(addresses_in_zone(*content, zone::name_of("ns.other.test.")).empty());
}

TEST(NotifySender, TellsEachTargetAtOnceAndIsDoneWhenTheyAcknowledge) {
  NotifySender sender;
  sender.set_targets({1, 2, 2}, 0);
  EXPECT_FALSE(sender.next(0));
  sender.changed({5}, 100);
  EXPECT_EQ(sender.wake_us(), 100);
  EXPECT_EQ(sender.next(100)->peer, 1U);
  EXPECT_EQ(sender.next(100)->peer, 2U);
  EXPECT_FALSE(sender.next(100));
  sender.acknowledged(1, {5});
  sender.acknowledged(2, {5});
  EXPECT_EQ(sender.wake_us(), kNever);
}

TEST(NotifySender, TriesAgainAtGrowingDistancesAndGivesUp) {
  NotifySender sender(
      {.first_retry_us = kNotifySecond, .longest_retry_us = 4 * kNotifySecond, .max_tries = 5});
  sender.set_targets({1}, 0);
  sender.changed({5}, 0);
  std::vector<int64_t> sent;
  for (int64_t now = 0; sender.wake_us() != kNever; now = sender.wake_us()) {
    const auto send = sender.next(now);
    if (send) sent.push_back(now / kNotifySecond);
    if (sender.wake_us() == kNever) break;
  }
  EXPECT_EQ(sent, (std::vector<int64_t>{0, 1, 3, 7, 11}));
  sender.changed({6}, 100 * kNotifySecond);
  EXPECT_EQ(sender.next(100 * kNotifySecond)->serial, dns::Serial{6});
}

TEST(NotifySender, UnderAStreamOfChangesTheNewestSerialIsToldOnceAnInterval) {
  NotifySender sender({.interval_us = 10'000});
  sender.set_targets({1}, 0);
  size_t sent = 0;
  std::optional<dns::Serial> last;
  for (int64_t now = 0; now < kNotifySecond; now += 100) {
    sender.changed({static_cast<uint32_t>(now / 100 + 1)}, now);
    while (const auto send = sender.next(now)) {
      sent++;
      last = send->serial;
      sender.acknowledged(1, send->serial);
    }
  }
  EXPECT_EQ(sent, 100U);
  EXPECT_EQ(sender.next(kNotifySecond + 10'000)->serial, dns::Serial{10'000});
  EXPECT_EQ(last, dns::Serial{9'901});
}

TEST(NotifySender, AnAcknowledgementOfAnOlderSerialDoesNotEndTheNewerOne) {
  NotifySender sender;
  sender.set_targets({1}, 0);
  sender.changed({5}, 0);
  ASSERT_TRUE(sender.next(0));
  sender.changed({6}, 1);
  sender.acknowledged(1, {5});
  EXPECT_NE(sender.wake_us(), kNever);
  EXPECT_EQ(sender.next(kNotifySecond)->serial, dns::Serial{6});
}

TEST(NotifySender, ANewTargetIsToldAndOneThatStaysIsNotToldAgain) {
  NotifySender sender;
  sender.set_targets({1}, 0);
  sender.changed({5}, 0);
  ASSERT_TRUE(sender.next(0));
  sender.acknowledged(1, {5});
  sender.set_targets({1, 2}, kNotifySecond);
  EXPECT_EQ(sender.next(kNotifySecond)->peer, 2U);
  EXPECT_FALSE(sender.next(kNotifySecond));
}

}  // namespace
}  // namespace nomen::transfer
