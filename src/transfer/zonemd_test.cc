#include "transfer/zonemd.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "transfer/transfer_for_test.h"

namespace nomen::transfer {
namespace {

const std::string kDigestHead =
    "@ 86400 IN SOA ns1 admin 2018031900 1800 900 604800 86400\n"
    "@ 86400 IN NS ns1\n@ 86400 IN NS ns2\n"
    "ns1 3600 IN A 203.0.113.63\nns2 3600 IN AAAA 2001:db8::63\n";

std::string zonemd_line(const zone::Content& content, ZonemdHash hash) {
  const std::vector<uint8_t> rdata = make_zonemd(content, hash);
  return "@ 86400 IN TYPE63 \\# " + std::to_string(rdata.size()) + " " + hex_encode(rdata) + "\n";
}

// RFC 8976 A.1.
TEST(Zonemd, TheSimpleZoneOfTheRfcHasItsDigest) {
  const auto content = zone::content_of(
      kDigestHead +
          "@ 86400 IN ZONEMD 2018031900 1 1 c68090d90a7aed716bc459f9340e3d7c1370d4d24b7e2fc3a1ddc0b9a87153b9"
          "a9713b3c9ae5cc27777f98b8e730044c\n",
      "example.");
  EXPECT_TRUE(verify_zonemd(*content).has_value());
  const auto digest = zone_digest(*content, ZonemdHash::kSha384);
  EXPECT_EQ(hex_encode(digest.bytes()).substr(0, 8), "c68090d9");
}

TEST(Zonemd, WhatIsMadeVerifiesAndAnyChangeBreaksIt) {
  for (const ZonemdHash hash : {ZonemdHash::kSha384, ZonemdHash::kSha512}) {
    const auto bare = zone::content_of(kDigestHead, "example.");
    const std::string line = zonemd_line(*bare, hash);
    EXPECT_TRUE(verify_zonemd(*zone::content_of(kDigestHead + line, "example.")).has_value());
    EXPECT_FALSE(verify_zonemd(*zone::content_of(kDigestHead + line + "new 60 IN A 192.0.2.1\n", "example."))
                     .has_value());
  }
}

TEST(Zonemd, AZoneWithoutOneOrWithAnUnknownSchemeOnlyPasses) {
  EXPECT_TRUE(verify_zonemd(*zone::content_of(kDigestHead, "example.")).has_value());
  const std::string unknown = "@ 86400 IN ZONEMD 2018031900 240 1 " + std::string(96, 'a') + "\n";
  EXPECT_TRUE(verify_zonemd(*zone::content_of(kDigestHead + unknown, "example.")).has_value());
}

TEST(Zonemd, ADigestOfAnotherSerialIsNoDigest) {
  const auto bare = zone::content_of(kDigestHead, "example.");
  std::string other = kDigestHead;
  other.replace(other.find("2018031900"), 10, "2018031901");
  const auto verified =
      verify_zonemd(*zone::content_of(other + zonemd_line(*bare, ZonemdHash::kSha384), "example."));
  ASSERT_FALSE(verified.has_value());
  EXPECT_EQ(verified.error().text, "ZONEMD: no single digest for the serial of the zone");
}

zone::ContentPtr applied(const zone::ContentPtr& content, const zone::Change& change) {
  zone::ContentWriter writer(*content, {});
  EXPECT_TRUE(writer.apply(change).has_value());
  Diagnostics diagnostics;
  return writer.finish(diagnostics);
}

TEST(Zonemd, ARenewedSetHasTheHashesThatThereWere) {
  const std::string stale = "@ 86400 IN ZONEMD 7 1 1 " + std::string(96, 'a') + "\n@ 86400 IN ZONEMD 7 1 2 " +
                            std::string(128, 'a') + "\n@ 86400 IN ZONEMD 7 240 1 " + std::string(96, 'a') +
                            "\n";
  const auto before = zone::content_of(kDigestHead + stale, "example.");
  const zone::Change change = renewed_zonemd(*before);
  EXPECT_EQ(change.removed.size(), 3U);
  EXPECT_EQ(change.added.size(), 2U);
  const auto after = applied(before, change);
  EXPECT_TRUE(verify_zonemd(*after).has_value());
  EXPECT_TRUE(renewed_zonemd(*after).empty());
}

TEST(Zonemd, ASignedSetThatIsNotRightGoes) {
  const std::string stale =
      "@ 86400 IN ZONEMD 7 1 1 " + std::string(96, 'a') +
      "\n@ 86400 IN RRSIG ZONEMD 8 1 86400 20300101000000 20200101000000 1 example. AAAA\n";
  const auto before = zone::content_of(kDigestHead + stale, "example.");
  const zone::Change change = renewed_zonemd(*before);
  EXPECT_EQ(change.removed.size(), 2U);
  EXPECT_TRUE(change.added.empty());
  EXPECT_FALSE(applied(before, change)->apex_node().find(dns::RRType::kZonemd));
}

TEST(Zonemd, ATransferWithAWrongDigestIsRejected) {
  const auto bare = zone::content_of(kDigestHead, "drawn.test.");
  const std::string line = zonemd_line(*bare, ZonemdHash::kSha384);
  for (const bool is_right : {true, false}) {
    const auto content =
        zone::content_of(kDigestHead + line + (is_right ? "" : "new 60 IN A 192.0.2.1\n"), "drawn.test.");
    IncomingTransfer incoming(options_for(nullptr));
    auto outgoing = OutgoingTransfer::axfr(request_of(incoming), content, {});
    EXPECT_EQ(feed_all(incoming, messages_of(outgoing)), is_right ? Progress::kDone : Progress::kFailed);
    EXPECT_EQ(incoming.reason(), is_right ? "" : "ZONEMD: the digest of the zone does not match");
  }
}

}  // namespace
}  // namespace nomen::transfer
