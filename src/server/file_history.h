// The history of zones that follow their files: what a file that was read again has changed becomes a row of
// the version log, after it is served, on a thread of its own at low priority. Nobody waits for it: where the
// log cannot be written, a warning says so once, and the next row that can be written shows the gap. A zone
// whose file never changes has no row and no number in the log.
// Thread rule: the main thread; what store() may do for any thread is done on the history's thread.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "config/model.h"
#include "net/event_loop.h"
#include "server/job_line.h"
#include "server/version_log.h"
#include "zone/change.h"
#include "zone/content.h"

namespace nomen::server {

class FileHistory {
 public:
  /// Both outlive it. At its end it writes what waits.
  FileHistory(net::EventLoop& loop, VersionLog& log);

  struct Entry {
    ZonePlace place;
    config::ZonePtr zone;
    zone::ContentPtr content;  ///< what the file says now
    dns::Serial from;          ///< of the version before
    /// What led from there to here; nullptr: not known, which is a gap in the history, if there is one.
    std::shared_ptr<const zone::Change> change;
  };
  void add(Entry entry, const std::string& directory);
  /// Drops what is beyond the zone's settings. The zone's file or copy has `content`.
  void prune(const ZonePlace& place, config::ZonePtr zone, zone::ContentPtr content);

 private:
  struct Job {
    Entry entry;
    std::optional<store::ZoneId> id;
    int64_t time_us = 0;
    bool only_prunes = false;
  };
  void work(std::vector<Job>& jobs);
  Result<void> number(std::vector<Job>& jobs);
  Result<std::vector<store::Version>> rows_for(const Job& job);
  void prune(const Job& job);
  void complain(const Job& job, const Error& error);

  net::EventLoop& loop_;
  VersionLog& log_;
  bool cannot_open_ = false;  ///< and it was said

  // The thread's own.
  std::unordered_map<store::ZoneId, dns::Serial> ends_;  ///< of rows that are on their way to the disk
  std::unordered_set<store::ZoneId> broken_;             ///< a row of theirs was lost
  bool complained_ = false;

  JobLine<Job> jobs_;
};

}  // namespace nomen::server
