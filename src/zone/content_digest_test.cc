#include "zone/content_digest.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "crypto/digest.h"
#include "zone/content_for_test.h"

namespace nomen::zone {
namespace {

const std::string kDigestHead = "@ 300 IN SOA ns1 admin 7 1800 900 604800 60\n@ 300 IN NS ns1\n";

ContentDigest digest_of_text(const std::string& text) {
  return digest_of(*content_of(text, "example."));
}

TEST(ContentDigest, TheOrderOfTheRecordsAndTheCaseOfNamesDoNotMatter) {
  const auto digest = digest_of_text(kDigestHead + "a 60 IN A 192.0.2.1\nb 60 IN MX 1 mail\n");
  EXPECT_EQ(digest, digest_of_text(kDigestHead + "B 60 IN MX 1 MAIL\nA 60 IN A 192.0.2.1\n"));
}

TEST(ContentDigest, EveryPartOfARecordMatters) {
  const auto digest = digest_of_text(kDigestHead + "a 60 IN A 192.0.2.1\n");
  for (const char* other : {"b 60 IN A 192.0.2.1\n", "a 61 IN A 192.0.2.1\n", "a 60 IN A 192.0.2.2\n", "",
                            "a 60 IN TYPE700 \\# 4 c0000201\n", "a 60 IN A 192.0.2.1\nb 60 IN A 192.0.2.1\n"})
    EXPECT_NE(digest, digest_of_text(kDigestHead + other)) << other;
}

TEST(ContentDigest, OwnersOfNsec3AreInIt) {
  const std::string chain =
      "@ 0 IN NSEC3PARAM 1 0 0 -\n"
      "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom 60 IN NSEC3 1 0 0 - 2t7b4g4vsa5smi47k61mv5bv1a22bojr A\n";
  const auto digest = digest_of_text(kDigestHead + chain);
  std::string other = chain;
  other.replace(other.find("2t7b"), 4, "2t7c");
  EXPECT_NE(digest, digest_of_text(kDigestHead + other));
}

// The rule by which other programs may make it.
TEST(ContentDigest, IsTheSumOfTheDigestsOfTheRecords) {
  const auto zone = content_of("@ 300 IN SOA ns1.example. admin.example. 7 1800 900 604800 60\n", "example.");
  const std::vector<uint8_t> record = *hex_decode(
      "076578616d706c6500"  // example.
      "0006"
      "0001"
      "0000012c"
      "0030"  // SOA IN 300
      "036e7331076578616d706c6500"
      "0561646d696e076578616d706c6500"  // ns1, admin
      "00000007"
      "00000708"
      "00000384"
      "00093a80"
      "0000003c");
  // One record and its sum with itself are the first two steps of any sum.
  EXPECT_EQ(hex_encode(digest_of(*zone).bytes()),
            hex_encode(crypto::digest(crypto::DigestAlgorithm::kSha256, record).bytes()));
}

}  // namespace
}  // namespace nomen::zone
