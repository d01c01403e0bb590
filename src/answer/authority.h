// The stage that answers from zones (RFC 1034 4.3.2): looks the name up, follows CNAME and DNAME within and
// across the view's zones, and fills answer, authority and additional section.
// Thread rule: belongs to one worker.
#pragma once
#include "answer/additional.h"
#include "answer/query.h"
#include "answer/response.h"

namespace nomen::answer {

/// The zone for a name: the deepest one; for DS the parent's side, where we have it (RFC 4035 3.1.4.1).
inline const ServedZone* find_zone(const View& view, const dns::HashedName& name, dns::RRType type) {
  if (type == dns::RRType::kDs && name.labels > 0) {
    if (const ServedZone* parent = view.zones.find_longest(name, name.labels - 1U)) return parent;
  }
  return view.zones.find_longest(name, name.labels);
}

/// query.zone is set and loaded. Leaves the response complete but for OPT and header.
void answer_from_zones(const Query& query, const policy::LocalAddresses& local, Response& response,
                       Additional& additional);

/// Which sections a response has beyond what is needed (minimal-responses).
struct Fullness {
  bool authority = true;   ///< the zone's NS with a positive answer
  bool additional = true;  ///< addresses of what the answer names (never glue, which is always given)
};
Fullness fullness_of(const Query& query);

}  // namespace nomen::answer
