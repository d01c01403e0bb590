#include "answer/additional.h"

#include <algorithm>

#include "zone/lookup.h"

namespace nomen::answer {

namespace {

using dns::NameView;
using dns::RRType;

/// Where the rdata of types that ask for additional data have their target; -1 for the others.
int target_offset(RRType type) {
  switch (static_cast<uint16_t>(type)) {
    case 2:  // NS
    case 3:  // MD
    case 4:  // MF
    case 7:  // MB
      return 0;
    case 15:  // MX
    case 18:  // AFSDB
    case 21:  // RT
    case 36:  // KX
    case 64:  // SVCB
    case 65:  // HTTPS
      return 2;
    case 33:  // SRV
      return 6;
    default:
      return -1;
  }
}

NameView name_at(const uint8_t* wire) {
  size_t size = 0;
  while (wire[size] != 0) size += wire[size] + 1U;
  return {wire, size + 1};
}

/// Whether what a node holds is another zone's.
bool is_below_cut(const zone::Content& content, const dns::HashedName& name, zone::NodeView node) {
  if (!node.has(zone::NodeView::kCut | zone::NodeView::kMaybeOccluded)) return false;
  const auto kind = zone::lookup(content, name, RRType::kA).kind;
  return kind == zone::Lookup::Kind::kReferral || kind == zone::Lookup::Kind::kDname;
}

/// Adds the address sets of a node; false when one did not fit.
bool add_address_sets(const Query& query, zone::NodeView node, NameView owner, const dns::HashedName& hashed,
                      Response& response) {
  bool fits = true;
  for (const RRType type : {RRType::kA, RRType::kAaaa}) {
    const zone::RRsetView set = node.find(type);
    if (!set || response.has(hashed.full_hash(), type)) continue;
    fits &= response.add(Section::kAdditional, owner, hashed, set, set.ttl_s());
    if (!query.edns.dnssec_ok) continue;
    if (const zone::RRsetView signatures = node.find_signatures(type)) {
      response.add(Section::kAdditional, owner, hashed, signatures, signatures.ttl_s());
    }
  }
  return fits;
}

}  // namespace

void Additional::collect(zone::RRsetView set) {
  const int offset = target_offset(set.type());
  if (offset < 0) return;
  set.for_each([&](Bytes rdata) {
    if (targets_.size() >= kMaxAdditionalNames || rdata.size() <= static_cast<size_t>(offset)) return;
    const uint8_t* target = rdata.data() + offset;
    const bool seen = std::any_of(targets_.begin(), targets_.end(),
                                  [&](const uint8_t* other) { return name_at(other) == name_at(target); });
    if (!seen) targets_.push_back(target);
  });
}

void Additional::add_addresses(const Query& query, const zone::Content& content, Response& response) {
  for (const uint8_t* target : targets_) {
    const NameView name = name_at(target);
    if (name.is_root() || !name.is_at_or_below(content.apex())) continue;
    hashed_.assign_padded(name);
    const zone::NodeView node = content.find(hashed_, hashed_.labels);
    if (!node || is_below_cut(content, hashed_, node)) continue;
    add_address_sets(query, node, name, hashed_, response);
  }
}

void Additional::add_glue(const Query& query, const zone::Content& content, const dns::HashedName& name,
                          size_t cut_labels, zone::RRsetView ns_set, Response& response) {
  const size_t apex_labels = content.apex_labels();
  const uint64_t apex_hash = name.hash[apex_labels];
  const uint64_t cut_hash = name.hash[cut_labels];
  // First the glue that must fit (in-domain), then the rest (sibling glue).
  bool has_siblings = false;
  for (const bool in_domain : {true, false}) {
    if (!in_domain && !has_siblings) break;
    ns_set.for_each([&](Bytes rdata) {
      const NameView target(rdata.data(), rdata.size());
      hashed_.assign_padded(target);
      if (hashed_.labels < apex_labels || hashed_.hash[apex_labels] != apex_hash) return;
      const bool below_cut = hashed_.labels >= cut_labels && hashed_.hash[cut_labels] == cut_hash;
      has_siblings |= !below_cut;
      if (below_cut != in_domain) return;
      const zone::NodeView node = content.find(hashed_, hashed_.labels);
      if (!node) return;
      if (!add_address_sets(query, node, target, hashed_, response) && in_domain) response.set_truncated();
    });
  }
}

}  // namespace nomen::answer
