#include "server/loader.h"

#include <algorithm>
#include <chrono>
#include <memory>

#include "base/os/file.h"
#include "base/os/usable_cores.h"
#include "server/empty_catalog.h"
#include "server/replay.h"
#include "server/take_bind_journal.h"
#include "server/thread_priority.h"
#include "server/zone_checks.h"
#include "server/zone_images.h"
#include "transfer/zonemd.h"

namespace nomen::server {

namespace {

constexpr size_t kBatchOutcomes = 512;                      // many small zones: one wake-up for so many
constexpr auto kBatchTime = std::chrono::milliseconds(20);  // and none waits longer than this
constexpr size_t kMostSpare = 4;   // batches kept; a heap of them goes back to the system
constexpr size_t kMostLoads = 16;  // a thread takes at most so many at once,
constexpr size_t kRowsLeft = 16;   // and leaves so many times as many
constexpr int kLoaderNice = 19;

zone::LoadRequest request_of(const LoadJob& job, zone::LoadBuffers& buffers) {
  zone::LoadRequest request = load_request(*job.zone, *job.directory);
  request.previous = job.previous;
  request.threads = job.parsers;
  request.buffers = &buffers;
  return request;
}

/// A zone that follows its file: the log tells which steps led to what the file says.
void find_recent(const LoadJob& job, LoadOutcome& outcome) {
  if (job.previous != nullptr) return;
  auto followed = follow_file(*job.log, job.log_id, outcome.result.content, outcome.image != nullptr);
  if (!followed) {
    outcome.result.diagnostics.push_back({Severity::kWarning, {}, followed.error().text});
    return;
  }
  outcome.result.content = std::move(followed->content);
  outcome.recent = std::move(followed->recent);
  outcome.replayed = followed->versions;
  outcome.has_gap = followed->is_gap;
}

/// A zone whose versions are logged: its file may be older than what was acknowledged.
void bring_up_to_date(const LoadJob& job, LoadOutcome& outcome) {
  if (job.log == nullptr || outcome.result.content == nullptr) return;
  if (!job.zone->is_ahead_of_file()) return find_recent(job, outcome);
  if (job.zone->type == config::ZoneType::kPrimary) {
    const std::string path = journal_path(*job.zone, *job.directory);
    if (auto taken = take_bind_journal(*job.log, job.log_id, path, *outcome.result.content); !taken) {
      outcome.result.diagnostics.push_back({Severity::kError, {}, taken.error().text});
      outcome.result.content = nullptr;
      return;
    }
  }
  auto replayed = replay(*job.log, job.log_id, outcome.result.content);
  if (!replayed && (job.zone->is_copy() || job.zone->generates_catalog)) {
    // A copy is written before the rows that it takes the place of go: it is the newer one, and right. What a
    // generated catalog has lost is listed anew.
    outcome.result.diagnostics.push_back(
        {Severity::kWarning, {}, "the version log is cleared: " + replayed.error().text});
    if (auto cleared = job.log->clear(job.log_id); !cleared) outcome.result.content = nullptr;
    return;
  }
  if (!replayed) {
    outcome.result.diagnostics.push_back({Severity::kError, {}, replayed.error().text});
    outcome.result.content = nullptr;
    return;
  }
  if (replayed->is_gap) {
    // The next version is to follow what the file says.
    if (auto noted = append_gap(*job.log, job.log_id, *replayed->content); !noted)
      outcome.result.diagnostics.push_back({Severity::kWarning, {}, noted.error().text});
  }
  outcome.result.content = std::move(replayed->content);
  outcome.recent = std::move(replayed->recent);
  outcome.replayed = replayed->versions;
}

/// RFC 8976 4: what a zone says of itself is compared with what was read. A primary's file is its owner's: it
/// is told of; a copy that is not what its primary gave is no copy.
void check_zonemd(const LoadJob& job, LoadOutcome& outcome) {
  if (outcome.result.content == nullptr || outcome.image != nullptr) return;
  if (!outcome.result.changed && outcome.replayed == 0 && !job.compares) return;
  const auto verified = transfer::verify_zonemd(*outcome.result.content);
  if (verified) return;
  const bool is_copy = job.zone->is_copy();
  outcome.result.diagnostics.push_back(
      {is_copy ? Severity::kError : Severity::kWarning, {}, verified.error().text});
  outcome.is_wrong_copy = is_copy;
  if (is_copy && !job.compares) outcome.result.content = nullptr;
}

/// The zone's image where it stands for the file as it is, or else the file.
void read_zone(const LoadJob& job, zone::LoadBuffers& buffers, LoadOutcome& outcome) {
  if (!job.image.empty() && job.previous == nullptr) {
    if (auto result = load_image(job.image, *job.zone, *job.directory)) {
      outcome.result = std::move(*result);
      outcome.image = outcome.result.content;
      return;
    }
  }
  const zone::LoadRequest request = request_of(job, buffers);
  outcome.no_copy = job.zone->is_copy() && !os::file_stamp(request.path);
  if (!outcome.no_copy) outcome.result = zone::load_zone(request);
}

}  // namespace

zone::LoadRequest load_request(const config::Zone& zone, const std::string& directory) {
  zone::LoadRequest request;
  request.path = path_of(zone, directory);
  request.apex = dns::Name(zone.name());
  request.rr_class = zone.rr_class;
  request.limits = {zone.options->max_records, zone.options->max_records_per_type,
                    zone.options->max_types_per_name};
  request.max_ttl_s = zone.options->max_zone_ttl_s;
  request.is_raw = zone.format() == config::MasterFormat::kRaw;
  request.checks = check_options(zone);
  return request;
}

std::string journal_path(const config::Zone& zone, const std::string& directory) {
  if (zone.journal.empty()) return path_of(zone, directory) + ".jnl";
  if (zone.journal.front() == '/' || directory.empty()) return zone.journal;
  return directory + "/" + zone.journal;
}

std::string path_of(const config::Zone& zone, const std::string& directory) {
  if (zone.file.empty() || zone.file.front() == '/' || directory.empty()) return zone.file;
  return directory + "/" + zone.file;
}

Loader::Loader(net::EventLoop& loop, unsigned threads, Deliver deliver)
    : loop_(loop), worker_threads_(std::max(1U, threads)), deliver_(std::move(deliver)) {}

Loader::~Loader() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    jobs_.clear();
  }
  for (std::thread& thread : threads_) thread.join();
}

