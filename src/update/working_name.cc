#include "update/working_name.h"

#include <algorithm>

#include "dns/rdata.h"
#include "zone/node_draft.h"

namespace nomen::update {

using dns::NameView;
using dns::RRType;

namespace {

constexpr RRType kWks{11};
constexpr size_t kWksServiceBytes = 5;  // address and protocol

RRType covered_by(RRType type, Bytes rdata) {
  if (type != RRType::kRrsig || rdata.size() < 2) return RRType{0};
  return static_cast<RRType>(load_u16(rdata.data()));
}

/// Whether a new RR takes the place of another one of its RRset (RFC 2136 3.4.2.2, 1.1.5): SOA, CNAME, DNAME
/// and WKS; signatures by the same key over the same type, and NSEC3PARAM that differ in flags, as BIND has
/// it.
bool replaces(RRType type, Bytes now, Bytes before) {
  const auto same = [&](size_t from, size_t to) {
    return now.size() >= to && before.size() >= to &&
           equal(now.subspan(from, to - from), before.subspan(from, to - from));
  };
  if (type == kWks) return same(0, kWksServiceBytes);
  switch (type) {
    case RRType::kSoa:
    case RRType::kCname:
    case RRType::kDname:
      return true;
    case RRType::kRrsig:
      return same(0, 3) && same(16, 18);  // type covered, algorithm; key tag
    case RRType::kNsec3Param:
      return now.size() == before.size() && same(0, 1) && same(2, now.size());
    default:
      return false;
  }
}

}  // namespace

WorkingName::WorkingName(const zone::Content& content, NameView asked_owner)
    : owner_(asked_owner), rr_class_(content.rr_class()) {
  const zone::NodeView node = content.find(asked_owner);
  if (!node) return;
  if (!node.is_empty()) owner_ = node.owner(content.apex());
  sets_.reserve(node.rrset_count() + 1);
  node.for_each([&](zone::RRsetView set) {
    sets_.push_back({.type = set.type(),
                     .covered = set.is_signature() ? set.covered() : RRType{0},
                     .before = set,
                     .ttl_s = set.ttl_s(),
                     .rrs = {}});
  });
}

const WorkingName::Set* WorkingName::find(RRType type) const {
  for (const Set& set : sets_) {
    if (set.type == type) return &set;
  }
  return nullptr;
}

WorkingName::Set* WorkingName::find(RRType type, Bytes rdata) {
  const RRType covered = covered_by(type, rdata);
  for (Set& set : sets_) {
    if (set.type == type && set.covered == covered) return &set;
  }
  return nullptr;
}

size_t WorkingName::count(RRType type) const {
  const Set* set = find(type);
  return set != nullptr ? set->count() : 0;
}

size_t WorkingName::rrset_count() const {
  return static_cast<size_t>(
      std::count_if(sets_.begin(), sets_.end(), [](const Set& set) { return set.count() > 0; }));
}

Bytes WorkingName::single_rdata(RRType type) const {
  const Set* set = find(type);
  if (set == nullptr || set->count() == 0) return {};
  return set->changed ? set->rrs.front() : set->before.first_rdata();
}

void WorkingName::open(Set& set) {
  if (set.changed) return;
  set.changed = true;
  if (!set.before) return;
  set.rrs.reserve(set.before.count() + 1);
  set.before.for_each([&](Bytes rdata) { set.rrs.push_back(rdata); });
}

void WorkingName::clear(Set& set) {
  set.changed = true;
  set.rrs.clear();
}

std::vector<Bytes>::iterator WorkingName::place(Set& set, Bytes rdata, bool& found) {
  const auto order = [&](Bytes a, Bytes b) { return dns::compare_rdata(set.type, rr_class_, a, b); };
  const auto at = std::lower_bound(set.rrs.begin(), set.rrs.end(), rdata,
                                   [&](Bytes a, Bytes b) { return order(a, b) < 0; });
  found = at != set.rrs.end() && order(*at, rdata) == 0;
  return at;
}

WorkingName::Added WorkingName::add(RRType type, uint32_t ttl_s, Bytes rdata,
                                    const zone::ContentLimits& limits) {
  Set* set = find(type, rdata);
  if (set == nullptr || set->count() == 0) {
    if (limits.max_types_per_name != 0 && rrset_count() >= limits.max_types_per_name)
      return Added::kTooManyTypes;
    if (set == nullptr) {
      sets_.push_back({.type = type, .covered = covered_by(type, rdata), .before = {}, .rrs = {}});
      set = &sets_.back();
    }
  }
  const size_t most = limits.max_records_per_type != 0
                          ? std::min<size_t>(limits.max_records_per_type, zone::NodeDraft::kMostRRs)
                          : zone::NodeDraft::kMostRRs;
  open(*set);
  bool found = false;
  auto at = place(*set, rdata, found);
  if (found) {
    if (set->ttl_s == ttl_s) return Added::kNothing;
    set->ttl_s = ttl_s;
    return Added::kDone;
  }
  const auto replaced = std::find_if(set->rrs.begin(), set->rrs.end(),
                                     [&](Bytes before) { return replaces(type, rdata, before); });
  if (replaced != set->rrs.end()) {
    set->rrs.erase(replaced);
    at = place(*set, rdata, found);
  } else if (set->rrs.size() >= most) {
    return Added::kTooManyRecords;
  }
  set->rrs.insert(at, rdata);
  set->ttl_s = ttl_s;
  return Added::kDone;
}

bool WorkingName::remove(RRType type, Bytes rdata) {
  Set* set = find(type, rdata);
  if (set == nullptr || set->count() == 0) return false;
  open(*set);
  bool found = false;
  const auto at = place(*set, rdata, found);
  if (found) set->rrs.erase(at);
  return found;
}

bool WorkingName::lost(RRType type) const {
  const Set* set = find(type);
  if (set == nullptr || !set->changed) return false;
  zone::Change change;
  write_difference(*set, change);
  return !change.removed.empty();
}

bool WorkingName::gained(RRType type) const {
  const Set* set = find(type);
  if (set == nullptr || !set->changed) return false;
  zone::Change change;
  write_difference(*set, change);
  return !change.added.empty();
}

void WorkingName::write_difference(const Set& set, zone::Change& change) const {
  if (!set.changed) return;
  const auto add = [&](Bytes rdata) { change.added.add(owner_, set.type, set.ttl_s, rdata); };
  if (!set.before) {
    for (const Bytes rdata : set.rrs) add(rdata);
    return;
  }
  const uint32_t old_ttl_s = set.before.ttl_s();
  const auto remove = [&](Bytes rdata) { change.removed.add(owner_, set.type, old_ttl_s, rdata); };
  const bool all_anew = set.ttl_s != old_ttl_s;
  auto now = set.rrs.begin();
  set.before.for_each([&](Bytes rdata) {
    auto order = std::strong_ordering::greater;
    while (now != set.rrs.end() && (order = dns::compare_rdata(set.type, rr_class_, *now, rdata)) < 0) {
      add(*now++);
    }
    if (now == set.rrs.end() || order > 0) {
      remove(rdata);
      return;
    }
    if (all_anew || !equal(*now, rdata)) {
      remove(rdata);
      add(*now);
    }
    ++now;
  });
  for (; now != set.rrs.end(); ++now) add(*now);
}

void WorkingName::write_difference(zone::Change& change) const {
  for (const Set& set : sets_) write_difference(set, change);
}

}  // namespace nomen::update
