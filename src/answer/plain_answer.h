// A short way for what most clients ask: a question alone (no EDNS), for one RR that goes out just as the
// zone holds it, with nothing beside it. The search is made once: what it finds stands in the query, and when
// the answer is not that simple, the stages that follow go on from there. Thread rule: belongs to one worker.
#pragma once
#include "answer/query.h"

namespace nomen::answer {

/// Returns the size of the reply in `out` (which may be the request's own memory), or 0 when the answer is
/// not that simple. When only the zone decides about the answer, query.view, query.zone, query.found and
/// found_in are written all the same.
size_t answer_plainly(Query& query, const Snapshot& snapshot, MutableBytes out);

}  // namespace nomen::answer
