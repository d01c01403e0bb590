// Where log lines go: the channels of the configuration's logging statement. A line is copied into a bounded
// queue and written by one thread in the background, so that whoever logs never waits for a disk; lines
// beyond the bound are dropped, counted, and the count is logged. Thread rule: wants(), write() and
// set_debug_level() from any thread; configure() and flush() from one at a time. Made after the last fork():
// a fork does not take the thread along.
#pragma once
#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <ctime>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "server/log_channels_config.h"

namespace nomen::server {

/// The time that lines carry.
using LogClock = timespec (*)();
timespec real_time();

class LogChannels final : public LogSink {
 public:
  /// Lines in the queue beyond this many bytes are dropped: some 50,000 lines of the query log.
  static constexpr size_t kMaxQueuedBytes = 8 * 1024 * 1024;

  /// Without channels until configure(); lines before it are dropped.
  explicit LogChannels(LogClock clock = real_time);
  /// Writes what is queued. The caller has taken the sink out of force before.
  ~LogChannels() override;
  LogChannels(const LogChannels&) = delete;
  LogChannels& operator=(const LogChannels&) = delete;

  /// Puts new channels in force; lines that came before go where they would have gone. Files are opened (and
  /// rolled) here, with the exception of default_debug's, which waits for its first line. On an error, such
  /// as a file that cannot be opened or a route to an unknown channel, the channels of before stay.
  Result<void> configure(LogChannelsConfig config);

  /// The server's debug level (-d, rndc trace), which `severity dynamic` follows. From 0.
  void set_debug_level(int level);
  int debug_level() const { return debug_level_.load(std::memory_order_relaxed); }

  bool wants(LogCategory category, LogSeverity severity, int debug_level) const override;
  void write(LogCategory category, LogSeverity severity, int debug_level, std::string_view module,
             std::string_view text) override;

  /// Returns when all lines that came before are written out.
  void flush();
  uint64_t dropped_lines() const { return dropped_total_.load(std::memory_order_relaxed); }

 private:
  class Outputs;
  static constexpr size_t kCategories = static_cast<size_t>(LogCategory::kCount);

  /// A line in the queue; its text is in Queue::texts.
  struct QueuedLine {
    timespec time;
    LogCategory category;
    LogSeverity severity;
    int debug_level;
    uint32_t size;
  };
  struct Queue {
    std::vector<QueuedLine> lines;
    std::string texts;
    size_t bytes() const { return texts.size() + lines.size() * sizeof(QueuedLine); }
    void clear() {
      lines.clear();
      texts.clear();
    }
  };

  void run();
  void write_batch(const Queue& batch, uint64_t dropped);
  void update_thresholds();

  LogClock clock_;
  std::atomic<int> debug_level_{0};
  /// The greatest verbosity that anybody reads, by category; kept by update_thresholds().
  std::array<std::atomic<int>, kCategories> thresholds_;
  std::atomic<uint64_t> dropped_total_{0};

  std::mutex outputs_mutex_;  ///< held while a batch is written; taken before queue_mutex_ where both are
  std::unique_ptr<Outputs> outputs_;

  std::mutex queue_mutex_;
  std::condition_variable wake_;  ///< for the thread: lines, or the end
  std::condition_variable idle_;  ///< for flush(): a batch is done
  Queue queue_;                   ///< guarded by queue_mutex_, as all below
  uint64_t dropped_ = 0;          ///< not yet reported
  uint64_t taken_batches_ = 0;    ///< how often the thread took the queue ...
  uint64_t written_batches_ = 0;  ///< ... and how often it was done with it
  bool waiting_ = false;          ///< the thread waits for wake_
  bool flush_now_ = false;        ///< somebody waits: buffered files are written out, too
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace nomen::server
