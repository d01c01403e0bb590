#include "base/log.h"

#include <array>

namespace nomen {

namespace {

std::atomic<LogSink*> current_sink{nullptr};

constexpr std::array<std::string_view, static_cast<size_t>(LogCategory::kCount)> kCategoryNames = {
    "default",       "general",
    "database",      "security",
    "config",        "resolver",
    "xfer-in",       "xfer-out",
    "notify",        "client",
    "unmatched",     "network",
    "update",        "update-security",
    "queries",       "query-errors",
    "dispatch",      "dnssec",
    "lame-servers",  "delegation-only",
    "edns-disabled", "rpz",
    "rpz-passthru",  "rate-limit",
    "cname",         "spill",
    "dnstap",        "trust-anchor-telemetry",
    "serve-stale",   "zoneload",
    "nsid",          "dns64",
    "responses",     "sslkeylog"};

constexpr std::array<std::string_view, 6> kSeverityNames = {"critical", "error", "warning",
                                                            "notice",   "info",  "debug"};

}  // namespace

std::string_view to_string(LogCategory category) {
  return kCategoryNames[static_cast<size_t>(category)];
}
std::string_view to_string(LogSeverity severity) {
  return kSeverityNames[static_cast<size_t>(severity)];
}

void set_log_sink(LogSink* sink) {
  current_sink.store(sink, std::memory_order_release);
}
LogSink* log_sink() {
  return current_sink.load(std::memory_order_acquire);
}

}  // namespace nomen
