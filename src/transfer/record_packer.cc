#include "transfer/record_packer.h"

#include "base/contract.h"
#include "dns/hashed_name.h"
#include "dns/rdata.h"
#include "dns/rr_table.h"
#include "transfer/limits.h"

namespace nomen::transfer {

using dns::RRType;

RecordPacker::RecordPacker(dns::NameView apex, dns::RRClass rr_class) : apex_(apex), rr_class_(rr_class) {}

void RecordPacker::begin(MutableBytes out, const dns::Header& header, RRType question) {
  NOMEN_REQUIRE(out.size() >= kLeastMessageBytes);
  data_ = out.data();
  std::memset(data_, 0, dns::kHeaderBytes);
  store_u16(data_, header.id);
  store_u16(data_ + 2, header.flags);
  store_u16(data_ + 4, 1);
  size_ = dns::kHeaderBytes;
  put(apex_.bytes());
  store_u16(data_ + size_, dns::number(question));
  store_u16(data_ + size_ + 2, dns::number(rr_class_));
  size_ += 4;
  owner_at_ = 0;
  records_ = 0;
  additionals_ = 0;
  epoch_++;
}

void RecordPacker::add_additional(Bytes record) {
  put(record);
  additionals_++;
}

size_t RecordPacker::finish() {
  store_u16(data_ + 6, static_cast<uint16_t>(records_));
  store_u16(data_ + 10, additionals_);
  return size_;
}

void RecordPacker::put_rdata(RRType type, Bytes rdata) {
  switch (type) {
    case RRType::kA:
    case RRType::kAaaa:
    case RRType::kRrsig:
    case RRType::kNsec:
    case RRType::kNsec3:
    case RRType::kTxt:
    case RRType::kDs:
      return put(rdata);
    case RRType::kNs:
    case RRType::kCname:
    case RRType::kPtr: {
      const size_t end = put_name(rdata, 0);
      return put(rdata.subspan(end));
    }
    default:
      break;
  }
  const dns::RRTypeRow* row = dns::find_row(type);
  if (row == nullptr || !row->compresses_names) return put(rdata);
  const dns::RdataNames names = dns::names_in_rdata(type, rr_class_, rdata);
  size_t done = 0;
  for (size_t i = 0; i < names.count; i++) {
    put(rdata.subspan(done, names.offsets[i] - done));
    done = put_name(rdata, names.offsets[i]);
  }
  put(rdata.subspan(done));
}

RecordPacker::Target& RecordPacker::slot_of(Bytes name) {
  uint64_t hash = name.size();
  size_t at = 0;
  for (; at + 8 <= name.size(); at += 8) {
    uint64_t word;
    std::memcpy(&word, name.data() + at, 8);
    hash = dns::fold_multiply(hash ^ word, 0x9E3779B97F4A7C15ULL);
  }
  uint64_t word = 0;
  for (; at < name.size(); at++) word = word << 8 | name[at];
  hash = dns::fold_multiply(hash ^ word, 0xD6E8FEB86659FD93ULL);
  return targets_[hash % kTargets];
}

/// Writes the name at `at` of `rdata`; the result is where it ends there. Label by label it looks whether the
/// rest is the zone's name, or a name that this message has already.
size_t RecordPacker::put_name(Bytes rdata, size_t at) {
  size_t end = at;
  while (rdata[end] != 0) end += rdata[end] + 1U;
  end++;
  for (size_t from = at, looked = 0; rdata[from] != 0; from += rdata[from] + 1U, looked++) {
    const Bytes rest = rdata.subspan(from, end - from);
    if (rest.size() == apex_.size() && equal(rest, apex_.bytes())) {
      put(rdata.subspan(at, from - at));
      put_pointer(kApexAt);
      return end;
    }
    if (looked >= 2) continue;  // the name itself and the one above: further up little is gained
    Target& target = slot_of(rest);
    if (target.epoch == epoch_ && target.size == rest.size() &&
        std::memcmp(target.source, rest.data(), rest.size()) == 0) {
      put(rdata.subspan(at, from - at));
      put_pointer(target.at);
      return end;
    }
    const size_t place = size_ + (from - at);
    if (place <= kMaxPointer)
      target = {rest.data(), epoch_, static_cast<uint16_t>(place), static_cast<uint8_t>(rest.size())};
  }
  put(rdata.subspan(at, end - at));
  return end;
}

}  // namespace nomen::transfer
