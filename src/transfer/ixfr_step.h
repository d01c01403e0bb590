// One step of an incremental transfer: what leads from one version of a zone to a later one (RFC 1995 4).
// Thread rule: values; what they point at is constant.
#pragma once
#include <vector>

#include "dns/types.h"
#include "zone/version_step.h"

namespace nomen::transfer {

using IxfrStep = zone::VersionStep;

/// Whether the steps lead from `from` to `to` without a gap, each with its two SOA records.
bool is_chain(const std::vector<IxfrStep>& steps, dns::Serial from, dns::Serial to);

/// One step that does what all of them do: an RR that came and went again, or went and came back as it was,
/// is in none of its lists. RFC 1995 5 calls it condensing. `steps` is a chain of at least one.
IxfrStep condense(const std::vector<IxfrStep>& steps, dns::RRClass rr_class);

}  // namespace nomen::transfer
