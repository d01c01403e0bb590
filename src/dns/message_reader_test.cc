#include "dns/message_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/encoding.h"

namespace nomen::dns {
namespace {

/// A reply to www.example. A: the question, two A records, an NS whose owner is a pointer into a name.
const char kReply[] =
    "123484000001000200010000"
    "0377777707657861"
    "6d706c6500"
    "00010001"
    "c00c000100010000003c0004c0000201"
    "c00c000100010000003c0004c0000202"
    "c010000200010000003c0005026e73c010";

std::vector<uint8_t> bytes_of(std::string_view hex) {
  return *hex_decode(hex);
}

Result<int> read_all(Bytes message) {
  auto reader = MessageReader::open(message);
  if (!reader) return std::unexpected(reader.error());
  QuestionEntry question;
  for (int i = 0; i < reader->header().questions; i++) {
    if (auto read = reader->read_question(question); !read) return std::unexpected(read.error());
  }
  RecordEntry record;
  for (int count = 0;; count++) {
    auto more = reader->next(record);
    if (!more) return std::unexpected(more.error());
    if (!*more) return count;
  }
}

TEST(MessageReader, ReadsHeaderQuestionAndRecordsSectionBySection) {
  const auto message = bytes_of(kReply);
  auto reader = MessageReader::open(message);
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->header().id, 0x1234);
  EXPECT_TRUE(reader->header().has(HeaderFlags::kQr));
  EXPECT_TRUE(reader->header().has(HeaderFlags::kAa));
  EXPECT_FALSE(reader->header().has(HeaderFlags::kTc));
  EXPECT_EQ(reader->header().opcode(), Opcode::kQuery);
  EXPECT_EQ(reader->header().rcode(), Rcode::kNoError);
  QuestionEntry question;
  ASSERT_TRUE(reader->read_question(question));
  EXPECT_EQ(to_string(question.name), "www.example.");
  EXPECT_EQ(question.type, RRType::kA);
  RecordEntry record;
  for (const uint8_t last : {1, 2}) {
    ASSERT_TRUE(*reader->next(record));
    EXPECT_EQ(to_string(record.owner), "www.example.");
    EXPECT_EQ(record.section, Section::kAnswer);
    EXPECT_EQ(record.type, RRType::kA);
    EXPECT_EQ(record.ttl_s, 60U);
    ASSERT_EQ(record.rdata_size, 4);
    EXPECT_EQ(message[record.rdata_at + 3], last);
  }
  ASSERT_TRUE(*reader->next(record));
  EXPECT_EQ(to_string(record.owner), "example.");
  EXPECT_EQ(record.section, Section::kAuthority);
  EXPECT_EQ(record.rdata_size, 5);
  EXPECT_FALSE(*reader->next(record));
  EXPECT_EQ(reader->garbage(), 0U);
}

TEST(MessageReader, AFreshRecordGetsItsOwnerInARunToo) {
  const auto message = bytes_of(kReply);
  auto reader = MessageReader::open(message);
  QuestionEntry question;
  ASSERT_TRUE(reader->read_question(question));
  RecordEntry first;
  RecordEntry second;
  ASSERT_TRUE(*reader->next(first));
  ASSERT_TRUE(*reader->next(second));
  EXPECT_EQ(to_string(second.owner), "www.example.");
}

TEST(MessageReader, ARecordUsedForAnotherMessageBeforeGetsItsOwner) {
  const auto message = bytes_of(kReply);
  auto other = message;
  other[13] = 'x';
  RecordEntry record;
  QuestionEntry question;
  for (const auto& [bytes, owner] : {std::pair(message, "www.example."), std::pair(other, "xww.example.")}) {
    auto reader = MessageReader::open(bytes);
    ASSERT_TRUE(reader->read_question(question));
    ASSERT_TRUE(*reader->next(record));
    EXPECT_EQ(to_string(record.owner), owner);
  }
}

TEST(MessageReader, EveryCutOffMessageFails) {
  const auto message = bytes_of(kReply);
  ASSERT_EQ(*read_all(message), 3);
  for (size_t size = 0; size < message.size(); size++) {
    EXPECT_FALSE(read_all(Bytes(message).first(size))) << size;
  }
}

TEST(MessageReader, WhatStandsBehindTheLastRecordIsGarbage) {
  auto message = bytes_of(kReply);
  message.resize(message.size() + 7);
  auto reader = MessageReader::open(message);
  QuestionEntry question;
  ASSERT_TRUE(reader->read_question(question));
  RecordEntry record;
  while (*reader->next(record)) {
  }
  EXPECT_EQ(reader->garbage(), 7U);
}

TEST(MessageReader, APointerThatDoesNotGoBackIsRefused) {
  for (const char* owner : {"c00c", "c00d", "c0ff", "01610161c00c", "40", "80"}) {
    const auto message = bytes_of(std::string("000080000000000100000000") + owner + "00010001000000000000");
    EXPECT_FALSE(read_all(message)) << owner;
  }
}

TEST(MessageReader, APointerIntoTheHeaderIsReadAsAnyOther) {
  // The place 0 of the message is "no owner yet" to the reader, and must not be taken for a known one.
  const auto message = bytes_of(
      "000080000000000100000000"
      "c000"
      "00010001000000000000");
  auto reader = MessageReader::open(message);
  RecordEntry record;
  record.owner = *Name::parse("before.");
  ASSERT_TRUE(*reader->next(record));
  EXPECT_TRUE(record.owner.is_root());
}

TEST(MessageReader, AChainOfPointersIsFollowedAsFarAsANameCanHaveLabels) {
  const auto chain = [](size_t pointers) {
    auto message = bytes_of(
        "000080000000000000000000"
        "00");
    size_t at = kHeaderBytes;
    for (size_t i = 0; i < pointers; i++) {
      const size_t here = message.size();
      message.push_back(static_cast<uint8_t>(0xc0 | at >> 8));
      message.push_back(static_cast<uint8_t>(at));
      at = here;
    }
    Name name;
    return read_name(message, at, name).has_value();
  };
  EXPECT_TRUE(chain(127));
  EXPECT_FALSE(chain(129));
}

TEST(MessageReader, ANameMayBe255BytesLongAndNoLonger) {
  for (const size_t last : {61U, 62U}) {
    std::vector<uint8_t> message(kHeaderBytes);
    for (const size_t label : {size_t{63}, size_t{63}, size_t{63}, size_t{last}}) {
      message.push_back(static_cast<uint8_t>(label));
      message.insert(message.end(), label, 'a');
    }
    message.push_back(0);
    Name name;
    EXPECT_EQ(read_name(message, kHeaderBytes, name).has_value(), last == 61);
  }
}

}  // namespace
}  // namespace nomen::dns
