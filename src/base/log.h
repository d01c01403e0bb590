// Where every folder says what happens: a category and a severity as BIND has them, and a line of text.
// base knows no files and no syslog: server/ installs the sink that the configuration's channels make.
// Thread rule: log() may be called from any thread; set_log_sink from one, before the others start or
// with a sink that outlives them. A sink does not block: channels write in the background.
#pragma once
#include <fmt/format.h>

#include <atomic>
#include <cstdint>
#include <string_view>

namespace nomen {

/// BIND's logging categories (its manual, "The category phrase").
enum class LogCategory : uint8_t {
  kDefault,
  kGeneral,
  kDatabase,
  kSecurity,
  kConfig,
  kResolver,
  kXferIn,
  kXferOut,
  kNotify,
  kClient,
  kUnmatched,
  kNetwork,
  kUpdate,
  kUpdateSecurity,
  kQueries,
  kQueryErrors,
  kDispatch,
  kDnssec,
  kLameServers,
  kDelegationOnly,
  kEdnsDisabled,
  kRpz,
  kRpzPassthru,
  kRateLimit,
  kCname,
  kSpill,
  kDnstap,
  kTrustAnchorTelemetry,
  kServeStale,
  kZoneload,
  kNsid,
  kDns64,
  kResponses,
  kSslkeylog,
  kCount
};

/// BIND's severities, most severe first; kDebug carries a level from 1.
enum class LogSeverity : uint8_t { kCritical, kError, kWarning, kNotice, kInfo, kDebug };

std::string_view to_string(LogCategory category);  ///< "query-errors"
std::string_view to_string(LogSeverity severity);  ///< "warning"

class LogSink {
 public:
  virtual ~LogSink() = default;
  /// Whether anybody would read such a line; callers skip the work of making it otherwise.
  virtual bool wants(LogCategory category, LogSeverity severity, int debug_level) const = 0;
  virtual void write(LogCategory category, LogSeverity severity, int debug_level, std::string_view module,
                     std::string_view text) = 0;
};

/// The sink that is in force; nullptr drops every line. The caller keeps the sink alive.
void set_log_sink(LogSink* sink);
LogSink* log_sink();

/// Writes one line: log(kGeneral, kNotice, "server", "running"). `module` is the folder that speaks.
template <class... Args>
void log(LogCategory category, LogSeverity severity, std::string_view module,
         fmt::format_string<Args...> format, Args&&... args) {
  LogSink* sink = log_sink();
  if (sink == nullptr || !sink->wants(category, severity, 0)) return;
  sink->write(category, severity, 0, module, fmt::format(format, std::forward<Args>(args)...));
}

/// The same of a line that is there already.
inline void log_text(LogCategory category, LogSeverity severity, std::string_view module,
                     std::string_view text) {
  LogSink* sink = log_sink();
  if (sink != nullptr && sink->wants(category, severity, 0)) sink->write(category, severity, 0, module, text);
}

/// A debug line of the given level (1 and up).
template <class... Args>
void log_debug(int level, LogCategory category, std::string_view module, fmt::format_string<Args...> format,
               Args&&... args) {
  LogSink* sink = log_sink();
  if (sink == nullptr || !sink->wants(category, LogSeverity::kDebug, level)) return;
  sink->write(category, LogSeverity::kDebug, level, module, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace nomen
