#include "answer/edns.h"

#include <gtest/gtest.h>

#include <map>

#include "answer/cookie.h"
#include "answer/world_for_test.h"

namespace nomen::answer {
namespace {

using dns::Rcode;
using dns::RRType;

std::vector<uint8_t> from_hex(std::string_view text) {
  EXPECT_EQ(text.size() % 2, 0U) << text;
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i + 1 < text.size(); i += 2)
    bytes.push_back(static_cast<uint8_t>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  return bytes;
}

crypto::SipHashKey key(std::string_view text) {
  crypto::SipHashKey secret{};
  const auto bytes = from_hex(text);
  std::copy(bytes.begin(), bytes.end(), secret.begin());
  return secret;
}

// ---- cookies: RFC 9018 appendix A

struct Vector {
  const char* client;
  const char* address;
  uint32_t now_s;
  const char* secret;
  const char* cookie;  ///< the server's part
};

TEST(Cookie, AreThoseOfRfc9018) {
  for (const Vector& vector :
       {Vector{"2464c4abcf10c957", "c6336464", 1559731985, "e5e973e5a6b2a43f48e7dc849e37bfcf",
               "010000005cf79f111f8130c3eee29480"},
        Vector{"fc93fc62807ddb86", "cb0071cb", 1559734700, "e5e973e5a6b2a43f48e7dc849e37bfcf",
               "010000005cf7a9acf73a7810aca2381e"},
        Vector{"22681ab97d52c298", "20010db80220000159ded0f4876982b8", 1559741817,
               "dd3bdf9344b678b185a6f5cb60fca715", "010000005cf7c57926556bd0934c72f8"},
        Vector{"22681ab97d52c298", "20010db80220000159ded0f4876982b8", 1559741961,
               "445536bcd2513298075a5d379663c962", "010000005cf7c609a6bb79d16625507a"}}) {
    const auto made = make_server_cookie({{key(vector.secret)}}, from_hex(vector.client),
                                         from_hex(vector.address), vector.now_s);
    EXPECT_EQ(std::vector<uint8_t>(made.begin(), made.end()), from_hex(vector.cookie));
  }
}

TEST(Cookie, OfAnOldSecretAreValidWhileTheNewOneSigns) {
  const CookieSecrets rolled{
      {key("445536bcd2513298075a5d379663c962"), key("dd3bdf9344b678b185a6f5cb60fca715")}};
  const auto client = from_hex("22681ab97d52c298");
  const auto address = from_hex("20010db80220000159ded0f4876982b8");
  const auto old = from_hex("010000005cf7c57926556bd0934c72f8");
  EXPECT_TRUE(is_valid_server_cookie(rolled, client, old, address, 1559741961));
  EXPECT_FALSE(
      is_valid_server_cookie({{key("445536bcd2513298075a5d379663c962")}}, client, old, address, 1559741961));
}

TEST(Cookie, AreValidForAnHourForOneClient) {
  const CookieSecrets secrets{{key("e5e973e5a6b2a43f48e7dc849e37bfcf")}};
  const auto client = from_hex("2464c4abcf10c957");
  const std::vector<uint8_t> address = {198, 51, 100, 100};
  for (const uint32_t made_at : {1559731985U, 10U, 0xffffff00U}) {
    const auto cookie = make_server_cookie(secrets, client, address, made_at);
    const auto valid = [&](uint32_t now_s) {
      return is_valid_server_cookie(secrets, client, cookie, address, now_s);
    };
    EXPECT_TRUE(valid(made_at) && valid(made_at + 3600) && valid(made_at - 300)) << made_at;
    EXPECT_FALSE(valid(made_at + 3601) || valid(made_at - 301)) << made_at;
    for (size_t i = 0; i < cookie.size(); i++) {
      if (i >= 4 && i < 8) continue;  // the time is judged as a time
      auto other = cookie;
      other[i] ^= 1;
      EXPECT_FALSE(is_valid_server_cookie(secrets, client, other, address, made_at)) << i;
    }
    EXPECT_FALSE(
        is_valid_server_cookie(secrets, client, cookie, std::vector<uint8_t>{198, 51, 100, 101}, made_at));
    EXPECT_FALSE(is_valid_server_cookie(secrets, client, Bytes(cookie).first(15), address, made_at));
  }
}

// ---- in messages

World& world() {
  static World the_world;
  static const bool ready = [] {
    the_world.server.server_id = "node 7";
    the_world.zone("example.", "@ 60 SOA ns host 1 2 3 4 60\n@ 60 NS ns\nwww 60 A 192.0.2.1\n");
    return true;
  }();
  (void)ready;
  return the_world;
}

/// The options in a reply's OPT, by code.
std::map<uint16_t, std::vector<uint8_t>> options_of(const ReadMessage& reply) {
  std::map<uint16_t, std::vector<uint8_t>> options;
  if (reply.opt() == nullptr) return options;
  Bytes rest = reply.opt()->rdata;
  while (rest.size() >= 4) {
    const size_t size = load_u16(&rest[2]);
    options[load_u16(rest.data())].assign(rest.begin() + 4,
                                          rest.begin() + 4 + static_cast<std::ptrdiff_t>(size));
    rest = rest.subspan(4 + size);
  }
  return options;
}

// ---- options about the zone

constexpr uint16_t kExpire = 9;
constexpr uint16_t kVersion = 19;
constexpr uint16_t kDigest = 65314;
const std::vector<uint8_t> kAllThree = {0, 9, 0, 0, 0, 19, 0, 0, 0xff, 0x22, 0, 0};

constexpr const char* kSmallZone =
    "@ 300 SOA ns1 hostmaster 4242 1 1 86400 1\n@ NS ns1\nns1 A 192.0.2.53\n"
    "alias CNAME ns1\nsub NS ns.sub\nns.sub A 192.0.2.54\n";

struct SmallWorld : World {
  SmallWorld() { zone_settings.allow_transfer = policy::Acl::any(); }
};

TEST(ZoneOptionsOfAnAnswer, APrimaryTellsTheExpireOfItsSoaToWhoeverAsksForTheSoa) {
  SmallWorld world;
  world.zone("example.", kSmallZone);
  const auto options = options_of(
      world.ask({.name = "example.", .type = RRType::kSoa, .edns = true, .options = {0, 9, 0, 0}}));
  EXPECT_EQ(options.at(kExpire), (std::vector<uint8_t>{0, 1, 0x51, 0x80}));
  EXPECT_EQ(options.size(), 1u);
  for (const Asked& other :
       {Asked{.name = "ns1.example.", .edns = true, .options = {0, 9, 0, 0}},
        Asked{.name = "ns1.example.", .type = RRType::kSoa, .edns = true, .options = {0, 9, 0, 0}},
        Asked{.name = "example.", .type = RRType::kSoa, .edns = true}})
    EXPECT_FALSE(options_of(world.ask(other)).contains(kExpire)) << other.name;
}

TEST(ZoneOptionsOfAnAnswer, ASecondaryTellsWhatIsLeftAndNothingWhenItDoesNotKnow) {
  SmallWorld world;
  const auto expiry = std::make_shared<ZoneExpiry>();
  world.expiry = expiry;
  world.zone_settings.role = ZoneRole::kSecondary;
  world.zone("example.", kSmallZone);
  const auto told = [&] {
    auto options = options_of(
        world.ask({.name = "example.", .type = RRType::kSoa, .edns = true, .options = {0, 9, 0, 0}}));
    return options.contains(kExpire) ? static_cast<int64_t>(load_u32(options[kExpire].data())) : -1;
  };
  EXPECT_EQ(told(), -1);
  expiry->at_s = World::kNow + 1234;
  EXPECT_EQ(told(), 1234);
  expiry->at_s = World::kNow + 1'000'000;  // beyond the SOA's
  EXPECT_EQ(told(), 86'400);
  expiry->at_s = World::kNow - 5;
  EXPECT_EQ(told(), 0);
}

// RFC 9660: with whatever the zone itself says, and with nothing else.
TEST(ZoneOptionsOfAnAnswer, TheVersionGoesWithAllAuthoritativeAnswers) {
  SmallWorld world;
  world.zone("example.", kSmallZone);
  const std::vector<uint8_t> version = {1, 0, 0, 0, 0x10, 0x92};
  for (const char* name : {"example.", "ns1.example.", "alias.example.", "nothing.example."}) {
    const auto options = options_of(world.ask({.name = name, .edns = true, .options = {0, 19, 0, 0}}));
    ASSERT_TRUE(options.contains(kVersion)) << name;
    EXPECT_EQ(options.at(kVersion), version) << name;
  }
  // A value in the query is nobody's business.
  EXPECT_EQ(options_of(world.ask({.name = "example.", .edns = true, .options = {0, 19, 0, 1, 7}}))[kVersion],
            version);
  for (const char* name : {"www.sub.example.", "example.net."})
    EXPECT_FALSE(
        options_of(world.ask({.name = name, .edns = true, .options = {0, 19, 0, 0}})).contains(kVersion))
        << name;
  EXPECT_TRUE(options_of(world.ask({.name = "ns1.example.", .edns = true})).empty());
}

TEST(ZoneOptionsOfAnAnswer, TheDigestIsForThoseWhoMayHaveTheZone) {
  SmallWorld world;
  world.zone("example.", kSmallZone);
  const Asked asked{.name = "example.", .type = RRType::kSoa, .edns = true, .options = kAllThree};
  const auto options = options_of(world.ask(asked));
  EXPECT_EQ(options.size(), 3u);
  const auto digest = zone::digest_of(*zone::content_of(kSmallZone, "example."));
  std::vector<uint8_t> expected = {0, 0, 0x10, 0x92, 1};
  expected.insert(expected.end(), digest.value.begin(), digest.value.end());
  EXPECT_EQ(options.at(kDigest), expected);
  World closed;
  closed.zone("example.", kSmallZone);
  EXPECT_FALSE(options_of(closed.ask(asked)).contains(kDigest));
}

// Room for them is kept: the records give way, not the options.
TEST(ZoneOptionsOfAnAnswer, TheyFitBesideALongAnswer) {
  std::string text = kSmallZone;
  for (int i = 0; i < 90; i++)
    text += "many TXT \"" + std::string(20, 'a' + i % 26) + std::to_string(i) + "\"\n";
  SmallWorld world;
  world.zone("example.", text);
  const ReadMessage reply = world.ask(
      {.name = "many.example.", .type = RRType::kTxt, .edns = true, .udp_size = 512, .options = kAllThree});
  EXPECT_LE(world.size, 512u);
  EXPECT_TRUE(options_of(reply).contains(kVersion));
}

ReadMessage ask_with(const std::string& options_hex, Transport transport = Transport::kUdp) {
  return world().ask(
      {.name = "www.example.", .transport = transport, .edns = true, .options = from_hex(options_hex)});
}

TEST(Edns, WithoutOptThereIsNone) {
  EXPECT_EQ(world().ask("www.example.", RRType::kA).opt(), nullptr);
}

TEST(Edns, AnUnknownVersionIsBadvers) {
  const ReadMessage reply = world().ask({.name = "www.example.", .edns = true, .version = 1});
  EXPECT_EQ(reply.rcode(), Rcode::kBadVers);
  EXPECT_EQ(reply.opt()->ttl_s >> 16 & 0xff, 0U) << "the version that we have";
  EXPECT_TRUE(section_of(reply, 0).empty());
}

TEST(Edns, NsidIsGivenToWhoAsks) {
  EXPECT_EQ(options_of(ask_with("00030000"))[3], (std::vector<uint8_t>{'n', 'o', 'd', 'e', ' ', '7'}));
  EXPECT_TRUE(options_of(ask_with("")).empty());
}

TEST(Edns, KeepaliveIsForTcp) {
  EXPECT_EQ(options_of(ask_with("000b0000", Transport::kTcp))[11], (std::vector<uint8_t>{1, 44}));
  EXPECT_TRUE(options_of(ask_with("000b0000")).empty());
}

TEST(Edns, ACookieGetsAFreshServerCookie) {
  const std::vector<uint8_t> cookie = options_of(ask_with("000a00082464c4abcf10c957"))[10];
  ASSERT_EQ(cookie.size(), 24U);
  EXPECT_TRUE(equal(Bytes(cookie).first(8), from_hex("2464c4abcf10c957")));
  EXPECT_TRUE(is_valid_server_cookie(world().server.cookies, Bytes(cookie).first(8), Bytes(cookie).subspan(8),
                                     std::vector<uint8_t>{192, 0, 2, 99}, World::kNow));
}

TEST(Edns, ARequiredServerCookieIsRequiredOfThoseWhoKnowCookies) {
  World strict;
  strict.view.require_server_cookie = true;
  strict.zone("example.", "@ 60 SOA ns host 1 2 3 4 60\nwww 60 A 192.0.2.1\n");
  const auto ask = [&](const std::vector<uint8_t>& options, bool edns = true) {
    return strict.ask({.name = "www.example.", .edns = edns, .options = options});
  };
  EXPECT_EQ(ask({}, false).rcode(), Rcode::kNoError);
  const ReadMessage bad = ask(from_hex("000a00082464c4abcf10c957"));
  EXPECT_EQ(bad.rcode(), Rcode::kBadCookie);
  std::vector<uint8_t> with_cookie = from_hex("000a0018");
  const std::vector<uint8_t> cookie = options_of(bad)[10];
  with_cookie.insert(with_cookie.end(), cookie.begin(), cookie.end());
  EXPECT_EQ(ask(with_cookie).rcode(), Rcode::kNoError);
  with_cookie.back() ^= 1;
  EXPECT_EQ(ask(with_cookie).rcode(), Rcode::kBadCookie);
}

TEST(Edns, MalformedOptionsAreFormerr) {
  for (const char* options :
       {"00", "000300", "00030001", "000a00072464c4abcf10c9", "000a00092464c4abcf10c95700",
        "000a00292464c4abcf10c9572464c4abcf10c9572464c4abcf10c9572464c4abcf10c9572464c4abcf10c95700",
        "000b000101", "0008000400012000", "00080007000120000a0000", "00080008000118000a000001",
        "00080007000118010a0000", "00080007000117000a0001"}) {
    EXPECT_EQ(ask_with(options).rcode(), Rcode::kFormErr) << options;
  }
  for (const char* options : {"ffff0000", "00080007000118000a0000", "0008000400000000", "000b0000"}) {
    EXPECT_EQ(ask_with(options).rcode(), Rcode::kNoError) << options;
  }
}

// ---- malformed messages

/// A request with the counts and the bytes behind the question as given.
ReadMessage ask_raw(uint16_t questions, uint16_t answers, uint16_t additional, const std::string& tail_hex,
                    uint16_t flags = 0) {
  std::vector<uint8_t> wire = request_of({.name = "www.example."});
  store_u16(&wire[2], flags);
  store_u16(&wire[4], questions);
  store_u16(&wire[6], answers);
  store_u16(&wire[10], additional);
  const auto tail = from_hex(tail_hex);
  wire.insert(wire.end(), tail.begin(), tail.end());
  const auto reply = world().exchange(wire, Transport::kUdp);
  const auto message = MessageReader(reply).read();
  EXPECT_TRUE(message || reply.empty()) << message.error().text;
  return message ? *message : ReadMessage{};
}

constexpr const char* kOpt = "0000291000000000000000";

TEST(Admit, OptRecordsAreCountedAndPlaced) {
  EXPECT_EQ(ask_raw(1, 0, 1, kOpt).rcode(), Rcode::kNoError);
  EXPECT_EQ(ask_raw(1, 0, 2, std::string(kOpt) + kOpt).rcode(), Rcode::kFormErr) << "two of them";
  EXPECT_EQ(ask_raw(1, 1, 0, kOpt).rcode(), Rcode::kFormErr) << "not in the additional section";
  EXPECT_EQ(ask_raw(1, 0, 1, std::string("0178") + kOpt).rcode(), Rcode::kFormErr) << "not at the root";
  EXPECT_EQ(ask_raw(1, 0, 1, "").rcode(), Rcode::kFormErr) << "counted and not there";
  EXPECT_EQ(ask_raw(1, 0, 1, "00002910000000000000ff").rcode(), Rcode::kFormErr) << "longer than the message";
}

TEST(Admit, CountsOfQuestions) {
  EXPECT_EQ(ask_raw(2, 0, 0, "").rcode(), Rcode::kFormErr) << "RFC 9619";
  EXPECT_EQ(ask_raw(0xffff, 0, 0, "").rcode(), Rcode::kFormErr);
  EXPECT_EQ(ask_raw(1, 0xffff, 0xffff, "").rcode(), Rcode::kFormErr);
}

TEST(Admit, ResponsesAndStumpsGetNoReply) {
  const std::vector<uint8_t> request = request_of({.name = "www.example."});
  for (size_t size = 0; size < 12; size++)
    EXPECT_TRUE(world().exchange(Bytes(request).first(size), Transport::kUdp).empty()) << size;
  std::vector<uint8_t> response = request;
  response[2] |= 0x80;
  EXPECT_TRUE(world().exchange(response, Transport::kUdp).empty());
}

TEST(Admit, CutQuestionsAreFormerr) {
  const std::vector<uint8_t> request = request_of({.name = "www.example."});
  for (size_t size = 12; size < request.size(); size++) {
    const auto reply = MessageReader(world().exchange(Bytes(request).first(size), Transport::kUdp)).read();
    ASSERT_TRUE(reply) << size;
    EXPECT_EQ(reply->rcode(), Rcode::kFormErr) << size;
    EXPECT_EQ(reply->id, 0x1234);
  }
}

TEST(Admit, CompressedAndOverlongNamesInTheQuestionAreFormerr) {
  std::vector<uint8_t> pointer = {0x12, 0x34, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xC0, 12, 0, 1, 0, 1};
  EXPECT_EQ(MessageReader(world().exchange(pointer, Transport::kUdp)).read()->rcode(), Rcode::kFormErr);
  for (const size_t labels : {126U, 127U, 128U, 200U}) {
    std::vector<uint8_t> wire = {0x12, 0x34, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0};
    for (size_t i = 0; i < labels; i++) {
      wire.push_back(1);
      wire.push_back('a');
    }
    for (const uint8_t c : {0, 0, 1, 0, 1}) wire.push_back(c);
    const auto reply = MessageReader(world().exchange(wire, Transport::kUdp)).read();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->rcode(), labels <= 127 ? Rcode::kRefused : Rcode::kFormErr) << labels;
  }
}

TEST(Admit, OtherOpcodesAreNotImplemented) {
  for (uint16_t opcode = 1; opcode < 16; opcode++) {
    if (static_cast<dns::Opcode>(opcode) == dns::Opcode::kUpdate) continue;
    if (static_cast<dns::Opcode>(opcode) == dns::Opcode::kNotify) continue;
    EXPECT_EQ(ask_raw(1, 0, 0, "", static_cast<uint16_t>(opcode << 11)).rcode(), Rcode::kNotImp) << opcode;
  }
}

TEST(Admit, ANotifyNamesItsZoneByAnSoa) {
  constexpr uint16_t kNotifyFlags = 4 << 11;
  EXPECT_EQ(ask_raw(1, 0, 0, "", kNotifyFlags).rcode(), Rcode::kFormErr);
  EXPECT_EQ(ask_raw(0, 0, 0, "", kNotifyFlags).rcode(), Rcode::kFormErr);
}

TEST(Admit, AnUpdateNamesItsZoneByAnSoa) {
  constexpr uint16_t kUpdateFlags = 5 << 11;
  EXPECT_EQ(ask_raw(1, 0, 0, "", kUpdateFlags).rcode(), Rcode::kFormErr);
}

TEST(Admit, FlagsThatAreTheClientsComeBack) {
  const ReadMessage reply = ask_raw(1, 0, 0, "", 0x0130);
  EXPECT_EQ(reply.flags & 0x0130, 0x0110) << "RD and CD, not AD";
}

}  // namespace
}  // namespace nomen::answer
