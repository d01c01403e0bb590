// Which view serves this request: the first of the question's class whose match-clients,
// match-destinations and match-recursive-only fit (BIND's rule).
#pragma once
#include "answer/query.h"

namespace nomen::answer {

/// Writes query.view; nullptr when none fits.
void select_view(Query& query, const Snapshot& snapshot);

}  // namespace nomen::answer
