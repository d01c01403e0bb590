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

/// One of so many equal parts of a zone's nodes.
struct NodePart {
  size_t number = 0;
  size_t of = 1;
};

/// Fills `survey`, whose memory is used again.
void check_nodes(const Content& content, const CheckOptions& options, NodePart part, Findings& findings,
                 NodeSurvey& survey);

}  // namespace nomen::zone
