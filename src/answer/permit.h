// May this requester ask here? (allow-query and allow-query-on of the zone or the view; blackhole.)
#pragma once
#include "answer/query.h"

namespace nomen::answer {

/// Whether the sender is on the blackhole list: it gets no reply at all.
bool is_blackholed(const Query& query, const Snapshot& snapshot);

/// Whether the zone that answers, or without one the view, lets the requester ask.
bool may_query(const Query& query, const Snapshot& snapshot);
/// The same for another zone, to which a CNAME or the target of an RR leads.
bool may_query(const Query& query, const ServedZone& zone, const policy::LocalAddresses& local);

}  // namespace nomen::answer
