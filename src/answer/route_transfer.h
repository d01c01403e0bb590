// Which zone a query for a transfer means, and whether the requester may have it (RFC 5936 2.2.1, RFC 1995 2;
// allow-transfer).
#pragma once
#include "answer/query.h"

namespace nomen::answer {

inline bool is_transfer(dns::RRType type) {
  return type == dns::RRType::kAxfr || type == dns::RRType::kIxfr;
}

/// allow-transfer of query.zone, with its port and transport.
bool may_transfer(const Query& query, const policy::LocalAddresses& local);

/// Writes query.zone. NOERROR, or why there is no transfer; a refusal is logged as BIND does.
dns::Rcode refusal_of_transfer(Query& query, const policy::LocalAddresses& local);

}  // namespace nomen::answer
