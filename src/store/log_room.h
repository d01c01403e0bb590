// Room at the end of SQLite's write-ahead log. A commit into octets that the file has already is synced
// several times as fast as one that makes the file longer, whose new length has to be on the disk, too. So
// the file is filled up with zeros ahead of a log that grows; recovery stops at them, as at what an earlier
// log left (sqlite.org/fileformat2.html 4.3: a frame is valid by its salts and checksums). Thread rule: one
// thread.
#pragma once
#include <cstdint>
#include <string>

namespace nomen::store {

class LogRoom {
 public:
  /// `path` is that of the log, which need not be there yet.
  explicit LogRoom(std::string path) : path_(std::move(path)) {}

  /// The log has `pages` pages now. Where there is no room the log grows by itself: nothing fails.
  void keep_ahead_of(int pages);

 private:
  std::string path_;
  uint64_t bytes_ = 0;  ///< that the file has at least
  bool is_full_ = false;
};

}  // namespace nomen::store
