#include "server/update_inbox.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace nomen::server {

void UpdateInbox::put(ForwardedUpdates& updates) {
  bool wakes = false;
  {
    const std::lock_guard lock(mutex_);
    const size_t room = kMostWaiting - waiting_.size();
    const auto end = updates.begin() + static_cast<std::ptrdiff_t>(std::min(room, updates.size()));
    waiting_.insert(waiting_.end(), std::move_iterator(updates.begin()), std::move_iterator(end));
    updates.erase(updates.begin(), end);
    wakes = std::exchange(desk_has_seen_none_, false);
  }
  if (wakes) wake_();
}

ForwardedUpdates UpdateInbox::take() {
  const std::lock_guard lock(mutex_);
  desk_has_seen_none_ = waiting_.empty();
  return std::exchange(waiting_, {});
}

}  // namespace nomen::server
