#include "zone/check_survey.h"

#include <algorithm>

#include "dns/hashed_name.h"

namespace nomen::zone {

namespace {

using dns::NameView;
using dns::RRType;

// The lowest bits of a hash are taken for what is known of the name.
constexpr uint64_t kHasAddress = 1;
constexpr uint64_t kSeen = 2;
constexpr uint64_t kExclusive = 4;
constexpr uint64_t kKnowledge = 7;

// What a type means for its owner: some of the above, or that more has to be looked at.
constexpr uint8_t kIsRare = 8;
constexpr uint8_t kIsNs = 16;
constexpr size_t kMeantTypes = 64;
constexpr std::array<uint8_t, kMeantTypes> kMeanings = [] {
  std::array<uint8_t, kMeantTypes> meanings{};
  meanings.fill(kIsRare);
  for (const RRType type : {RRType::kMx, RRType::kTxt, RRType::kSrv, RRType::kPtr, RRType::kDs})
    meanings[dns::number(type)] = 0;
  meanings[dns::number(RRType::kA)] = kHasAddress;
  meanings[dns::number(RRType::kAaaa)] = kHasAddress;
  meanings[dns::number(RRType::kCname)] = kExclusive;
  meanings[dns::number(RRType::kNs)] = kIsNs;
  return meanings;
}();

inline uint8_t meaning_of(uint16_t type) {
  if (type < kMeantTypes) [[likely]]
    return kMeanings[type];
  return type == dns::number(RRType::kCaa) ? 0 : kIsRare;
}

/// Lower-cases the ASCII letters among eight octets (length octets of a name are below them).
uint64_t lowered(uint64_t octets) {
  constexpr uint64_t kEach = 0x0101010101010101ULL;
  const uint64_t low = octets & 0x7f * kEach;
  const uint64_t upper = (low + (0x80 - 'A') * kEach) & ~(low + (0x80 - 'Z' - 1) * kEach) & ~octets;
  return octets | (upper & 0x80 * kEach) >> 2;
}

/// Owners that are looked for: those that may come once only, and name servers that must have addresses.
class WantedOwners {
 public:
  explicit WantedOwners(size_t count) {
    size_t slots = 64;
    while (slots < count * 4) slots *= 2;
    slots_.resize(slots);
    filter_.resize(slots / 4);  // 16 bits a slot: most owners are passed by with one look at a small table
  }

  void add(uint64_t hash, uint64_t knowledge) {
    slot(hash) |= (hash & ~kKnowledge) | knowledge;
    filter_word(hash) |= filter_bit(hash);
  }
  /// False when an owner that may come once only has come again.
  bool see(uint64_t owner) {
    if ((filter_word(owner) & filter_bit(owner)) == 0) return true;
    uint64_t& wanted = slot(owner);
    if (wanted == 0) return true;
    if ((wanted & kExclusive) != 0 && (wanted & kSeen) != 0) return false;
    wanted |= kSeen | (owner & kHasAddress);
    return true;
  }
  bool has_address(uint64_t hash) { return (slot(hash) & kHasAddress) != 0; }

 private:
  /// Where the hash is, or the empty place where it belongs.
  uint64_t& slot(uint64_t hash) {
    size_t at = (hash >> 32) & (slots_.size() - 1);
    while (slots_[at] != 0 && ((slots_[at] ^ hash) & ~kKnowledge) != 0) at = (at + 1) & (slots_.size() - 1);
    return slots_[at];
  }
  uint64_t& filter_word(uint64_t hash) { return filter_[(hash >> 12) & (filter_.size() - 1)]; }
  static uint64_t filter_bit(uint64_t hash) { return uint64_t{1} << (hash >> 3 & 63); }

