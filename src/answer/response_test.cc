#include "answer/response.h"

#include <gtest/gtest.h>

#include <random>

#include "answer/world_for_test.h"

namespace nomen::answer {
namespace {

using dns::RRType;

zone::ContentPtr unlimited_content_of(const std::string& text, const std::string& apex) {
  Diagnostics diagnostics;
  return zone::content_of(text, apex, diagnostics, {.max_records_per_type = 0});
}

/// A response being written to a question for `name`, with the RRsets of a zone at hand.
class Writing {
 public:
  Writing(const std::string& text, const std::string& apex, const std::string& name, size_t limit,
          size_t reserved = 0)
      : content_(unlimited_content_of(text, apex)), out_(65600) {
    request_ = request_of({.name = name});
    request_.resize(request_.size() + 64);
    Query query;
    query.received.data = request_.data();
    query.received.size = static_cast<uint32_t>(request_.size() - 64);
    admit_question(query.received.size);
    response_.begin(question_, request_.data(), MutableBytes(out_.data(), 65535), limit, reserved);
  }
  bool add(Section section, const std::string& owner, RRType type) {
    const dns::Name name = zone::name_of(owner);
    const zone::RRsetView set = content_->find(name).find(type);
    EXPECT_TRUE(set) << owner;
    hashed_.assign(name);
    return response_.add(section, name, hashed_, set, set.ttl_s());
  }
  Response& response() { return response_; }
  ReadMessage finish(const Edns& edns = {}, Bytes options = {}) {
    size_ = response_.finish(edns, 1232, options);
    const auto message = MessageReader(Bytes(out_.data(), size_)).read();
    EXPECT_TRUE(message) << (message ? "" : message.error().text);
    return message ? *message : ReadMessage{};
  }
  size_t size() const { return size_; }
  const std::vector<uint8_t>& out() const { return out_; }

 private:
  void admit_question(size_t size) {
    const size_t name_size = size - 16;
    question_.id = 0x1234;
    question_.name.assign(dns::NameView(request_.data() + 12, name_size));
    question_.end = static_cast<uint16_t>(size);
    question_.present = true;
  }

