// Builds a message into memory that the caller owns: header, question, records section by section, names
// compressed (RFC 1035 4.1.4, RFC 3597 4), and only where the letters' case is the same, so that nothing that
// was written comes out different (RFC 5936 3.4). What does not fit is not written at all, so that whoever
// fills message after message (a transfer) begins the next one with the same record. Thread rule: belongs to
// one thread; made once, used for one message after the other, no allocation.
#pragma once
#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "dns/message_reader.h"
#include "dns/name.h"
#include "dns/types.h"

namespace nomen::dns {

struct NameLabels;

class MessageWriter {
 public:
  /// Starts a message of at most `limit` bytes (12 to 65535, <= out.size()) in `out`, which outlives it. The
  /// counts of `header` are ignored; finish() writes the true ones.
  void begin(MutableBytes out, size_t limit, const Header& header);

  bool add_question(NameView name, RRType type, RRClass rr_class);
  /// Appends a record; sections in order. `rdata` is uncompressed; the names in it are compressed where the
  /// type allows (the types of RFC 1035). Rdata that is not well-formed for its type, like the empty one of a
  /// deletion (RFC 2136 2.5.2), goes out as it is. False: it does not fit, and the message is as before.
  bool add_record(Section section, NameView owner, RRType type, RRClass rr_class, uint32_t ttl_s,
                  Bytes rdata);

  void set_flags(uint16_t flags) { header_.flags = flags; }
  size_t size() const { return size_; }
  size_t room() const { return limit_ - size_; }
  /// Records of this section so far.
  uint16_t count(Section section) const { return counts_[static_cast<size_t>(section)]; }

  /// Writes the header and gives the whole message; begin() makes the next one.
  Bytes finish();

 private:
  /// A label in front of a suffix that stands in the message already: a node of the tree of written names.
  struct Suffix {
    uint32_t hash = 0;
    uint16_t at = 0;      ///< where the label stands; 0: the slot is empty
    uint16_t parent = 0;  ///< where the rest of the name stands; 0: the root
  };
  static constexpr size_t kSlots = 2048;
  /// A message of 64 kB rarely has more names where a pointer can reach them; those behind are not noted.
  static constexpr size_t kMaxSuffixes = kSlots * 3 / 4;

  bool put_name(const uint8_t* name, const NameLabels& labels);
  bool put_rdata(RRType type, RRClass rr_class, Bytes rdata);
  bool put_bytes(Bytes bytes);
  size_t find_slot(const uint8_t* label, uint32_t hash, uint16_t parent) const;
  void note_suffixes(const uint8_t* name, const NameLabels& labels, size_t count, uint16_t parent);
  void forget_suffixes(size_t kept);

  uint8_t* data_ = nullptr;
  size_t limit_ = 0;
  size_t size_ = 0;
  Header header_;
  std::array<uint16_t, 4> counts_{};
  Section section_ = Section::kQuestion;
  std::array<Suffix, kSlots> suffixes_{};          ///< by hash
  std::array<uint16_t, kMaxSuffixes> used_slots_;  ///< in the order in which they were filled
  size_t suffix_count_ = 0;
};

}  // namespace nomen::dns
