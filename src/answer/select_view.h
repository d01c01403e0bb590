// Which view serves this request: the first of the question's class whose match-clients,
// match-destinations and match-recursive-only fit (BIND's rule).
#pragma once
#include "answer/query.h"
#include "answer/signature.h"

namespace nomen::answer {

/// Writes query.view (nullptr when none fits) and query.signer. `signature` has read the request's TSIG
/// record, if there is one.
void select_view(Query& query, const Snapshot& snapshot, Signature& signature, uint32_t now_s);

}  // namespace nomen::answer
