#include "dns/tsig.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "base/encoding.h"
#include "base/source_dir.h"
#include "dns/message_writer.h"

namespace nomen::dns {
namespace {

constexpr uint64_t kNow = 1'800'000'000;
constexpr crypto::DigestAlgorithm kAlgorithms[] = {
    crypto::DigestAlgorithm::kMd5,    crypto::DigestAlgorithm::kSha1,   crypto::DigestAlgorithm::kSha224,
    crypto::DigestAlgorithm::kSha256, crypto::DigestAlgorithm::kSha384, crypto::DigestAlgorithm::kSha512};

TsigKey make_key(crypto::DigestAlgorithm algorithm = crypto::DigestAlgorithm::kSha256, uint16_t bits = 0) {
  const Bytes secret = as_bytes("a secret that is known");
  TsigKey key{.name = *Name::parse("Some.Key."),
              .algorithm = algorithm,
              .digest_bits = bits,
              .secret = {secret.begin(), secret.end()},
              .prepared = {}};
  key.prepare();
  return key;
}

/// A message that a session may sign: a question, with room behind it.
class Message {
 public:
  explicit Message(uint16_t id = 7) : bytes_(1024) {
    MessageWriter writer;
    writer.begin(bytes_, 512, {.id = id});
    EXPECT_TRUE(writer.add_question(*Name::parse("example."), RRType::kSoa, RRClass::kIn));
    size_ = writer.finish().size();
  }
  explicit Message(Bytes bytes) : bytes_(bytes.begin(), bytes.end()), size_(bytes.size()) {
    bytes_.resize(size_ + 1024);
  }

  MutableBytes room() { return bytes_; }
  Bytes bytes() const { return Bytes(bytes_).first(size_); }
  size_t size() const { return size_; }
  void set_size(size_t size) { size_ = size; }
  uint8_t& operator[](size_t i) { return bytes_[i]; }
  TsigRecord tsig() const {
    const auto found = find_tsig(bytes());
    EXPECT_TRUE(found && *found);
    return **found;
  }
  /// Takes the TSIG record off again.
  void strip() {
    size_ = tsig().at;
    store_u16(&bytes_[10], static_cast<uint16_t>(load_u16(&bytes_[10]) - 1));
  }

 private:
  std::vector<uint8_t> bytes_;
  size_t size_ = 0;
};

Message signed_request(TsigSession& session, const TsigKey& key, uint64_t now_s = kNow) {
  Message message;
  const size_t before = message.size();
  message.set_size(session.sign_request(message.room(), before, key, now_s));
  EXPECT_EQ(message.size(), before + TsigSession::request_bytes(key));
  return message;
}

Message signed_reply(TsigSession& session, uint64_t now_s = kNow) {
  Message message;
  const size_t before = message.size();
  message.set_size(session.sign_reply(message.room(), before, now_s));
  EXPECT_EQ(message.size(), before + session.reply_bytes());
  return message;
}

std::string why(const Result<void>& result) {
  return result ? "" : result.error().text;
}

// ---- what BIND sent

struct Vector {
  std::string kind;
  TsigKey key;
  bool has_key = true;
  std::vector<std::vector<uint8_t>> messages;
};

std::vector<Vector> tsig_vectors(const std::string& kind) {
  std::vector<Vector> out;
  std::ifstream file(std::string(kSourceDir) + "/tests/vectors/tsig.txt");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("#")) continue;
    std::istringstream words(line);
    Vector vector;
    std::string algorithm;
    std::string name;
    std::string secret;
    words >> vector.kind >> algorithm >> name >> secret;
    if (vector.kind != kind) continue;
    const size_t bits_at = algorithm.find('-', 5);
    if (bits_at != std::string::npos) {
      vector.key.digest_bits = static_cast<uint16_t>(std::stoi(algorithm.substr(bits_at + 1)));
      algorithm.resize(bits_at);
    }
    if (algorithm == "hmac-md5") algorithm = "hmac-md5.sig-alg.reg.int";
    vector.key.algorithm = *tsig_algorithm(*Name::parse(algorithm));
    vector.key.name = *Name::parse(name);
    vector.has_key = secret != "-";
    if (vector.has_key) vector.key.secret = *base64_decode(secret);
    for (std::string hex; words >> hex;) vector.messages.push_back(*hex_decode(hex));
    out.push_back(std::move(vector));
  }
  EXPECT_FALSE(out.empty());
  return out;
}

