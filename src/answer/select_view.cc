#include "answer/select_view.h"

namespace nomen::answer {

void select_view(Query& query, const Snapshot& snapshot) {
  query.view = nullptr;
  const policy::Requester client{query.received.peer, nullptr};
  const policy::Requester destination{query.received.local, nullptr};
  for (const auto& view : snapshot.views) {
    const ViewSettings& settings = *view->settings;
    if (settings.rr_class != query.question.rr_class) continue;
    if (settings.match_recursive_only && !query.question.recursion_desired()) continue;
    if (!settings.match_clients->allows(client, *snapshot.local)) continue;
    if (!settings.match_destinations->allows(destination, *snapshot.local)) continue;
    query.view = view.get();
    return;
  }
}

}  // namespace nomen::answer
