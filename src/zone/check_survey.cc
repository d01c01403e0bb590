#include "zone/check_survey.h"

#include <algorithm>

#include "dns/hashed_name.h"

namespace nomen::zone {

namespace {

using dns::NameView;
using dns::RRType;

constexpr uint64_t kHasAddress = 1;

}  // namespace

/// The records of one owner that stand together.
struct ZoneSurvey::Group {
  NameView owner;
  bool is_apex = false;
  bool has_address = false;
  bool has_cname = false;
  uint32_t records = 0;
};

ZoneSurvey::ZoneSurvey(NameView apex) : apex_(dns::Name(apex).lowered()) {}

bool ZoneSurvey::is_in_zone(NameView owner) const {
  if (owner.size() < apex_.size()) return false;
  const uint8_t* tail = owner.data() + owner.size() - apex_.size();
  if (std::memcmp(tail, apex_.data(), apex_.size()) != 0) return owner.is_at_or_below(apex_);
  const uint8_t* label = owner.data();
  while (label < tail) label += *label + 1;
  return label == tail;
}

/// Whether the zone's name stands before itself, perhaps: check_content tells for sure.
bool ZoneSurvey::repeats_origin(NameView owner) const {
  const size_t size = apex_.size() - 1U;
  if (owner.size() < apex_.size() + size) return false;
  const uint8_t* before = owner.data() + owner.size() - apex_.size() - size;
  for (size_t i = 0; i < size; i++) {
    if (dns::lower(before[i]) != apex_.data()[i]) return false;
  }
  return size > 0;
}

/// `name` has 40 readable bytes behind it.
uint64_t ZoneSurvey::hash_of(NameView name) const {
  constexpr uint64_t kStep = 0x9E3779B97F4A7C15ULL;
  alignas(16) std::array<uint8_t, dns::kMaxNameBytes + 41> lowered;
  dns::lower_padded(name.data(), lowered.data(), name.size());
  uint64_t hash = dns::root_hash();
  size_t at = 0;
  uint64_t word;
  for (; at + 8 <= name.size(); at += 8) {
    std::memcpy(&word, lowered.data() + at, 8);
    hash = dns::fold_multiply(hash ^ word, kStep);
  }
  if (at < name.size()) {
    std::memcpy(&word, lowered.data() + at, 8);
    word &= ~uint64_t{0} >> (64 - 8 * (name.size() - at));
    hash = dns::fold_multiply(hash ^ word, kStep);
  }
  return hash & ~kHasAddress;
}

/// Whether all RRs of a type have one TTL: then no RRset can have two.
bool ZoneSurvey::ttl_is_usual(uint16_t type, uint32_t ttl_s) {
  UsualTtl& usual = usual_ttls_[type % usual_ttls_.size()];
  if (usual.type == type) return usual.ttl_s == ttl_s;
  if (usual.type != 0) return false;
  usual = {type, ttl_s};
  return true;
}

void ZoneSurvey::add(const dns::RecordBatch& batch) {
  if (doubtful_) return;
  Group group;
  for (const dns::BatchRecord& record : batch.records) {
    if (group.records == 0 || !record.same_owner) {
      if (group.records != 0) end_group(group);
      group = Group{};
      group.owner = batch.owner(record);
      group.is_apex = group.owner.size() == apex_.size() && group.owner == apex_.view();
      if (!is_in_zone(group.owner) || repeats_origin(group.owner)) doubtful_ = true;
    }
    add_record(batch, record, group);
    if (doubtful_) return;
  }
  if (group.records != 0) end_group(group);
}

void ZoneSurvey::add_record(const dns::RecordBatch& batch, const dns::BatchRecord& record, Group& group) {
  group.records++;
  doubtful_ |= !ttl_is_usual(record.type, record.ttl_s);
  switch (static_cast<RRType>(record.type)) {
    case RRType::kA:
    case RRType::kAaaa:
      group.has_address = true;
      return;
    case RRType::kCname:
      group.has_cname = true;
      return;
    case RRType::kNs: {
      const Bytes rdata = batch.rdata(record);
      if (group.is_apex) servers_.emplace_back(NameView(rdata.data(), rdata.size()));
      return;
    }
    case RRType::kSoa: {
      const Bytes rdata = batch.rdata(record);
      soas_++;
      if (rdata.size() >= 20) serial_ = {load_u32(rdata.data() + rdata.size() - 20)};
      return;
    }
    case RRType::kMx:
    case RRType::kTxt:
    case RRType::kSrv:
    case RRType::kPtr:
    case RRType::kDs:
    case RRType::kCaa:
      return;
    default:
      doubtful_ = true;  // the other types are rare, or more has to be looked at (DNAME, DNSKEY, NSEC ...)
  }
}

void ZoneSurvey::end_group(const Group& group) {
  if (group.has_cname && group.records > 1) doubtful_ = true;
  const uint64_t hash = hash_of(group.owner);
  if (group.has_cname) exclusive_.push_back(hash);
  owners_.push_back(hash | (group.has_address ? kHasAddress : 0));
}

bool ZoneSurvey::is_surely_good() {
  if (doubtful_ || soas_ != 1 || servers_.empty()) return false;
  // Owners to look for: those that may come once only, and name servers that must have addresses. A bit for
  // each in a table that stays in the cache: most owners are passed by with one look.
  std::vector<uint64_t> servers;
  for (const dns::Name& server : servers_) {
    if (!server.view().is_at_or_below(apex_)) continue;
    std::array<uint8_t, dns::kMaxNameBytes + 41> padded{};
    std::memcpy(padded.data(), server.data(), server.size());
    servers.push_back(hash_of({padded.data(), server.size()}));
  }
  size_t bits = 1024;
  while (bits < (exclusive_.size() + servers.size()) * 16) bits *= 2;
  std::vector<uint64_t> filter(bits / 64);
  const auto bit_of = [&](uint64_t hash) { return (hash >> 20) & (bits - 1); };
  for (const uint64_t hash : exclusive_) filter[bit_of(hash) / 64] |= uint64_t{1} << bit_of(hash) % 64;
  for (const uint64_t hash : servers) filter[bit_of(hash) / 64] |= uint64_t{1} << bit_of(hash) % 64;
  std::vector<uint64_t> found;
  for (const uint64_t owner : owners_) {
    if ((filter[bit_of(owner) / 64] >> bit_of(owner) % 64 & 1) != 0) found.push_back(owner);
  }
  std::sort(found.begin(), found.end());
  const auto times = [&](uint64_t hash) {
    const auto from = std::lower_bound(found.begin(), found.end(), hash);
    return std::upper_bound(from, found.end(), hash | kHasAddress) - from;
  };
  const auto has_address = [&](uint64_t hash) {
    return std::binary_search(found.begin(), found.end(), hash | kHasAddress);
  };
  return std::all_of(exclusive_.begin(), exclusive_.end(), [&](uint64_t hash) { return times(hash) == 1; }) &&
         std::all_of(servers.begin(), servers.end(), has_address);
}

}  // namespace nomen::zone