  std::vector<uint64_t> slots_;   // 0: nothing
  std::vector<uint64_t> filter_;  // a bit for each
};

}  // namespace

HashList::~HashList() {
  for (uint64_t* block : blocks_) os::give_blocks(reinterpret_cast<uint8_t*>(block), 1);
}

void HashList::grow() {
  blocks_.push_back(reinterpret_cast<uint64_t*>(os::take_blocks(1)));
}

ZoneSurvey::ZoneSurvey(NameView apex) : apex_(dns::Name(apex).lowered()) {
  std::memcpy(apex_words_.data(), apex_.data(), std::min<size_t>(apex_.size(), 16));
  apex_masks_ = {dns::kLowBytes[std::min<size_t>(apex_.size(), 8)],
                 dns::kLowBytes[std::clamp<size_t>(apex_.size(), 8, 16) - 8]};
}

/// `owner` is no shorter than the apex and has 16 readable bytes behind it.
inline bool ZoneSurvey::ends_in_apex(NameView owner) const {
  const size_t size = apex_.size();
  const uint8_t* tail = owner.data() + owner.size() - size;
  uint64_t first = 0;
  uint64_t second = 0;
  std::memcpy(&first, tail, 8);
  std::memcpy(&second, tail + 8, 8);
  const bool is_same =
      ((((first ^ apex_words_[0]) & apex_masks_[0]) | ((second ^ apex_words_[1]) & apex_masks_[1])) == 0) &&
      (size <= 16 || std::memcmp(tail, apex_.data(), size) == 0);
  if (!is_same) return owner.is_at_or_below(apex_);
  const uint8_t* label = owner.data();
  while (label < tail) label += *label + 1;
  return label == tail;
}

/// Whether the zone's name stands before itself, perhaps: check_content tells for sure.
inline bool ZoneSurvey::repeats_origin(NameView owner) const {
  const size_t size = apex_.size() - 1U;
  // A name with one label more cannot, unless the zone's name has one label: that is foreseen well.
  if (owner.data()[0] + 1U + apex_.size() == owner.size() && apex_.data()[0] != size - 1) return false;
  if (owner.size() < apex_.size() + size) return false;
  const uint8_t* before = owner.data() + owner.size() - apex_.size() - size;
  for (size_t i = 0; i < size; i++) {
    if (dns::lower(before[i]) != apex_.data()[i]) return false;
  }
  return size > 0;
}

/// Of a name at or below the apex, of the labels in front of that. `name` has 16 readable bytes behind it.
inline uint64_t ZoneSurvey::hash_of(NameView name) const {
  constexpr uint64_t kStep = 0x9E3779B97F4A7C15ULL;
  uint64_t hash = dns::root_hash();
  std::array<uint64_t, 2> words;
  size_t left = name.size() - apex_.size();
  const uint8_t* at = name.data();
  for (; left > 16; at += 16, left -= 16) {
    std::memcpy(words.data(), at, 16);
    hash = dns::fold_multiply(hash ^ lowered(words[0]), kStep);
    hash = dns::fold_multiply(hash ^ lowered(words[1]), kStep);
  }
  std::memcpy(words.data(), at, 16);
  const uint64_t first = lowered(words[0]) & dns::kLowBytes[std::min<size_t>(left, 8)];
  const uint64_t second = lowered(words[1]) & dns::kLowBytes[std::max<size_t>(left, 8) - 8];
  hash = dns::fold_multiply(hash ^ first, kStep);
  return dns::fold_multiply(hash ^ second ^ left, kStep) & ~kKnowledge;
}

/// Whether all RRs of a type have one TTL: then no RRset can have two.
inline bool ZoneSurvey::ttl_is_usual(uint16_t type, uint32_t ttl_s) {
  UsualTtl& usual = usual_ttls_[type % usual_ttls_.size()];
  if (usual.type == type) return usual.ttl_s == ttl_s;
  if (usual.type != 0) return false;
  usual = {type, ttl_s};
  return true;
}

/// How many records a name has and how long it is nobody can foresee: a branch on that costs more than all
/// else that is done for a record. So there are few of them here.
void ZoneSurvey::add(const dns::RecordBatch& batch) {
  const auto& records = batch.records;
  if (doubtful_ || records.empty()) return;
  if (exclusive_.size() < exclusives_ + records.size()) exclusive_.resize(2 * (exclusives_ + records.size()));
  for (size_t i = 0, count = cut_runs(batch); i < count; i++) add_run(batch, runs_[i]);
}

/// Notes the runs of one owner and what their types mean; how many there are.
size_t ZoneSurvey::cut_runs(const dns::RecordBatch& batch) {
  const auto& records = batch.records;
  if (runs_.size() < records.size()) runs_.resize(records.size());
  size_t count = 0;
  uint32_t meanings = 0;
  for (size_t i = 0; i < records.size(); i++) {
    const dns::BatchRecord& record = records[i];
    const bool is_first = i == 0 || !record.same_owner;
    const uint8_t meaning = meaning_of(record.type);
    meanings = (is_first ? 0 : meanings) | meaning;
    count += is_first ? 1 : 0;
    Run& run = runs_[count - 1];
    run.first = is_first ? static_cast<uint32_t>(i) : run.first;
    run.end = static_cast<uint32_t>(i + 1);
    run.meanings = meanings;
    doubtful_ |= !ttl_is_usual(record.type, record.ttl_s);
  }
  return count;
}

inline void ZoneSurvey::add_run(const dns::RecordBatch& batch, const Run& run) {
  const NameView owner = batch.owner(batch.records[run.first]);
  if (owner.size() < apex_.size() || !ends_in_apex(owner) || repeats_origin(owner)) {
    doubtful_ = true;
    return;
  }
  const bool is_apex = owner.size() == apex_.size();
  if ((run.meanings & (is_apex ? kIsRare | kIsNs : kIsRare)) != 0) [[unlikely]] {
    for (uint32_t i = run.first; i < run.end; i++) add_rare(batch, batch.records[i], is_apex);
  }
  const uint64_t hash = hash_of(owner);
  const bool is_exclusive = (run.meanings & kExclusive) != 0;
  doubtful_ |= is_exclusive & (run.end - run.first > 1);
  exclusive_[exclusives_] = hash;  // there is room: the next one takes its place if it is not to be kept
  exclusives_ += is_exclusive ? 1 : 0;
  owners_.push_back(hash | (run.meanings & kHasAddress));
}

void ZoneSurvey::add_rare(const dns::RecordBatch& batch, const dns::BatchRecord& record, bool is_apex) {
  const Bytes rdata = batch.rdata(record);
  const uint8_t meaning = meaning_of(record.type);
  if ((meaning & kIsRare) == 0 && !(is_apex && meaning == kIsNs)) return;
  if (meaning == kIsNs) {
    servers_.emplace_back(NameView(rdata.data(), rdata.size()));
  } else if (record.type == dns::number(RRType::kSoa)) {
    soas_++;
    if (rdata.size() >= 20) serial_ = {load_u32(rdata.data() + rdata.size() - 20)};
  } else {
    doubtful_ = true;  // the other types are rare, or more has to be looked at (DNAME, DNSKEY, NSEC ...)
  }
}

bool ZoneSurvey::is_surely_good() {
  if (doubtful_ || soas_ != 1 || servers_.empty()) return false;
  std::vector<uint64_t> servers;
  for (const dns::Name& server : servers_) {
    if (!server.view().is_at_or_below(apex_)) continue;
    std::array<uint8_t, dns::kMaxNameBytes + 16> padded{};
    std::memcpy(padded.data(), server.data(), server.size());
    servers.push_back(hash_of({padded.data(), server.size()}));
  }
  exclusive_.resize(exclusives_);
  WantedOwners wanted(exclusive_.size() + servers.size());
  for (const uint64_t hash : exclusive_) wanted.add(hash, kExclusive);
  for (const uint64_t hash : servers) wanted.add(hash, 0);
  bool is_good = true;
  owners_.for_each([&](uint64_t owner) { is_good = is_good && wanted.see(owner); });
  if (!is_good) return false;
  return std::all_of(servers.begin(), servers.end(), [&](uint64_t hash) { return wanted.has_address(hash); });
}

}  // namespace nomen::zone