void expect_same(const TsigRecord& ours, const TsigRecord& theirs) {
  EXPECT_EQ(ours.key_name, theirs.key_name);
  EXPECT_EQ(ours.algorithm, theirs.algorithm);
  EXPECT_EQ(ours.time_signed_s, theirs.time_signed_s);
  EXPECT_EQ(ours.fudge_s, theirs.fudge_s);
  EXPECT_EQ(hex_encode(ours.mac), hex_encode(theirs.mac));
  EXPECT_EQ(ours.original_id, theirs.original_id);
  EXPECT_EQ(ours.error, theirs.error);
  EXPECT_EQ(hex_encode(ours.other), hex_encode(theirs.other));
}

TEST(TsigBesideBind, SignsTheRequestThatDigSignedAndBelievesTheAnswerOfNamed) {
  for (const Vector& vector : tsig_vectors("good")) {
    Message request(vector.messages[0]);
    const Message signed_by_dig(request);  // the record's bytes lie in it
    const TsigRecord theirs = signed_by_dig.tsig();
    request.strip();
    TsigSession session;
    request.set_size(session.sign_request(request.room(), request.size(), vector.key, theirs.time_signed_s));
    expect_same(request.tsig(), theirs);
    for (size_t i = 1; i < vector.messages.size(); i++) {
      const uint64_t now_s = Message(vector.messages[i]).tsig().time_signed_s;
      EXPECT_EQ(why(session.verify_reply(vector.messages[i], now_s)), "") << i;
    }
    EXPECT_TRUE(session.is_complete());
  }
}

TEST(TsigBesideBind, BelievesTheRequestOfDigAndSignsTheAnswerThatNamedSigned) {
  for (const Vector& vector : tsig_vectors("good")) {
    const Message request(vector.messages[0]);
    TsigSession session;
    EXPECT_EQ(
        session.verify_request(request.bytes(), request.tsig(), &vector.key, request.tsig().time_signed_s),
        TsigVerdict::kGood);
    for (size_t i = 1; i < vector.messages.size(); i++) {
      Message reply(vector.messages[i]);
      const Message original = reply;
      reply.strip();
      reply.set_size(session.sign_reply(reply.room(), reply.size(), original.tsig().time_signed_s));
      expect_same(reply.tsig(), original.tsig());
    }
  }
}

TEST(TsigBesideBind, SaysTheSameAsNamedToWhatIsWrong) {
  for (const auto& [kind, verdict] :
       {std::pair("badtime", TsigVerdict::kBadTime), std::pair("badsig", TsigVerdict::kBadSig),
        std::pair("badkey", TsigVerdict::kBadKey), std::pair("badtrunc", TsigVerdict::kBadTrunc)}) {
    for (const Vector& vector : tsig_vectors(kind)) {
      const Message request(vector.messages[0]);
      Message reply(vector.messages.at(1));
      const Message original = reply;
      uint64_t now_s = original.tsig().time_signed_s;
      const Bytes other = original.tsig().other;
      if (verdict == TsigVerdict::kBadTime)
        now_s = uint64_t{load_u16(other.data())} << 32 | load_u32(&other[2]);
      TsigSession session;
      EXPECT_EQ(session.verify_request(request.bytes(), request.tsig(),
                                       vector.has_key ? &vector.key : nullptr, now_s),
                verdict)
          << kind;
      EXPECT_EQ(rcode_of(verdict), static_cast<Rcode>(load_u16(&original.bytes()[2]) & 15));
      reply.strip();
      const size_t before = reply.size();
      reply.set_size(session.sign_reply(reply.room(), before, now_s));
      EXPECT_EQ(reply.size(), before + session.reply_bytes());
      expect_same(reply.tsig(), original.tsig());
    }
  }
}

// ---- by ourselves

