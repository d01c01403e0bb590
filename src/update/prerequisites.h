// The prerequisites of an update (RFC 2136 3.2): what the zone must hold for the update to be made.
// Thread rule: pure function over constant data.
#pragma once
#include <optional>

#include "update/request.h"
#include "zone/content.h"

namespace nomen::update {

/// Nothing when all prerequisites hold in `content`, which is the zone that the request names. All five forms
/// of RFC 2136 2.4; RRsets are compared as sets, without TTLs, in canonical form (RFC 4034 6.2). A response
/// code other than NXDOMAIN, NXRRSET, YXDOMAIN and YXRRSET says that the section itself is wrong.
std::optional<Refusal> check_prerequisites(const zone::Content& content, const UpdateRequest& request);

}  // namespace nomen::update
