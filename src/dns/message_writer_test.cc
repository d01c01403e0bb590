#include "dns/message_writer.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/encoding.h"
#include "dns/rdata.h"
#include "dns/rdata/tokens_for_test.h"

namespace nomen::dns {
namespace {

struct Record {
  Section section = Section::kAnswer;
  std::string owner;
  std::string type;
  std::string rdata;
  bool operator==(const Record&) const = default;
};

class MessageWriterTest : public testing::Test {
 protected:
  bool add(const Record& record) {
    const Name owner = *Name::parse(record.owner);
    const RRType type = *parse_type(record.type);
    EXPECT_TRUE(rdata_from_text(type, RRClass::kIn, tokens_of(record.rdata), NameView(), *rdata_));
    return writer_->add_record(record.section, owner, type, RRClass::kIn, 300, rdata_->bytes());
  }

  /// What the message says, as an independent pair of eyes reads it.
  std::vector<Record> read(Bytes message) {
    std::vector<Record> records;
    auto reader = MessageReader::open(message);
    EXPECT_TRUE(reader);
    QuestionEntry question;
    for (int i = 0; i < reader->header().questions; i++) EXPECT_TRUE(reader->read_question(question));
    RecordEntry record;
    for (;;) {
      const auto more = reader->next(record);
      EXPECT_TRUE(more.has_value());
      if (!more || !*more) break;
      EXPECT_EQ(record.ttl_s, 300U);
      EXPECT_TRUE(rdata_from_message(record.type, record.rr_class, message, record.rdata_at,
                                     record.rdata_size, *rdata_));
      records.push_back({record.section, to_string(record.owner), to_string(record.type),
                         rdata_to_text(record.type, record.rr_class, rdata_->bytes())});
    }
    EXPECT_EQ(reader->garbage(), 0U);
    return records;
  }

  void begin(size_t limit = 65535) { writer_->begin(out_, limit, {.id = 7, .flags = HeaderFlags::kQr}); }

