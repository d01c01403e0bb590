// One line for the log, and how a channel prints it: BIND's order and wording.
// Thread rule: values; a LogLineFormatter belongs to one thread.
#pragma once
#include <array>
#include <ctime>
#include <string>
#include <string_view>

#include "base/log.h"
#include "server/log_channels_config.h"

namespace nomen::server {

struct LogLine {
  timespec time{};  ///< when it was logged
  LogCategory category = LogCategory::kGeneral;
  LogSeverity severity = LogSeverity::kInfo;
  int debug_level = 0;  ///< of kDebug
  std::string_view text;
};

/// Severities as one number, as BIND counts: -5 for critical to -1 for info, and a debug line's level.
int verbosity(LogSeverity severity, int debug_level);

/// "20-Nov-2026 23:17:36.123 queries: info: text", with the parts that the channel prints. Control characters
/// in the text become blanks, so that a line stays a line.
class LogLineFormatter {
 public:
  void append(std::string& out, const LogChannelConfig& channel, const LogLine& line);

 private:
  static constexpr size_t kForms = 5;  ///< of LogTime

  /// What decides about the text in front of a line's own.
  struct Head {
    time_t second = -1;
    unsigned ms = 0;
    LogTime print_time = LogTime::kNone;
    bool print_severity = false;
    bool print_category = false;
    LogCategory category = LogCategory::kGeneral;
    LogSeverity severity = LogSeverity::kInfo;
    int debug_level = 0;
    bool operator==(const Head&) const = default;
  };

  void start_head(const Head& head);
  void append_time(std::string& out, const Head& head);
  void start_second(time_t second);

  // The texts around the milliseconds, made once a second: most lines share them with the line before.
  time_t second_ = -1;
  std::array<std::string, kForms> before_ms_;
  std::string offset_;  ///< of local time from UTC: "+05:30"
  // Of many lines at once most have the head of the line before.
  Head head_;
  std::string head_text_;
};

}  // namespace nomen::server
