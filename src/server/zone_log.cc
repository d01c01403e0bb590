#include "server/zone_log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
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
std::string load_failure(const LoadOutcome& outcome, const std::string& directory) {
  if (::access(path_of(*outcome.job.zone, directory).c_str(), R_OK) != 0) return os::system_error_text(errno);
  for (const Diagnostic& diagnostic : outcome.result.diagnostics) {
    if (diagnostic.severity == Severity::kError) return diagnostic.text;
  }
  return "failure";
}

constexpr std::array<bool, 256> kLettersDigitsHyphens = [] {
  std::array<bool, 256> is_one{};
  for (size_t c = 0; c < is_one.size(); c++) {
    const uint8_t low = dns::lower(static_cast<uint8_t>(c));
    is_one[c] = (low >= 'a' && low <= 'z') || dns::is_digit(low) || low == '-';
  }
  return is_one;
}();

/// Whether a label's text is the label, and means nothing else (RFC 5890 2.3.1: no R-LDH label).
bool is_plain(Bytes label) {
  if (label.size() > 3 && label[2] == '-' && label[3] == '-') return false;
  return std::all_of(label.begin(), label.end(), [](uint8_t c) { return kLettersDigitsHyphens[c]; });
}

/// A line that names a zone as nearly all are named. There may be very many of them at once: it is written
/// where it stands.
class PlainLine {
 public:
  void append(std::string_view text) {
    std::memcpy(text_.data() + size_, text.data(), text.size());
    size_ += text.size();
  }
  /// False when the name's text is not just its labels.
  bool append_name(dns::NameView name) {
    if (name.is_root()) return false;
    for (dns::NameView rest = name; !rest.is_root(); rest = rest.parent()) {
      const Bytes label = rest.bytes().subspan(1, rest.data()[0]);
      if (!is_plain(label)) return false;
      append(as_text(label));
      append(".");
    }
    size_--;
    return true;
  }
  std::string_view text() const { return {text_.data(), size_}; }

 private:
  static constexpr size_t kWords = 64;
  std::array<char, dns::kMaxNameBytes + kWords> text_;
  size_t size_ = 0;
};

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
  const fmt::format_int serial(content.serial().value);
  const std::string_view kind = content.is_signed() ? " (DNSSEC signed)" : "";
  PlainLine line;
  line.append("zone ");
  if (zone.rr_class != dns::RRClass::kIn || view != "_default" || !line.append_name(zone.name()))
    return log_zone(LogSeverity::kInfo, display_name(zone, view),
                    fmt::format("loaded serial {}{}", serial.c_str(), kind));
  line.append("/IN: loaded serial ");
  line.append({serial.data(), serial.size()});
  line.append(kind);
  log_text(LogCategory::kGeneral, LogSeverity::kInfo, "zone", line.text());
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

void log_findings(const LoadOutcome& outcome, const std::string& name, const std::string& directory) {
  const zone::LoadResult& result = outcome.result;
  for (const Diagnostic& diagnostic : result.diagnostics) {
    const bool error = diagnostic.severity == Severity::kError;
    if (error && diagnostic.position.file.empty() && result.records_read == 0)
      continue;  // said as a whole: load_failure()
    log(LogCategory::kGeneral, error ? LogSeverity::kError : LogSeverity::kWarning, "zone", "{}",
        dns::with_idn_shown(to_string(diagnostic)));
  }
  if (result.content != nullptr) return;
  log_zone(LogSeverity::kError, name,
           fmt::format("loading from master file {} failed: {}", outcome.job.zone->file,
                       load_failure(outcome, directory)));
  log_zone(LogSeverity::kError, name, "not loaded due to errors.");
}

}  // namespace nomen::server
