#include "server/loader.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <memory>

#include "base/fetch_line.h"
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

int64_t now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

void append_path(std::string& path, const std::string& file, const std::string& directory) {
  const bool is_relative = !file.empty() && file.front() != '/' && !directory.empty();
  if (is_relative) path.append(directory).append("/");
  path.append(file);
}

/// What the options of a zone of this type say.
void take_options(zone::LoadRequest& request, const config::Zone& zone) {
  request.limits = {zone.options->max_records, zone.options->max_records_per_type,
                    zone.options->max_types_per_name};
  request.is_raw = zone.format() == config::MasterFormat::kRaw;
  request.checks = check_options(zone);
}

void take_place(zone::LoadRequest& request, const config::Zone& zone, const std::string& directory) {
  request.path.clear();
  append_path(request.path, zone.file, directory);
  request.apex = dns::Name(zone.name());
  request.rr_class = zone.rr_class;
}

/// Reads one zone after the other. What their options say is worked out once for all that share them.
class ZoneReader {
 public:
  /// The zone's image where it stands for the file as it is, or else the file.
  void read(const std::string& directory, LoadOutcome& outcome) {
    const LoadJob& job = outcome.job;
    if (job.sources != nullptr && !job.sources->image.empty() && job.previous == nullptr) {
      if (auto result = load_image(job.sources->image, *job.zone, directory)) {
        outcome.result = std::move(*result);
        outcome.image = outcome.result.content;
        return;
      }
    }
    take_request(job, directory);
    outcome.no_copy = job.zone->is_copy() && !os::file_stamp(request_.path);
    if (!outcome.no_copy) outcome.result = zone::load_zone(request_);
    request_.previous = nullptr;
  }

 private:
  void take_request(const LoadJob& job, const std::string& directory) {
    if (job.zone->options != options_ || job.zone->type != type_) {
      options_ = job.zone->options;
      type_ = job.zone->type;
      take_options(request_, *job.zone);
    }
    take_place(request_, *job.zone, directory);
    request_.previous = job.previous;
    request_.threads = job.parsers;
    request_.buffers = &buffers_;
  }

  zone::LoadBuffers buffers_;
  zone::LoadRequest request_;
  std::shared_ptr<const config::ZoneOptions> options_;  ///< that request_ has
  config::ZoneType type_{};
};

/// A zone that follows its file: the log tells which steps led to what the file says.
void find_recent(const LoadJob& job, LoadOutcome& outcome) {
  if (job.previous != nullptr) return;
  const LoadSources& sources = *job.sources;
  auto followed = follow_file(*sources.log, sources.log_id, outcome.result.content, outcome.image != nullptr);
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
void bring_up_to_date(const LoadJob& job, const std::string& directory, LoadOutcome& outcome) {
  if (job.sources == nullptr || job.sources->log == nullptr || outcome.result.content == nullptr) return;
  store::VersionStore& log = *job.sources->log;
  const store::ZoneId log_id = job.sources->log_id;
  if (!job.zone->is_ahead_of_file()) return find_recent(job, outcome);
  if (job.zone->type == config::ZoneType::kPrimary) {
    const std::string path = journal_path(*job.zone, directory);
    if (auto taken = take_bind_journal(log, log_id, path, *outcome.result.content); !taken) {
      outcome.result.diagnostics.push_back({Severity::kError, {}, taken.error().text});
      outcome.result.content = nullptr;
      return;
    }
  }
  auto replayed = replay(log, log_id, outcome.result.content);
  if (!replayed && (job.zone->is_copy() || job.zone->generates_catalog)) {
    // A copy is written before the rows that it takes the place of go: it is the newer one, and right. What a
    // generated catalog has lost is listed anew.
    outcome.result.diagnostics.push_back(
        {Severity::kWarning, {}, "the version log is cleared: " + replayed.error().text});
    if (auto cleared = log.clear(log_id); !cleared) outcome.result.content = nullptr;
    return;
  }
  if (!replayed) {
    outcome.result.diagnostics.push_back({Severity::kError, {}, replayed.error().text});
    outcome.result.content = nullptr;
    return;
  }
  if (replayed->is_gap) {
    // The next version is to follow what the file says.
    if (auto noted = append_gap(log, log_id, *replayed->content); !noted)
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

/// Of very many zones none is in the cache: those of the loads after `next[0]` are fetched meanwhile.
void fetch_ahead(std::span<const LoadOutcome> next) {
  constexpr size_t kLineBytes = 64;
  if (next.size() > 2) {
    const auto* const zone = reinterpret_cast<const std::byte*>(next[2].job.zone.get());
    for (size_t at = 0; at < sizeof(config::Zone); at += kLineBytes) fetch_line(zone + at);
  }
  if (next.size() > 1) {
    fetch_line(next[1].job.zone->name_wire.data());
    fetch_line(next[1].job.zone->file.data());
  }
}

void load(ZoneReader& reader, const std::string& directory, LoadOutcome& outcome) {
  LoadJob& job = outcome.job;
  if (job.zone->generates_catalog) begin_catalog(path_of(*job.zone, directory));
  reader.read(directory, outcome);
  bring_up_to_date(job, directory, outcome);
  check_zonemd(job, outcome);
  job.previous.reset();
}

}  // namespace

zone::LoadRequest load_request(const config::Zone& zone, const std::string& directory) {
  zone::LoadRequest request;
  take_options(request, zone);
  take_place(request, zone, directory);
  return request;
}

std::string journal_path(const config::Zone& zone, const std::string& directory) {
  if (zone.journal.empty()) return path_of(zone, directory) + ".jnl";
  if (zone.journal.front() == '/' || directory.empty()) return zone.journal;
  return directory + "/" + zone.journal;
}

std::string path_of(const config::Zone& zone, const std::string& directory) {
  std::string path;
  append_path(path, zone.file, directory);
  return path;
}

Loader::Loader(net::EventLoop& loop, unsigned threads, Deliver deliver)
    : loop_(loop), worker_threads_(std::max(1U, threads)), deliver_(std::move(deliver)) {}

Loader::~Loader() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    rows_.clear();
    left_ = 0;
  }
  hurry_.notify_one();
  for (std::thread& thread : threads_) thread.join();
  if (urgent_.joinable()) urgent_.join();
}

