// A short way for what most clients ask and get: a question, with or without a simple EDNS record, to which
// the answer is one RR that goes out just as the zone holds it, a referral, or that there is no such thing.
// All else goes through the stages that follow, with what the search has found: it is made once. The reply is
// the same, octet by octet, as theirs. docs/decisions/answers.md has the figures.
// Thread rule: belongs to one worker.
#pragma once
#include "answer/query.h"
#include "base/random.h"

namespace nomen::answer {

/// Whether nothing but the zone decides about the reply. Then it looks the name up, and query.view,
/// query.zone, query.found and found_in are written.
bool find_plainly(Query& query, const Snapshot& snapshot);

/// The second step, after find_plainly(): the size of the reply in `out` (which may be the request's own
/// memory), or 0 when the answer is not that simple: then the header and the question are still in `out`.
/// `limit` is how large the reply may become, `options` are those of our OPT, coded.
size_t answer_plainly(const Query& query, size_t limit, Bytes options, FastRandom& random, MutableBytes out);

}  // namespace nomen::answer
