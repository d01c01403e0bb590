#include "answer/response.h"

#include <algorithm>

#include "base/contract.h"

namespace nomen::answer {

namespace {

constexpr size_t kMaxPointerTarget = 0x4000;
constexpr size_t kNameProbes = 16;    // slots in which a written name may be
constexpr size_t kLeastRRBytes = 11;  // the root as owner, and no rdata

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

void Response::begin(const Question& question, const uint8_t* request, MutableBytes out, size_t limit,
                     size_t reserved) {
  question_ = &question;
  out_ = out.data();
  at_ = question.end;
  if (out_ != request) std::memcpy(out_, request, question.end);
  capacity_ = out.size();
  limit_ = std::min(limit, capacity_);
  end_ = limit_ - std::min(limit_, reserved);
  counts_ = {};
  rcode_ = dns::Rcode::kNoError;
  authoritative_ = false;
  truncated_ = false;
  with_question_ = question.present;
  hash_all_names_ = false;
  foreign_ = nullptr;
  set_count_ = 0;
  server_count_ = 0;
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

void Response::undo(const Mark& mark) {
  at_ = mark.at;
  set_count_ = mark.sets;
  counts_ = mark.counts;
  forget_since(at_);
  if (foreign_at_ >= at_) foreign_ = nullptr;
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
  for (size_t slot = hash % kNameSlots, looked = 0; looked < kNameProbes;
       slot = (slot + 1) % kNameSlots, looked++) {
    const WrittenName& written = written_[slot];
    if (written.epoch != epoch_) return 0;
    if (written.hash == hash) return written.offset;
  }
  return 0;
}

void Response::note_written(uint64_t hash, size_t offset) {
  if (offset >= kMaxPointerTarget) return;
  for (size_t slot = hash % kNameSlots, looked = 0; looked < kNameProbes;
       slot = (slot + 1) % kNameSlots, looked++) {
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
  store_u16(out_ + at_, pointer_to_suffix(labels));
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
/// first of those is compared from the end, which is much cheaper than hashing all suffixes.
bool Response::put_foreign_name(const uint8_t* wire, size_t size) {
  size_t own = size;  // octets in front of the shared suffix
  size_t target = 0;  // where that is in the other name
  if (foreign_ != nullptr) {
    const size_t common = common_tail({wire, size}, {foreign_, foreign_size_});
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

bool Response::put_named_rdata(dns::RRType type, Bytes rdata) {
  const RdataShape shape = shape_of(type);
  const uint8_t* at = rdata.data();
  const uint8_t* const end = at + rdata.size();
  if (shape == RdataShape::kMx) {
    if (!put(rdata.first(2))) return false;
    at += 2;
  }
  if (!put_rdata_name(at, end)) return false;
  if (shape == RdataShape::kTwoNames && !put_rdata_name(at, end)) return false;
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
  const bool fits = is_sent_as_it_is(type) ? put(rdata) : put_named_rdata(type, rdata);
  if (!fits) return false;
  store_u16(head + 8, static_cast<uint16_t>(at_ - begin));
  return true;
}

inline RRsetOrder Response::order_of(dns::RRType type) const {
  if (view_ == nullptr) return RRsetOrder::kNone;
  return view_->rrset_order.empty() ? RRsetOrder::kRandom : order_by_rules(type);
}

RRsetOrder Response::order_by_rules(dns::RRType type) const {
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
  const size_t count = set.count();
  if (rrs_.size() < count) rrs_.resize(count);
  size_t filled = 0;
  set.for_each([&](Bytes rdata) { rrs_[filled++] = rdata.data(); });
  const RRsetOrder order = order_of(set.type());
  if (order == RRsetOrder::kCyclic || (order == RRsetOrder::kRandom && count > kShuffledRRs)) {
    const size_t by = (order == RRsetOrder::kCyclic ? cyclic_++ : random_.next()) % count;
    const auto first = rrs_.begin();
    std::rotate(first, first + static_cast<std::ptrdiff_t>(by), first + static_cast<std::ptrdiff_t>(count));
  } else if (order == RRsetOrder::kRandom) {
    for (size_t i = count - 1; i > 0; i--)
      std::swap(rrs_[i], rrs_[random_.below(static_cast<uint32_t>(i) + 1)]);
  }
}

template <class PutOwner>
bool Response::add_set(Section section, uint64_t name_hash, const PutOwner& put_owner, zone::RRsetView set,
                       uint32_t ttl_s) {
  const size_t before = at_;
  const size_t count = set.count();
  const dns::RRType type = set.type();
  bool fits = true;
  if (!room(count * kLeastRRBytes)) {
    fits = false;  // no work on a set of thousands that has no chance
  } else if (count == 1) {
    fits = put_owner() && put_rr(type, ttl_s, set.first_rdata());
  } else {
    order_rrs(set);
    for (size_t i = 0; fits && i < count; i++) {
      fits = put_owner() && put_rr(type, ttl_s, {rrs_[i], load_u16(rrs_[i] - 2)});
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

/// One RR whose rdata goes out as it is: the commonest answer.
[[gnu::always_inline]] inline bool Response::add_plain(Section section, uint16_t owner, uint64_t name_hash,
                                                       zone::RRsetView set, uint32_t ttl_s) {
  const Bytes data = set.data();  // length and rdata, as they go out
  const size_t end = at_ + kPointedHeadBytes + data.size();
  if (end > end_) return false;
  copy_in_steps(put_head(out_ + at_, owner, set.type(), class_, ttl_s), data, {out_, capacity_});
  at_ = end;
  note_set(name_hash, set.type());
  counts_[static_cast<size_t>(section)]++;
  return true;
}

bool Response::add_at_suffix(Section section, size_t labels, zone::RRsetView set, uint32_t ttl_s) {
  const uint64_t name_hash = question_->name.hash[labels];
  if (labels > 0 && set.count() == 1 && is_sent_as_it_is(set.type()))
    return add_plain(section, pointer_to_suffix(labels), name_hash, set, ttl_s);
  return add_set(section, name_hash, [&] { return put_suffix(labels); }, set, ttl_s);
}

bool Response::add_at_offset(Section section, size_t offset, uint64_t name_hash, zone::RRsetView set) {
  const auto owner = static_cast<uint16_t>(kPointer | offset);
  if (set.count() == 1 && is_sent_as_it_is(set.type()))
    return add_plain(section, owner, name_hash, set, set.ttl_s());
  const auto put_owner = [&] {
    if (!room(2)) return false;
    store_u16(out_ + at_, owner);
    at_ += 2;
    return true;
  };
  return add_set(section, name_hash, put_owner, set, set.ttl_s());
}

/// The order in which the RRs of an NS RRset shall go out.
ServerOrder Response::order_servers(size_t count) {
  ServerOrder order = servers_in_order();
  const RRsetOrder wanted = count > 1 ? order_of(dns::RRType::kNs) : RRsetOrder::kNone;
  const size_t first = wanted == RRsetOrder::kCyclic ? cyclic_++ % count : 0;
  if (first != 0) std::rotate(order.begin(), order.begin() + first, order.begin() + count);
  if (wanted == RRsetOrder::kRandom) shuffle_servers(order, count, random_);
  return order;
}

bool Response::add_name_servers(Section section, size_t labels, zone::RRsetView set) {
  const size_t count = set.count();
  const size_t most = at_ + most_server_bytes(set);
  server_count_ = 0;
  if (labels == 0 || count > kMostServers || most > capacity_ ||
      most - kCopyStep > std::min(end_, kMaxPointerTarget)) {
    return add_at_suffix(section, labels, set, set.ttl_s());
  }
  at_ = put_servers(out_, at_, pointer_to_suffix(labels), class_, kHeaderBytes + question_->name.size, set,
                    order_servers(count), server_at_);
  server_count_ = count;
  note_set(question_->name.hash[labels], dns::RRType::kNs);
  counts_[static_cast<size_t>(section)] += static_cast<uint16_t>(count);
  return true;
}

bool Response::add_soa(size_t apex_labels, zone::RRsetView set, uint32_t ttl_s,
                       zone::Content::SoaNames names) {
  if (apex_labels == 0 || !names.both_below())
    return add_at_suffix(Section::kAuthority, apex_labels, set, ttl_s);
  const size_t size = soa_bytes(names);
  if (!room(size)) return false;
  const uint64_t apex_hash = question_->name.hash[apex_labels];
  put_soa(out_ + at_, pointer_to_suffix(apex_labels), class_, ttl_s, set, names);
  at_ += size;
  note_set(apex_hash, dns::RRType::kSoa);
  counts_[static_cast<size_t>(Section::kAuthority)]++;
  return true;
}

bool Response::add(Section section, dns::NameView owner, const dns::HashedName& hashed, zone::RRsetView set,
                   uint32_t ttl_s) {
  return add_set(section, hashed.full_hash(), [&] { return put_name(owner.data(), hashed); }, set, ttl_s);
}

bool Response::add_rr(Section section, dns::NameView owner, const dns::HashedName& hashed, dns::RRType type,
                      uint32_t ttl_s, Bytes rdata) {
  const size_t before = at_;
  if (!put_name(owner.data(), hashed) || !put_rr(type, ttl_s, rdata)) {
    at_ = before;
    forget_since(before);
    if (foreign_at_ >= before) foreign_ = nullptr;
    return false;
  }
  if (foreign_at_ >= before) foreign_ = nullptr;  // the rdata is the caller's and may not live on
  note_set(hashed.full_hash(), type);
  counts_[static_cast<size_t>(section)]++;
  return true;
}

size_t Response::finish(const Edns& edns, uint16_t own_udp_size, Bytes options) {
  end_ = limit_;
  const auto rcode = static_cast<uint16_t>(rcode_);
  if (!room(kOptBytes + options.size()))
    options = {};  // long options beside a long question: the OPT matters more
  if (edns.present && room(kOptBytes + options.size())) {
    at_ = static_cast<size_t>(put_opt(out_ + at_, own_udp_size, rcode, edns.dnssec_ok, options) - out_);
    counts_[static_cast<size_t>(Section::kAdditional)]++;
  }
  auto flags = static_cast<uint16_t>((question_->flags & kEchoedFlags) | kQr | (rcode & 15));
  if (authoritative_) flags |= kAa;
  if (truncated_) flags |= kTc;
  // Written in one piece: octets may be anything's, and would make the compiler read all members again.
  std::array<uint8_t, kHeaderBytes> header;
  store_u16(&header[0], question_->id);
  store_u16(&header[2], flags);
  store_u16(&header[4], with_question_ ? 1 : 0);
  for (size_t i = 0; i < counts_.size(); i++) store_u16(&header[6 + 2 * i], counts_[i]);
  std::memcpy(out_, header.data(), header.size());
  return at_;
}

}  // namespace nomen::answer
