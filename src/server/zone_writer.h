// Writes versions of zones to their files in the background: beside the old file, synced, renamed over it.
// One after the other, on a thread that exists while there is something to write.
// Thread rule: made, called and destroyed by the main thread; `done` is called there.
#pragma once
#include <functional>
#include <string>

#include "base/os/file.h"
#include "config/model.h"
#include "net/event_loop.h"
#include "server/job_line.h"
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

  /// `loop` outlives it. At its end it writes what waits.
  explicit ZoneWriter(net::EventLoop& loop)
      : loop_(loop), jobs_({}, [this](std::vector<Job>& jobs) { work(jobs.front()); }) {}

  void write(zone::ContentPtr content, ZoneFile file, Done done);
  /// Waits until all that was asked for is written.
  void finish() { jobs_.finish(); }

 private:
  struct Job {
    zone::ContentPtr content;
    ZoneFile file;
    Done done;
  };
  void work(Job& job);

  net::EventLoop& loop_;
  JobLine<Job> jobs_;
};

}  // namespace nomen::server
