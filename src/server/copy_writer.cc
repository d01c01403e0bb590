#include "server/copy_writer.h"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <utility>

#include "server/replay.h"

namespace nomen::server {

namespace {

constexpr auto kLastWords = std::chrono::seconds(10);  // for copies that wait when the server ends

void lower_priority() {
  constexpr int kNice = 10;
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNice);
}

Result<void> work_on_log(const CopyJob& job) {
  if (job.log == nullptr) return {};
  if (job.clears_log) return job.log->clear(job.zone);
  return prune(*job.log, job.zone, job.in_file, job.retention);
}

/// Whether the rows could be taken for steps that lead on from the new copy, if the server died before they
/// are gone: its serial is not later than all of theirs (a primary that was set back). They go first then,
/// and dying would leave the older copy alone.
Result<bool> could_mislead(const CopyJob& job) {
  if (job.log == nullptr || !job.clears_log || job.content == nullptr) return false;
  const auto newest = job.log->list(job.zone, 1, std::nullopt);
  if (!newest) return std::unexpected(newest.error());
  return !newest->empty() && !job.content->serial().is_after(newest->front().to);
}

Result<os::FileStamp> work(const CopyJob& job) {
  os::FileStamp stamp;
  if (job.work) {
    job.work();
    return stamp;
  }
  const auto clears_first = could_mislead(job);
  if (!clears_first) return std::unexpected(clears_first.error());
  if (*clears_first) {
    if (auto cleared = job.log->clear(job.zone); !cleared) return std::unexpected(cleared.error());
  }
  if (job.content != nullptr) {
    auto written = write_zone_file(*job.content, job.file);
    if (!written) return written;
    stamp = *written;
  }
  if (auto worked = work_on_log(job); !worked) return std::unexpected(worked.error());
  return stamp;
}

}  // namespace

CopyWriter::CopyWriter(net::EventLoop& home) : home_(home), thread_([this] { run(); }) {}

CopyWriter::~CopyWriter() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wakes_.notify_one();
  thread_.join();
}

void CopyWriter::add(CopyJob job) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  wakes_.notify_one();
}

void CopyWriter::in_turn(std::function<void()> work, std::function<void()> done) {
  CopyJob job;
  job.work = std::move(work);
  job.done = [done = std::move(done)](const Result<os::FileStamp>&) { done(); };
  add(std::move(job));
}

void CopyWriter::run() {
  lower_priority();
  std::unique_lock lock(mutex_);
  for (;;) {
    wakes_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
    if (ending_) break;
    CopyJob job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    const Result<os::FileStamp> result = work(job);
    home_.post([done = std::move(job.done), result] { done(result); });
    job = {};
    lock.lock();
  }
  const auto latest = std::chrono::steady_clock::now() + kLastWords;
  for (const CopyJob& job : jobs_) {
    if ((job.clears_log || job.work) && std::chrono::steady_clock::now() < latest) (void)work(job);
  }
}

}  // namespace nomen::server
