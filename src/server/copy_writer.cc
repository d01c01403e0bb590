#include "server/copy_writer.h"

#include <utility>

#include "server/replay.h"

namespace nomen::server {

namespace {

constexpr auto kLastWords = std::chrono::seconds(10);  // for copies that wait when the server ends
constexpr int kCopyNice = 10;

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

CopyWriter::CopyWriter(net::EventLoop& home)
    : home_(home), jobs_({.nice = kCopyNice}, [this](std::vector<CopyJob>& jobs) { take(jobs.front()); }) {}

CopyWriter::~CopyWriter() {
  end_ = std::chrono::steady_clock::now() + kLastWords;
}

void CopyWriter::add(CopyJob job) {
  jobs_.add(std::move(job));
}

void CopyWriter::in_turn(std::function<void()> work, std::function<void()> done) {
  CopyJob job;
  job.work = std::move(work);
  job.done = [done = std::move(done)](const Result<os::FileStamp>&) { done(); };
  add(std::move(job));
}

void CopyWriter::take(CopyJob& job) {
  const Time end = end_;
  if (end != Time::max()) {
    if ((job.clears_log || job.work) && std::chrono::steady_clock::now() < end) (void)work(job);
    return;
  }
  const Result<os::FileStamp> result = work(job);
  home_.post([done = std::move(job.done), result] { done(result); });
}

}  // namespace nomen::server
