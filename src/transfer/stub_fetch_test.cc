#include "transfer/stub_fetch.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "dns/message_writer.h"
#include "dns/rdata.h"
#include "zone/content_for_test.h"

namespace nomen::transfer {
namespace {

using dns::HeaderFlags;
using dns::RRType;
using dns::Section;

IncomingOptions options_of(zone::ContentPtr current = nullptr) {
  IncomingOptions options;
  options.zone = zone::name_of("example.");
  options.id = 0xffff;  // the next one is 0
  options.current = std::move(current);
  return options;
}

/// What a primary answers: by question, "example. NS" -> rdata in text.
struct Primary {
  std::map<std::string, std::vector<std::string>> data = {
      {"example. SOA", {"ns1.example. h.example. 7 7200 900 604800 60"}},
      {"example. NS", {"ns1.example.", "ns2.sub.example.", "ns.elsewhere.test."}},
      {"ns1.example. A", {"192.0.2.1"}},
      {"ns1.example. AAAA", {"2001:db8::1"}},
      {"ns2.sub.example. A", {"192.0.2.2", "192.0.2.3"}}};
  uint16_t flags = HeaderFlags::kQr | HeaderFlags::kAa;
  bool knows_edns = true;
  std::vector<std::string> asked = {};

  std::vector<uint8_t> answer(Bytes message) {
    auto reader = dns::MessageReader::open(message);
    dns::QuestionEntry question;
    EXPECT_TRUE(reader && reader->read_question(question));
    const std::string text = dns::to_string(question.name) + " " + dns::to_string(question.type);
    asked.push_back(text);
    std::vector<uint8_t> out(4096);
    dns::MessageWriter writer;
    dns::Header header;
    header.id = reader->header().id;
    header.flags = flags;
    const bool refuses = reader->header().additionals != 0 && !knows_edns;
    if (refuses) header.flags |= static_cast<uint16_t>(dns::Rcode::kFormErr);
    writer.begin(out, out.size(), header);
    writer.add_question(question.name, question.type, question.rr_class);
    for (const std::string& rdata : refuses ? std::vector<std::string>() : data[text]) {
      const auto content = zone::content_of(
          "@ SOA a. b. 1 1 1 1 1\nx 60 " + dns::to_string(question.type) + " " + rdata, "t.");
      dns::HashedName name;
      const dns::Name x = zone::name_of("x.t.");
      name.assign(x);
      writer.add_record(Section::kAnswer, question.name, question.type, question.rr_class, 300,
                        content->find(name, name.labels).find(question.type).first_rdata());
    }
    out.resize(writer.finish().size());
    return out;
  }
};

Progress run(StubFetch& fetch, Primary& primary) {
  for (int round = 0; round < 1000; round++) {
    std::vector<uint8_t> out(2048);
    dns::TsigSession session;
    const size_t size = fetch.request(out, session, nullptr, 0);
    const Progress progress = fetch.feed(primary.answer(Bytes(out).first(size)), nullptr, 0);
    if (progress != Progress::kMore) return progress;
  }
  return Progress::kMore;
}

std::string addresses_of(const zone::Content& content, std::string_view name) {
  dns::HashedName hashed;
  const dns::Name wire = zone::name_of(name);
  hashed.assign(wire);
  const zone::NodeView node = content.find(hashed, hashed.labels);
  if (!node) return "none";
  return std::string(node.find(RRType::kA) ? "1" : "0") + (node.find(RRType::kAaaa) ? "1" : "0");
}

TEST(StubFetch, TheVersionHoldsTheServersAndTheAddressesOfThoseInTheZone) {
  Primary primary;
  StubFetch fetch(options_of());
  ASSERT_EQ(run(fetch, primary), Progress::kDone) << fetch.reason();
  EXPECT_EQ(primary.asked,
            (std::vector<std::string>{"example. SOA", "example. NS", "ns1.example. A", "ns1.example. AAAA",
                                      "ns2.sub.example. A", "ns2.sub.example. AAAA"}));
  EXPECT_EQ(fetch.end_line(), "3 name servers, 4 addresses");
  const Received received = fetch.take();
  EXPECT_TRUE(received.replaced);
  EXPECT_EQ(received.content->serial().value, 7U);
  EXPECT_EQ(received.content->apex_node().find(RRType::kNs).count(), 3U);
  EXPECT_EQ(addresses_of(*received.content, "ns1.example."), "11");
  EXPECT_EQ(addresses_of(*received.content, "ns2.sub.example."), "10");
}

TEST(StubFetch, WhatIsNotNewerIsLeftAloneUnlessAskedFor) {
  const auto current = zone::content_of("@ SOA a. b. 7 1 1 1 1\n@ NS ns1\nns1 A 192.0.2.1\n", "example.");
  Primary primary;
  StubFetch fetch(options_of(current));
  EXPECT_EQ(run(fetch, primary), Progress::kUpToDate);
  EXPECT_EQ(primary.asked.size(), 1U);
  IncomingOptions options = options_of(current);
  options.accept_any_serial = true;
  StubFetch again(options);
  EXPECT_EQ(run(again, primary), Progress::kDone);
}

TEST(StubFetch, WithoutAuthoritySoaOrServersThereIsNothing) {
  Primary primary;
  primary.flags = HeaderFlags::kQr;
  StubFetch not_authoritative(options_of());
  EXPECT_EQ(run(not_authoritative, primary), Progress::kFailed);
  EXPECT_EQ(not_authoritative.reason(), "non-authoritative answer");
  Primary no_servers;
  no_servers.data.erase("example. NS");
  StubFetch fetch(options_of());
  EXPECT_EQ(run(fetch, no_servers), Progress::kFailed);
  EXPECT_EQ(fetch.reason(), "no NS records");
}

TEST(StubFetch, AServerWithoutEdnsIsAskedWithoutIt) {
  Primary primary;
  primary.knows_edns = false;
  StubFetch fetch(options_of());
  EXPECT_EQ(run(fetch, primary), Progress::kDone);
  EXPECT_EQ(primary.asked[0], primary.asked[1]);
}

TEST(StubFetch, AsManyQuestionsAreAskedAsTheLimitSays) {
  Primary primary;
  primary.data["example. NS"].clear();
  for (int i = 0; i < 90; i++) primary.data["example. NS"].push_back("ns" + std::to_string(i) + ".example.");
  StubFetch fetch(options_of());
  EXPECT_EQ(run(fetch, primary), Progress::kDone) << fetch.reason();
  EXPECT_EQ(primary.asked.size(), 2 + 100U);
}

}  // namespace
}  // namespace nomen::transfer
