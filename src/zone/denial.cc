#include "zone/denial.h"

#include <algorithm>
#include <cstring>

#include "crypto/digest.h"
#include "zone/content.h"
#include "zone/node_order.h"

namespace nomen::zone {

namespace {

/// The hash that an NSEC3 owner's first label spells in base32hex (RFC 5155 1.3), or nothing.
bool decode_owner_hash(Bytes labels, Nsec3Hash& hash) {
  if (labels.size() < 33 || labels[0] != 32) return false;
  uint64_t bits = 0;
  size_t at = 0;
  for (size_t i = 1, held = 0; i <= 32; i++) {
    const uint8_t c = dns::lower(labels[i]);
    uint8_t value = 0;
    if (c >= '0' && c <= '9') {
      value = static_cast<uint8_t>(c - '0');
    } else if (c >= 'a' && c <= 'v') {
      value = static_cast<uint8_t>(c - 'a' + 10);
    } else {
      return false;
    }
    bits = bits << 5 | value;
    held += 5;
    if (held >= 8) {
      held -= 8;
      hash[at++] = static_cast<uint8_t>(bits >> held);
    }
  }
  return true;
}

/// The parameters of the chain in force: NSEC3PARAM with flags 0 (RFC 5155 4.1.2).
bool read_parameters(NodeView apex, Nsec3Parameters& parameters) {
  const RRsetView set = apex.find(dns::RRType::kNsec3Param);
  bool found = false;
  if (!set) return false;
  set.for_each([&](Bytes rdata) {
    if (found || rdata.size() < 5 || rdata[0] != 1 || rdata[1] != 0 || rdata.size() < 5U + rdata[4]) return;
    parameters.algorithm = rdata[0];
    parameters.iterations = load_u16(&rdata[2]);
    parameters.salt_size = rdata[4];
    std::copy_n(rdata.begin() + 5, rdata[4], parameters.salt.begin());
    found = true;
  });
  return found;
}

}  // namespace

Nsec3Hash nsec3_hash(dns::NameView lower_name, const Nsec3Parameters& parameters) {
  return crypto::iterated_sha1(lower_name.bytes(), Bytes(parameters.salt.data(), parameters.salt_size),
                               parameters.iterations);
}

bool Denial::is_announced(const Content& content) {
  Nsec3Parameters parameters;
  return content.apex_node().find(dns::RRType::kNsec) || read_parameters(content.apex_node(), parameters);
}

std::shared_ptr<const Denial> Denial::of(const Content& content) {
  if (!is_announced(content)) return nullptr;
  const bool by_name = static_cast<bool>(content.apex_node().find(dns::RRType::kNsec));
  const dns::RRType type = by_name ? dns::RRType::kNsec : dns::RRType::kNsec3;
  std::vector<Ref> nodes;
  content.for_each_node([&](NodeView node, Ref ref) {
    if (node.find(type)) nodes.push_back(ref);
  });
  if (by_name) sort_canonically(content, nodes);
  return of_sorted(content, nodes);
}

std::shared_ptr<const Denial> Denial::of_sorted(const Content& content, const std::vector<Ref>& nodes) {
  auto denial = std::make_shared<Denial>();
  if (content.apex_node().find(dns::RRType::kNsec)) {
    for (const Ref ref : nodes) {
      if (content.node(ref).find(dns::RRType::kNsec)) denial->nsec_.push_back(ref);
    }
    return denial;
  }
  if (!read_parameters(content.apex_node(), denial->parameters_)) return nullptr;
  denial->nsec3_ = true;
  for (const Ref ref : nodes) {
    const NodeView node = content.node(ref);
    Nsec3Hash hash;
    if (node.find(dns::RRType::kNsec3) && decode_owner_hash(node.labels(), hash))
      denial->nsec3s_.push_back({hash, ref});
  }
  if (denial->nsec3s_.empty()) return nullptr;
  const auto by_hash = [](const auto& a, const auto& b) { return a.hash < b.hash; };
  auto& entries = denial->nsec3s_;
  if (!std::is_sorted(entries.begin(), entries.end(), by_hash))
    std::sort(entries.begin(), entries.end(), by_hash);
  denial->nsec3_of_apex_ =
      denial->nsec3_matching(nsec3_hash(dns::Name(content.apex()).lowered(), denial->parameters_));
  return denial;
}

Ref Denial::nsec_at_or_before(const Content& content, dns::NameView name) const {
  if (nsec_.empty()) return 0;
  const auto after = std::upper_bound(nsec_.begin(), nsec_.end(), name, [&](dns::NameView wanted, Ref ref) {
    return wanted < dns::NameView(content.node(ref).owner(content.apex()));
  });
  return after == nsec_.begin() ? nsec_.back() : *(after - 1);
}

Ref Denial::nsec3_matching(const Nsec3Hash& hash) const {
  const auto at = std::lower_bound(nsec3s_.begin(), nsec3s_.end(), hash,
                                   [](const auto& entry, const auto& wanted) { return entry.hash < wanted; });
  return at != nsec3s_.end() && at->hash == hash ? at->node : 0;
}

Ref Denial::nsec3_covering(const Nsec3Hash& hash) const {
  if (nsec3s_.empty()) return 0;
  const auto at = std::lower_bound(nsec3s_.begin(), nsec3s_.end(), hash,
                                   [](const auto& entry, const auto& wanted) { return entry.hash < wanted; });
  return at == nsec3s_.begin() ? nsec3s_.back().node : (at - 1)->node;
}

}  // namespace nomen::zone
