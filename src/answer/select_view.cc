#include "answer/select_view.h"

namespace nomen::answer {

namespace {

/// Who signed the request, as this view knows (RFC 8945): a view may have keys of its own.
const dns::Name* signer_for(const Query& query, const View& view, Signature& signature, uint32_t now_s) {
  if (!query.edns.has_tsig) return nullptr;
  return signature.verify({query.received.data, query.received.size}, view.settings->keys, now_s);
}

const View* find_view(Query& query, const Snapshot& snapshot, Signature& signature, uint32_t now_s) {
  const policy::Requester destination{query.received.local_address(), nullptr};
  for (const auto& view : snapshot.views) {
    const ViewSettings& settings = *view->settings;
    if (settings.rr_class != query.question.rr_class) continue;
    if (settings.match_recursive_only && !query.question.recursion_desired()) continue;
    query.signer = signer_for(query, *view, signature, now_s);
    if (!settings.match_clients->allows({query.received.peer_address(), query.signer}, *snapshot.local))
      continue;
    if (!settings.match_destinations->allows(destination, *snapshot.local)) continue;
    return view.get();
  }
  return nullptr;
}

}  // namespace

void select_view(Query& query, const Snapshot& snapshot, Signature& signature, uint32_t now_s) {
  query.signer = nullptr;
  const View* all = snapshot.for_all;
  if (all == nullptr || all->settings->rr_class != query.question.rr_class) {
    query.view = find_view(query, snapshot, signature, now_s);
    return;
  }
  query.view = all;
  query.signer = signer_for(query, *all, signature, now_s);
}

}  // namespace nomen::answer
