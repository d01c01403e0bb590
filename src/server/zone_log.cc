#include "server/zone_log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

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

using Line = fmt::basic_memory_buffer<char, 512>;  // nearly all of them without a piece of memory

void append(Line& line, std::string_view text) {
  line.append(text.data(), text.data() + text.size());
}

bool is_letter_or_digit(uint8_t c) {
  return dns::is_digit(c) || (dns::lower(c) >= 'a' && dns::lower(c) <= 'z');
}

/// Whether the label's text is the label: letters, digits and hyphens, as nearly all have.
bool is_plain(Bytes label) {
  return std::all_of(label.begin(), label.end(), [](uint8_t c) { return is_letter_or_digit(c) || c == '-'; });
}

/// The text of a name of plain labels, without a string of it; nothing of any other name.
bool append_plain(Line& line, dns::NameView name) {
  const size_t before = line.size();
  for (dns::NameView rest = name; !rest.is_root(); rest = rest.parent()) {
    const Bytes label = rest.bytes().subspan(1, rest.data()[0]);
    if (!is_plain(label)) {
      line.resize(before);
      return false;
    }
    if (line.size() != before) line.push_back('.');
    append(line, as_text(label));
  }
  return line.size() != before;
}

void append_display_name(Line& line, const config::Zone& zone, const std::string& view) {
  const bool is_usual = zone.rr_class == dns::RRClass::kIn && view == "_default";
  if (is_usual && append_plain(line, zone.name())) return append(line, "/IN");
  append(line, display_name(zone, view));
}

/// A line with what its A-labels mean: it is copied only where it may have some.
void log_line(LogSeverity severity, std::string_view line) {
  if (line.find("--") == std::string_view::npos)
    return log_text(LogCategory::kGeneral, severity, "zone", line);
  log_text(LogCategory::kGeneral, severity, "zone", dns::with_idn_shown(std::string(line)));
}

}  // namespace

std::string display_name(const config::Zone& zone, const std::string& view) {
  return view == "_default" ? zone.display_name() : zone.display_name() + "/" + view;
}

void log_zone(LogSeverity severity, const std::string& name, const std::string& text) {
  Line line;
  append(line, "zone ");
  append(line, name);
  append(line, ": ");
  append(line, text);
  log_line(severity, {line.data(), line.size()});
}

void log_loaded(const config::Zone& zone, const std::string& view, const zone::Content& content) {
  Line line;
  append(line, "zone ");
  append_display_name(line, zone, view);
  append(line, ": loaded serial ");
  const fmt::format_int serial(content.serial().value);
  append(line, {serial.data(), serial.size()});
  if (content.is_signed()) append(line, " (DNSSEC signed)");
  log_line(LogSeverity::kInfo, {line.data(), line.size()});
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