void Loader::add(LoadRow row, Pace pace) {
  if (row.jobs.empty()) return;
  pending_ += row.jobs.size();
  const std::lock_guard lock(mutex_);
  if (running_ == 0) {
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }
  left_ += row.jobs.size();
  if (pace == Pace::kUrgent) {
    for (LoadJob& job : row.jobs) job.urgent = true;
    rows_.push_front({std::move(row)});
    hurry();
    return;
  }
  const unsigned cores = os::usable_cores();
  const unsigned most = pace == Pace::kGently ? worker_threads_ : std::max(worker_threads_, cores);
  // One zone: its file is parsed by all.
  if (row.jobs.size() == 1) row.jobs.front().parsers = static_cast<uint16_t>(most);
  rows_.push_back({std::move(row)});
  const auto wanted = static_cast<unsigned>(std::min<size_t>(most, left_));
  while (running_ < wanted) start_thread(pace);
}

/// Under mutex_.
void Loader::start_thread(Pace pace) {
  running_++;
  threads_.emplace_back([this, pace] { run(pace); });
}

/// Under mutex_.
void Loader::hurry() {
  if (!urgent_.joinable()) urgent_ = std::thread([this] { run_urgent(); });
  hurry_.notify_one();
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

void Loader::take_jobs(Taken& taken, std::vector<LoadOutcome>& outcomes, bool urgent_only) {
  const std::lock_guard lock(mutex_);
  taken.count = 0;
  if (rows_.empty() || ending_ || (urgent_only && !has_urgent())) {
    if (!urgent_only) running_--;
    return;
  }
  Waiting& waiting = rows_.front();
  if (taken.directory != waiting.row.directory) taken.directory = waiting.row.directory;
  // Near the end one at a time: nobody waits for a thread with several left.
  const size_t most = std::clamp<size_t>(left_ / kRowsLeft, 1, kMostLoads);
  taken.count = std::min(most, waiting.left());
  for (size_t i = 0; i < taken.count; i++)
    outcomes.emplace_back().job = std::move(waiting.row.jobs[waiting.taken++]);
  left_ -= taken.count;
  if (waiting.left() == 0) rows_.pop_front();
}

void Loader::run(Pace pace) {
  if (pace == Pace::kGently) lower_priority(kLoaderNice);
  ZoneReader reader;
  Taken taken;
  std::vector<LoadOutcome> outcomes = room_for_outcomes();
  auto last = std::chrono::steady_clock::now();
  for (take_jobs(taken, outcomes, pace == Pace::kUrgent); taken.count > 0;
       take_jobs(taken, outcomes, pace == Pace::kUrgent)) {
    const int64_t began_ns = now_ns();
    const std::span<LoadOutcome> asked = std::span(outcomes).last(taken.count);
    for (size_t i = 0; i < asked.size(); i++) {
      fetch_ahead(asked.subspan(i));
      asked[i].began_ns = began_ns;
      load(reader, *taken.directory, asked[i]);
    }
    const auto now = std::chrono::steady_clock::now();
    if (outcomes.size() + kMostLoads > kBatchOutcomes || now - last > kBatchTime) {
      hand_over(outcomes);
      outcomes = room_for_outcomes();
      last = now;
    }
  }
  // Counted out, if it was counted: from here on whoever holds the mutex may be waiting for the thread's end.
  hand_over(outcomes);
}

void Loader::run_urgent() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    if (has_urgent()) {
      lock.unlock();
      run(Pace::kUrgent);
      lock.lock();
    } else {
      hurry_.wait(lock);
    }
  }
}

}  // namespace nomen::server
