// A short way for what most clients ask: a question alone (no EDNS), for one RR that goes out just as the
// zone holds it, with nothing beside it. The search is made once: what it finds stands in the query, and when
// the answer is not that simple, the stages that follow go on from there. Thread rule: belongs to one worker.
#pragma once
#include "answer/query.h"

namespace nomen::answer {

/// Writes query.view, query.zone and query.found as far as it comes. Returns the size of the reply in `out`
/// (which may be the request's own memory), or 0 when the answer is not that simple.
size_t answer_plainly(Query& query, const Snapshot& snapshot, MutableBytes out);

}  // namespace nomen::answer
