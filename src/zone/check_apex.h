// The checks of the apex: SOA and NS, and the addresses of the zone's own name servers; NSEC3PARAM, DNSKEY,
// CDS and CDNSKEY. Thread rule: pure functions.
#pragma once
#include "zone/check_findings.h"
#include "zone/check_nodes.h"

namespace nomen::zone {

void check_apex(const Content& content, const NodeSurvey& survey, Strictness of_servers, Findings& findings);

/// Keys too weak to be good, and CDS and CDNSKEY that no DNSKEY stands for (RFC 7344 4.1).
void check_keys(const Content& content, Findings& findings);

}  // namespace nomen::zone
