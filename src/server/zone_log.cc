#include "server/zone_log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "base/os/file.h"
#include "dns/idn_text.h"

namespace nomen::server {

namespace {

/// RFC 1982: secondaries compare serials in a circle.
bool is_older(uint32_t serial, uint32_t than) {
  return serial != than && static_cast<int32_t>(serial - than) < 0;
}

/// Why a file could not be taken, in a few words: it cannot be read, or its first error.
std::string load_failure(const LoadOutcome& outcome) {
  if (::access(outcome.path.c_str(), R_OK) != 0) return os::system_error_text(errno);
  for (const Diagnostic& diagnostic : outcome.result.diagnostics) {
    if (diagnostic.severity == Severity::kError) return diagnostic.text;
  }
  return "failure";
}

}  // namespace

std::string display_name(const config::Zone& zone, const std::string& view) {
  return view == "_default" ? zone.display_name() : zone.display_name() + "/" + view;
}

void log_zone(LogSeverity severity, const std::string& name, const std::string& text) {
  std::string line;
  line.reserve(name.size() + text.size() + sizeof "zone : ");
  line.append("zone ").append(name).append(": ").append(text);
  log_text(LogCategory::kGeneral, severity, "zone", dns::with_idn_shown(std::move(line)));
}

void log_loaded(const config::Zone& zone, const std::string& view, const zone::Content& content) {
  std::string line;
  line.reserve(zone.name_wire.size() + view.size() +
               sizeof "zone /IN/: loaded serial 4294967295 (DNSSEC signed)");
  const fmt::format_int serial(content.serial().value);
  line.append("zone ").append(display_name(zone, view));
  line.append(": loaded serial ").append(serial.data(), serial.size());
  if (content.is_signed()) line += " (DNSSEC signed)";
  log_text(LogCategory::kGeneral, LogSeverity::kInfo, "zone", dns::with_idn_shown(std::move(line)));
}

void log_removed(const config::Zone& zone, const std::string& view) {
  if (zone.type == config::ZoneType::kInView) return;
  log_zone(LogSeverity::kInfo, display_name(zone, view),
           fmt::format("({}) removed", config::to_string(zone.type)));
}

void log_serial(const std::string& name, uint32_t before, uint32_t now) {
  if (now == before) {
    log_zone(LogSeverity::kError, name,
             fmt::format("zone serial ({}) unchanged. zone may fail to transfer to secondaries.", now));
  } else if (is_older(now, before)) {
    log_zone(LogSeverity::kError, name, fmt::format("zone serial ({}/{}) has gone backwards", now, before));
  }
}

void log_findings(const LoadOutcome& outcome, const std::string& name) {
  const zone::LoadResult& result = outcome.result;
  for (const Diagnostic& diagnostic : result.diagnostics) {
    const bool error = diagnostic.severity == Severity::kError;
    if (error && diagnostic.position.file.empty() && result.records_read == 0)
      continue;  // said as a whole: load_failure()
    log(LogCategory::kGeneral, error ? LogSeverity::kError : LogSeverity::kWarning, "zone", "{}",
        dns::with_idn_shown(to_string(diagnostic)));
  }
  if (result.content != nullptr) return;
  log_zone(
      LogSeverity::kError, name,
      fmt::format("loading from master file {} failed: {}", outcome.job.zone->file, load_failure(outcome)));
  log_zone(LogSeverity::kError, name, "not loaded due to errors.");
}

}  // namespace nomen::server
