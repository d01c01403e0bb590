#include "store/change_encoding.h"

#include <gtest/gtest.h>

#include "base/checksum.h"
#include "base/random.h"
#include "store/version_for_test.h"

namespace nomen::store {
namespace {

zone::Change round_trip(const zone::Change& change) {
  const auto bytes = encode_change(change);
  EXPECT_TRUE(bytes);
  auto read = decode_change(*bytes, dns::RRClass::kIn);
  EXPECT_TRUE(read) << read.error().text;
  return read ? *read : zone::Change();
}

std::vector<uint8_t> with_checksum(std::vector<uint8_t> body) {
  uint8_t sum[4];
  store_u32(sum, static_cast<uint32_t>(checksum64(body)));
  body.insert(body.end(), sum, sum + 4);
  return body;
}

TEST(ChangeEncoding, AChangeComesBackAsItWas) {
  const Version version = version_of({}, 7, 8);
  EXPECT_EQ(text_of(round_trip(version.change)), text_of(version.change));
  EXPECT_EQ(text_of(round_trip({})), text_of(zone::Change()));
}

TEST(ChangeEncoding, AChangeOfOneRecordIsSmall) {
  const auto bytes = encode_change(version_of({}, 7, 8).change);
  ASSERT_TRUE(bytes);
  EXPECT_LT(bytes->size(), 120U);
}

TEST(ChangeEncoding, RandomChangesComeBack) {
  FastRandom random(42);
  for (int round = 0; round < 300; round++) {
    zone::Change change;
    for (uint32_t i = random.below(20); i > 0; i--) {
      zone::RecordList& list = random.below(2) == 0 ? change.removed : change.added;
      static constexpr const char* kOwners[] = {
          ".", "a.", "EXAMPLE.com.", "a.example.com.", "xa.example.com.", "other.test.", "b.a.example.com."};
      const dns::Name owner = name_of(kOwners[random.below(std::size(kOwners))]);
      const uint32_t ttl_s = random.below(3) == 0 ? random.next() : 300;
      if (random.below(3) == 0) {
        list.add(owner, dns::RRType::kSoa, ttl_s, soa_rdata(random.next()));
      } else {
        std::vector<uint8_t> rdata(random.below(2) == 0 ? 4 : random.below(400));
        for (uint8_t& byte : rdata) byte = static_cast<uint8_t>(random.next());
        list.add(owner, rdata.size() == 4 ? dns::RRType::kA : static_cast<dns::RRType>(65280), ttl_s, rdata);
      }
    }
    EXPECT_EQ(text_of(round_trip(change)), text_of(change));
  }
}

TEST(ChangeEncoding, EveryFlippedBitAndEveryCutIsNoticed) {
  auto bytes = encode_change(version_of({}, 7, 8).change);
  ASSERT_TRUE(bytes);
  for (size_t size = 0; size < bytes->size(); size++)
    EXPECT_FALSE(decode_change(Bytes(*bytes).first(size), dns::RRClass::kIn));
  for (size_t bit = 0; bit < bytes->size() * 8; bit++) {
    (*bytes)[bit / 8] ^= static_cast<uint8_t>(1U << bit % 8);
    EXPECT_FALSE(decode_change(*bytes, dns::RRClass::kIn));
    (*bytes)[bit / 8] ^= static_cast<uint8_t>(1U << bit % 8);
  }
}

TEST(ChangeEncoding, NonsenseWithARightChecksumIsRefused) {
  EXPECT_FALSE(decode_change(with_checksum({2, 0, 0}), dns::RRClass::kIn));        // another format
  EXPECT_FALSE(decode_change(with_checksum({1, 1, 0}), dns::RRClass::kIn));        // a record is missing
  EXPECT_FALSE(decode_change(with_checksum({1, 0, 0, 9}), dns::RRClass::kIn));     // octets left over
  EXPECT_FALSE(decode_change(with_checksum({1, 1, 0, 1, 0}), dns::RRClass::kIn));  // refers to nothing
  EXPECT_FALSE(decode_change(with_checksum({1, 1, 0, 0, 9, 1, 0, 1, 0, 0}), dns::RRClass::kIn));     // owner
  EXPECT_FALSE(decode_change(with_checksum({1, 1, 0, 0, 0, 1, 0, 1, 0, 1, 7}), dns::RRClass::kIn));  // rdata
  EXPECT_FALSE(decode_change(with_checksum({1, 1, 0, 0, 0, 1, 0, 0xff, 1, 0, 0}), dns::RRClass::kIn));  // ANY
  EXPECT_TRUE(decode_change(with_checksum({1, 1, 0, 0, 0, 1, 0, 1, 0, 4, 1, 2, 3, 4}), dns::RRClass::kIn));
}

}  // namespace
}  // namespace nomen::store
