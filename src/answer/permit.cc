#include "answer/permit.h"

namespace nomen::answer {

bool is_blackholed(const Query& query, const Snapshot& snapshot) {
  return snapshot.server->blackhole->allows({query.received.peer, nullptr}, *snapshot.local);
}

bool may_query(const Query& query, const Snapshot& snapshot) {
  const policy::AclPtr& from = query.zone != nullptr ? query.zone->settings().allow_query : query.view->settings->allow_query;
  const policy::AclPtr& on = query.zone != nullptr ? query.zone->settings().allow_query_on : query.view->settings->allow_query_on;
  return from->allows({query.received.peer, nullptr}, *snapshot.local) && on->allows({query.received.local, nullptr}, *snapshot.local);
}

}  // namespace nomen::answer
