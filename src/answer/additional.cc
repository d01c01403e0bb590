#include "answer/additional.h"

#include <algorithm>

#include "answer/servers_in_zone.h"
#include "dns/hostname.h"
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

bool is_binding(RRType type) {
  return type == RRType::kSvcb || type == RRType::kHttps;
}

/// Whether what it holds is the zone's own for sure.
bool is_plain(zone::NodeView node) {
  return node && !node.has(zone::NodeView::kCut | zone::NodeView::kMaybeOccluded);
}

/// The node that has the name's data: its own, or the wildcard's that it is made of (RFC 4592); none where
/// that is another zone's.
zone::NodeView node_with_data_of(const zone::Content& content, const dns::HashedName& name) {
  const zone::NodeView node = content.find(name, name.labels);
  if (is_plain(node)) return node;
  const zone::Lookup found = zone::lookup(content, name, RRType::kA);
  const bool has_data = found.kind == zone::Lookup::Kind::kData || found.kind == zone::Lookup::Kind::kNoData;
  return has_data ? found.node : zone::NodeView();
}

/// The name whose addresses go along. In SVCB and HTTPS "." is the owner, unless the RR is an alias (RFC 9460
/// 2.5) or the owner can be no host.
const uint8_t* target_of(RRType type, Bytes rdata, size_t offset, NameView owner) {
  const uint8_t* const target = rdata.data() + offset;
  const bool is_owner =
      is_binding(type) && *target == 0 && load_u16(rdata.data()) != 0 && dns::is_hostname(owner);
  return is_owner ? owner.data() : target;
}

}  // namespace

bool names_hosts(RRType type) {
  return target_offset(type) >= 0;
}

void Additional::collect(zone::RRsetView set, NameView owner) {
  const int offset = target_offset(set.type());
  if (offset < 0) return;
  set.for_each([&](Bytes rdata) {
    if (targets_.size() >= kMaxAdditionalNames || rdata.size() <= static_cast<size_t>(offset)) return;
    const uint8_t* target = target_of(set.type(), rdata, static_cast<size_t>(offset), owner);
    const bool seen = std::any_of(targets_.begin(), targets_.end(), [&](const Target& other) {
      return name_at(other.name) == name_at(target);
    });
    const bool is_alias = is_binding(set.type()) && load_u16(rdata.data()) == 0;
    if (!seen) targets_.push_back({target, is_alias ? set.type() : RRType{0}});
  });
}

void Additional::add_addresses(const Query& query, const zone::Content& content, Response& response) {
  // An alias adds to the targets.
  for (size_t i = 0; i < targets_.size(); i++) {
    const Target target = targets_[i];
    const NameView name = name_at(target.name);
    if (name.is_root() || !name.is_at_or_below(content.apex())) continue;
    hashed_.assign_padded(name);
    const zone::NodeView node = node_with_data_of(content, hashed_);
    if (!node) continue;
    const Owner owner{name, hashed_.full_hash(), 0};
    add_address_sets(query, node, owner, response);
    if (target.alias_of == RRType{0}) continue;
    const zone::RRsetView binding = node.find(target.alias_of);
    if (!binding) continue;
    if (!response.has(owner.hash, target.alias_of)) add_set(query, node, binding, owner, response);
    collect(binding, name);
  }
}

bool Additional::add_set(const Query& query, zone::NodeView node, zone::RRsetView set, const Owner& owner,
                         Response& response) {
  const auto add = [&](zone::RRsetView one) {
    if (owner.offset != 0) return response.add_at_offset(Section::kAdditional, owner.offset, owner.hash, one);
    hashed_.assign_padded(owner.name);
    return response.add(Section::kAdditional, owner.name, hashed_, one, one.ttl_s());
  };
  const bool fits = add(set);
  if (!query.edns.dnssec_ok || query.question.asks_for_signatures_of(owner.hash)) return fits;
  if (const zone::RRsetView signatures = node.find_signatures(set.type())) add(signatures);
  return fits;
}

bool Additional::add_address_sets(const Query& query, zone::NodeView node, const Owner& owner,
                                  Response& response) {
  bool fits = true;
  zone::RRsetView set(node.first_rrset());
  for (size_t left = node.rrset_count(); left > 0; left--, set = zone::RRsetView(set.end())) {
    const RRType type = set.type();
    if (type != RRType::kA && type != RRType::kAaaa) continue;
    if (!response.has(owner.hash, type)) fits &= add_set(query, node, set, owner, response);
  }
  return fits;
}

void Additional::add_server_addresses(const Query& query, const zone::Content& content,
                                      const dns::HashedName& name, size_t owner_labels,
                                      zone::RRsetView ns_set, bool is_referral, Response& response) {
  const size_t owner_bytes = name.suffix(owner_labels).size();
  // First the glue that must fit (in-domain), then the rest (sibling glue).
  bool has_others = false;
  for (const bool must_fit : {true, false}) {
    if (!must_fit && !has_others) break;
    for_each_server_in_zone(content, name, owner_labels, ns_set, [&](const ServerInZone& server) {
      const bool is_needed = is_referral && server.shared == owner_bytes;
      has_others |= !is_needed;
      if (is_needed != must_fit) return true;
      zone::Content::Found found = content.find_below(name, server.labels, server.own());
      const NameView server_name(server.name.data(), server.name.size());
      if (!is_referral && !is_plain(found.node)) {
        hashed_.assign_padded(server_name);
        found = {node_with_data_of(content, hashed_), hashed_.full_hash()};
      }
      if (!found.node) return true;
      const Owner owner{server_name, found.hash, response.server_name_at(server.number)};
      if (!add_address_sets(query, found.node, owner, response) && must_fit) response.set_truncated();
      return true;
    });
  }
}

}  // namespace nomen::answer
