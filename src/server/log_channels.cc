#include "server/log_channels.h"

#include <poll.h>
#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <optional>
#include <utility>

#include "server/log_channels_file.h"
#include "server/log_channels_line.h"

namespace nomen::server {

namespace {

constexpr int kNobody = INT_MIN;
/// After a batch the thread rests so long before it looks again: lines of a busy server are written in
/// batches, and those who log rarely have to wake it.
constexpr int kRest_ms = 2;
/// A buffered file is written out when nothing was logged for so many looks of this length.
constexpr int kLook_ms = 50;
constexpr int kLooksWhileBuffered = 20;

int syslog_priority(LogSeverity severity) {
  constexpr std::array kPriorities = {LOG_CRIT, LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG};
  return kPriorities[static_cast<size_t>(severity)];
}

/// Sleeps without the lock. The kernel counts the time from now: waiting until a time of day, as condition
/// variables do, would go wrong where somebody has moved the clock (libfaketime).
void sleep_unlocked(std::unique_lock<std::mutex>& lock, int for_ms) {
  lock.unlock();
  ::poll(nullptr, 0, for_ms);
  lock.lock();
}

/// Signals are for the thread that waits for them.
void block_signals() {
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

void write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
}

}  // namespace

timespec real_time() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return now;
}

/// The channels in force and their open files. Used by one thread at a time (outputs_mutex_).
class LogChannels::Outputs {
 public:
  static Result<std::unique_ptr<Outputs>> open(LogChannelsConfig config, const timespec& now) {
    std::unique_ptr<Outputs> outputs(new Outputs);
    for (LogChannelConfig& channel : config.channels) outputs->channels_.emplace_back(std::move(channel));
    if (Result<void> routed = outputs->set_routes(config.routes); !routed)
      return std::unexpected(routed.error());
    for (const auto& indexes : outputs->routes_)
      for (const size_t index : indexes)
        if (Result<void> opened = outputs->channels_[index].open_now(now); !opened)
          return std::unexpected(opened.error());
    return outputs;
  }

  /// The greatest verbosity that a channel of the category takes at this debug level.
  int threshold(size_t category, int debug_level) const {
    int greatest = kNobody;
    for (const size_t index : routes_[category])
      greatest = std::max(greatest, channels_[index].threshold(debug_level));
    return greatest;
  }

  void add(const LogLine& line, int debug_level) {
    for (const size_t index : routes_[static_cast<size_t>(line.category)]) {
      Channel& channel = channels_[index];
      if (verbosity(line.severity, line.debug_level) <= channel.threshold(debug_level))
        channel.add(formatter_, line);
    }
  }
  void write_out(const timespec& now) {
    for (Channel& channel : channels_) channel.write_out(now);
  }
  bool has_buffered_file() const {
    return std::any_of(channels_.begin(), channels_.end(),
                       [](const Channel& channel) { return channel.file && channel.config.buffered; });
  }
  void flush_files() {
    for (Channel& channel : channels_)
      if (channel.file) channel.file->flush();
  }

 private:
  struct Channel {
    explicit Channel(LogChannelConfig c) : config(std::move(c)) {
      if (config.destination == LogDestination::kFile) file.emplace(config);
    }
    int threshold(int debug_level) const {
      if (config.destination == LogDestination::kNull) return kNobody;
      if (config.debug_only && debug_level == 0) return kNobody;
      return config.dynamic ? debug_level : verbosity(config.severity, config.debug_level);
    }
    Result<void> open_now(const timespec& now) {
      if (!file || config.debug_only || file->is_open()) return {};
      return file->open(now);
    }
    void add(LogLineFormatter& formatter, const LogLine& line) {
      if (config.destination == LogDestination::kSyslog) {
        std::string text;
        formatter.append(text, config, line);
        ::syslog(config.syslog_facility | syslog_priority(line.severity), "%s", text.c_str());
        return;
      }
      formatter.append(pending, config, line);
      pending.push_back('\n');
    }
    void write_out(const timespec& now) {
      if (pending.empty()) return;
      if (config.destination == LogDestination::kStderr) write_all(STDERR_FILENO, pending);
      if (file && (file->is_open() || file->open(now))) file->write(pending, now);
      pending.clear();
    }

    LogChannelConfig config;
    std::optional<LogFile> file;
    std::string pending;  ///< whole lines of the batch
  };

  Outputs() = default;

  Result<void> set_routes(const std::vector<LogRoute>& routes) {
    std::array<const LogRoute*, kCategories> of_category{};
    for (const LogRoute& route : routes) of_category[static_cast<size_t>(route.category)] = &route;
    const LogRoute* fallback = of_category[static_cast<size_t>(LogCategory::kDefault)];
    for (size_t category = 0; category < kCategories; ++category) {
      const LogRoute* route = of_category[category] != nullptr ? of_category[category] : fallback;
      if (route == nullptr) continue;
      for (const std::string& name : route->channels) {
        const auto channel = std::find_if(channels_.begin(), channels_.end(),
                                          [&](const Channel& c) { return c.config.name == name; });
        if (channel == channels_.end())
          return failure(
              fmt::format("undefined channel '{}' in category '{}'", name, to_string(route->category)));
        routes_[category].push_back(static_cast<size_t>(channel - channels_.begin()));
      }
    }
    return {};
  }

