// Options about the zone that an answer is from, for whoever asks for them: EXPIRE (RFC 7314), ZONEVERSION
// (RFC 9660) and our own digest (dns/zone_options.h). A query with one of them takes the long way of
// answering: the short one does not look at them.
// Thread rule: free functions; belongs to one worker.
#pragma once
#include <optional>

#include "answer/edns.h"
#include "answer/elsewhere.h"
#include "answer/query.h"
#include "answer/response.h"

namespace nomen::answer {

/// What a copy of this zone has to live yet: on a primary what its SOA says, on a secondary what is left of
/// that (RFC 7314 3.2). Nothing when there is no content, or a secondary does not know it.
std::optional<uint32_t> expire_s(const ServedZone& zone, uint32_t now_s);

/// Room to keep in the reply for what the query asks for.
size_t zone_option_bytes(const Edns& edns);

/// Adds what is asked for to the options of a reply that is complete but for its OPT.
void add_zone_options(const Query& query, const Response& response, const policy::LocalAddresses& local,
                      uint32_t now_s, Elsewhere& elsewhere, OptOptions& options);

}  // namespace nomen::answer
