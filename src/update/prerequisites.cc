#include "update/prerequisites.h"

#include <algorithm>

#include "dns/rdata.h"

namespace nomen::update {

using dns::NameView;
using dns::Rcode;
using dns::RRClass;
using dns::RRType;

namespace {

using Entry = RequestRecords::Entry;

std::string at(NameView owner, RRType type) {
  return dns::to_string_no_dot(owner) + "/" + dns::to_string(type) + ": ";
}

bool has_rrset(zone::NodeView node, RRType type) {
  if (!node) return false;
  if (type != RRType::kRrsig) return static_cast<bool>(node.find(type));
  bool found = false;
  node.for_each([&](zone::RRsetView set) { found |= set.is_signature(); });
  return found;
}

/// The forms that name an RRset or a name (RFC 2136 2.4.1, 2.4.3-2.4.5).
std::optional<Refusal> check_named(zone::NodeView node, NameView owner, const Entry& rr) {
  const bool wanted = rr.rr_class == RRClass::kAny;
  if (rr.type == RRType::kAny) {
    const bool in_use = node && !node.is_empty();
    if (in_use == wanted) return std::nullopt;
    return refusal(wanted ? Rcode::kNxDomain : Rcode::kYxDomain,
                   dns::to_string_no_dot(owner) + ": '" + (wanted ? "name in use" : "name not in use") +
                       "' prerequisite not satisfied");
  }
  if (has_rrset(node, rr.type) == wanted) return std::nullopt;
  return refusal(wanted ? Rcode::kNxRrset : Rcode::kYxRrset,
                 at(owner, rr.type) + "'" +
                     (wanted ? "rrset exists (value independent)" : "rrset does not exist") +
                     "' prerequisite not satisfied");
}

/// The RRs of one RRset as they are in the zone, in canonical order.
std::vector<Bytes> rrs_of(zone::NodeView node, RRType type) {
  std::vector<Bytes> rrs;
  if (!node) return rrs;
  node.for_each([&](zone::RRsetView set) {
    if (set.type() == type) set.for_each([&](Bytes rdata) { rrs.push_back(rdata); });
  });
  return rrs;
}

/// The form that lists an RRset (RFC 2136 2.4.2, 3.2.3): the records are collected first, for an RRset's may
/// stand anywhere in the section.
std::optional<Refusal> check_values(const zone::Content& content, const RequestRecords& records,
                                    std::vector<const Entry*>& listed) {
  const RRClass rr_class = content.rr_class();
  std::sort(listed.begin(), listed.end(), [&](const Entry* a, const Entry* b) {
    const auto order = records.owner(*a) <=> records.owner(*b);
    if (order != 0) return order < 0;
    if (a->type != b->type) return a->type < b->type;
    return dns::compare_rdata(a->type, rr_class, records.rdata(*a), records.rdata(*b)) < 0;
  });
  for (size_t i = 0; i < listed.size();) {
    const size_t first = i;
    const NameView owner = records.owner(*listed[first]);
    const RRType type = listed[first]->type;
    const auto same = [&](Bytes a, Bytes b) { return dns::compare_rdata(type, rr_class, a, b) == 0; };
    std::vector<Bytes> wanted;
    for (; i < listed.size() && listed[i]->type == type && records.owner(*listed[i]) == owner; i++) {
      const Bytes rdata = records.rdata(*listed[i]);
      if (wanted.empty() || !same(wanted.back(), rdata)) wanted.push_back(rdata);
    }
    std::vector<Bytes> there = rrs_of(content.find(owner), type);
    if (type == RRType::kRrsig) {
      // Signatures lie by what they cover; as one RRset they are in order of their rdata.
      std::sort(there.begin(), there.end(),
                [&](Bytes a, Bytes b) { return dns::compare_rdata(type, rr_class, a, b) < 0; });
    }
    if (!std::equal(wanted.begin(), wanted.end(), there.begin(), there.end(), same)) {
      return refusal(Rcode::kNxRrset,
                     at(owner, type) + "'RRset exists (value dependent)' prerequisite not satisfied");
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> check_prerequisites(const zone::Content& content, const UpdateRequest& request) {
  const RequestRecords& records = request.prerequisites;
  std::vector<const Entry*> listed;
  for (const Entry& rr : records.entries()) {
    const NameView owner = records.owner(rr);
    if (rr.ttl_s != 0) return refusal(Rcode::kFormErr, "prerequisite TTL is not zero");
    if (!owner.is_at_or_below(request.zone)) {
      return refusal(Rcode::kNotZone, dns::to_string_no_dot(owner) + ": prerequisite name is out of zone");
    }
    if (rr.rr_class == request.rr_class) {
      listed.push_back(&rr);
    } else if (rr.rr_class == RRClass::kAny || rr.rr_class == RRClass::kNone) {
      if (auto unmet = check_named(content.find(owner), owner, rr)) return unmet;
    } else {
      return refusal(Rcode::kFormErr, "malformed prerequisite");
    }
  }
  return check_values(content, records, listed);
}

}  // namespace nomen::update
