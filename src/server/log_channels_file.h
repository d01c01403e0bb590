// A log file with older versions, as BIND's file channels: rolled when it is opened (versions without a size)
// and when it has reached its size. FILE becomes FILE.0, that FILE.1 and so on, or FILE.YYYYMMDDhhmmssmmm.
// With a size and no versions it simply is not written to any more until somebody makes it smaller. Thread
// rule: one thread at a time.
#pragma once
#include <ctime>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/descriptor.h"
#include "server/log_channels_config.h"

namespace nomen::server {

class LogFile {
 public:
  /// `config` is of a file channel.
  explicit LogFile(const LogChannelConfig& config);
  LogFile(LogFile&&) noexcept = default;
  ~LogFile() { flush(); }

  /// Opens for appending, and rolls first where the configuration says so. The error names file and reason:
  /// "isc_log_open 'x' failed: permission denied", as operators know it.
  Result<void> open(const timespec& now);
  bool is_open() const { return descriptor_.valid(); }

  /// Appends whole lines. What cannot be written (a full disk) is lost.
  void write(std::string_view lines, const timespec& now);
  /// Writes what a buffered file has kept.
  void flush();

 private:
  bool must_roll_on_open() const;
  void roll(const timespec& now);
  void roll_numbered();
  void roll_timestamped(const timespec& now);
  bool is_full(const timespec& now);
  void write_out(std::string_view bytes);

  std::string path_;
  uint32_t versions_;
  uint64_t max_bytes_;
  bool timestamp_suffix_;
  bool buffered_;
  net::Descriptor descriptor_;
  uint64_t size_ = 0;   ///< of the file, with what is kept
  time_t checked_ = 0;  ///< when a full file was last looked at
  std::string kept_;
};

}  // namespace nomen::server
