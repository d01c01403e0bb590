// The order of a signed zone's NSEC or NSEC3 owners: what proofs of non-existence look up (RFC 4035 3.1.3,
// RFC 5155 7.2). NSEC owners in canonical order; NSEC3 owners by hash.
// Thread rule: constant after it is made.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "dns/hashed_name.h"
#include "dns/name.h"
#include "zone/index.h"
#include "zone/limits.h"
#include "zone/node.h"

namespace nomen::zone {

class Content;

/// Parameters of the NSEC3 chain in force (RFC 5155 4).
struct Nsec3Parameters {
  uint8_t algorithm = 1;
  uint16_t iterations = 0;
  uint8_t salt_size = 0;
  std::array<uint8_t, 255> salt{};
};

using Nsec3Hash = std::array<uint8_t, 20>;

/// The hash of a lower-cased name (RFC 5155 5).
Nsec3Hash nsec3_hash(dns::NameView lower_name, const Nsec3Parameters& parameters);

/// Whether the record is part of an NSEC3 chain: NSEC3, or its signature.
inline bool belongs_to_nsec3(dns::RRType type, Bytes rdata) {
  if (type == dns::RRType::kNsec3) return true;
  return type == dns::RRType::kRrsig && rdata.size() >= 2 &&
         load_u16(rdata.data()) == dns::number(dns::RRType::kNsec3);
}

/// Whether the name is a hash, an owner of the chain.
inline bool is_nsec3_node(NodeView node) {
  return node.find(dns::RRType::kNsec3) || node.find_signatures(dns::RRType::kNsec3);
}

class Denial {
 public:
  /// Looks at the apex and collects the owners; nullptr when the zone has no chain (no NSEC at the apex, no
  /// NSEC3PARAM with NSEC3 RRs).
  static std::shared_ptr<const Denial> of(const Content& content);
  /// The same when the nodes are known in canonical order, NSEC3 ones behind the others.
  static std::shared_ptr<const Denial> of_sorted(const Content& content, const std::vector<Ref>& nodes);
  /// Whether the apex says that there is a chain.
  static bool is_announced(const Content& content);

  bool uses_nsec3() const { return nsec3_; }
  const Nsec3Parameters& nsec3_parameters() const { return parameters_; }
  /// Whether a query's hash would take more than kMostNsec3Iterations: then nsec3_of_apex() stands in for
  /// every proof.
  bool is_excessive() const { return parameters_.iterations > kMostNsec3Iterations; }
  Ref nsec3_of_apex() const { return nsec3_of_apex_; }

  /// The NSEC owner at or before `name` in canonical order (the chain is a circle).
  Ref nsec_at_or_before(const Content& content, dns::NameView name) const;
  /// The NSEC3 owner whose hash is exactly `hash`, or 0.
  Ref nsec3_matching(const Nsec3Hash& hash) const;
  /// The NSEC3 owner with the greatest hash before `hash` (the chain is a circle).
  Ref nsec3_covering(const Nsec3Hash& hash) const;

 private:
  struct Nsec3Entry {
    Nsec3Hash hash;
    Ref node;
  };
  bool nsec3_ = false;
  Nsec3Parameters parameters_;
  Ref nsec3_of_apex_ = 0;
  std::vector<Ref> nsec_;           // in canonical order of owners
  std::vector<Nsec3Entry> nsec3s_;  // in order of hashes
};

}  // namespace nomen::zone
