#include "answer/response.h"

#include <algorithm>

#include "base/contract.h"

namespace nomen::answer {

namespace {

constexpr size_t kHeaderBytes = 12;
constexpr size_t kMaxPointerTarget = 0x4000;

constexpr uint16_t kQr = 0x8000;
constexpr uint16_t kAa = 0x0400;
constexpr uint16_t kTc = 0x0200;
constexpr uint16_t kOpcodeRdCd = 0x7910;  // opcode, RD and CD come back as they came

enum class RdataShape : uint8_t { kPlain, kName, kMx, kTwoNames };

/// How the rdata of the types whose names may be compressed looks (RFC 1035 3.3, RFC 3597 4).
RdataShape shape_of(dns::RRType type) {
  switch (static_cast<uint16_t>(type)) {
    case 2:   // NS
    case 3:   // MD
    case 4:   // MF
    case 5:   // CNAME
    case 7:   // MB
    case 8:   // MG
    case 9:   // MR
    case 12:  // PTR
      return RdataShape::kName;
    case 15:  // MX
      return RdataShape::kMx;
    case 6:   // SOA
    case 14:  // MINFO
      return RdataShape::kTwoNames;
    default:
      return RdataShape::kPlain;
  }
}

}  // namespace

void Response::begin(const Question& question, const uint8_t* request, MutableBytes out, size_t limit, size_t reserved) {
  question_ = &question;
  out_ = out.data();
  at_ = question.end;
  if (out_ != request) std::memcpy(out_, request, question.end);
  limit_ = std::min(limit, out.size());
  end_ = limit_ - std::min(limit_, reserved);
  counts_ = {};
  rcode_ = dns::Rcode::kNoError;
  authoritative_ = false;
  truncated_ = false;
  with_question_ = question.present;
  hash_all_names_ = false;
  zone_size_ = 0;
  foreign_ = nullptr;
  set_count_ = 0;
  view_ = nullptr;
  class_ = dns::number(question.rr_class);
  if (++epoch_ == 0) {
    written_.fill({});
    epoch_ = 1;
  }
}

void Response::set_view(const ViewSettings& view) {
  view_ = &view;
  if (question_->rr_class == dns::RRClass::kAny) class_ = dns::number(view.rr_class);
}

void Response::rewind() {
  at_ = question_->end;
  counts_ = {};
  authoritative_ = false;
  truncated_ = false;
  foreign_ = nullptr;
  set_count_ = 0;
  forget_since(0);
}

void Response::drop_question() {
  with_question_ = false;
  at_ = kHeaderBytes;
}

void Response::note_set(uint64_t name_hash, dns::RRType type) {
  if (set_count_ < kMaxNotedSets) sets_[set_count_++] = {name_hash, type};
}

bool Response::has(uint64_t name_hash, dns::RRType type) const {
  return std::any_of(sets_.begin(), sets_.begin() + static_cast<std::ptrdiff_t>(set_count_),
                     [&](const WrittenSet& set) { return set.name_hash == name_hash && set.type == type; });
}

// ---- names

uint16_t Response::find_written(uint64_t hash) const {
  for (size_t slot = hash % kNameSlots, looked = 0; looked < kNameSlots; slot = (slot + 1) % kNameSlots, looked++) {
    const WrittenName& written = written_[slot];
    if (written.epoch != epoch_) return 0;
    if (written.hash == hash) return written.offset;
  }
  return 0;
}

void Response::note_written(uint64_t hash, size_t offset) {
  if (offset >= kMaxPointerTarget) return;
  for (size_t slot = hash % kNameSlots, looked = 0; looked < 16; slot = (slot + 1) % kNameSlots, looked++) {
    WrittenName& written = written_[slot];
    if (written.epoch == epoch_) continue;
    written = {hash, static_cast<uint16_t>(offset), epoch_};
    return;
  }
}

/// After an RRset that did not fit: names written at `at` and later are there no more. They keep their
/// slots, so that searches still pass over them.
void Response::forget_since(size_t at) {
  for (WrittenName& written : written_) {
    if (written.epoch == epoch_ && written.offset >= at) written.hash = 0;
  }
}

/// Whether a name with this top label may end like the question's name.
bool Response::may_share_with_question(const uint8_t* top) const {
  const dns::HashedName& asked = question_->name;
  if (!question_->present || asked.labels == 0 || hash_all_names_) return true;
  const uint8_t* own = asked.lower.data() + asked.suffix_at[1];
  if (own[0] != top[0]) return false;
  for (size_t i = 1; i <= own[0]; i++) {
    if (own[i] != dns::lower(top[i])) return false;
  }
  return true;
}

bool Response::put_suffix(size_t labels) {
  if (labels == 0) {
    if (!room(1)) return false;
    out_[at_++] = 0;
    return true;
  }
  if (!room(2)) return false;
  store_u16(out_ + at_, static_cast<uint16_t>(0xC000 | (kHeaderBytes + question_->name.suffix_at[labels])));
  at_ += 2;
  return true;
}

bool Response::put_name(const uint8_t* wire, const dns::HashedName& name) {
  const dns::HashedName& asked = question_->name;
  size_t known = name.labels;
  size_t target = 0;
  for (; known > 0; known--) {
    if (known <= asked.labels && asked.hash[known] == name.hash[known] && question_->present) {
      target = kHeaderBytes + asked.suffix_at[known];
      break;
    }
    target = find_written(name.hash[known]);
    if (target != 0) break;
  }
  const size_t own = name.suffix_at[known];
  if (!room(own + 2)) return false;
  for (size_t k = known + 1; k <= name.labels; k++) note_written(name.hash[k], at_ + name.suffix_at[k]);
  std::memcpy(out_ + at_, wire, own);
  at_ += own;
  if (known == 0) {
    out_[at_++] = 0;
  } else {
    store_u16(out_ + at_, static_cast<uint16_t>(0xC000 | target));
    at_ += 2;
  }
  return true;
}

// ---- RRs

/// A name whose top label is not the question's: it can share a suffix only with others of its kind. The
/// last of those is compared from the end, which is much cheaper than hashing all suffixes.
bool Response::put_foreign_name(const uint8_t* wire, size_t size) {
  size_t own = size;      // octets in front of the shared suffix
  size_t target = 0;      // where that is in the other name
  if (foreign_ != nullptr) {
    size_t common = 1;
    const size_t most = std::min(size, foreign_size_);
    while (common < most && dns::lower(wire[size - common - 1]) == dns::lower(foreign_[foreign_size_ - common - 1])) common++;
    // The longest suffix of whole labels, in both names, within what is common.
    size_t at = 0;
    while (wire[at] != 0 && size - at > common) at += wire[at] + 1U;
    size_t other = 0;
    while (wire[at] != 0) {
      while (foreign_size_ - other > size - at) other += foreign_[other] + 1U;
      if (foreign_size_ - other == size - at && other < foreign_own_) break;
      at += wire[at] + 1U;
    }
    if (wire[at] != 0) {
      own = at;
      target = foreign_at_ + other;
    }
  }
  if (target >= kMaxPointerTarget) own = size;
  if (!room(own + 2)) return false;
  if (foreign_ == nullptr) {
    foreign_ = wire;
    foreign_size_ = size;
    foreign_at_ = at_;
    foreign_own_ = size - 1;
  }
  std::memcpy(out_ + at_, wire, own);
  at_ += own;
  if (own < size) {
    store_u16(out_ + at_, static_cast<uint16_t>(0xC000 | target));
    at_ += 2;
  }
  return true;
}

bool Response::put_rdata_name(const uint8_t*& at, const uint8_t* end) {
  const uint8_t* const wire = at;
  size_t size = 0;
  size_t top = 0;
  while (wire[size] != 0) {
    top = size;
    size += wire[size] + 1U;
  }
  size++;
  NOMEN_REQUIRE(wire + size <= end);
  at += size;
  if (size > 1 && !may_share_with_question(wire + top)) return put_foreign_name(wire, size);
  scratch_.assign_padded({wire, size});
  return put_name(wire, scratch_);
}

/// A name of an SOA: mostly below the zone's name, which the question has, and needed by no other RR.
bool Response::put_soa_name(const uint8_t*& at, const uint8_t* end) {
  const uint8_t* const wire = at;
  size_t size = 0;
  size_t own = 0;  // where the rest is as long as the zone's name
  while (wire[size] != 0) size += wire[size] + 1U;
  size++;
  if (zone_size_ <= 1 || size < zone_size_) return put_rdata_name(at, end);
  while (size - own > zone_size_) own += wire[own] + 1U;
  const uint8_t* zone = question_->name.lower.data() + zone_at_;
  if (size - own != zone_size_) return put_rdata_name(at, end);
  for (size_t i = 0; i < zone_size_; i++) {
    if (dns::lower(wire[own + i]) != zone[i]) return put_rdata_name(at, end);
  }
  NOMEN_REQUIRE(wire + size <= end);
  at += size;
  if (!room(own + 2)) return false;
  std::memcpy(out_ + at_, wire, own);
  at_ += own;
  store_u16(out_ + at_, static_cast<uint16_t>(0xC000 | (kHeaderBytes + zone_at_)));
  at_ += 2;
  return true;
}

bool Response::put_named_rdata(dns::RRType type, Bytes rdata) {
  const RdataShape shape = shape_of(type);
  const uint8_t* at = rdata.data();
  const uint8_t* const end = at + rdata.size();
  if (shape == RdataShape::kMx) {
    if (!put(rdata.first(2))) return false;
    at += 2;
  }
  if (shape == RdataShape::kTwoNames) {
    if (!put_soa_name(at, end) || !put_soa_name(at, end)) return false;
  } else if (!put_rdata_name(at, end)) {
    return false;
  }
  return put({at, static_cast<size_t>(end - at)});
}

/// All of an RR behind its owner.
bool Response::put_rr(dns::RRType type, uint32_t ttl_s, Bytes rdata) {
  if (!room(10)) return false;
  uint8_t* const head = out_ + at_;
  store_u16(head, dns::number(type));
  store_u16(head + 2, class_);
  store_u32(head + 4, ttl_s);
  at_ += 10;
  const size_t begin = at_;
  const bool fits = shape_of(type) == RdataShape::kPlain ? put(rdata) : put_named_rdata(type, rdata);
  if (!fits) return false;
  store_u16(head + 8, static_cast<uint16_t>(at_ - begin));
  return true;
}

RRsetOrder Response::order_of(dns::RRType type) const {
  if (view_ == nullptr) return RRsetOrder::kNone;
  for (const RRsetOrderRule& rule : view_->rrset_order) {
    if (rule.rr_class && dns::number(*rule.rr_class) != class_) continue;
    if (rule.type && *rule.type != type) continue;
    if (rule.name) {
      const dns::NameView wanted = *rule.name;
      const bool fits = wanted.is_wildcard() ? question_->name.view().is_below(wanted.parent())
                                             : question_->name.view() == wanted;
      if (!fits) continue;
    }
    return rule.order;
  }
  return RRsetOrder::kRandom;
}

/// Puts the RRs of a set into rrs_ in the order in which they shall go out.
void Response::order_rrs(zone::RRsetView set) {
  rrs_.clear();
  set.for_each([this](Bytes rdata) { rrs_.push_back(rdata.data()); });
  const RRsetOrder order = order_of(set.type());
  if (order == RRsetOrder::kCyclic || (order == RRsetOrder::kRandom && rrs_.size() > kShuffledRRs)) {
    const size_t by = (order == RRsetOrder::kCyclic ? cyclic_++ : random_.next()) % rrs_.size();
    std::rotate(rrs_.begin(), rrs_.begin() + static_cast<std::ptrdiff_t>(by), rrs_.end());
  } else if (order == RRsetOrder::kRandom) {
    for (size_t i = rrs_.size() - 1; i > 0; i--) std::swap(rrs_[i], rrs_[random_.below(static_cast<uint32_t>(i) + 1)]);
  }
}

template <class PutOwner>
bool Response::add_set(Section section, uint64_t name_hash, const PutOwner& put_owner, zone::RRsetView set, uint32_t ttl_s) {
  const size_t before = at_;
  const size_t count = set.count();
  const dns::RRType type = set.type();
  bool fits = true;
  if (count == 1) {
    fits = put_owner() && put_rr(type, ttl_s, set.first_rdata());
  } else {
    order_rrs(set);
    for (const uint8_t* rdata : rrs_) {
      fits = put_owner() && put_rr(type, ttl_s, {rdata, load_u16(rdata - 2)});
      if (!fits) break;
    }
  }
  if (!fits) {
    at_ = before;
    forget_since(before);
    if (foreign_at_ >= before) foreign_ = nullptr;
    return false;
  }
  note_set(name_hash, type);
  counts_[static_cast<size_t>(section)] += static_cast<uint16_t>(count);
  return true;
}

bool Response::add_at_suffix(Section section, size_t labels, zone::RRsetView set, uint32_t ttl_s) {
  return add_set(section, question_->name.hash[labels], [&] { return put_suffix(labels); }, set, ttl_s);
}

bool Response::add(Section section, dns::NameView owner, const dns::HashedName& hashed, zone::RRsetView set, uint32_t ttl_s) {
  return add_set(section, hashed.full_hash(), [&] { return put_name(owner.data(), hashed); }, set, ttl_s);
}

bool Response::add_rr(Section section, dns::NameView owner, const dns::HashedName& hashed, dns::RRType type, uint32_t ttl_s, Bytes rdata) {
  const size_t before = at_;
  if (!put_name(owner.data(), hashed) || !put_rr(type, ttl_s, rdata)) {
    at_ = before;
    forget_since(before);
    return false;
  }
  counts_[static_cast<size_t>(section)]++;
  return true;
}

size_t Response::finish(const Edns& edns, uint16_t own_udp_size, Bytes options) {
  end_ = limit_;
  const auto rcode = static_cast<uint16_t>(rcode_);
  if (edns.present && room(kOptBytes + options.size())) {
    uint8_t* opt = out_ + at_;
    opt[0] = 0;
    store_u16(opt + 1, dns::number(dns::RRType::kOpt));
    store_u16(opt + 3, own_udp_size);
    store_u32(opt + 5, static_cast<uint32_t>(rcode >> 4) << 24 | (edns.dnssec_ok ? 0x8000U : 0U));
    store_u16(opt + 9, static_cast<uint16_t>(options.size()));
    if (!options.empty()) std::memcpy(opt + kOptBytes, options.data(), options.size());
    at_ += kOptBytes + options.size();
    counts_[static_cast<size_t>(Section::kAdditional)]++;
  }
  uint16_t flags = static_cast<uint16_t>((question_->flags & kOpcodeRdCd) | kQr | (rcode & 15));
  if (authoritative_) flags |= kAa;
  if (truncated_) flags |= kTc;
  store_u16(out_, question_->id);
  store_u16(out_ + 2, flags);
  store_u16(out_ + 4, with_question_ ? 1 : 0);
  for (size_t i = 0; i < counts_.size(); i++) store_u16(out_ + 6 + 2 * i, counts_[i]);
  return at_;
}

}  // namespace nomen::answer
