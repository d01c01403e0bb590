// Packs RRs of one zone into messages, as fast as a zone of millions asks for. The message has the zone's
// name in its question, so owners and names in rdata that are in the zone end in a pointer there (RFC 1035
// 4.1.4; only in the types of RFC 1035, RFC 3597 4); an owner that repeats is a pointer, and so is a target
// that stood in the message lately. dns::MessageWriter compresses more, at several times the price.
// Thread rule: belongs to one thread.
#pragma once
#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "dns/message_reader.h"
#include "dns/name.h"
#include "dns/types.h"

namespace nomen::transfer {

class RecordPacker {
 public:
  RecordPacker(dns::NameView apex, dns::RRClass rr_class);

  /// Starts a message in `out` (at most 65535 bytes): header and question are written.
  void begin(MutableBytes out, const dns::Header& header, dns::RRType question);
  /// Appends an RR unless the message would become longer than `limit`. `labels` is the owner without the
  /// zone's name; `same_owner`: as in the call before. What `rdata` points at stays until finish(). After
  /// false only finish() may follow.
  bool add(Bytes labels, bool same_owner, dns::RRType type, uint32_t ttl_s, Bytes rdata, size_t limit) {
    if (!same_owner) owner_at_ = 0;
    const size_t before = size_;
    if (before + labels.size() + kFixedBytes + rdata.size() > limit) return false;
    put_owner(labels);
    uint8_t* fixed = data_ + size_;
    store_u16(fixed, dns::number(type));
    store_u16(fixed + 2, dns::number(rr_class_));
    store_u32(fixed + 4, ttl_s);
    size_ += 10;
    const size_t rdata_at = size_;
    put_rdata(type, rdata);
    store_u16(fixed + 8, static_cast<uint16_t>(size_ - rdata_at));
    records_++;
    return true;
  }
  /// Appends bytes of an additional record that is ready to be sent (OPT); the caller knows that it fits.
  void add_additional(Bytes record);
  /// Writes the counts; the message's size.
  size_t finish();

  size_t records() const { return records_; }

 private:
  static constexpr size_t kFixedBytes = 12;  ///< pointer or end of the owner, type, class, TTL, length
  static constexpr size_t kApexAt = dns::kHeaderBytes;
  static constexpr size_t kMaxPointer = 0x3fff;
  static constexpr size_t kTargets = 512;
  /// A name that was written: where it came from, to compare with, and where it stands.
  struct Target {
    const uint8_t* source = nullptr;
    uint32_t epoch = 0;
    uint16_t at = 0;
    uint8_t size = 0;
  };

  void put(Bytes bytes) {
    if (!bytes.empty()) std::memcpy(data_ + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
  }
  void put_pointer(size_t at) {
    store_u16(data_ + size_, static_cast<uint16_t>(0xc000 | at));
    size_ += 2;
  }
  void put_owner(Bytes labels) {
    if (labels.empty()) return put_pointer(kApexAt);
    if (owner_at_ != 0) return put_pointer(owner_at_);
    if (size_ <= kMaxPointer) owner_at_ = size_;
    put(labels);
    put_pointer(kApexAt);
  }
  void put_rdata(dns::RRType type, Bytes rdata);
  size_t put_name(Bytes rdata, size_t at);
  Target& slot_of(Bytes name);

  dns::Name apex_;
  dns::RRClass rr_class_;
  uint8_t* data_ = nullptr;
  size_t size_ = 0;
  size_t owner_at_ = 0;  ///< where the present owner stands; 0: not where a pointer reaches
  size_t records_ = 0;
  uint16_t additionals_ = 0;
  uint32_t epoch_ = 0;
  std::array<Target, kTargets> targets_{};
};

}  // namespace nomen::transfer
