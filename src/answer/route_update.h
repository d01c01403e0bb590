// Whether the requester of a dynamic update may make it (RFC 2136 3.1, 3.3; allow-update): the zone is here,
// it is the one that takes updates, and the address or key is let in. What the update asks for is judged by
// update/, later.
#pragma once
#include "answer/query.h"

namespace nomen::answer {

/// Writes query.zone. NOERROR, or why the update is not made; a refusal is logged as BIND does.
dns::Rcode refusal_of_update(Query& query, const policy::LocalAddresses& local);

}  // namespace nomen::answer
