// For tests and fuzzers: reads a reply as strictly as one can, with code of its own: names point only
// backwards and to names, counts are exact, nothing stands behind the last record, no RR comes twice. Thread
// rule: free functions.
#pragma once
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "dns/name.h"
#include "dns/types.h"

namespace nomen::answer {

struct ReadRecord {
  size_t section = 0;  ///< 0 answer, 1 authority, 2 additional
  dns::Name owner;
  uint16_t type = 0;
  uint16_t rr_class = 0;
  uint32_t ttl_s = 0;
  std::vector<uint8_t> rdata;  ///< names decompressed
};

struct ReadMessage {
  uint16_t id = 0;
  uint16_t flags = 0;
  bool has_question = false;
  std::vector<uint8_t> question;  ///< name, type and class as they are in the message
  std::vector<ReadRecord> records;

  bool is_authoritative() const { return (flags & 0x0400) != 0; }
  bool is_truncated() const { return (flags & 0x0200) != 0; }
  const ReadRecord* opt() const {
    for (const ReadRecord& record : records) {
      if (record.type == 41) return &record;
    }
    return nullptr;
  }
  /// With the OPT's upper bits.
  dns::Rcode rcode() const {
    return static_cast<dns::Rcode>((flags & 15U) | (opt() != nullptr ? opt()->ttl_s >> 24 << 4 : 0U));
  }
};

class MessageReader {
 public:
  explicit MessageReader(Bytes message) : message_(message) {}

  Result<ReadMessage> read() {
    if (message_.size() < 12) return failure("no header");
    ReadMessage out;
    out.id = load_u16(&message_[0]);
    out.flags = load_u16(&message_[2]);
    at_ = 12;
    const uint16_t questions = load_u16(&message_[4]);
    if (questions > 1) return failure("several questions");
    if (questions == 1) {
      if (!name(false) || at_ + 4 > message_.size()) return failure("bad question");
      at_ += 4;
      out.has_question = true;
      out.question.assign(message_.begin() + 12, message_.begin() + static_cast<std::ptrdiff_t>(at_));
    }
    for (size_t section = 0; section < 3; section++) {
      for (size_t left = load_u16(&message_[6 + 2 * section]); left > 0; left--) {
        ReadRecord record;
        record.section = section;
        if (!read_record(record)) return failure("bad record at " + std::to_string(at_));
        if (!seen_.emplace(dns::to_string(record.owner.lowered()), record.type, record.rdata).second) {
          return failure("twice: " + dns::to_string(record.owner) + " " +
                         dns::to_string(static_cast<dns::RRType>(record.type)));
        }
        out.records.push_back(std::move(record));
      }
    }
    if (at_ != message_.size()) return failure("bytes behind the last record");
    return out;
  }

 private:
  /// A name at at_, which moves behind it; nothing when it is malformed.
  std::optional<dns::Name> name(bool may_point = true) {
    std::vector<uint8_t> wire;
    size_t here = at_;
    size_t lowest = at_;
    bool jumped = false;
    for (;;) {
      if (here >= message_.size()) return std::nullopt;
      const uint8_t length = message_[here];
      if ((length & 0xC0) == 0xC0) {
        if (!may_point || here + 2 > message_.size()) return std::nullopt;
        const size_t target = load_u16(&message_[here]) & 0x3FFFU;
        if (target >= lowest || starts_.count(target) == 0) return std::nullopt;
        if (!jumped) at_ = here + 2;
        jumped = true;
        lowest = here = target;
        continue;
      }
      if (length > 63 || here + 1 + length > message_.size()) return std::nullopt;
      if (!jumped) starts_.insert(here);
      wire.insert(wire.end(), message_.begin() + static_cast<std::ptrdiff_t>(here),
                  message_.begin() + static_cast<std::ptrdiff_t>(here + 1 + length));
      if (wire.size() > 255) return std::nullopt;
      here += 1U + length;
      if (length == 0) break;
    }
    if (!jumped) at_ = here;
    return dns::Name(dns::NameView(wire.data(), wire.size()));
  }

  bool read_record(ReadRecord& record) {
    auto owner = name();
    if (!owner || at_ + 10 > message_.size()) return false;
    record.owner = *owner;
    record.type = load_u16(&message_[at_]);
    record.rr_class = load_u16(&message_[at_ + 2]);
    record.ttl_s = load_u32(&message_[at_ + 4]);
    const size_t end = at_ + 10 + load_u16(&message_[at_ + 8]);
    at_ += 10;
    if (end > message_.size()) return false;
    if (record.type == 41 && (record.section != 2 || !record.owner.is_root())) return false;
    const auto [before, names] = shape_of(record.type);
    if (!take(before, end, record)) return false;
    for (size_t i = 0; i < names; i++) {
      const auto target = name();
      if (!target || at_ > end) return false;
      record.rdata.insert(record.rdata.end(), target->bytes().begin(), target->bytes().end());
    }
    return take(end - at_, end, record);
  }
  bool take(size_t count, size_t end, ReadRecord& record) {
    if (at_ + count > end) return false;
    record.rdata.insert(record.rdata.end(), message_.begin() + static_cast<std::ptrdiff_t>(at_),
                        message_.begin() + static_cast<std::ptrdiff_t>(at_ + count));
    at_ += count;
    return true;
  }
  /// Octets before the names, and how many names, of the types whose rdata may be compressed (RFC 3597 4).
  static std::pair<size_t, size_t> shape_of(uint16_t type) {
    switch (type) {
      case 2:
      case 3:
      case 4:
      case 5:
      case 7:
      case 8:
      case 9:
      case 12:
        return {0, 1};
      case 6:
      case 14:
        return {0, 2};
      case 15:
        return {2, 1};
      default:
        return {0, 0};
    }
  }

  Bytes message_;
  size_t at_ = 0;
  std::set<size_t> starts_;  ///< where labels begin: what pointers may point at
  std::set<std::tuple<std::string, uint16_t, std::vector<uint8_t>>> seen_;
};

}  // namespace nomen::answer
