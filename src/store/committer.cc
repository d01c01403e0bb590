#include "store/committer.h"

#include <algorithm>
#include <future>
#include <utility>

#include "store/limits.h"

namespace nomen::store {

Committer::Committer(std::unique_ptr<LogWriter> writer)
    : writer_(std::move(writer)), thread_([this] { work(); }) {}

Committer::~Committer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wakes_.notify_one();
  thread_.join();
}

void Committer::put(Job job) {
  bool was_empty = false;
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= kMaxQueuedJobs || queued_bytes_ + job.bytes > kMaxQueuedBytes) {
      job.rows.clear();
      job.task = nullptr;
      job.bytes = 0;
      job.refusal = Error{"the version store is overloaded: too much is waiting for the disk"};
    }
    queued_bytes_ += job.bytes;
    was_empty = queue_.empty();
    queue_.push_back(std::move(job));
  }
  if (was_empty) wakes_.notify_one();
}

Result<void> Committer::run(std::function<Result<void>(LogWriter&)> task) {
  const auto promise = std::make_shared<std::promise<Result<void>>>();
  auto result = promise->get_future();
  put({{}, std::move(task), {}, [promise](const Result<void>& done) { promise->set_value(done); }, 0});
  return result.get();
}

void Committer::work() {
  for (;;) {
    std::vector<Job> batch = take();
    if (batch.empty()) return;
    commit(batch);
    writer_->tend_log();
  }
}

/// The next jobs; none when it is time to end.
std::vector<Committer::Job> Committer::take() {
  if (rest_.empty()) {
    std::unique_lock lock(mutex_);
    wakes_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    std::swap(rest_, queue_);
    queued_bytes_ = 0;
    std::reverse(rest_.begin(), rest_.end());
  }
  std::vector<Job> batch;
  for (size_t bytes = 0; !rest_.empty() && batch.size() < kMaxBatchJobs && bytes < kMaxBatchBytes;) {
    bytes += rest_.back().bytes;
    batch.push_back(std::move(rest_.back()));
    rest_.pop_back();
  }
  return batch;
}

Result<void> Committer::do_job(Job& job) {
  if (job.refusal) return std::unexpected(*job.refusal);
  return job.task ? job.task(*writer_) : writer_->append(job.rows);
}

void Committer::commit(std::vector<Job>& batch) {
  std::vector<Result<void>> results(batch.size());
  Result<void> all = writer_->begin();
  for (size_t i = 0; i < batch.size() && all; i++) {
    results[i] = do_job(batch[i]);
    if (writer_->has_failed()) all = results[i];
  }
  if (writer_->has_failed()) {
    writer_->rollback();
  } else {
    all = writer_->commit();
  }
  for (size_t i = 0; i < batch.size(); i++) {
    const bool was_refused = batch[i].refusal.has_value();
    const Result<void>& result = !all && !was_refused ? all : results[i];
    if (batch[i].done) batch[i].done(result);
  }
}

}  // namespace nomen::store
