// Whether a NOTIFY (RFC 1996) is listened to: the zone is here, and of a secondary zone the sender is one of
// its primaries or let in by allow-notify. A primary zone has nothing to learn from one and says so politely.
#pragma once
#include "answer/query.h"

namespace nomen::answer {

/// Writes query.zone. NOERROR, or why the message is refused; what came is logged as BIND does.
dns::Rcode refusal_of_notify(Query& query, const policy::LocalAddresses& local);

}  // namespace nomen::answer
