// Builds a message into memory that the caller owns: header, question, records section by section, names
// compressed (RFC 1035 4.1.4, RFC 3597 4). What does not fit is not written at all, so that whoever fills
// message after message (a transfer) begins the next one with the same record.
// Thread rule: belongs to one thread; made once, used for one message after the other, no allocation.
#pragma once
#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "dns/message_reader.h"
#include "dns/name.h"
#include "dns/types.h"

namespace nomen::dns {

class MessageWriter {
 public:
  /// Starts a message of at most `limit` bytes (<= out.size(), <= 65535) in `out`, which outlives it. The
  /// counts of `header` are ignored; finish() writes the true ones.
  void begin(MutableBytes out, size_t limit, const Header& header);

  bool add_question(NameView name, RRType type, RRClass rr_class);
  /// Appends a record; sections in order. `rdata` is uncompressed; the names in it are compressed where the
  /// type allows (the types of RFC 1035). False: it does not fit, and the message is as before.
  bool add_record(Section section, NameView owner, RRType type, RRClass rr_class, uint32_t ttl_s, Bytes rdata);

  void set_flags(uint16_t flags) { header_.flags = flags; }
  size_t size() const { return size_; }
  size_t room() const { return limit_ - size_; }
  /// Records of this section so far.
  uint16_t count(Section section) const { return counts_[static_cast<size_t>(section)]; }

  /// Writes the header and gives the whole message. More records may not follow.
  Bytes finish();

 private:
  struct Suffix {
    uint32_t epoch = 0;  ///< of the message it belongs to
    uint16_t at = 0;     ///< where the suffix stands in the message
    uint32_t hash = 0;
  };
  bool put_name(NameView name, bool may_point);
  bool put_rdata(RRType type, RRClass rr_class, Bytes rdata);
  uint16_t find_suffix(NameView suffix, uint32_t hash, size_t& slot) const;
  bool stands_at(uint16_t at, NameView suffix) const;

  uint8_t* data_ = nullptr;
  size_t limit_ = 0;
  size_t size_ = 0;
  Header header_;
  std::array<uint16_t, 4> counts_{};
  uint32_t epoch_ = 0;
  /// Where suffixes stand, by hash; entries of an older message are empty.
  std::array<Suffix, 2048> suffixes_{};
  size_t suffix_count_ = 0;
};

}  // namespace nomen::dns
