// Whether what NS, MX and SRV point at is there: addresses, glue, no CNAME or DNAME in between; and whether
// SPF stands in TXT too (RFC 7208 3.1). Names below zone cuts and DNAMEs are not the zone's and are left
// alone. Thread rule: pure function; options.external is called on the caller's thread.
#pragma once
#include "zone/check_findings.h"
#include "zone/check_nodes.h"

namespace nomen::zone {

void check_integrity(const Content& content, const CheckOptions& options, const NodeSurvey& survey,
                     Findings& findings);

}  // namespace nomen::zone