void Loader::add(std::vector<LoadJob> jobs, Pace pace) {
  if (jobs.empty()) return;
  pending_ += jobs.size();
  const std::lock_guard lock(mutex_);
  if (running_ == 0) {
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }
  if (pace == Pace::kUrgent) {
    for (LoadJob& job : jobs) job.urgent = true;
    jobs_.insert(jobs_.begin(), std::make_move_iterator(jobs.begin()), std::make_move_iterator(jobs.end()));
    start_thread(pace);
    return;
  }
  const unsigned cores = os::usable_cores();
  const unsigned most = pace == Pace::kGently ? worker_threads_ : std::max(worker_threads_, cores);
  if (jobs.size() == 1) jobs.front().parsers = most;  // one zone: its file is parsed by all
  jobs_.insert(jobs_.end(), std::make_move_iterator(jobs.begin()), std::make_move_iterator(jobs.end()));
  const auto wanted = static_cast<unsigned>(std::min<size_t>(most, jobs_.size()));
  while (running_ < wanted) start_thread(pace);
}

/// Under mutex_.
void Loader::start_thread(Pace pace) {
  running_++;
  threads_.emplace_back([this, pace] { run(pace); });
}

void Loader::hand_over(std::vector<LoadOutcome>& outcomes) {
  if (outcomes.empty()) return;
  auto shared = std::make_shared<std::vector<LoadOutcome>>(std::move(outcomes));
  loop_.post([this, shared] { deliver(std::move(*shared)); });
  outcomes = {};
}

std::vector<LoadOutcome> Loader::room_for_outcomes() {
  std::vector<LoadOutcome> room;
  const std::lock_guard lock(mutex_);
  if (!spare_.empty()) {
    room = std::move(spare_.back());
    spare_.pop_back();
  }
  room.reserve(kBatchOutcomes);
  return room;
}

/// On the loop's thread.
void Loader::deliver(std::vector<LoadOutcome> outcomes) {
  pending_ -= outcomes.size();
  deliver_(outcomes);
  outcomes.clear();
  const std::lock_guard lock(mutex_);
  if (pending_ == 0) return spare_.clear();
  if (spare_.size() < kMostSpare) spare_.push_back(std::move(outcomes));
}

/// False when there is nothing left to do.
bool Loader::take_jobs(std::vector<LoadJob>& jobs, bool urgent_only) {
  const std::lock_guard lock(mutex_);
  if (jobs_.empty() || ending_ || (urgent_only && !jobs_.front().urgent)) {
    running_--;
    return false;
  }
  // Near the end one at a time: nobody waits for a thread with several left.
  const size_t count = std::clamp<size_t>(jobs_.size() / kRowsLeft, 1, kMostLoads);
  jobs.assign(std::make_move_iterator(jobs_.begin()),
              std::make_move_iterator(jobs_.begin() + static_cast<std::ptrdiff_t>(count)));
  jobs_.erase(jobs_.begin(), jobs_.begin() + static_cast<std::ptrdiff_t>(count));
  return true;
}

void Loader::run(Pace pace) {
  if (pace == Pace::kGently) lower_priority(kLoaderNice);
  zone::LoadBuffers buffers;
  std::vector<LoadJob> jobs;
  std::vector<LoadOutcome> outcomes = room_for_outcomes();
  auto last = std::chrono::steady_clock::now();
  while (take_jobs(jobs, pace == Pace::kUrgent)) {
    for (LoadJob& job : jobs) {
      LoadOutcome& outcome = outcomes.emplace_back();
      if (job.zone->generates_catalog) begin_catalog(path_of(*job.zone, *job.directory));
      read_zone(job, buffers, outcome);
      bring_up_to_date(job, outcome);
      check_zonemd(job, outcome);
      job.previous.reset();
      if (outcome.result.content == nullptr) outcome.path = path_of(*job.zone, *job.directory);
      outcome.job = std::move(job);
    }
    const auto now = std::chrono::steady_clock::now();
    if (outcomes.size() + kMostLoads > kBatchOutcomes || now - last > kBatchTime) {
      hand_over(outcomes);
      outcomes = room_for_outcomes();
      last = now;
    }
  }
  // Counted out: from here on whoever holds the mutex may be waiting for the thread's end.
  hand_over(outcomes);
}

}  // namespace nomen::server
