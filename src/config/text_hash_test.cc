#include "config/text_hash.h"

#include <gtest/gtest.h>

namespace nomen::config {
namespace {

TEST(TextHash, LowersUpperCaseLettersAndNothingElse) {
  for (unsigned byte = 0; byte < 256; byte++) {
    const bool is_upper = byte >= 'A' && byte <= 'Z';
    const uint64_t lower = is_upper ? byte + 0x20 : byte;
    for (unsigned place = 0; place < 64; place += 8) {
      EXPECT_EQ(lower_word(uint64_t{byte} << place), lower << place) << byte;
      EXPECT_EQ(lower_word(~(uint64_t{0xFF} << place) | uint64_t{byte} << place),
                ~(uint64_t{0xFF} << place) | lower << place)
          << byte;
    }
  }
}

TEST(TextHash, OfANameIsWithoutRegardToCase) {
  const auto hash = [](std::string_view text) { return hash_of_name(dns::Name::parse(text)->view()); };
  EXPECT_EQ(hash("www.Example-Of-A-Long-Name.COM"), hash("WWW.example-of-a-long-name.com."));
  EXPECT_EQ(hash("\\065.example"), hash("a.example"));
  EXPECT_NE(hash("a.example"), hash("b.example"));
  EXPECT_NE(hash("a.example"), hash("a.example.example"));
  EXPECT_NE(hash("a\\.example"), hash("a.example"));
  EXPECT_NE(hash("\\193"), hash("\\225"));
  EXPECT_NE(hash("."), hash("a"));
}

}  // namespace
}  // namespace nomen::config
