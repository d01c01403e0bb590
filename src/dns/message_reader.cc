#include "dns/message_reader.h"

#include "base/contract.h"
#include "dns/compressed_name.h"

namespace nomen::dns {

namespace {

Header load_header(const uint8_t* p) {
  return {.id = load_u16(p),
          .flags = load_u16(p + 2),
          .questions = load_u16(p + 4),
          .answers = load_u16(p + 6),
          .authorities = load_u16(p + 8),
          .additionals = load_u16(p + 10)};
}

}  // namespace

Result<size_t> read_name(Bytes message, size_t at, Name& name) {
  std::array<uint8_t, kMaxNameBytes> wire;
  const size_t size = decompress_name(message, at, message.size(), kMaxPointers, wire);
  if (size == 0) return failure("malformed name in a message");
  name = Name(NameView(wire.data(), size));
  return at;
}

MessageReader::MessageReader(Bytes message, const Header& header)
    : message_(message), header_(header), questions_left_(header.questions) {}

Result<MessageReader> MessageReader::open(Bytes message) {
  if (message.size() < kHeaderBytes) return failure("message shorter than its header");
  if (message.size() > kMaxMessageBytes) return failure("message longer than 65535 bytes");
  return MessageReader(message, load_header(message.data()));
}

Result<void> MessageReader::read_question(QuestionEntry& question) {
  NOMEN_REQUIRE(questions_left_ > 0);
  questions_left_--;
  std::array<uint8_t, kMaxNameBytes> wire;
  const size_t size = decompress_name(message_, at_, message_.size(), kMaxPointers, wire);
  if (size == 0) return failure("malformed name in the question section");
  if (message_.size() - at_ < 4) return failure("question runs past the end of the message");
  question.name = Name(NameView(wire.data(), size));
  question.type = static_cast<RRType>(load_u16(&message_[at_]));
  question.rr_class = static_cast<RRClass>(load_u16(&message_[at_ + 2]));
  at_ += 4;
  return {};
}

/// The next section that has records; false when there is none.
bool MessageReader::enter_next_section() {
  while (records_left_ == 0) {
    switch (section_) {
      case Section::kQuestion:
        section_ = Section::kAnswer;
        records_left_ = header_.answers;
        break;
      case Section::kAnswer:
        section_ = Section::kAuthority;
        records_left_ = header_.authorities;
        break;
      case Section::kAuthority:
        section_ = Section::kAdditional;
        records_left_ = header_.additionals;
        break;
      case Section::kAdditional:
        return false;
    }
  }
  return true;
}

bool MessageReader::read_owner(RecordEntry& record) {
  size_t owner_at = at_;
  if (at_ + 2 <= message_.size() && message_[at_] >= 0xc0) {
    owner_at = load_u16(&message_[at_]) & 0x3fffU;
    if (owner_at != 0 && owner_at == owner_at_ && owner_at == record.owner_at) {
      at_ += 2;
      return true;
    }
  }
  std::array<uint8_t, kMaxNameBytes> wire;
  const size_t size = decompress_name(message_, at_, message_.size(), kMaxPointers, wire);
  if (size == 0) return false;
  record.owner = Name(NameView(wire.data(), size));
  record.owner_at = owner_at_ = static_cast<uint32_t>(owner_at);
  return true;
}

Result<bool> MessageReader::next(RecordEntry& record) {
  NOMEN_REQUIRE(questions_left_ == 0);
  if (records_left_ == 0 && !enter_next_section()) return false;
  records_left_--;
  record.section = section_;
  record.at = static_cast<uint32_t>(at_);
  if (!read_owner(record)) return failure("malformed name of a record");
  if (message_.size() - at_ < kFixedRecordBytes) return failure("record runs past the end of the message");
  const uint8_t* const fixed = &message_[at_];
  record.type = static_cast<RRType>(load_u16(fixed));
  record.rr_class = static_cast<RRClass>(load_u16(fixed + 2));
  record.ttl_s = load_u32(fixed + 4);
  record.rdata_size = load_u16(fixed + 8);
  at_ += kFixedRecordBytes;
  if (record.rdata_size > message_.size() - at_) return failure("rdata runs past the end of the message");
  record.rdata_at = static_cast<uint32_t>(at_);
  at_ += record.rdata_size;
  return true;
}

}  // namespace nomen::dns
