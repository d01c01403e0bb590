#include "transfer/incoming_transfer.h"

#include <gtest/gtest.h>

#include "dns/message_writer.h"
#include "transfer/transfer_for_test.h"

namespace nomen::transfer {
namespace {

using dns::RRType;
using dns::Section;

OutgoingOptions draw_options(FastRandom& random) {
  OutgoingOptions options;
  options.message_bytes = 512 + random.below(3000);
  options.one_answer = random.below(8) == 0;
  return options;
}

TEST(IncomingTransfer, AnAxfrGivesAnEqualZone) {
  for (uint64_t seed = 1; seed <= 100; seed++) {
    FastRandom random(seed);
    const auto content = draw_zone(random, random.below(150)).content();
    IncomingTransfer incoming(options_for(nullptr));
    auto outgoing = OutgoingTransfer::axfr(request_of(incoming), content, draw_options(random));
    ASSERT_EQ(feed_all(incoming, messages_of(outgoing)), Progress::kDone) << incoming.reason();
    const Received received = incoming.take();
    EXPECT_EQ(zone::describe(*received.content), zone::describe(*content)) << "seed " << seed;
    EXPECT_TRUE(received.replaced);
    EXPECT_EQ(incoming.totals().records, outgoing.totals().records);
    EXPECT_EQ(incoming.totals().bytes, outgoing.totals().bytes);
  }
}

TEST(IncomingTransfer, AnAxfrOverAnEarlierVersionGivesTheZoneAndTheChangeThatLeadsThere) {
  for (uint64_t seed = 1; seed <= 100; seed++) {
    FastRandom random(seed);
    const DrawnZone before = draw_zone(random, random.below(150));
    const DrawnZone after = draw_next(random, before, random.below(100));
    const auto current = before.content();
    IncomingOptions options = options_for(current);
    options.ixfr = false;
    IncomingTransfer incoming(options);
    auto outgoing = OutgoingTransfer::axfr(request_of(incoming), after.content(), draw_options(random));
    ASSERT_EQ(feed_all(incoming, messages_of(outgoing)), Progress::kDone) << incoming.reason();
    const Received received = incoming.take();
    EXPECT_EQ(zone::describe(*received.content), zone::describe(*after.content())) << "seed " << seed;
    ASSERT_EQ(received.steps.size(), 1U);
    EXPECT_TRUE(is_chain(received.steps, current->serial(), received.content->serial()));
    zone::ContentWriter writer(*current, {});
    ASSERT_TRUE(writer.apply(*received.steps[0].change).has_value());
    Diagnostics diagnostics;
    EXPECT_EQ(zone::describe(*writer.finish(diagnostics)), zone::describe(*after.content()));
  }
}

TEST(IncomingTransfer, AnIxfrStepByStepOrCondensedLeadsToTheSameZone) {
  for (uint64_t seed = 1; seed <= 100; seed++) {
    FastRandom random(seed);
    DrawnZone zone = draw_zone(random, random.below(120));
    const auto first = zone.content();
    auto newest = first;
    std::vector<IxfrStep> steps;
    for (uint32_t i = 1 + random.below(6); i > 0; i--) {
      zone = draw_next(random, zone, random.below(20));
      const auto next = zone.content();
      steps.push_back(step_between(newest, next));
      newest = next;
    }
    for (const bool condensed : {false, true}) {
      IncomingTransfer incoming(options_for(first));
      const TransferRequest request = request_of(incoming);
      const auto sent = condensed ? std::vector{condense(steps, dns::RRClass::kIn)} : steps;
      auto outgoing = OutgoingTransfer::ixfr(request, newest, sent, draw_options(random));
      ASSERT_EQ(feed_all(incoming, messages_of(outgoing)), Progress::kDone)
          << incoming.reason() << " seed " << seed;
      const Received received = incoming.take();
      EXPECT_EQ(received.form, AnswerForm::kIxfr);
      EXPECT_EQ(received.steps.size(), sent.size());
      EXPECT_TRUE(is_chain(received.steps, first->serial(), newest->serial()));
      EXPECT_EQ(zone::describe(*received.content), zone::describe(*newest)) << "seed " << seed;
    }
  }
}

TEST(IncomingTransfer, AZoneThatHasLittleInCommonWithTheOneBeforeIsBuiltAnew) {
  DrawnZone before;
  DrawnZone after;
  after.serial = 2;
  for (int i = 0; i < 40000; i++) {
    const std::string number = std::to_string(i);
    before.lines.insert("old" + number + " 300 IN A 192.0.2.1");
    after.lines.insert((i % 4 == 0 ? "old" : "new") + number + " 300 IN A 192.0.2.1");
  }
  IncomingOptions options = options_for(before.content());
  options.ixfr = false;
  IncomingTransfer incoming(options);
  auto outgoing = OutgoingTransfer::axfr(request_of(incoming), after.content(), {});
  ASSERT_EQ(feed_all(incoming, messages_of(outgoing)), Progress::kDone) << incoming.reason();
  const Received received = incoming.take();
  EXPECT_TRUE(received.replaced);
  EXPECT_TRUE(received.steps.empty());
  EXPECT_EQ(zone::describe(*received.content), zone::describe(*after.content()));
}

TEST(IncomingTransfer, ASingleSoaSaysThatWeAreUpToDate) {
  FastRandom random(1);
  const auto content = draw_zone(random, 10).content();
  IncomingTransfer incoming(options_for(content));
  auto outgoing = OutgoingTransfer::single_soa(request_of(incoming), content, {});
  EXPECT_EQ(feed_all(incoming, messages_of(outgoing)), Progress::kUpToDate);
  EXPECT_EQ(incoming.reason(), "up to date");
}

TEST(IncomingTransfer, AnOlderVersionIsNotTakenUnlessItIsWanted) {
  FastRandom random(2);
  const DrawnZone old = draw_zone(random, 10);
  const DrawnZone ours = draw_next(random, old, 5);
  for (const bool any : {false, true}) {
    IncomingOptions options = options_for(ours.content());
    options.accept_any_serial = any;
    options.ixfr = false;
    IncomingTransfer incoming(options);
    auto outgoing = OutgoingTransfer::axfr(request_of(incoming), old.content(), {});
    EXPECT_EQ(feed_all(incoming, messages_of(outgoing)), any ? Progress::kDone : Progress::kUpToDate);
    if (any) {
      EXPECT_EQ(zone::describe(*incoming.take().content), zone::describe(*old.content()));
    } else {
      EXPECT_EQ(incoming.reason(), "requested serial " + std::to_string(ours.serial) + ", primary has " +
                                       std::to_string(old.serial) + ", not updating");
    }
  }
}

TEST(IncomingTransfer, AChangeThatDoesNotFitOurVersionMakesUsAskForTheWholeZone) {
  FastRandom random(3);
  const DrawnZone first = draw_zone(random, 40);
  const DrawnZone second = draw_next(random, first, 30);
  DrawnZone other = draw_zone(random, 40);
  other.serial = first.serial;
  IncomingTransfer incoming(options_for(other.content()));
  const auto newest = second.content();
  auto outgoing =
      OutgoingTransfer::ixfr(request_of(incoming), newest, {step_between(first.content(), newest)}, {});
  EXPECT_EQ(feed_all(incoming, messages_of(outgoing)), Progress::kTryAxfr);
}

// ---- answers that a primary should not send

struct Line {
  std::string owner;
  RRType type;
  std::vector<uint8_t> rdata;
};

std::vector<uint8_t> soa_rdata(uint32_t serial) {
  std::vector<uint8_t> rdata = {2, 'n', 's', 0, 1, 'a', 0};
  rdata.resize(rdata.size() + 20);
  store_u32(rdata.data() + rdata.size() - 20, serial);
  return rdata;
}
Line soa(uint32_t serial) {
  return {"drawn.test.", RRType::kSoa, soa_rdata(serial)};
}
Line ns() {
  return {"drawn.test.", RRType::kNs, {2, 'n', 's', 0}};
}
Line address(const std::string& owner) {
  return {owner, RRType::kA, {192, 0, 2, 1}};
}

struct Shape {
  uint16_t id = 4711;
  dns::Rcode rcode = dns::Rcode::kNoError;
  dns::RRClass rr_class = dns::RRClass::kIn;
  bool is_response = true;
  std::string question = "drawn.test.";
};

std::vector<uint8_t> message_of(const std::vector<Line>& lines, const Shape& shape, bool is_ixfr) {
  std::vector<uint8_t> out(kMaxMessageBytes);
  dns::MessageWriter writer;
  dns::Header header;
  header.id = shape.id;
  header.flags = static_cast<uint16_t>((shape.is_response ? dns::HeaderFlags::kQr : 0) |
                                       static_cast<uint16_t>(shape.rcode));
  writer.begin(out, out.size(), header);
  EXPECT_TRUE(writer.add_question(zone::name_of(shape.question), is_ixfr ? RRType::kIxfr : RRType::kAxfr,
                                  dns::RRClass::kIn));
  for (const Line& line : lines) {
    EXPECT_TRUE(writer.add_record(Section::kAnswer, zone::name_of(line.owner), line.type, shape.rr_class, 60,
                                  line.rdata));
  }
  out.resize(writer.finish().size());
  return out;
}

struct Outcome {
  Progress progress;
  std::string reason;
  bool operator==(const Outcome&) const = default;
};

Outcome answered(const std::vector<Line>& lines, const Shape& shape = {}) {
  IncomingTransfer incoming(options_for(nullptr));
  const Progress progress = incoming.feed(message_of(lines, shape, false), nullptr, 0);
  return {progress, incoming.reason()};
}

Outcome ixfr_answered(const std::vector<Line>& lines) {
  const auto current = zone::content_of(
      "@ 60 IN SOA ns. a. 1 0 0 0 0\n@ 60 IN NS ns.\nold 60 IN A 192.0.2.1\n", "drawn.test.");
  IncomingTransfer incoming(options_for(current));
  const Progress progress = incoming.feed(message_of(lines, {}, true), nullptr, 0);
  return {progress, incoming.reason()};
}

Outcome failed(const std::string& reason) {
  return {Progress::kFailed, reason};
}
Outcome tries_axfr(const std::string& reason) {
  return {Progress::kTryAxfr, reason};
}

TEST(IncomingTransfer, WhatIsWrongIsRejectedAndNamed) {
  const auto good = std::vector{soa(5), ns(), address("a.drawn.test."), soa(5)};
  EXPECT_EQ(answered(good).progress, Progress::kDone);
  EXPECT_EQ(answered({ns(), soa(5)}), failed("first RR in zone transfer must be SOA"));
  EXPECT_EQ(answered({soa(5), ns(), soa(6)}), failed("start and ending SOA records mismatch"));
  EXPECT_EQ(answered({soa(5), ns(), address("a.other.test."), soa(5)}),
            failed("out-of-zone data (a.other.test)"));
  EXPECT_EQ(answered({soa(5), ns(), {"sub.drawn.test.", RRType::kSoa, soa_rdata(5)}, soa(5)}),
            failed("SOA name mismatch: 'sub.drawn.test'"));
  EXPECT_EQ(answered({soa(5), ns(), soa(5), address("a.drawn.test.")}),
            failed("extra input text: records behind the last SOA"));
  EXPECT_EQ(answered({soa(5), soa(5)}), failed("zone has no NS records"));
  EXPECT_EQ(answered({}), failed("empty answer section"));
  EXPECT_EQ(answered(good, {.id = 1}), failed("unexpected message id"));
  EXPECT_EQ(answered(good, {.rcode = dns::Rcode::kRefused}), failed("REFUSED"));
  EXPECT_EQ(answered(good, {.is_response = false}), failed("unexpected message: not a response"));
  EXPECT_EQ(answered(good, {.question = "other.test."}),
            failed("FORMERR: the question is not the one that was asked"));
  EXPECT_EQ(answered(good, {.rr_class = dns::RRClass::kCh}),
            failed("bad class: CH record in a zone transfer"));
  EXPECT_EQ(answered({soa(5), ns()}), (Outcome{Progress::kMore, ""}));
}

TEST(IncomingTransfer, AnIncrementalAnswerThatIsWrongIsFollowedByAnAxfr) {
  EXPECT_EQ(
      ixfr_answered({soa(2), soa(1), address("old.drawn.test."), soa(2), address("a.drawn.test."), soa(2)})
          .progress,
      Progress::kDone);
  EXPECT_EQ(ixfr_answered({}), tries_axfr("empty answer section"));
  EXPECT_EQ(ixfr_answered({soa(3), soa(1), soa(2), soa(1), soa(3), soa(3)}),
            tries_axfr("IXFR out of sync: expected serial 2, got 1"));
  EXPECT_EQ(ixfr_answered({soa(2), soa(1), address("none.drawn.test."), soa(2), soa(2)}).progress,
            Progress::kTryAxfr);
  EXPECT_EQ(ixfr_answered({soa(3), soa(1), soa(1)}),
            tries_axfr("IXFR out of sync: the serial does not increase"));
}

TEST(IncomingTransfer, MaxRecordsEndsATransfer) {
  IncomingOptions options = options_for(nullptr);
  options.limits.max_records = 3;
  IncomingTransfer incoming(options);
  std::vector<Line> lines = {soa(5), ns()};
  for (int i = 0; i < 3; i++) lines.push_back(address("h" + std::to_string(i) + ".drawn.test."));
  EXPECT_EQ(incoming.feed(message_of(lines, {}, false), nullptr, 0), Progress::kFailed);
  EXPECT_EQ(incoming.reason(), "too many records");
}

TEST(IncomingTransfer, AMessageThatIsCutOffOrTurnedOverIsNeverTaken) {
  FastRandom random(11);
  const auto content = draw_zone(random, 20).content();
  IncomingTransfer asking(options_for(nullptr));
  auto outgoing = OutgoingTransfer::axfr(request_of(asking), content, {});
  const auto message = messages_of(outgoing).at(0);
  for (size_t cut = 0; cut < message.size(); cut++) {
    IncomingTransfer incoming(options_for(nullptr));
    EXPECT_NE(incoming.feed(Bytes(message).first(cut), nullptr, 0), Progress::kDone);
  }
  auto longer = message;
  longer.push_back(0);
  IncomingTransfer incoming(options_for(nullptr));
  EXPECT_EQ(incoming.feed(longer, nullptr, 0), Progress::kFailed);
}

}  // namespace
}  // namespace nomen::transfer
