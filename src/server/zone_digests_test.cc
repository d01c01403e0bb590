#include "server/zone_digests.h"

#include <gtest/gtest.h>

#include <chrono>

#include "zone/content_for_test.h"

namespace nomen::server {
namespace {

zone::ContentPtr zone_with(uint32_t serial, const std::string& text) {
  return zone::content_of(
      "@ 300 IN SOA ns1 admin " + std::to_string(serial) + " 1 1 1 1\n@ 300 IN NS ns1\n" + text, "example.");
}

/// Asks until it is there, as a client does.
zone::ContentDigest wait_for(ZoneDigests& digests, const ZonePlace& place, const zone::ContentPtr& content) {
  for (int i = 0; i < 10'000; i++) {
    const auto known = digests.find(place, content);
    if (known.digest && known.serial == content->serial()) return *known.digest;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  ADD_FAILURE() << "no digest came";
  return {};
}

TEST(ZoneDigests, WhatIsAskedForComesAndIsKept) {
  ZoneDigests digests;
  const auto content = zone_with(1, "a 60 IN A 192.0.2.1\n");
  const ZonePlace place{"_default", 1};
  EXPECT_FALSE(digests.find(place, content).digest);
  EXPECT_EQ(wait_for(digests, place, content), zone::digest_of(*content));
  EXPECT_TRUE(digests.find(place, content).digest);
}

TEST(ZoneDigests, ALaterVersionGetsItsOwnAndTheEarlierOnesIsToldUntilThen) {
  ZoneDigests digests;
  const ZonePlace place{"_default", 1};
  const auto first = zone_with(1, "");
  const auto second = zone_with(2, "a 60 IN A 192.0.2.1\n");
  wait_for(digests, place, first);
  const auto known = digests.find(place, second);
  ASSERT_TRUE(known.digest);
  EXPECT_EQ(*known.digest,
            known.serial == first->serial() ? zone::digest_of(*first) : zone::digest_of(*second));
  EXPECT_EQ(wait_for(digests, place, second), zone::digest_of(*second));
}

TEST(ZoneDigests, OtherDataUnderTheSameSerialIsNeverGivenTheOldDigest) {
  ZoneDigests digests;
  const ZonePlace place{"_default", 1};
  wait_for(digests, place, zone_with(1, ""));
  const auto other = zone_with(1, "a 60 IN A 192.0.2.1\n");
  const auto known = digests.find(place, other);
  if (known.digest) {
    EXPECT_EQ(*known.digest, zone::digest_of(*other));
  }
  EXPECT_EQ(wait_for(digests, place, other), zone::digest_of(*other));
}

TEST(ZoneDigests, ZonesOfOneNameInTwoViewsAreTwo) {
  ZoneDigests digests;
  const auto inside = zone_with(1, "a 60 IN A 192.0.2.1\n");
  const auto outside = zone_with(1, "");
  EXPECT_NE(wait_for(digests, {"inside", 1}, inside), wait_for(digests, {"outside", 1}, outside));
}

}  // namespace
}  // namespace nomen::server
