// First stage: is this a request at all, and what does it ask? Header and question (RFC 1035 4.1.1, 4.1.2;
// RFC 9619 for the count of questions).
#pragma once
#include "answer/query.h"

namespace nomen::answer {

/// Writes query.question, and query.early or query.dropped when there is nothing to answer. What is not a
/// request (too short, or a response) is dropped, so that two servers never answer each other.
void admit(Query& query);

}  // namespace nomen::answer
