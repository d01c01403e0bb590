// Writes the saved copies of secondary zones, one after the other, on a thread of its own at low priority:
// beside the file, flushed to the disk, renamed over it. Then it takes out of the version log what the copy
// has made needless. Thread rule: made and asked on the main thread; `done` is called there.
#pragma once
#include <atomic>
#include <chrono>
#include <functional>

#include "base/result.h"
#include "net/event_loop.h"
#include "server/job_line.h"
#include "server/zone_writer.h"
#include "store/version_store.h"
#include "zone/content.h"

namespace nomen::server {

struct CopyJob {
  zone::ContentPtr content;  ///< nullptr: only the log is worked on
  ZoneFile file;
  store::VersionStore* log = nullptr;  ///< nullptr: there is none
  store::ZoneId zone{};
  /// The rows of the log do not lead to this content: all of them go. Else those beyond `retention` do, but
  /// for what the copy, which says the version `in_file`, does not have.
  bool clears_log = false;
  dns::Serial in_file;
  store::Retention retention;
  std::function<void(const Result<os::FileStamp>&)> done;  ///< the stamp of the file, if one was written
  std::function<void()> work;  ///< all that there is to do; unset: what stands above
};

class CopyWriter {
 public:
  /// `home` outlives it.
  explicit CopyWriter(net::EventLoop& home);
  /// Finishes what it has begun, and for some seconds what the log has not; other jobs that wait are dropped.
  ~CopyWriter();

  void add(CopyJob job);
  /// Calls `work` on the writer's thread, after all copies that were asked for before, and then `done`.
  void in_turn(std::function<void()> work, std::function<void()> done);

 private:
  using Time = std::chrono::steady_clock::time_point;

  void take(CopyJob& job);

  net::EventLoop& home_;
  std::atomic<Time> end_ = Time::max();  ///< from when on nothing is begun; set when the server ends
  JobLine<CopyJob> jobs_;
};

}  // namespace nomen::server
