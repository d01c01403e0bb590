// The server about itself, in class CHAOS: version.bind, hostname.bind, id.server, authors.bind
// (RFC 4892). Each is a zone of its own, as in BIND's _bind view; what is set to none has no data.
#pragma once
#include "answer/query.h"
#include "answer/response.h"

namespace nomen::answer {

/// Answers a question of class CH; false when no such name is served.
bool answer_chaos(const Query& query, const ServerSettings& server, Response& response);

}  // namespace nomen::answer
