// Where workers leave updates for the desk. While a version is on its way to the disk nobody could begin with
// what comes meanwhile: then the desk is not woken for it, but takes all of it when that is done.
// Thread rule: put() from any thread, take() from the desk's.
#pragma once
#include <functional>
#include <mutex>

#include "server/forwarded_update.h"

namespace nomen::server {

class UpdateInbox {
 public:
  /// What may wait: seconds of work.
  static constexpr size_t kMostWaiting = size_t{1} << 16;

  /// `wake` makes the desk call take() soon; it may be called by any thread.
  explicit UpdateInbox(std::function<void()> wake) : wake_(std::move(wake)) {}

  /// Takes `updates`; those for which there is no room stay there.
  void put(ForwardedUpdates& updates);
  /// All that wait, in the order in which they came. The desk is woken for the next one only when it finds
  /// nothing.
  ForwardedUpdates take();

 private:
  const std::function<void()> wake_;
  std::mutex mutex_;
  ForwardedUpdates waiting_;        // guarded by mutex_
  bool desk_has_seen_none_ = true;  // guarded by mutex_
};

}  // namespace nomen::server
