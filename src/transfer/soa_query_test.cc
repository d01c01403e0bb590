#include "transfer/soa_query.h"

#include <gtest/gtest.h>

#include <vector>

#include "dns/message_writer.h"

namespace nomen::transfer {
namespace {

using dns::HeaderFlags;
using dns::RRType;
using dns::Section;
using Verdict = SoaReply::Verdict;

SoaQuery query_for(std::string_view zone) {
  return {.id = 4711, .zone = *dns::Name::parse(zone), .rr_class = dns::RRClass::kIn, .edns = true};
}

struct Answer {
  std::string zone = "example.";
  uint16_t id = 4711;
  uint16_t flags = HeaderFlags::kQr | HeaderFlags::kAa;
  dns::Rcode rcode = dns::Rcode::kNoError;
  bool with_question = true;
  std::vector<uint32_t> serials = {7};
  std::vector<uint8_t> opt = {};  ///< the options of an OPT record; none without
};

std::vector<uint8_t> query_bytes(const Answer& answer) {
  std::vector<uint8_t> out(512);
  dns::MessageWriter writer;
  dns::Header header;
  header.id = answer.id;
  header.flags = static_cast<uint16_t>(answer.flags | static_cast<uint16_t>(answer.rcode));
  writer.begin(out, out.size(), header);
  const dns::Name zone = *dns::Name::parse(answer.zone);
  if (answer.with_question) writer.add_question(zone, RRType::kSoa, dns::RRClass::kIn);
  for (const uint32_t serial : answer.serials) {
    std::vector<uint8_t> rdata(2 + 20);  // two root names
    store_u32(&rdata[2], serial);
    writer.add_record(Section::kAnswer, zone, RRType::kSoa, dns::RRClass::kIn, 300, rdata);
  }
  if (!answer.opt.empty())
    writer.add_record(Section::kAdditional, dns::NameView(), RRType::kOpt, static_cast<dns::RRClass>(1232), 0,
                      answer.opt);
  out.resize(writer.finish().size());
  return out;
}

TEST(SoaQuery, TheQuestionIsForTheSoaOfTheZone) {
  std::vector<uint8_t> out(512);
  const size_t size = write_soa_query(out, query_for("example."));
  auto reader = dns::MessageReader::open(Bytes(out).first(size));
  ASSERT_TRUE(reader);
  dns::QuestionEntry question;
  ASSERT_TRUE(reader->read_question(question));
  EXPECT_EQ(question.name, *dns::Name::parse("example."));
  EXPECT_EQ(question.type, RRType::kSoa);
  EXPECT_EQ(reader->header().additionals, 1);
}

TEST(SoaQuery, TheQuestionHasAnEmptyExpireOptionUnlessItIsNotWanted) {
  for (const bool wanted : {true, false}) {
    SoaQuery query = query_for("example.");
    query.ask_expire = wanted;
    std::vector<uint8_t> out(512);
    out.resize(write_soa_query(out, query));
    const std::vector<uint8_t> option = {0, 4, 0, 9, 0, 0};
    EXPECT_EQ(out.size() > 6 && std::equal(option.begin(), option.end(), out.end() - 6), wanted);
  }
}

TEST(SoaQuery, TheAnswerTellsWhatIsLeftUntilThePrimaryExpires) {
  Answer answer;
  answer.opt = {0, 9, 0, 4, 0, 0, 3, 232};
  EXPECT_EQ(read_soa_reply(query_bytes(answer), query_for("example.")).expire_s, 1000u);
  SoaQuery unasked = query_for("example.");
  unasked.ask_expire = false;
  EXPECT_FALSE(read_soa_reply(query_bytes(answer), unasked).expire_s);
  answer.opt = {0, 9, 0, 0};
  const SoaReply reply = read_soa_reply(query_bytes(answer), query_for("example."));
  EXPECT_FALSE(reply.expire_s);
  EXPECT_EQ(reply.verdict, Verdict::kSerial);
}

TEST(SoaQuery, TheAnswerTellsTheSerial) {
  const SoaReply reply = read_soa_reply(query_bytes({}), query_for("example."));
  ASSERT_EQ(reply.verdict, Verdict::kSerial);
  EXPECT_EQ(reply.serial, dns::Serial{7});
}

TEST(SoaQuery, WhatIsNoAnswerToTheQuestionIsNotTaken) {
  const SoaQuery query = query_for("example.");
  EXPECT_FALSE(is_soa_reply(query_bytes({.id = 4712}), query));
  EXPECT_FALSE(is_soa_reply(query_bytes({.flags = HeaderFlags::kAa}), query));
  EXPECT_FALSE(is_soa_reply(query_bytes({.zone = "other."}), query));
  EXPECT_FALSE(is_soa_reply(query_bytes({.with_question = false}), query));
  EXPECT_FALSE(is_soa_reply({}, query));
  EXPECT_EQ(read_soa_reply(query_bytes({.id = 4712}), query).verdict, Verdict::kMalformed);
}

TEST(SoaQuery, EachFailureHasItsName) {
  SoaQuery query = query_for("example.");
  const auto verdict = [&](const Answer& answer) {
    return read_soa_reply(query_bytes(answer), query).verdict;
  };
  EXPECT_EQ(verdict({.rcode = dns::Rcode::kRefused}), Verdict::kRcode);
  EXPECT_EQ(verdict({.rcode = dns::Rcode::kFormErr, .with_question = false, .serials = {}}),
            Verdict::kNoEdns);
  query.edns = false;
  EXPECT_EQ(verdict({.rcode = dns::Rcode::kFormErr}), Verdict::kRcode);
  EXPECT_EQ(verdict({.flags = HeaderFlags::kQr}), Verdict::kNotAuthoritative);
  EXPECT_EQ(verdict({.flags = HeaderFlags::kQr | HeaderFlags::kTc}), Verdict::kTruncated);
  EXPECT_EQ(verdict({.serials = {}}), Verdict::kNoSoa);
  EXPECT_EQ(verdict({.serials = {7, 8}}), Verdict::kNoSoa);
}

}  // namespace
}  // namespace nomen::transfer
