#include "answer/permit.h"

namespace nomen::answer {

bool is_blackholed(const Query& query, const Snapshot& snapshot) {
  if (snapshot.server->blackhole->is_none()) return false;
  return snapshot.server->blackhole->allows({query.received.peer_address(), nullptr}, *snapshot.local);
}

namespace {

bool allows(const policy::Acl& from, const policy::Acl& on, const Query& query,
            const policy::LocalAddresses& local) {
  return from.allows({query.received.peer_address(), query.signer}, local) &&
         on.allows({query.received.local_address(), nullptr}, local);
}

}  // namespace

bool may_query(const Query& query, const Snapshot& snapshot) {
  if (query.zone != nullptr) return may_query(query, *query.zone, *snapshot.local);
  return allows(*query.view->settings->allow_query, *query.view->settings->allow_query_on, query,
                *snapshot.local);
}

bool may_query(const Query& query, const ServedZone& zone, const policy::LocalAddresses& local) {
  if (zone.is_plain()) return true;
  return allows(*zone.settings().allow_query, *zone.settings().allow_query_on, query, local);
}

}  // namespace nomen::answer
