#include "control/rndc_message.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "control/limits.h"

namespace nomen::control {
namespace {

using crypto::DigestAlgorithm;

std::vector<uint8_t> bytes_of(std::string_view hex) {
  return *hex_decode(hex);
}

RndcKey key_of(DigestAlgorithm algorithm, std::string_view base64) {
  return {"k", algorithm, *base64_decode(base64)};
}

// What BIND 9.18's rndc sent first to a named with these keys.
constexpr const char* kSha256Request =
    "000000d2 00000001 055f61757468 02 00000063 0468736861 01 00000059 a3"
    "55534b3074563862553256 66594e2f774c52484c7670627937 4c444c344f35485934556c45 59726e6670453d"
    "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "055f6374726c 02 0000003c 045f736572 01 0000000a 31383533303135353230"
    "045f74696d 01 0000000a 31373935323137363439 045f657870 01 0000000a 31373935323137373039"
    "055f64617461 02 0000000e 0474797065 01 00000004 6e756c6c";
constexpr const char* kMd5Request =
    "0000008f 00000001 055f61757468 02 00000020 04686d6435 01 00000016"
    "6a357459397949726975516e4c337977684b4269 6841"
    "055f6374726c 02 0000003c 045f736572 01 0000000a 31313938313532383937"
    "045f74696d 01 0000000a 31373935323137363439 045f657870 01 0000000a 31373935323137373039"
    "055f64617461 02 0000000e 0474797065 01 00000004 6e756c6c";

TEST(RndcMessage, ReadsAndVerifiesWhatBindsRndcSendsWithHmacSha256) {
  const std::vector<uint8_t> frame = bytes_of(kSha256Request);
  const Result<ReceivedMessage> received = ReceivedMessage::parse(Bytes(frame).subspan(4));
  ASSERT_TRUE(received) << received.error().text;
  const RndcKey key = key_of(DigestAlgorithm::kSha256, "c2VjcmV0LXNlY3JldC1zZWNyZXQ=");
  EXPECT_TRUE(received->is_signed_with(key));
  EXPECT_FALSE(received->is_signed_with(key_of(DigestAlgorithm::kSha256, "AAAA")));
  EXPECT_FALSE(received->is_signed_with(key_of(DigestAlgorithm::kSha512, "c2VjcmV0LXNlY3JldC1zZWNyZXQ=")));
  EXPECT_FALSE(received->is_signed_with(key_of(DigestAlgorithm::kMd5, "c2VjcmV0LXNlY3JldC1zZWNyZXQ=")));
  const RndcMessage& message = received->message();
  EXPECT_EQ(message.serial, 1853015520U);
  EXPECT_EQ(message.time_s, 1795217649U);
  EXPECT_EQ(message.expires_s, 1795217709U);
  EXPECT_EQ(message.nonce, std::nullopt);
  EXPECT_FALSE(message.is_reply);
  EXPECT_EQ(message.command, "null");
  EXPECT_EQ(encode_message(message, key), frame);
}

TEST(RndcMessage, ReadsAndVerifiesWhatBindsRndcSendsWithHmacMd5) {
  const std::vector<uint8_t> frame = bytes_of(kMd5Request);
  const Result<ReceivedMessage> received = ReceivedMessage::parse(Bytes(frame).subspan(4));
  ASSERT_TRUE(received) << received.error().text;
  const RndcKey key = key_of(DigestAlgorithm::kMd5, "c2VjcmV0LW1kNQ==");
  EXPECT_TRUE(received->is_signed_with(key));
  EXPECT_EQ(encode_message(received->message(), key), frame);
}

TEST(RndcMessage, EveryFieldComesBackWithEveryAlgorithm) {
  RndcMessage message;
  message.serial = 4294967295U;
  message.time_s = 17;
  message.expires_s = 77;
  message.nonce = 5;
  message.is_reply = true;
  message.command = std::string("reload \0\xff", 9);
  message.result = 25;
  message.error = "failure";
  message.text = "two\nlines";
  for (int i = 0; i < 6; ++i) {
    const RndcKey key = key_of(static_cast<DigestAlgorithm>(i), "c2VjcmV0");
    const std::vector<uint8_t> frame = encode_message(message, key);
    const Result<ReceivedMessage> received = ReceivedMessage::parse(Bytes(frame).subspan(4));
    ASSERT_TRUE(received) << received.error().text;
    EXPECT_EQ(received->message(), message);
    EXPECT_TRUE(received->is_signed_with(key));
  }
}

TEST(RndcMessage, AnyChangedByteBreaksTheSignatureOrTheForm) {
  const std::vector<uint8_t> frame = bytes_of(kSha256Request);
  const RndcKey key = key_of(DigestAlgorithm::kSha256, "c2VjcmV0LXNlY3JldC1zZWNyZXQ=");
  for (size_t i = 4; i < frame.size(); ++i) {
    std::vector<uint8_t> changed(frame.begin() + 4, frame.end());
    changed[i - 4] ^= 1;
    const Result<ReceivedMessage> received = ReceivedMessage::parse(changed);
    EXPECT_FALSE(received && received->is_signed_with(key)) << i;
  }
}

TEST(RndcMessage, EveryCutIsRefused) {
  const std::vector<uint8_t> frame = bytes_of(kSha256Request);
  for (size_t size = 0; size < frame.size() - 4; ++size)
    EXPECT_FALSE(ReceivedMessage::parse(Bytes(frame).subspan(4, size))) << size;
}

TEST(RndcMessage, AnotherVersionIsRefused) {
  std::vector<uint8_t> frame = bytes_of(kSha256Request);
  frame[7] = 2;
  EXPECT_EQ(ReceivedMessage::parse(Bytes(frame).subspan(4)).error().text, "unknown version");
}

TEST(RndcMessage, TheSignatureMustComeFirst) {
  RndcValue control = rndc_table();
  control.set("_ser", "1").set("_tim", "1");
  RndcValue sections = rndc_table();
  sections.set_table("_ctrl", control).set_table("_data", rndc_table().set("type", "null"));
  sections.set_table("_auth", rndc_table());
  std::vector<uint8_t> frame = {0, 0, 0, 1};
  const std::vector<uint8_t> tables = encode_entries(sections);
  frame.insert(frame.end(), tables.begin(), tables.end());
  EXPECT_EQ(ReceivedMessage::parse(frame).error().text, "bad auth");
}

TEST(RndcTable, ListsAndTablesComeBackAndDeepNestingIsRefused) {
  RndcValue list{.kind = RndcValue::Kind::kList, .bytes = {}, .entries = {}};
  list.entries.push_back({"", {.kind = RndcValue::Kind::kBytes, .bytes = "one", .entries = {}}});
  RndcValue table = rndc_table();
  table.set_table("list", list).set("", "").set_table("inner", rndc_table().set("a", "b"));
  EXPECT_EQ(*decode_entries(encode_entries(table)), table);

  for (int i = 0; i < kMaxTableDepth + 1; ++i) table = rndc_table().set_table("t", table);
  EXPECT_EQ(decode_entries(encode_entries(table)).error().text, "max depth");
}

TEST(RndcTable, AKeyTwiceAndTooManyEntriesAreRefused) {
  EXPECT_EQ(decode_entries(encode_entries(rndc_table().set("a", "1").set("a", "2"))).error().text,
            "duplicate");
  RndcValue many = rndc_table();
  for (size_t i = 0; i <= kMaxTableEntries; ++i) many.set(std::to_string(i), "");
  EXPECT_FALSE(decode_entries(encode_entries(many)));
}

TEST(RndcTable, NumbersAreWholeDecimalTexts) {
  const RndcValue table =
      rndc_table().set("a", "17").set("b", "17x").set("c", "").set("d", "4294967296").set("e", "-1");
  EXPECT_EQ(table.number("a"), 17U);
  for (const char* key : {"b", "c", "d", "e", "none"}) EXPECT_EQ(table.number(key), std::nullopt) << key;
}

TEST(RndcFramer, GivesFramesFromPiecesAndRefusesTooLongOnes) {
  const std::vector<uint8_t> frame = bytes_of(kMd5Request);
  RndcFramer framer(kMaxRequestBytes);
  for (const uint8_t& byte : frame) {
    EXPECT_EQ(*framer.next(), std::nullopt);
    framer.append({&byte, 1});
  }
  framer.append(frame);
  const std::vector<uint8_t> content(frame.begin() + 4, frame.end());
  EXPECT_EQ(**framer.next(), content);
  EXPECT_EQ(**framer.next(), content);
  EXPECT_EQ(*framer.next(), std::nullopt);
  framer.append(bytes_of("00008001"));
  EXPECT_EQ(framer.next().error().text, "out of range");
}

TEST(HmacNames, AreThoseOfBind) {
  EXPECT_EQ(parse_hmac_name("hmac-md5"), DigestAlgorithm::kMd5);
  EXPECT_EQ(parse_hmac_name("HMAC-SHA384"), DigestAlgorithm::kSha384);
  EXPECT_EQ(parse_hmac_name("sha256"), DigestAlgorithm::kSha256);
  EXPECT_EQ(parse_hmac_name("hmac-sha256-128"), std::nullopt);
  EXPECT_EQ(parse_hmac_name(""), std::nullopt);
}

}  // namespace
}  // namespace nomen::control
