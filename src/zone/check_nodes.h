// The checks that need one node at a time: CNAME beside other data, types of which a name may have one RR
// only, SPF, RRs that DNSSEC tells apart and DNS does not, names that repeat their origin. The same pass
// finds out which nodes the checks of integrity must look at. Thread rule: pure functions.
#pragma once
#include <vector>

#include "zone/check_findings.h"

namespace nomen::zone {

struct NodeSurvey {
  bool has_dname = false;
  std::vector<Ref> referring;  ///< nodes with MX or SRV, and zone cuts with a target in the zone
};

/// Fills `survey`, whose memory is used again.
void check_nodes(const Content& content, const CheckOptions& options, Findings& findings, NodeSurvey& survey);

/// visit(NodeView, Ref) for each node in no order, NSEC3 nodes too, fetching nodes into the cache ahead.
template <class Visit>
void for_each_node_ahead(const Content& content, Visit&& visit) {
  if (!content.is_large()) return content.for_each_node(visit);
  constexpr size_t kAhead = 16;
  Ref waiting[kAhead] = {};
  size_t count = 0;
  content.for_each_node([&](NodeView node, Ref ref) {
    __builtin_prefetch(node.data());
    __builtin_prefetch(node.data() + 64);
    Ref& slot = waiting[count++ % kAhead];
    if (slot != 0) visit(content.node(slot), slot);
    slot = ref;
  });
  for (const Ref ref : waiting) {
    if (ref != 0) visit(content.node(ref), ref);
  }
}

}  // namespace nomen::zone
