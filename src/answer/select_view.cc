#include "answer/select_view.h"

namespace nomen::answer {

namespace {

const View* find_view(const Query& query, const Snapshot& snapshot) {
  const policy::Requester client{query.received.peer_address(), nullptr};
  const policy::Requester destination{query.received.local_address(), nullptr};
  for (const auto& view : snapshot.views) {
    const ViewSettings& settings = *view->settings;
    if (settings.rr_class != query.question.rr_class) continue;
    if (settings.match_recursive_only && !query.question.recursion_desired()) continue;
    if (!settings.match_clients->allows(client, *snapshot.local)) continue;
    if (!settings.match_destinations->allows(destination, *snapshot.local)) continue;
    return view.get();
  }
  return nullptr;
}

}  // namespace

void select_view(Query& query, const Snapshot& snapshot) {
  const View* all = snapshot.for_all;
  query.view =
      all != nullptr && all->settings->rr_class == query.question.rr_class ? all : find_view(query, snapshot);
}

}  // namespace nomen::answer
