// One step of an incremental transfer: what leads from one version of a zone to a later one (RFC 1995 4).
// Thread rule: values; what they point at is constant.
#pragma once
#include <memory>
#include <vector>

#include "dns/types.h"
#include "zone/change.h"

namespace nomen::transfer {

struct IxfrStep {
  dns::Serial from;
  dns::Serial to;
  /// With the SOA record of `from` among what is removed and that of `to` among what is added.
  std::shared_ptr<const zone::Change> change;
};

/// Whether the steps lead from `from` to `to` without a gap, each with its two SOA records.
bool is_chain(const std::vector<IxfrStep>& steps, dns::Serial from, dns::Serial to);

/// One step that does what all of them do: an RR that came and went again, or went and came back as it was,
/// is in none of its lists. RFC 1995 5 calls it condensing. `steps` is a chain of at least one.
IxfrStep condense(const std::vector<IxfrStep>& steps, dns::RRClass rr_class);

}  // namespace nomen::transfer