  std::unique_ptr<MessageWriter> writer_ = std::make_unique<MessageWriter>();
  std::unique_ptr<RdataBuffer> rdata_ = std::make_unique<RdataBuffer>();
  std::vector<uint8_t> out_ = std::vector<uint8_t>(65535);
};

TEST_F(MessageWriterTest, CompressesOwnersAndTheNamesOfTheOldTypes) {
  begin();
  ASSERT_TRUE(writer_->add_question(*Name::parse("www.example."), RRType::kA, RRClass::kIn));
  const size_t question_end = writer_->size();
  ASSERT_TRUE(add({Section::kAnswer, "www.example.", "A", "192.0.2.1"}));
  EXPECT_EQ(writer_->size(), question_end + 2 + 10 + 4);
  ASSERT_TRUE(add({Section::kAuthority, "example.", "NS", "ns.example."}));
  EXPECT_EQ(writer_->size(), question_end + 16 + 2 + 10 + 5);
  const Bytes message = writer_->finish();
  EXPECT_EQ(hex_encode(message), hex_encode(*hex_decode("000780000001000100010000"
                                                        "03777777076578616d706c650000010001"
                                                        "c00c000100010000012c0004c0000201"
                                                        "c010000200010000012c0005026e73c010")));
}

TEST_F(MessageWriterTest, WhatIsWrittenComesBackForEveryShapeOfRdata) {
  const std::vector<Record> records = {
      {Section::kAnswer, "example.", "SOA", "ns.example. hostmaster.example. 1 2 3 4 5"},
      {Section::kAnswer, "example.", "NS", "ns.example."},
      {Section::kAnswer, "example.", "MX", "10 mail.example."},
      {Section::kAnswer, "example.", "MINFO", "a.example. b.a.example."},
      {Section::kAnswer, "a.example.", "CNAME", "b.a.example."},
      {Section::kAnswer, "x.b.a.example.", "AAAA", "2001:db8::1"},
      {Section::kAuthority, "_x._tcp.example.", "SRV", "1 2 3 a.example."},
      {Section::kAuthority, "example.", "NSEC", "a.example. NS SOA"},
      {Section::kAuthority, ".", "NS", "."},
      {Section::kAdditional, "example.", "TXT", "\"some text\""},
      {Section::kAdditional, "example.", "TYPE65280", "\\# 3 010203"},
  };
  begin();
  for (const Record& record : records) ASSERT_TRUE(add(record)) << record.type;
  EXPECT_EQ(writer_->count(Section::kAnswer), 6);
  const Bytes message = writer_->finish();
  EXPECT_EQ(read(message), records);
}

TEST_F(MessageWriterTest, LaterTypesKeepTheirNamesWhole) {
  begin();
  ASSERT_TRUE(add({Section::kAnswer, "a.example.", "SRV", "1 2 3 a.example."}));
  const Bytes message = writer_->finish();
  EXPECT_EQ(message.size(), kHeaderBytes + 11 + 10 + 6 + 11);
}

TEST_F(MessageWriterTest, LettersKeepTheirCase) {
  const std::vector<Record> records = {{Section::kAnswer, "www.example.", "A", "192.0.2.1"},
                                       {Section::kAnswer, "WWW.example.", "NS", "ns.EXAMPLE."},
                                       {Section::kAnswer, "www.Example.", "NS", "ns.example."}};
  begin();
  for (const Record& record : records) ASSERT_TRUE(add(record));
  EXPECT_EQ(read(writer_->finish()), records);
}

TEST_F(MessageWriterTest, WhatDoesNotFitLeavesNoTraceNotEvenItsNames) {
  const Record first = {Section::kAnswer, "example.", "NS", "ns.example."};
  const Record large = {Section::kAnswer, "a.b.example.", "MX", "1 c.d.e.f.g.h.example."};
  const Record small = {Section::kAnswer, "b.example.", "NS", "h.example."};
  begin();
  ASSERT_TRUE(add(first));
  const size_t before = writer_->size();
  ASSERT_TRUE(add(small));
  const size_t whole = writer_->size();
  begin(whole);
  ASSERT_TRUE(add(first));
  EXPECT_FALSE(add(large));
  EXPECT_EQ(writer_->size(), before);
  EXPECT_EQ(writer_->count(Section::kAnswer), 1);
  EXPECT_TRUE(add(small));
  EXPECT_EQ(writer_->size(), whole);
  EXPECT_EQ(read(writer_->finish()), (std::vector<Record>{first, small}));
}

TEST_F(MessageWriterTest, NoLimitIsOverstepped) {
  const Record record = {Section::kAnswer, "a.b.example.", "SOA", "ns.example. h.x.example. 1 2 3 4 5"};
  begin();
  ASSERT_TRUE(add(record));
  const size_t whole = writer_->size();
  for (size_t limit = kHeaderBytes; limit < whole; limit++) {
    std::vector<uint8_t> exact(limit);
    writer_->begin(exact, limit, {});
    EXPECT_FALSE(add(record)) << limit;
    EXPECT_EQ(writer_->finish().size(), kHeaderBytes);
  }
}

TEST_F(MessageWriterTest, NamesOfTheMessageBeforeAreForgotten) {
  begin();
  ASSERT_TRUE(add({Section::kAnswer, "www.example.", "A", "192.0.2.1"}));
  const size_t size = writer_->finish().size();
  begin();
  ASSERT_TRUE(add({Section::kAnswer, "www.example.", "A", "192.0.2.1"}));
  EXPECT_EQ(writer_->finish().size(), size);
}

TEST_F(MessageWriterTest, AFullMessageOfNamesIsReadableBehindTheReachOfPointersToo) {
  std::vector<Record> records;
  begin();
  for (int i = 0;; i++) {
    const std::string number = std::to_string(i);
    const Record record = {Section::kAnswer, "h" + number + ".d" + std::to_string(i % 2000) + ".example.",
                           "MINFO", "a" + number + ".b" + number + ".c.example. h" + number + ".example."};
    if (!add(record)) break;
    records.push_back(record);
  }
  EXPECT_GT(writer_->size(), 65000U);
  EXPECT_EQ(read(writer_->finish()), records);
}

TEST_F(MessageWriterTest, RdataThatIsNoneOfItsTypeGoesOutAsItIs) {
  begin();
  const Name owner = *Name::parse("example.");
  const std::vector<uint8_t> junk = *hex_decode("05616263");
  ASSERT_TRUE(writer_->add_record(Section::kAuthority, owner, RRType::kNs, RRClass::kAny, 0, {}));
  ASSERT_TRUE(writer_->add_record(Section::kAuthority, owner, RRType::kSoa, RRClass::kAny, 0, {}));
  ASSERT_TRUE(writer_->add_record(Section::kAuthority, owner, RRType::kNs, RRClass::kIn, 0, junk));
  ASSERT_TRUE(writer_->add_record(Section::kAuthority, owner, RRType::kMx, RRClass::kIn, 0, junk));
  const Bytes message = writer_->finish();
  EXPECT_EQ(message.size(), kHeaderBytes + 9 + 10 + 3 * 12 + 2 * junk.size());
}

}  // namespace
}  // namespace nomen::dns
