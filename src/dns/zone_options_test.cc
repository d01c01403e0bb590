#include "dns/zone_options.h"

#include <gtest/gtest.h>

#include <string>

#include "base/encoding.h"

namespace nomen::dns {
namespace {

Result<ZoneOptions> read_back(const std::string& hex) {
  return read_zone_options(*hex_decode(hex));
}

TEST(ZoneOptions, AllThreeAreRead) {
  const std::string digest(64, 'a');
  const auto options = read_back(
      "0009000400015180"
      "001300060100"
      "00000007"
      "ff220025"
      "00000006"
      "01" +
      digest);
  ASSERT_TRUE(options);
  EXPECT_EQ(options->expire_s, 86400u);
  EXPECT_EQ(options->version, Serial{7});
  EXPECT_EQ(options->version_labels, 1);
  ASSERT_TRUE(options->digest && options->digest->digest);
  EXPECT_EQ(options->digest->serial, Serial{6});
  EXPECT_EQ(hex_encode(*options->digest->digest), digest);
}

TEST(ZoneOptions, ADigestThatIsNotThereYetHasItsSerialAlone) {
  const auto options = read_back("ff22000400000006");
  ASSERT_TRUE(options && options->digest);
  EXPECT_FALSE(options->digest->digest);
}

TEST(ZoneOptions, ValuesOfAnotherFormCountAsAbsent) {
  for (const char* hex : {"", "00090000", "0009000300aabb", "00130000", "0013000601ff00000007", "ff220000",
                          "ff2200050000000602", "000a00081122334455667788"}) {
    const auto options = read_back(hex);
    ASSERT_TRUE(options) << hex;
    EXPECT_FALSE(options->expire_s || options->version || options->digest) << hex;
  }
}

TEST(ZoneOptions, WhatDoesNotFillTheRecordFails) {
  for (const char* hex : {"00", "000900", "0009000400", "00090000ff"}) EXPECT_FALSE(read_back(hex)) << hex;
}

}  // namespace
}  // namespace nomen::dns
