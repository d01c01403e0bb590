// Writes versions of zones to their files in the background: beside the old file, synced, renamed over it.
// One after the other, on a thread that exists while there is something to write.
// Thread rule: made, called and destroyed by the main thread; `done` is called there.
#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/os/file.h"
#include "config/model.h"
#include "net/event_loop.h"
#include "zone/content.h"

namespace nomen::server {

struct ZoneFile {
  std::string path;
  config::MasterFormat format = config::MasterFormat::kText;
  config::MasterStyle style = config::MasterStyle::kRelative;
};
/// Where and how a zone's file is written.
ZoneFile zone_file(const config::Zone& zone, const std::string& directory);

/// In the thread that calls.
Result<os::FileStamp> write_zone_file(const zone::Content& content, const ZoneFile& file);

class ZoneWriter {
 public:
  using Done = std::function<void(const Result<os::FileStamp>&)>;

  /// `loop` outlives it.
  explicit ZoneWriter(net::EventLoop& loop) : loop_(loop) {}
  /// Writes what waits, and ends.
  ~ZoneWriter();
  ZoneWriter(const ZoneWriter&) = delete;
  ZoneWriter& operator=(const ZoneWriter&) = delete;

  void write(zone::ContentPtr content, ZoneFile file, Done done);
  /// Waits until all that was asked for is written.
  void finish();

 private:
  struct Job {
    zone::ContentPtr content;
    ZoneFile file;
    Done done;
  };
  void run();

  net::EventLoop& loop_;
  std::mutex mutex_;
  std::deque<Job> jobs_;  ///< guarded by mutex_
  bool running_ = false;  ///< guarded by mutex_
  std::thread thread_;
};

}  // namespace nomen::server
