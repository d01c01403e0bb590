// What tells one version of a zone from another at given names.
// Thread rule: pure function over constant data.
#pragma once
#include <span>

#include "dns/name.h"
#include "zone/change.h"
#include "zone/content.h"

namespace nomen::zone {

/// The change that leads from `before` to `after` at `names`, which are at or below the apex; owners of NSEC3
/// RRs are not looked at. Removed RRs have the TTL that they had. An RRset whose TTL changed goes and comes
/// as a whole.
Change difference_at(const Content& before, const Content& after, std::span<const dns::NameView> names);

}  // namespace nomen::zone
