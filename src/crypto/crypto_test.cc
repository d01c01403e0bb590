#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <vector>

#include "base/encoding.h"
#include "crypto/digest.h"
#include "crypto/hmac.h"
#include "crypto/siphash.h"

namespace nomen::crypto {
namespace {

std::string hex(const DigestValue& value) {
  return hex_encode(value.bytes());
}

TEST(SipHash, AgreesWithItsAuthorsVectors) {
  SipHashKey key;
  std::iota(key.begin(), key.end(), uint8_t{0});
  std::vector<uint8_t> data(63);
  std::iota(data.begin(), data.end(), uint8_t{0});
  // vectors_sip64 of the reference implementation: inputs of 0, 7, 8, 15 bytes.
  EXPECT_EQ(hex_encode(siphash24_bytes(key, Bytes(data).first(0))), "310e0edd47db6f72");
  EXPECT_EQ(hex_encode(siphash24_bytes(key, Bytes(data).first(7))), "37d1018bf50002ab");
  EXPECT_EQ(hex_encode(siphash24_bytes(key, Bytes(data).first(8))), "6224939a79f5f593");
  EXPECT_EQ(hex_encode(siphash24_bytes(key, Bytes(data).first(15))), "e545be4961ca29a1");
  EXPECT_EQ(siphash24(key, Bytes(data).first(15)), 0xa129ca6149be45e5ULL);
}

TEST(Digest, AgreesWithKnownValuesOfAbc) {
  const Bytes abc = as_bytes("abc");
  EXPECT_EQ(hex(digest(DigestAlgorithm::kMd5, abc)), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(hex(digest(DigestAlgorithm::kSha1, abc)), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(hex(digest(DigestAlgorithm::kSha224, abc)),
            "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7");
  EXPECT_EQ(hex(digest(DigestAlgorithm::kSha256, abc)),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(digest(DigestAlgorithm::kSha384, abc).size(), 48U);
  EXPECT_EQ(hex(digest(DigestAlgorithm::kSha512, abc)).substr(0, 16), "ddaf35a193617aba");
}

TEST(Digest, IteratedSha1AgreesWithTheExampleZoneOfRfc5155) {
  // RFC 5155 appendix A: salt AABBCCDD, 12 iterations; H(example), H(a.example).
  const std::vector<uint8_t> salt = *hex_decode("aabbccdd");
  const std::vector<uint8_t> apex = *hex_decode("076578616d706c6500");
  const std::vector<uint8_t> a = *hex_decode("0161076578616d706c6500");
  EXPECT_EQ(base32hex_encode(iterated_sha1(apex, salt, 12)), "0P9MHAVEQVM6T7VBL5LOP2U3T2RP3TOM");
  EXPECT_EQ(base32hex_encode(iterated_sha1(a, salt, 12)), "35MTHGPGCU1QG68FAB165KLNSNK3DPVL");
}

TEST(Digest, NoIterationAndNoSaltIsPlainSha1) {
  const Sha1Value value = iterated_sha1(as_bytes("abc"), {}, 0);
  EXPECT_TRUE(equal(value, digest(DigestAlgorithm::kSha1, as_bytes("abc")).bytes()));
}

TEST(Hmac, AgreesWithTheVectorsOfRfc2202AndRfc4231) {
  const Bytes key = as_bytes("Jefe");
  const Bytes data = as_bytes("what do ya want for nothing?");
  EXPECT_EQ(hex(hmac(DigestAlgorithm::kMd5, key, data)), "750c783e6ab0b503eaa86e310a5db738");
  EXPECT_EQ(hex(hmac(DigestAlgorithm::kSha1, key, data)), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  EXPECT_EQ(hex(hmac(DigestAlgorithm::kSha224, key, data)),
            "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44");
  EXPECT_EQ(hex(hmac(DigestAlgorithm::kSha256, key, data)),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex(hmac(DigestAlgorithm::kSha384, key, data)).substr(0, 16), "af45d2e376484031");
  EXPECT_EQ(hex(hmac(DigestAlgorithm::kSha512, key, data)).substr(0, 16), "164b7a7bfcf819e2");
}

TEST(Hmac, PiecesGiveTheSameAsTheWholeAndTheObjectStartsAnew) {
  const HmacKey key(DigestAlgorithm::kSha256, as_bytes("key"));
  Hmac mac(key);
  const DigestValue pieces = mac.update(as_bytes("one ")).update({}).update(as_bytes("two")).finish();
  EXPECT_EQ(pieces, hmac(DigestAlgorithm::kSha256, as_bytes("key"), as_bytes("one two")));
  EXPECT_EQ(mac.update(as_bytes("one two")).finish(), pieces);
}

TEST(Hmac, AKeyLongerThanABlockIsHashedFirst) {
  // RFC 4231 4.7: test case 6, whose key has 131 bytes.
  const std::vector<uint8_t> key(131, 0xaa);
  const Bytes data = as_bytes("Test Using Larger Than Block-Size Key - Hash Key First");
  EXPECT_EQ(hex(hmac(DigestAlgorithm::kSha256, key, data)),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(hex(hmac(DigestAlgorithm::kSha512, key, data)).substr(0, 16), "80b24263c7c1a3eb");
}

TEST(Hmac, ACopyUnderWayGoesItsOwnWay) {
  const HmacKey key(DigestAlgorithm::kSha384, as_bytes("key"));
  Hmac first(key);
  first.update(as_bytes("one"));
  Hmac second = first;
  EXPECT_EQ(first.update(as_bytes(" two")).finish(),
            hmac(DigestAlgorithm::kSha384, as_bytes("key"), as_bytes("one two")));
  EXPECT_EQ(second.finish(), hmac(DigestAlgorithm::kSha384, as_bytes("key"), as_bytes("one")));
}

TEST(Hmac, AnEmptyKeyIsAKey) {
  EXPECT_EQ(hex(hmac(DigestAlgorithm::kSha256, {}, {})),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(ConstantTimeCompare, SeesLengthsAndContents) {
  EXPECT_TRUE(equal_constant_time({}, {}));
  EXPECT_TRUE(equal_constant_time(as_bytes("abc"), as_bytes("abc")));
  EXPECT_FALSE(equal_constant_time(as_bytes("abc"), as_bytes("abd")));
  EXPECT_FALSE(equal_constant_time(as_bytes("abc"), as_bytes("ab")));
}

}  // namespace
}  // namespace nomen::crypto
