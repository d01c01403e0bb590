// Where the newest snapshot is. A worker asks at the start of each batch whether there is a newer one, which
// costs one atomic load; only when there is does it take a lock and a reference. The publisher keeps replaced
// snapshots until no worker holds them, so that freeing a huge zone never happens on the way of an answer.
// Thread rule: publish() and collect() from one thread; current() and version() from any.
#pragma once
#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "answer/snapshot.h"

namespace nomen::server {

using SnapshotPtr = std::shared_ptr<const answer::Snapshot>;

class SnapshotSlot {
 public:
  uint64_t version() const { return version_.load(std::memory_order_acquire); }
  SnapshotPtr current() const {
    const std::lock_guard lock(mutex_);
    return current_;
  }

  void publish(SnapshotPtr next) {
    const std::lock_guard lock(mutex_);
    if (current_) retired_.push_back(std::move(current_));
    current_ = std::move(next);
    version_.fetch_add(1, std::memory_order_release);
  }
  /// Frees replaced snapshots that nobody holds any more; returns how many are still held.
  size_t collect() {
    std::vector<SnapshotPtr> unused;
    const std::lock_guard lock(mutex_);
    std::erase_if(retired_, [&](SnapshotPtr& old) {
      if (old.use_count() > 1) return false;
      unused.push_back(std::move(old));
      return true;
    });
    return retired_.size();
  }

 private:
  mutable std::mutex mutex_;
  SnapshotPtr current_;
  std::vector<SnapshotPtr> retired_;
  std::atomic<uint64_t> version_{0};
};

}  // namespace nomen::server