  std::vector<Channel> channels_;
  std::array<std::vector<size_t>, kCategories> routes_;  ///< indexes of channels_
  LogLineFormatter formatter_;
};

LogChannels::LogChannels(LogClock clock) : clock_(clock) {
  for (std::atomic<int>& threshold : thresholds_) threshold.store(kNobody, std::memory_order_relaxed);
  ::openlog("named", LOG_PID | LOG_NDELAY, LOG_DAEMON);  // at once: chroot may hide the way to it
  thread_ = std::thread([this] { run(); });
}

LogChannels::~LogChannels() {
  {
    const std::lock_guard lock(queue_mutex_);
    ending_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

Result<void> LogChannels::configure(LogChannelsConfig config) {
  flush();
  // The old files are closed after the new ones are open: a roll renames a file under its writer's hands.
  Result<std::unique_ptr<Outputs>> opened = Outputs::open(std::move(config), clock_());
  if (!opened) return std::unexpected(opened.error());
  {
    const std::lock_guard lock(outputs_mutex_);
    std::swap(outputs_, *opened);
  }
  update_thresholds();
  return {};
}

void LogChannels::set_debug_level(int level) {
  debug_level_.store(std::max(level, 0), std::memory_order_relaxed);
  update_thresholds();
}

void LogChannels::update_thresholds() {
  const std::lock_guard lock(outputs_mutex_);
  for (size_t category = 0; category < kCategories; ++category)
    thresholds_[category].store(outputs_ ? outputs_->threshold(category, debug_level()) : kNobody,
                                std::memory_order_relaxed);
}

bool LogChannels::wants(LogCategory category, LogSeverity severity, int debug_level) const {
  return verbosity(severity, debug_level) <=
         thresholds_[static_cast<size_t>(category)].load(std::memory_order_relaxed);
}

void LogChannels::write(LogCategory category, LogSeverity severity, int debug_level, std::string_view,
                        std::string_view text) {
  const timespec now = clock_();
  bool wake = false;
  {
    const std::lock_guard lock(queue_mutex_);
    if (queue_.bytes() + text.size() > kMaxQueuedBytes) {
      ++dropped_;
      dropped_total_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    queue_.lines.push_back({now, category, severity, debug_level, static_cast<uint32_t>(text.size())});
    queue_.texts += text;
    wake = std::exchange(waiting_, false);
  }
  if (wake) wake_.notify_one();
}

void LogChannels::flush() {
  std::unique_lock lock(queue_mutex_);
  flush_now_ = true;
  waiting_ = false;
  wake_.notify_one();
  // The batch that the thread takes next has all lines of before, and one that is under way is done earlier.
  const uint64_t batch = taken_batches_ + 1;
  idle_.wait(lock, [&] { return written_batches_ >= batch; });
}

void LogChannels::run() {
  block_signals();
  Queue batch;
  bool something_kept = false;
  std::unique_lock lock(queue_mutex_);
  while (true) {
    const auto has_work = [&] { return !queue_.lines.empty() || dropped_ != 0 || flush_now_ || ending_; };
    for (int looks = 0; something_kept && !has_work() && looks < kLooksWhileBuffered; looks++)
      sleep_unlocked(lock, kLook_ms);
    const bool idle = something_kept && !has_work();
    waiting_ = true;
    if (!idle) wake_.wait(lock, has_work);
    waiting_ = false;
    const bool ending = ending_;
    const bool flush_files = flush_now_ || ending || idle;
    flush_now_ = false;
    std::swap(batch, queue_);
    const uint64_t dropped = std::exchange(dropped_, 0);
    ++taken_batches_;
    lock.unlock();

    {
      const std::lock_guard outputs_lock(outputs_mutex_);
      write_batch(batch, dropped);
      if (flush_files && outputs_) outputs_->flush_files();
      something_kept = !flush_files && outputs_ && outputs_->has_buffered_file();
    }
    batch.clear();

    lock.lock();
    ++written_batches_;
    idle_.notify_all();
    if (ending && queue_.lines.empty()) return;
    if (!ending && !flush_now_) sleep_unlocked(lock, kRest_ms);
  }
}

void LogChannels::write_batch(const Queue& batch, uint64_t dropped) {
  if (!outputs_) return;
  const int level = debug_level();
  size_t at = 0;
  for (const QueuedLine& queued : batch.lines) {
    const std::string_view text = std::string_view(batch.texts).substr(at, queued.size);
    at += queued.size;
    outputs_->add({queued.time, queued.category, queued.severity, queued.debug_level, text}, level);
  }
  const timespec now = clock_();
  if (dropped != 0) {
    const std::string text =
        fmt::format("{} log lines were dropped: they came faster than they could be written", dropped);
    outputs_->add({now, LogCategory::kGeneral, LogSeverity::kWarning, 0, text}, level);
  }
  outputs_->write_out(now);
}

}  // namespace nomen::server
