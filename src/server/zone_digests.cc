#include "server/zone_digests.h"

#include <algorithm>
#include <utility>

#include "server/thread_priority.h"

namespace nomen::server {

namespace {

/// A version that waits is kept in memory: no more than these. Who is not let in asks again.
constexpr size_t kMostDigests = 16;
/// About 100 bytes each.
constexpr size_t kMostKnown = 10'000;
constexpr int kDigestNice = 19;

/// Whether both are, or were, the same object.
bool is_same(const std::weak_ptr<const zone::Content>& a, const zone::ContentPtr& b) {
  return !a.owner_before(b) && !b.owner_before(a);
}

}  // namespace

ZoneDigests::~ZoneDigests() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

answer::Elsewhere::KnownDigest ZoneDigests::find(const ZonePlace& place, const zone::ContentPtr& content) {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(place);
  if (found == known_.end()) {
    begin(place, content);
    return {content->serial(), {}};
  }
  if (!is_same(found->second.content, content)) begin(place, content);
  // A version with this serial that says something else is what these digests are there to find.
  if (!is_same(found->second.content, content) && found->second.serial == content->serial())
    return {content->serial(), {}};
  return {found->second.serial, found->second.digest};
}

/// Under mutex_.
void ZoneDigests::begin(const ZonePlace& place, const zone::ContentPtr& content) {
  for (size_t i = 0; i < jobs_.size(); i++) {
    if (!(jobs_[i].place == place)) continue;
    if (jobs_[i].content == content) return;
    if (i == 0) continue;  // it is under way
    jobs_[i].content = content;
    return;
  }
  if (jobs_.size() >= kMostDigests || ending_) return;
  jobs_.push_back({place, content});
  if (!running_) {
    running_ = true;
    thread_ = std::thread([this] { run(); });
  }
  changed_.notify_all();
}

void ZoneDigests::run() {
  lower_priority(kDigestNice);
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
    if (ending_) return;
    const Job job = jobs_.front();
    lock.unlock();
    const zone::ContentDigest digest = zone::digest_of(*job.content);
    lock.lock();
    jobs_.pop_front();
    keep(job, digest);
  }
}

/// Under mutex_.
void ZoneDigests::keep(const Job& job, const zone::ContentDigest& digest) {
  if (known_.size() >= kMostKnown && !known_.contains(job.place)) known_.erase(known_.begin());
  known_.insert_or_assign(job.place, Known{job.content, job.content->serial(), digest});
}

}  // namespace nomen::server
