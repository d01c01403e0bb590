#include "dns/message_writer.h"

#include <algorithm>

#include "base/contract.h"
#include "dns/hashed_name.h"
#include "dns/rdata.h"
#include "dns/rr_fields.h"
#include "dns/rr_table.h"

namespace nomen::dns {

/// Where each label of a name begins.
struct NameLabels {
  std::array<uint8_t, kMaxLabels> at;
  size_t count = 0;
  size_t size = 0;  ///< of the name; 0: the bytes are no uncompressed name

  NameLabels() = default;  // NOLINT: `at` is filled as far as `count` says
};

namespace {

constexpr size_t kMaxPointerTarget = 0x3fff;  // a pointer has 14 bits, RFC 1035 4.1.4
/// How many slots are looked at before a suffix counts as not written: bounds the work for names that were
/// made to collide.
constexpr size_t kMaxProbes = 16;
constexpr size_t kNoSlot = ~size_t{0};

/// Some bits from a label (length byte included) and the place of the name behind it. Secret like the hash of
/// the root, so that nobody can prepare names that collide.
uint32_t hash_of(const uint8_t* label, uint16_t parent) {
  constexpr uint64_t kStep = 0x9E3779B97F4A7C15ULL;
  const size_t size = label[0] + 1U;
  uint64_t hash = root_hash() ^ parent;
  uint64_t word = 0;
  if (size >= 8) {
    for (size_t i = 0; i + 8 < size; i += 8) {
      std::memcpy(&word, label + i, 8);
      hash = fold_multiply(hash ^ word, kStep);
    }
    std::memcpy(&word, label + size - 8, 8);
  } else if (size >= 4) {
    uint32_t low;
    uint32_t high;
    std::memcpy(&low, label, 4);
    std::memcpy(&high, label + size - 4, 4);
    word = low | uint64_t{high} << 32;
  } else {
    word = label[0] | uint64_t{label[1]} << 8 | uint64_t{label[size - 1]} << 16;
  }
  hash = fold_multiply(hash ^ word, kStep ^ 0xD6E8FEB86659FD93ULL);
  return static_cast<uint32_t>(hash ^ hash >> 32);
}

/// The labels of the name at the start of `bytes`.
void find_labels(Bytes bytes, NameLabels& labels) {
  const size_t end = std::min(bytes.size(), kMaxNameBytes);
  for (size_t at = 0; at < end; at += bytes[at] + 1U) {
    if (bytes[at] == 0) {
      labels.size = at + 1;
      return;
    }
    if (bytes[at] > kMaxLabelBytes) return;
    labels.at[labels.count++] = static_cast<uint8_t>(at);
  }
}

void store_header(uint8_t* p, const Header& header, const std::array<uint16_t, 4>& counts) {
  store_u16(p, header.id);
  store_u16(p + 2, header.flags);
  for (size_t i = 0; i < counts.size(); i++) store_u16(p + 4 + 2 * i, counts[i]);
}

}  // namespace

void MessageWriter::begin(MutableBytes out, size_t limit, const Header& header) {
  NOMEN_REQUIRE(limit >= kHeaderBytes && limit <= out.size() && limit <= kMaxMessageBytes);
  data_ = out.data();
  limit_ = limit;
  size_ = kHeaderBytes;
  header_ = header;
  counts_ = {};
  section_ = Section::kQuestion;
  forget_suffixes(0);
}

void MessageWriter::forget_suffixes(size_t kept) {
  while (suffix_count_ > kept) suffixes_[used_slots_[--suffix_count_]].at = 0;
}

/// The slot of this label in front of the name at `parent`, or the empty one where it would be; kNoSlot when
/// there is neither.
size_t MessageWriter::find_slot(const uint8_t* label, uint32_t hash, uint16_t parent) const {
  size_t slot = hash % kSlots;
  for (size_t probe = 0; probe < kMaxProbes; probe++, slot = (slot + 1) % kSlots) {
    const Suffix& suffix = suffixes_[slot];
    if (suffix.at == 0) return slot;
    if (suffix.hash != hash || suffix.parent != parent) continue;
    const uint8_t* const written = data_ + suffix.at;
    if (written[0] == label[0] && std::memcmp(written, label, label[0] + 1U) == 0) return slot;
  }
  return kNoSlot;
}

/// Notes the first `count` labels of a name that is about to be written, in front of what stands at `parent`,
/// from the last one on.
void MessageWriter::note_suffixes(const uint8_t* name, const NameLabels& labels, size_t count,
                                  uint16_t parent) {
  while (count-- > 0) {
    const size_t at = size_ + labels.at[count];
    if (at > kMaxPointerTarget || suffix_count_ == kMaxSuffixes) return;
    const uint8_t* const label = name + labels.at[count];
    const uint32_t hash = hash_of(label, parent);
    const size_t slot = find_slot(label, hash, parent);
    if (slot == kNoSlot) return;
    suffixes_[slot] = {.hash = hash, .at = static_cast<uint16_t>(at), .parent = parent};
    used_slots_[suffix_count_++] = static_cast<uint16_t>(slot);
    parent = static_cast<uint16_t>(at);
  }
}

bool MessageWriter::put_name(const uint8_t* name, const NameLabels& labels) {
  size_t own = labels.count;  // labels that do not stand in the message yet
  uint16_t parent = 0;
  while (own > 0) {
    const uint8_t* const label = name + labels.at[own - 1];
    const size_t slot = find_slot(label, hash_of(label, parent), parent);
    if (slot == kNoSlot || suffixes_[slot].at == 0) break;
    parent = suffixes_[slot].at;
    own--;
  }
  const size_t own_bytes = own == labels.count ? labels.size - 1 : labels.at[own];
  if (room() < own_bytes + (parent != 0 ? 2 : 1)) return false;
  note_suffixes(name, labels, own, parent);
  std::memcpy(data_ + size_, name, own_bytes);
  size_ += own_bytes;
  if (parent == 0) {
    data_[size_++] = 0;
  } else {
    store_u16(data_ + size_, static_cast<uint16_t>(0xc000 | parent));
    size_ += 2;
  }
  return true;
}

bool MessageWriter::put_bytes(Bytes bytes) {
  if (room() < bytes.size()) return false;
  if (!bytes.empty()) std::memcpy(data_ + size_, bytes.data(), bytes.size());
  size_ += bytes.size();
  return true;
}

bool MessageWriter::put_rdata(RRType type, RRClass rr_class, Bytes rdata) {
  const RRTypeRow* const row = find_row(type);
  if (row == nullptr || !row->compresses_names) return put_bytes(rdata);
  if (row->fields.size() == 1) {
    NameLabels labels;
    find_labels(rdata, labels);
    return labels.size == rdata.size() && labels.size > 0 ? put_name(rdata.data(), labels) : put_bytes(rdata);
  }
  const RdataNames names = names_in_rdata(type, rr_class, rdata);
  size_t done = 0;
  for (size_t i = 0; i < names.count; i++) {
    const size_t at = names.offsets[i];
    NameLabels labels;
    find_labels(rdata.subspan(at), labels);
    if (!put_bytes(rdata.subspan(done, at - done)) || !put_name(&rdata[at], labels)) return false;
    done = at + labels.size;
  }
  return put_bytes(rdata.subspan(done));
}

bool MessageWriter::add_question(NameView name, RRType type, RRClass rr_class) {
  NOMEN_REQUIRE(section_ == Section::kQuestion);
  NameLabels labels;
  find_labels(name.bytes(), labels);
  const size_t size_before = size_;
  const size_t suffixes_before = suffix_count_;
  uint16_t& count = counts_[0];
  if (count == UINT16_MAX || !put_name(name.data(), labels) || room() < 4) {
    size_ = size_before;
    forget_suffixes(suffixes_before);
    return false;
  }
  store_u16(data_ + size_, number(type));
  store_u16(data_ + size_ + 2, number(rr_class));
  size_ += 4;
  count++;
  return true;
}

bool MessageWriter::add_record(Section section, NameView owner, RRType type, RRClass rr_class, uint32_t ttl_s,
                               Bytes rdata) {
  NOMEN_REQUIRE(section != Section::kQuestion && section >= section_);
  const size_t size_before = size_;
  const size_t suffixes_before = suffix_count_;
  uint16_t& count = counts_[static_cast<size_t>(section)];
  const bool fits = [&] {
    NameLabels labels;
    find_labels(owner.bytes(), labels);
    if (count == UINT16_MAX || !put_name(owner.data(), labels) || room() < kFixedRecordBytes) return false;
    uint8_t* const fixed = data_ + size_;
    size_ += kFixedRecordBytes;
    const size_t rdata_at = size_;
    if (!put_rdata(type, rr_class, rdata)) return false;
    store_u16(fixed, number(type));
    store_u16(fixed + 2, number(rr_class));
    store_u32(fixed + 4, ttl_s);
    store_u16(fixed + 8, static_cast<uint16_t>(size_ - rdata_at));
    return true;
  }();
  if (!fits) {
    size_ = size_before;
    forget_suffixes(suffixes_before);
    return false;
  }
  section_ = section;
  count++;
  return true;
}

Bytes MessageWriter::finish() {
  store_header(data_, header_, counts_);
  return {data_, size_};
}

}  // namespace nomen::dns
