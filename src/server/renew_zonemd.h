// Keeps the ZONEMD record of a zone true (RFC 8976) where the server makes the zone's versions: secondaries
// that verify it would not take one that is stale. Thread rule: free function over its arguments.
#pragma once
#include <string>

#include "zone/change.h"
#include "zone/content.h"

namespace nomen::server {

enum class ZonemdCost : uint8_t {
  kAny,    ///< somebody asked for this version and waits for its digest
  kSmall,  ///< updates come one after the other: the record of a large zone goes instead
};
/// `after` is what `change` makes of `before`. When it has a ZONEMD RRset that is not right for it, both
/// become those of the version that has the right one, or none. `name` is the zone's, for the log.
void renew_zonemd(const zone::Content& before, zone::ContentPtr& after, zone::Change& change, ZonemdCost cost,
                  const std::string& name);

}  // namespace nomen::server
