// A message as it came, read front to back: header, question, then the records of its sections in order
// (RFC 1035 4.1). Names are decompressed as they are passed; nothing is kept but the place. The bytes are
// untrusted: every step is bounded by the size of the message, and what is wrong is a Result with a reason.
// Thread rule: a value over somebody else's bytes, which outlive it.
#pragma once
#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "dns/name.h"
#include "dns/types.h"

namespace nomen::dns {

inline constexpr size_t kHeaderBytes = 12;
/// Type, class, TTL and the length of the rdata of a record (RFC 1035 4.1.3).
inline constexpr size_t kFixedRecordBytes = 10;
inline constexpr size_t kMaxMessageBytes = 65535;  // its length over TCP has 16 bits, RFC 1035 4.2.2

/// The header's bits (RFC 1035 4.1.1, RFC 4035 3.2 for AD and CD).
struct HeaderFlags {
  static constexpr uint16_t kQr = 0x8000;
  static constexpr uint16_t kAa = 0x0400;
  static constexpr uint16_t kTc = 0x0200;
  static constexpr uint16_t kRd = 0x0100;
  static constexpr uint16_t kRa = 0x0080;
  static constexpr uint16_t kAd = 0x0020;
  static constexpr uint16_t kCd = 0x0010;
};

struct Header {
  uint16_t id = 0;
  uint16_t flags = 0;  ///< all 16 bits behind the id: QR, opcode, AA ... RCODE
  uint16_t questions = 0;
  uint16_t answers = 0;
  uint16_t authorities = 0;
  uint16_t additionals = 0;

  Opcode opcode() const { return static_cast<Opcode>(flags >> 11 & 15); }
  Rcode rcode() const { return static_cast<Rcode>(flags & 15); }
  bool has(uint16_t flag) const { return (flags & flag) != 0; }
  /// The first 16 bits of flags for a message of this kind.
  static constexpr uint16_t flags_for(Opcode opcode, uint16_t bits) {
    return static_cast<uint16_t>(static_cast<uint16_t>(opcode) << 11 | bits);
  }
};

/// Sections in the order of the message. In an UPDATE (RFC 2136 2) they are zone, prerequisite, update and
/// additional.
enum class Section : uint8_t { kQuestion, kAnswer, kAuthority, kAdditional };

struct QuestionEntry {
  Name name;
  RRType type = RRType::kA;
  RRClass rr_class = RRClass::kIn;
};

/// A record as it stands in the message: its rdata may hold compressed names (rdata_from_message() takes
/// them apart).
struct RecordEntry {
  Name owner;
  RRType type = RRType::kA;
  RRClass rr_class = RRClass::kIn;
  uint32_t ttl_s = 0;  ///< all 32 bits as they came
  Section section = Section::kAnswer;
  uint32_t at = 0;  ///< where the record begins
  uint32_t owner_at =
      0;  ///< where the labels of its owner begin: here, or where its pointer leads; 0: not read
  uint32_t rdata_at = 0;  ///< where its rdata begins
  uint16_t rdata_size = 0;
};

/// A possibly compressed name at `at` of `message` (RFC 1035 4.1.4): written to `name`; the result is where
/// the message goes on behind it. Pointers may only point backwards.
Result<size_t> read_name(Bytes message, size_t at, Name& name);

class MessageReader {
 public:
  /// Fails when there is no whole header, or more than kMaxMessageBytes.
  static Result<MessageReader> open(Bytes message);

  const Header& header() const { return header_; }
  Bytes message() const { return message_; }
  /// Where the next step reads (behind a failed one: unspecified).
  size_t position() const { return at_; }

  /// The next question; to be called header().questions times before the first next().
  Result<void> read_question(QuestionEntry& question);
  /// The next record of whatever section; false at the end of the message's records. What is left behind the
  /// last one is garbage(). Whoever gives the same, unchanged `record` from call to call pays for the owner
  /// of a run of records once; a fresh one is read whole.
  Result<bool> next(RecordEntry& record);
  /// Bytes behind the last record, once next() has said false.
  size_t garbage() const { return message_.size() - at_; }

 private:
  MessageReader(Bytes message, const Header& header);
  bool enter_next_section();
  bool read_owner(RecordEntry& record);

  Bytes message_;
  Header header_;
  size_t at_ = kHeaderBytes;
  uint16_t questions_left_ = 0;
  uint16_t records_left_ = 0;  ///< in the present section
  Section section_ = Section::kQuestion;
  uint32_t owner_at_ = 0;  ///< of the last record
};

}  // namespace nomen::dns
