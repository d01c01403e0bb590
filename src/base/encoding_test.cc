#include "base/encoding.h"

#include <gtest/gtest.h>

namespace nomen {
namespace {

std::string text_of(const Result<std::vector<uint8_t>>& bytes) {
  return bytes ? std::string(as_text(*bytes)) : "error: " + bytes.error().text;
}

TEST(Encoding, Base64FollowsTheVectorsOfRfc4648) {
  const std::pair<const char*, const char*> vectors[] = {
      {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : vectors) {
    EXPECT_EQ(base64_encode(as_bytes(plain)), coded);
    EXPECT_EQ(text_of(base64_decode(coded)), plain);
  }
}

TEST(Encoding, Base64SkipsBlanksAndRefusesWhatIsNotCanonical) {
  EXPECT_EQ(text_of(base64_decode(" Zm9v\n\tYg = =\r\n")), "foob");
  for (const char* bad : {"Z", "Zg", "Zg=", "Zg===", "Zh==", "Zg==Zg==", "Zm9v!", "====", "Zg=x"})
    EXPECT_FALSE(base64_decode(bad)) << bad;
}

TEST(Encoding, Base32HexFollowsTheVectorsOfRfc4648WithoutPadding) {
  const std::pair<const char*, const char*> vectors[] = {
      {"", ""}, {"f", "CO"}, {"fo", "CPNG"}, {"foo", "CPNMU"}, {"foob", "CPNMUOG"}, {"foobar", "CPNMUOJ1E8"}};
  for (const auto& [plain, coded] : vectors) {
    EXPECT_EQ(base32hex_encode(as_bytes(plain)), coded);
    EXPECT_EQ(text_of(base32hex_decode(coded)), plain);
  }
  EXPECT_EQ(text_of(base32hex_decode("cpnmuoj1e8")), "foobar");
  for (const char* bad : {"C", "CP=", "CPN", "W0", "CP NMUOJ1E8X"})
    EXPECT_FALSE(base32hex_decode(bad)) << bad;
}

TEST(Encoding, HexIsLowerCaseOutAndBothCasesIn) {
  EXPECT_EQ(hex_encode(as_bytes("\xff\x01Z")), "ff015a");
  EXPECT_EQ(text_of(hex_decode("fF 01 5a")), "\xff\x01Z");
  EXPECT_FALSE(hex_decode("abc"));
  EXPECT_FALSE(hex_decode("0x"));
}

TEST(Encoding, EveryByteComesBack) {
  std::vector<uint8_t> all(256);
  for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<uint8_t>(i);
  EXPECT_EQ(*base64_decode(base64_encode(all)), all);
  EXPECT_EQ(*base32hex_decode(base32hex_encode(all)), all);
  EXPECT_EQ(*hex_decode(hex_encode(all)), all);
}

}  // namespace
}  // namespace nomen
