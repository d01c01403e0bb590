// The query log's line, as BIND writes it:
//   client @0x... 192.0.2.1#53000 (www.example.com): query: www.example.com IN A +E(0)DC (192.0.2.53)
#pragma once
#include <string>

#include "answer/query.h"

namespace nomen::answer {

/// The text of the line (without time and category).
std::string query_log_line(const Query& query);
/// Hands the line to the log, category queries, severity info.
void log_query(const Query& query);

}  // namespace nomen::answer
