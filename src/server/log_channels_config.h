// What a logging statement says, as values: channels and which categories go to them. The server fills it
// from the configuration's model; BIND's own channels and routes (default_syslog, default_debug,
// default_stderr, null) are added where the statement leaves them out. Thread rule: values.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/log.h"

namespace nomen::server {

enum class LogDestination : uint8_t { kFile, kSyslog, kStderr, kNull };
/// print-time; the texts are "20-Nov-2026 23:17:36.123", "2026-11-20T23:17:36.123", the same with "Z" in UTC,
/// and the same with the zone's offset.
enum class LogTime : uint8_t { kNone, kLocal, kIso8601, kIso8601Utc, kIso8601Offset };

/// `versions` of a file: kNever appends for ever, 0 starts a new file each time, N keeps N older ones.
inline constexpr uint32_t kLogVersionsNever = UINT32_MAX;
inline constexpr uint32_t kLogVersionsUnlimited = UINT32_MAX - 1;

struct LogChannelConfig {
  std::string name;
  LogDestination destination = LogDestination::kNull;

  std::string path;                       ///< kFile; relative to the working directory
  uint32_t versions = kLogVersionsNever;  ///< kFile
  uint64_t max_bytes = 0;                 ///< kFile; 0: no limit
  bool timestamp_suffix = false;          ///< kFile; else older files are numbered from .0 on
  bool buffered = false;                  ///< kFile; else each batch of lines is written at once
  int syslog_facility = 0;                ///< kSyslog; LOG_DAEMON and its like of <syslog.h>

  LogSeverity severity = LogSeverity::kInfo;  ///< this and all more severe
  int debug_level = 0;                        ///< of severity debug: this level and all lower ones
  bool dynamic = false;                       ///< severity dynamic: up to the server's debug level
  bool debug_only = false;                    ///< nothing while the server's debug level is 0 (default_debug)

  LogTime print_time = LogTime::kNone;
  bool print_severity = false;
  bool print_category = false;

  bool operator==(const LogChannelConfig&) const = default;
};

struct LogRoute {
  LogCategory category = LogCategory::kDefault;
  std::vector<std::string> channels;  ///< by name
  bool operator==(const LogRoute&) const = default;
};

struct LogChannelsConfig {
  std::vector<LogChannelConfig> channels;
  std::vector<LogRoute> routes;
  bool operator==(const LogChannelsConfig&) const = default;
};

/// The statement's channels and routes, completed with BIND's: the four channels, `category default` to
/// default_syslog and default_debug, `category unmatched` to null.
LogChannelsConfig with_default_channels(LogChannelsConfig statement);
/// -g: everything to stderr with BIND's time in front; the logging statement is not looked at.
LogChannelsConfig foreground_channels();
/// -L FILE: `category default` goes to this file rather than to syslog; completed as above.
LogChannelsConfig file_channels(std::string path);

/// "daemon", "local7" ... as the configuration has them, to <syslog.h>'s number; -1 for an unknown name.
int syslog_facility_number(std::string_view name);

}  // namespace nomen::server