TEST(Tsig, BothEndsAgreeWithEachAlgorithmWholeAndCut) {
  for (const auto algorithm : kAlgorithms) {
    const auto half = static_cast<uint16_t>(std::max<size_t>(crypto::digest_size(algorithm) * 4, 80));
    for (const uint16_t bits : {uint16_t{0}, half}) {
      const TsigKey key = make_key(algorithm, bits);
      TsigSession client;
      TsigSession server;
      const Message request = signed_request(client, key);
      ASSERT_EQ(server.verify_request(request.bytes(), request.tsig(), &key, kNow + kTsigFudgeS),
                TsigVerdict::kGood);
      EXPECT_EQ(request.tsig().mac.size(), bits == 0 ? crypto::digest_size(algorithm) : bits / 8U);
      EXPECT_EQ(why(client.verify_reply(signed_reply(server).bytes(), kNow)), "");
      EXPECT_EQ(tsig_algorithm(tsig_algorithm_name(algorithm)), algorithm);
    }
  }
  EXPECT_FALSE(tsig_algorithm(*Name::parse("gss-tsig.")));
}

TEST(Tsig, AKeyThatWasNotPreparedMakesTheSameMac) {
  TsigKey key = make_key();
  TsigSession first;
  const Message prepared = signed_request(first, key);
  key.prepared = {};
  TsigSession second;
  EXPECT_EQ(hex_encode(signed_request(second, key).bytes()), hex_encode(prepared.bytes()));
}

TEST(Tsig, EveryChangedBitOfARequestIsSeen) {
  const TsigKey key = make_key();
  TsigSession client;
  const Message request = signed_request(client, key);
  const size_t id_at = 0;
  for (size_t i = 0; i < request.size(); i++) {
    Message changed = request;
    changed[i] ^= 0x40;
    const auto tsig = find_tsig(changed.bytes());
    if (!tsig || !*tsig) continue;
    TsigSession server;
    const bool is_same_key = (**tsig).key_name == key.name;
    const TsigVerdict verdict =
        server.verify_request(changed.bytes(), **tsig, is_same_key ? &key : nullptr, kNow);
    // The ID may change on the way (RFC 8945 5.5): the original one is signed.
    EXPECT_EQ(verdict == TsigVerdict::kGood, i == id_at || i == id_at + 1) << i;
  }
}

TEST(Tsig, LettersOfTheKeysNameMayChange) {
  TsigKey key = make_key();
  TsigSession client;
  const Message request = signed_request(client, key);
  key.name = *Name::parse("sOME.kEY.");
  TsigSession server;
  EXPECT_EQ(server.verify_request(request.bytes(), request.tsig(), &key, kNow), TsigVerdict::kGood);
}

TEST(Tsig, AMacOfAnImpossibleSizeIsAFormError) {
  const TsigKey key = make_key();
  TsigSession client;
  const Message request = signed_request(client, key);
  for (const size_t size : {0U, 9U, 15U, 33U}) {
    TsigRecord tsig = request.tsig();
    std::vector<uint8_t> mac(size);
    tsig.mac = mac;
    TsigSession server;
    EXPECT_EQ(server.verify_request(request.bytes(), tsig, &key, kNow), TsigVerdict::kFormErr) << size;
    EXPECT_EQ(server.reply_bytes(), 0U);
  }
}

TEST(Tsig, TheClientHearsWhatIsWrong) {
  const TsigKey key = make_key();
  TsigSession client;
  TsigSession server;
  const Message early = signed_request(client, key);
  server.verify_request(early.bytes(), early.tsig(), &key, kNow + 301);
  EXPECT_EQ(why(client.verify_reply(signed_reply(server, kNow + 301).bytes(), kNow)),
            "tsig indicates error: BADTIME: the peer's clock says 1800000301, ours 1800000000");

  const Message unknown = signed_request(client, key);
  server.verify_request(unknown.bytes(), unknown.tsig(), nullptr, kNow);
  EXPECT_EQ(why(client.verify_reply(signed_reply(server).bytes(), kNow)), "tsig indicates error: BADKEY");

  const Message good = signed_request(client, key);
  server.verify_request(good.bytes(), good.tsig(), &key, kNow);
  Message forged = signed_reply(server);
  forged[13] ^= 1;
  EXPECT_EQ(why(client.verify_reply(forged.bytes(), kNow)), "tsig verify failure: BADSIG");
}

