// Where the name in an NS, MX or SRV leads inside a zone, as BIND's checks see it.
// Thread rule: belongs to one thread.
#pragma once
#include "zone/content.h"

namespace nomen::zone {

enum class Target : uint8_t {
  kAddress,     ///< has A or AAAA
  kGlue,        ///< the same, at or below a zone cut
  kNothing,     ///< the name has no addresses, or does not exist
  kDelegation,  ///< at or below a zone cut, and the zone has no addresses for it
  kAlias,       ///< a CNAME
  kRedirected,  ///< below a DNAME
};

struct TargetFinding {
  Target target = Target::kNothing;
  dns::Name dname;  ///< for kRedirected: the DNAME's owner
};

/// `target` is in the zone, and `own` what it has in front of the apex. `zone_has_dname` false saves the
/// search for one.
TargetFinding find_target(const Content& content, dns::NameView target, const OwnLabels& own,
                          bool glue_counts, bool zone_has_dname);

}  // namespace nomen::zone
