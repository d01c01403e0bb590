#include "transfer/outgoing_transfer.h"

#include <gtest/gtest.h>

#include "dns/message_reader.h"
#include "transfer/transfer_for_test.h"

namespace nomen::transfer {
namespace {

using dns::RRType;

/// Types of the answer's records, message after message.
std::vector<RRType> types_of(const MessageList& messages) {
  std::vector<RRType> types;
  for (const auto& message : messages) {
    auto reader = *dns::MessageReader::open(message);
    dns::QuestionEntry question;
    EXPECT_TRUE(reader.read_question(question).has_value());
    dns::RecordEntry record;
    while (*reader.next(record)) {
      if (record.section == dns::Section::kAnswer) types.push_back(record.type);
    }
    EXPECT_EQ(reader.garbage(), 0U);
  }
  return types;
}

TransferRequest axfr_request() {
  IncomingTransfer incoming(options_for(nullptr));
  return request_of(incoming);
}

TransferRequest ixfr_request(const DrawnZone& from) {
  IncomingTransfer incoming(options_for(from.content()));
  return request_of(incoming);
}

TEST(OutgoingTransfer, AnAxfrBeginsAndEndsWithTheSoaAndHasAllRecordsBetween) {
  FastRandom random(1);
  const auto content = draw_zone(random, 200).content();
  auto transfer = OutgoingTransfer::axfr(axfr_request(), content, {});
  const MessageList messages = messages_of(transfer);
  const auto types = types_of(messages);
  ASSERT_EQ(types.size(), content->record_count() + 1);
  EXPECT_EQ(types.front(), RRType::kSoa);
  EXPECT_EQ(types.back(), RRType::kSoa);
  EXPECT_EQ(std::count(types.begin(), types.end(), RRType::kSoa), 2);
  EXPECT_EQ(transfer.totals().records, types.size());
  EXPECT_EQ(transfer.totals().messages, messages.size());
  EXPECT_FALSE(transfer.has_failed());
}

TEST(OutgoingTransfer, OneAnswerSendsAMessageForEachRecord) {
  FastRandom random(2);
  const auto content = draw_zone(random, 30).content();
  OutgoingOptions options;
  options.one_answer = true;
  auto transfer = OutgoingTransfer::axfr(axfr_request(), content, options);
  EXPECT_EQ(messages_of(transfer).size(), content->record_count() + 1);
}

TEST(OutgoingTransfer, MessagesKeepToTheirSizeAndALongerRecordGoesOutAlone) {
  std::string text = "@ 3600 IN SOA ns1 admin 1 2 3 4 5\n@ 3600 IN NS ns1\n";
  std::string words;
  for (int i = 0; i < 200; i++) words += " \"" + std::string(250, 'x') + "\"";
  text += "big 60 IN TXT" + words + "\n";
  for (int i = 0; i < 100; i++) text += "h" + std::to_string(i) + " 60 IN A 192.0.2.1\n";
  const auto content = zone::content_of(text, "drawn.test.");
  OutgoingOptions options;
  options.message_bytes = 1000;
  auto transfer = OutgoingTransfer::axfr(axfr_request(), content, options);
  const MessageList messages = messages_of(transfer);
  EXPECT_FALSE(transfer.has_failed());
  EXPECT_EQ(types_of(messages).size(), content->record_count() + 1);
  EXPECT_EQ(std::count_if(messages.begin(), messages.end(), [](const auto& m) { return m.size() > 1000; }),
            1);
}

TEST(OutgoingTransfer, NamesInTheZoneEndInAPointerToItsName) {
  const auto content = zone::content_of(
      "@ 60 IN SOA ns1 admin 1 2 3 4 5\n@ 60 IN NS ns1\na 60 IN A 192.0.2.1\na 60 IN A 192.0.2.2\n",
      "a-long-name-of-a-zone.drawn.test.");
  IncomingOptions options = options_for(nullptr);
  options.zone = zone::name_of("a-long-name-of-a-zone.drawn.test.");
  options.edns = false;
  IncomingTransfer incoming(options);
  auto transfer = OutgoingTransfer::axfr(request_of(incoming), content, {});
  const MessageList messages = messages_of(transfer);
  ASSERT_EQ(messages.size(), 1U);
  const size_t head = 12 + 34 + 4;
  const size_t first_soa = 2 + 10 + (4 + 2) + (6 + 2) + 20;
  const size_t last_soa = 2 + 10 + 2 + 2 + 20;  // both names stood in the first one
  EXPECT_EQ(messages[0].size(), head + first_soa + (2 + 10 + 2) + (4 + 10 + 4) + (2 + 10 + 4) + last_soa);
}

TEST(OutgoingTransfer, AClientThatIsUpToDateGetsASingleSoa) {
  FastRandom random(3);
  const DrawnZone zone = draw_zone(random, 10);
  const auto content = zone.content();
  const TransferRequest request = ixfr_request(zone);
  ASSERT_EQ(choose_form(request, *content, {}, {}), AnswerForm::kSingleSoa);
  auto transfer = OutgoingTransfer::single_soa(request, content, {});
  EXPECT_EQ(types_of(messages_of(transfer)), std::vector<RRType>{RRType::kSoa});
}

TEST(OutgoingTransfer, AnIxfrGoesFromSoaToSoaStepByStep) {
  FastRandom random(4);
  const DrawnZone first = draw_zone(random, 50);
  const DrawnZone second = draw_next(random, first, 5);
  const DrawnZone third = draw_next(random, second, 5);
  const std::vector<IxfrStep> steps = {step_between(first.content(), second.content()),
                                       step_between(second.content(), third.content())};
  const TransferRequest request = ixfr_request(first);
  ASSERT_EQ(choose_form(request, *third.content(), steps, {}), AnswerForm::kIxfr);
  auto transfer = OutgoingTransfer::ixfr(request, third.content(), steps, {});
  const auto types = types_of(messages_of(transfer));
  EXPECT_EQ(std::count(types.begin(), types.end(), RRType::kSoa), 6);
  EXPECT_EQ(types.front(), RRType::kSoa);
  EXPECT_EQ(types.back(), RRType::kSoa);
}

TEST(OutgoingTransfer, TheWholeZoneGoesOutWhereAnIxfrIsNotPossibleOrNotWorthIt) {
  FastRandom random(5);
  const DrawnZone first = draw_zone(random, 40);
  const DrawnZone second = draw_next(random, first, 30);
  const auto newest = second.content();
  const TransferRequest request = ixfr_request(first);
  const std::vector<IxfrStep> steps = {step_between(first.content(), newest)};
  EXPECT_EQ(choose_form(request, *newest, steps, {}), AnswerForm::kIxfr);
  EXPECT_EQ(choose_form(request, *newest, {}, {}), AnswerForm::kAxfr);
  EXPECT_EQ(choose_form(request, *newest, steps, {.provide_ixfr = false}), AnswerForm::kAxfr);
  EXPECT_EQ(choose_form(request, *newest, steps, {.max_ratio_percent = 10}), AnswerForm::kAxfr);
  EXPECT_EQ(choose_form(request, *newest, steps, {.max_ratio_percent = std::nullopt}), AnswerForm::kIxfr);
  std::vector<IxfrStep> gap = steps;
  gap[0].from = {gap[0].from.value + 1};
  EXPECT_EQ(choose_form(request, *newest, gap, {}), AnswerForm::kAxfr);
}

TEST(OutgoingTransfer, OverUdpAnIxfrThatDoesNotFitIsASingleSoa) {
  FastRandom random(6);
  const DrawnZone first = draw_zone(random, 60);
  const DrawnZone small = draw_next(random, first, 2);
  const DrawnZone large = draw_next(random, first, 80);
  const TransferRequest request = ixfr_request(first);
  const auto answer = [&](const DrawnZone& to) {
    std::vector<uint8_t> out(1232);
    const auto content = to.content();
    auto transfer = OutgoingTransfer::ixfr(request, content, {step_between(first.content(), content)}, {});
    const size_t size = answer_over_udp(std::move(transfer),
                                        OutgoingTransfer::single_soa(request, content, {}), out, nullptr, 0);
    out.resize(size);
    return types_of({out});
  };
  EXPECT_GT(answer(small).size(), 3U);
  EXPECT_EQ(answer(large), std::vector<RRType>{RRType::kSoa});
}

TEST(OutgoingTransfer, ExpireIsToldWhereItWasAskedFor) {
  FastRandom random(7);
  const auto content = draw_zone(random, 5).content();
  OutgoingOptions options;
  options.expire_s = 86400;
  auto transfer = OutgoingTransfer::axfr(axfr_request(), content, options);
  IncomingTransfer incoming(options_for(nullptr));
  ASSERT_EQ(feed_all(incoming, messages_of(transfer)), Progress::kDone) << incoming.reason();
  EXPECT_EQ(incoming.take().expire_s, 86400U);
}

TEST(OutgoingTransfer, TheLogLinesAreThoseOfBind) {
  FastRandom random(8);
  const auto content = draw_zone(random, 5).content();
  auto transfer = OutgoingTransfer::axfr(axfr_request(), content, {});
  EXPECT_EQ(transfer.start_line(), "transfer of 'drawn.test/IN': AXFR started (serial 1)");
  EXPECT_EQ(transfer.start_line("xfer.key"),
            "transfer of 'drawn.test/IN': AXFR started: TSIG xfer.key (serial 1)");
  EXPECT_EQ(to_string(TransferTotals{3, 100, 4000}, 1000),
            "3 messages, 100 records, 4000 bytes, 0.001 secs (4000000 bytes/sec)");
  EXPECT_EQ(
      transfer.end_line(0),
      "transfer of 'drawn.test/IN': AXFR ended: 0 messages, 0 records, 0 bytes, 0.000 secs (0 bytes/sec) "
      "(serial 1)");
}

TEST(TransferRequest, MalformedOnesAreRefused) {
  FastRandom random(9);
  const DrawnZone zone = draw_zone(random, 5);
  IncomingTransfer incoming(options_for(zone.content()));
  std::vector<uint8_t> out(4096);
  dns::TsigSession session;
  const size_t size = incoming.request(out, session, nullptr, 0);
  const Bytes good = Bytes(out).first(size);
  ASSERT_TRUE(read_transfer_request(good).has_value());
  EXPECT_EQ(read_transfer_request(good)->serial, dns::Serial{1});
  EXPECT_TRUE(read_transfer_request(good)->wants_expire);
  for (size_t cut = 0; cut < size; cut++) EXPECT_FALSE(read_transfer_request(good.first(cut)).has_value());
  std::vector<uint8_t> answer(good.begin(), good.end());
  answer[2] |= 0x80;
  EXPECT_FALSE(read_transfer_request(answer).has_value());
}

}  // namespace
}  // namespace nomen::transfer
