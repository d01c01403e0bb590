#include "zone/spellings.h"

#include <algorithm>

namespace nomen::zone {

namespace {

using dns::NameView;
using dns::RRType;

uint64_t spelling_key(uint64_t owner_hash, RRType type, RRType covered) {
  const uint64_t kind = dns::number(type) | uint64_t{dns::number(covered)} << 16;
  return dns::fold_multiply(owner_hash ^ kind, 0x9E3779B97F4A7C15ULL);
}

RRType covered_by(RRType type, Bytes rdata) {
  return type == RRType::kRrsig && rdata.size() >= 2 ? static_cast<RRType>(load_u16(rdata.data())) : RRType{};
}

/// Where the records of one owner, in one spelling, end.
size_t run_end(const dns::RecordBatch& batch, size_t first) {
  const Bytes owner = batch.owner(batch.records[first]).bytes();
  size_t i = first + 1;
  while (i < batch.records.size() &&
         (batch.records[i].same_owner || equal(batch.owner(batch.records[i]).bytes(), owner)))
    i++;
  return i;
}

}  // namespace

Spellings::Spellings(NameView apex) : apex_(apex), apex_labels_(apex_.label_count()), bytes_(1) {}

void Spellings::add(const dns::RecordBatch& batch) {
  for (size_t first = 0; first < batch.records.size();) {
    const size_t end = run_end(batch, first);
    const size_t next = glue_end(batch, first, end);
    for (size_t glue = end; glue < next;) {
      const size_t glue_run_end = run_end(batch, glue);
      add_group(batch, glue, glue_run_end);
      glue = glue_run_end;
    }
    add_group(batch, first, end);
    first = next;
  }
}

/// BIND adds the names that a delegation's NS lead to before the delegation when they stand right behind it.
size_t Spellings::glue_end(const dns::RecordBatch& batch, size_t first, size_t end) const {
  const auto is_target = [&](NameView owner) {
    for (size_t i = first; i < end; i++) {
      if (static_cast<RRType>(batch.records[i].type) != RRType::kNs) continue;
      const Bytes rdata = batch.rdata(batch.records[i]);
      if (NameView(rdata.data(), rdata.size()) == owner) return true;
    }
    return false;
  };
  if (batch.owner(batch.records[first]) == apex_.view()) return end;
  size_t next = end;
  while (next < batch.records.size() && is_target(batch.owner(batch.records[next])))
    next = run_end(batch, next);
  return next;
}

void Spellings::add_group(const dns::RecordBatch& batch, size_t first, size_t end) {
  const NameView owner = batch.owner(batch.records[first]);
  if (!owner.is_at_or_below(apex_)) return;
  name_.assign_padded(owner);
  for (size_t k = apex_labels_ + 1; k <= name_.labels; k++) {
    const uint8_t* label = owner.data() + name_.suffix_at[k];
    const auto [at, is_new] = labels_.try_emplace(name_.hash[k], 0);
    if (is_new) at->second = keep({label, label[0] + size_t{1}});
  }
  uint32_t place = 0;
  for (size_t i = first; i < end; i++) {
    const auto type = static_cast<RRType>(batch.records[i].type);
    const RRType covered = covered_by(type, batch.rdata(batch.records[i]));
    const auto [at, is_new] = owners_.try_emplace(spelling_key(name_.full_hash(), type, covered), 0);
    if (!is_new) continue;
    if (place == 0) place = keep(owner.bytes());
    at->second = place;
  }
}

/// Where the bytes are kept; 0 when they are in lower case.
uint32_t Spellings::keep(Bytes spelled) {
  if (std::all_of(spelled.begin(), spelled.end(), [](uint8_t c) { return dns::lower(c) == c; })) return 0;
  const auto place = static_cast<uint32_t>(bytes_.size());
  bytes_.insert(bytes_.end(), spelled.begin(), spelled.end());
  return place;
}

dns::Name Spellings::owner(const dns::HashedName& name, RRType type, RRType covered) const {
  const auto at = owners_.find(spelling_key(name.full_hash(), type, covered));
  if (at == owners_.end() || at->second == 0) return dns::Name(name.view());
  return dns::Name(NameView(bytes_.data() + at->second, name.size));
}

dns::Name Spellings::in_tree(NameView name) const {
  dns::HashedName hashed;
  hashed.assign(name);
  std::array<uint8_t, dns::kMaxNameBytes> wire;
  std::memcpy(wire.data(), hashed.lower.data(), hashed.size);
  for (size_t k = apex_labels_ + 1; k <= hashed.labels; k++) {
    const auto at = labels_.find(hashed.hash[k]);
    if (at == labels_.end() || at->second == 0) continue;
    uint8_t* const label = wire.data() + hashed.suffix_at[k];
    std::memcpy(label, bytes_.data() + at->second, label[0] + size_t{1});
  }
  std::memcpy(wire.data() + hashed.size - apex_.size(), apex_.data(), apex_.size());
  return dns::Name(NameView(wire.data(), hashed.size));
}

}  // namespace nomen::zone