TEST(Tsig, AnUnsignedReplyToASignedRequestIsRefused) {
  TsigSession client;
  signed_request(client, make_key());
  EXPECT_EQ(why(client.verify_reply(Message().bytes(), kNow)), "reply is not signed");
}

/// A long reply: the first message signed, then `unsigned_count` that are not, then a signed one whose MAC
/// covers them, made here by hand.
std::vector<Message> long_reply(TsigSession& server, const TsigKey& key, size_t unsigned_count) {
  std::vector<Message> messages = {signed_reply(server)};
  crypto::Hmac mac(*key.prepared);
  const auto put_u16 = [&](uint16_t value) {
    std::array<uint8_t, 2> bytes;
    store_u16(bytes.data(), value);
    mac.update(bytes);
  };
  put_u16(static_cast<uint16_t>(messages[0].tsig().mac.size()));
  mac.update(messages[0].tsig().mac);
  for (size_t i = 0; i < unsigned_count; i++) mac.update(messages.emplace_back().bytes());
  Message last;
  mac.update(last.bytes());
  put_u16(0);
  put_u16(kNow >> 16);
  put_u16(kNow & 0xffff);
  put_u16(kTsigFudgeS);
  const crypto::DigestValue value = mac.finish();
  TsigRecord tsig = messages[0].tsig();
  tsig.time_signed_s = kNow;
  tsig.mac = value.bytes();
  tsig.original_id = 7;
  last.set_size(append_tsig(last.room(), last.size(), tsig));
  messages.push_back(last);
  return messages;
}

TEST(Tsig, UpTo99MessagesInTheMiddleMayBeUnsigned) {
  const TsigKey key = make_key();
  for (const size_t count : {size_t{0}, size_t{1}, size_t{99}, size_t{100}}) {
    TsigSession client;
    TsigSession server;
    const Message request = signed_request(client, key);
    server.verify_request(request.bytes(), request.tsig(), &key, kNow);
    const std::vector<Message> messages = long_reply(server, key, count);
    size_t good = 0;
    while (good < messages.size() && client.verify_reply(messages[good].bytes(), kNow)) {
      good++;
      EXPECT_EQ(client.is_complete(), good == 1 || good == messages.size());
    }
    EXPECT_EQ(good, count <= 99 ? messages.size() : 100U) << count;
  }
}

TEST(Tsig, AMessageLeftOutOfALongReplyIsMissed) {
  const TsigKey key = make_key();
  TsigSession client;
  TsigSession server;
  const Message request = signed_request(client, key);
  server.verify_request(request.bytes(), request.tsig(), &key, kNow);
  std::vector<Message> messages = long_reply(server, key, 3);
  messages.erase(messages.begin() + 2);
  for (size_t i = 0; i + 1 < messages.size(); i++)
    EXPECT_EQ(why(client.verify_reply(messages[i].bytes(), kNow)), "");
  EXPECT_EQ(why(client.verify_reply(messages.back().bytes(), kNow)), "tsig verify failure: BADSIG");
}

TEST(FindTsig, WantsTheLastRecordOfTheAdditionalSectionOnceAndWellFormed) {
  EXPECT_FALSE(find_tsig(Message().bytes())->has_value());
  TsigSession client;
  const Message request = signed_request(client, make_key());
  EXPECT_TRUE(find_tsig(request.bytes()));
  Message behind = request;
  behind.set_size(behind.size() + 1);
  EXPECT_FALSE(find_tsig(behind.bytes()));
  Message twice = request;
  twice.set_size(append_tsig(twice.room(), twice.size(), request.tsig()));
  EXPECT_FALSE(find_tsig(twice.bytes()));
  Message elsewhere = request;
  elsewhere[7] = 1;
  elsewhere[11] = 0;
  EXPECT_FALSE(find_tsig(elsewhere.bytes()));
  const size_t fixed_at = request.tsig().at + make_key().name.size();
  for (const size_t at : {fixed_at + 3, fixed_at + 7, fixed_at + 9}) {  // class, TTL, size
    Message wrong = request;
    wrong[at] ^= 1;
    EXPECT_FALSE(find_tsig(wrong.bytes())) << at - fixed_at;
  }
  for (size_t size = 0; size < request.size(); size++) EXPECT_FALSE(find_tsig(request.bytes().first(size)));
}

}  // namespace
}  // namespace nomen::dns