  zone::ContentPtr content_;
  std::vector<uint8_t> request_;
  std::vector<uint8_t> out_;
  Question question_;
  dns::HashedName hashed_;
  Response response_{1};
  size_t size_ = 0;
};

constexpr const char* kText = R"(
@ 60 SOA ns.example. host.Example. 1 2 3 4 5
@ 60 NS ns.example.
@ 60 NS a.very.long.chain.of.labels.elsewhere.
@ 60 NS b.very.long.chain.of.labels.elsewhere.
@ 60 NS very.long.chain.of.labels.elsewhere.
@ 60 MX 10 mail.example.
@ 60 MX 20 .
ns 60 A 192.0.2.1
WWW 60 A 192.0.2.2
www 60 TXT "first" "second"
mail 60 CNAME mail.elsewhere.
srv 60 SRV 1 2 3 ns.example.
)";

TEST(Response, NamesAreReadBackAsTheyWere) {
  Writing writing(kText, "example.", "wWw.eXample.", 65535);
  EXPECT_TRUE(writing.add(Section::kAnswer, "www.example.", RRType::kA));
  EXPECT_TRUE(writing.add(Section::kAuthority, "example.", RRType::kNs));
  EXPECT_TRUE(writing.add(Section::kAuthority, "example.", RRType::kSoa));
  EXPECT_TRUE(writing.add(Section::kAuthority, "example.", RRType::kMx));
  EXPECT_TRUE(writing.add(Section::kAdditional, "mail.example.", RRType::kCname));
  EXPECT_TRUE(writing.add(Section::kAdditional, "srv.example.", RRType::kSrv));
  const ReadMessage message = writing.finish();
  EXPECT_EQ(section_of(message, 0), std::vector<std::string>{"wWw.eXample. 60 A 192.0.2.2"});
  const auto authority = section_of(message, 1);
  ASSERT_EQ(authority.size(), 7U);
  EXPECT_EQ(dns::to_string(message.records.back().owner), "srv.eXample.");
  EXPECT_EQ(Bytes(message.records.back().rdata).size(), 6U + 12U)
      << "an SRV target is never compressed (RFC 2782)";
  const auto has = [&](const std::string& tail) {
    return std::any_of(authority.begin(), authority.end(), [&](const std::string& line) {
      return line.size() >= tail.size() && line.compare(line.size() - tail.size(), tail.size(), tail) == 0;
    });
  };
  for (const char* tail :
       {"NS a.very.long.chain.of.labels.elsewhere.", "NS b.very.long.chain.of.labels.elsewhere.",
        "NS very.long.chain.of.labels.elsewhere.", "MX 20 ."}) {
    EXPECT_TRUE(has(tail)) << tail;
  }
  EXPECT_LT(writing.size(), 330U) << "compressed";
}

TEST(Response, TheQuestionComesBackByteForByte) {
  Writing writing(kText, "example.", "wWw.eXaMPle.", 512);
  const ReadMessage message = writing.finish();
  const dns::Name asked = zone::name_of("wWw.eXaMPle.");
  ASSERT_EQ(message.question.size(), asked.size() + 4);
  EXPECT_TRUE(equal(Bytes(message.question).first(asked.size()), asked.bytes()));
  EXPECT_EQ(message.id, 0x1234);
}

TEST(Response, AnRRsetThatDoesNotFitIsLeftOutWhole) {
  std::string text = "@ 60 SOA ns.example. host.example. 1 2 3 4 5\n";
  for (int i = 0; i < 20; i++) text += "many 60 NS host" + std::to_string(i) + ".in.some.place.elsewhere.\n";
  text += "small 60 NS host0.in.some.place.elsewhere.\n";
  size_t whole = 0;
  {
    Writing writing(text, "example.", "www.example.", 65535);
    ASSERT_TRUE(writing.add(Section::kAnswer, "many.example.", RRType::kNs));
    writing.finish();
    whole = writing.size();
  }
  for (size_t limit = 60; limit < whole + 5; limit++) {
    Writing writing(text, "example.", "www.example.", limit);
    const bool fits = writing.add(Section::kAnswer, "many.example.", RRType::kNs);
    EXPECT_EQ(fits, limit >= whole) << limit;
    // What comes after must not point at names that are gone.
    const bool small_fits = writing.add(Section::kAuthority, "small.example.", RRType::kNs);
    const ReadMessage message = writing.finish();
    ASSERT_LE(writing.size(), limit);
    ASSERT_EQ(message.records.size(), (fits ? 20U : 0U) + (small_fits ? 1U : 0U));
    if (small_fits) {
      EXPECT_EQ(section_of(message, 1).front(), "small.example. 60 NS host0.in.some.place.elsewhere.");
    }
  }
}

TEST(Response, RoomForTheOptIsKept) {
  std::string text = "@ 60 SOA ns.example. host.example. 1 2 3 4 5\n";
  for (int i = 0; i < 100; i++) text += "h" + std::to_string(i) + " 60 TXT " + std::string(20, 'x') + "\n";
  Edns edns;
  edns.present = true;
  edns.dnssec_ok = true;
  const std::vector<uint8_t> options = {0, 3, 0, 4, 'a', 'b', 'c', 'd'};
  for (size_t limit = 120; limit < 600; limit += 7) {
    Writing writing(text, "example.", "www.example.", limit, kOptBytes + options.size());
    for (int i = 0; i < 100; i++)
      writing.add(Section::kAnswer, "h" + std::to_string(i) + ".example.", RRType::kTxt);
    writing.response().set_rcode(dns::Rcode::kBadVers);
    const ReadMessage message = writing.finish(edns, options);
    ASSERT_LE(writing.size(), limit);
    ASSERT_NE(message.opt(), nullptr);
    EXPECT_EQ(message.opt()->rdata, options);
    EXPECT_EQ(message.opt()->rr_class, 1232);
    EXPECT_EQ(message.opt()->ttl_s & 0x8000U, 0x8000U);
    EXPECT_EQ(message.rcode(), dns::Rcode::kBadVers);
  }
}

TEST(Response, PointersNeverReachBeyondTheirFourteenBits) {
  std::string text = "@ 60 SOA ns.example. host.example. 1 2 3 4 5\n";
  for (int i = 0; i < 300; i++) text += "big" + std::to_string(i) + " 60 TXT " + std::string(200, 'x') + "\n";
  for (int i = 0; i < 50; i++)
    text += "late" + std::to_string(i) + ".far 60 NS ns.at" + std::to_string(i % 7) + ".the.end.elsewhere.\n";
  Writing writing(text, "example.", "www.example.", 65535);
  for (int i = 0; i < 140; i++)
    ASSERT_TRUE(writing.add(Section::kAnswer, "big" + std::to_string(i) + ".example.", RRType::kTxt));
  for (int i = 0; i < 50; i++)
    ASSERT_TRUE(writing.add(Section::kAuthority, "late" + std::to_string(i) + ".far.example.", RRType::kNs));
  const ReadMessage message = writing.finish();
  ASSERT_GT(writing.size(), 0x4000U);
  ASSERT_EQ(message.records.size(), 190U);
  for (int i = 0; i < 50; i++) {
    const ReadRecord& record = message.records[140 + static_cast<size_t>(i)];
    EXPECT_EQ(dns::to_string(record.owner), "late" + std::to_string(i) + ".far.example.");
    EXPECT_EQ(dns::to_string(dns::NameView(record.rdata.data(), record.rdata.size())),
              "ns.at" + std::to_string(i % 7) + ".the.end.elsewhere.");
  }
}

TEST(Response, RewindingForgetsAll) {
  Writing writing(kText, "example.", "www.example.", 512);
  writing.add(Section::kAnswer, "example.", RRType::kNs);
  writing.response().set_truncated();
  writing.response().rewind();
  ASSERT_TRUE(writing.add(Section::kAuthority, "example.", RRType::kNs));
  const ReadMessage message = writing.finish();
  EXPECT_FALSE(message.is_truncated());
  EXPECT_EQ(section_of(message, 0).size(), 0U);
  EXPECT_EQ(section_of(message, 1).size(), 4U);
}

TEST(Response, RandomNamesAreReadBackAsTheyWere) {
  // Owners and targets over few labels share suffixes in every way, with the question and among themselves.
  std::mt19937 random(4);
  const std::vector<std::string> labels = {"a",       "B",         "bb",     "a-long-label-of-the-zone",
                                           "example", "elsewhere", "\\001a", "x\\.y"};
  const auto any_name = [&](const std::string& end) {
    std::string name;
    for (size_t i = random() % 5; i > 0; i--) name += labels[random() % labels.size()] + ".";
    return name + end;
  };
  const std::vector<std::string> ends = {"example.", "elsewhere.", "bb.elsewhere.", "other.", ""};
  for (int round = 0; round < 2000; round++) {
    std::string text = "@ 60 SOA ns.example. host.example. 1 2 3 4 5\n";
    std::vector<std::string> owners;
    for (int i = 0; i < 6; i++) {
      owners.push_back(any_name("example."));
      for (size_t n = 1 + random() % 3; n > 0; n--) {
        std::string target = any_name(ends[random() % ends.size()]);
        if (target.empty()) target = ".";
        text += owners.back() + " 60 " + (random() % 2 == 0 ? "NS " : "MX 1 ") + target + "\n";
      }
    }
    Writing writing(text, "example.", any_name("example."), 80 + random() % 500);
    const zone::ContentPtr content = zone::content_of(text, "example.");
    std::vector<std::string> wanted;
    for (const std::string& owner : owners) {
      const dns::Name name = zone::name_of(owner);
      for (const RRType type : {RRType::kNs, RRType::kMx}) {
        const zone::RRsetView set = content->find(name).find(type);
        dns::HashedName hashed;
        hashed.assign(name);
        if (!set || writing.response().has(hashed.full_hash(), type) ||
            !writing.add(Section::kAnswer, owner, type))
          continue;
        set.for_each([&](Bytes rdata) {
          wanted.push_back(dns::to_string(name.lowered()) + " " +
                           dns::rdata_to_text(type, dns::RRClass::kIn, rdata));
        });
      }
    }
    const ReadMessage message = writing.finish();
    std::vector<std::string> found;
    found.reserve(message.records.size());
    for (const ReadRecord& record : message.records) {
      found.push_back(dns::to_string(record.owner.lowered()) + " " +
                      dns::rdata_to_text(static_cast<RRType>(record.type), dns::RRClass::kIn, record.rdata));
    }
    const auto lowered = [](std::vector<std::string> lines) {
      for (std::string& line : lines)
        std::transform(line.begin(), line.end(), line.begin(),
                       [](char c) { return static_cast<char>(dns::lower(static_cast<uint8_t>(c))); });
      std::sort(lines.begin(), lines.end());
      return lines;
    };
    ASSERT_EQ(lowered(found), lowered(wanted)) << text;
  }
}

TEST(Response, AMessageIsFilledToItsLimitAndNoFurther) {
  std::string text = "@ 60 SOA . . 1 2 3 4 5\n";
  for (int i = 0; i < 4094; i++) {
    const std::string host = std::to_string(i / 256) + "." + std::to_string(i % 256) + "\n";
    text += "most 60 A 10.1." + host + "more 60 A 10.1." + host;
  }
  text += "more 60 A 10.2.0.0\nsome 60 A 10.3.0.1\n";
  // Header and question take 30 octets, an A record behind a pointer 16.
  Writing writing(text, "example.", "most.example.", 30 + 4094 * 16);
  EXPECT_FALSE(writing.add(Section::kAnswer, "more.example.", RRType::kA));
  EXPECT_TRUE(writing.add(Section::kAnswer, "most.example.", RRType::kA));
  EXPECT_FALSE(writing.add(Section::kAnswer, "some.example.", RRType::kA));
  EXPECT_EQ(writing.finish().records.size(), 4094U);
  EXPECT_EQ(writing.size(), 65534U);
}

TEST(Response, OptionsThatDoNotFitLeaveTheOptBare) {
  Writing writing(kText, "example.", "www.example.", 29 + kOptBytes + 3, kOptBytes + 200);
  const std::vector<uint8_t> options(200);
  const ReadMessage message = writing.finish({.present = true}, options);
  ASSERT_EQ(message.records.size(), 1U);
  EXPECT_TRUE(message.opt()->rdata.empty());
}

}  // namespace
}  // namespace nomen::answer
