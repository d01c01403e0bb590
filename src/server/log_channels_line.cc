#include "server/log_channels_line.h"

#include <fmt/format.h>

#include <array>
#include <iterator>

namespace nomen::server {

namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

void append_printable(std::string& out, std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out.push_back((byte < 32 && c != '\t') || byte == 127 ? ' ' : c);
  }
}

}  // namespace

int verbosity(LogSeverity severity, int debug_level) {
  return severity == LogSeverity::kDebug ? debug_level : static_cast<int>(severity) - 5;
}

void LogLineFormatter::append_time(std::string& out, LogTime form, const timespec& time) {
  if (time.tv_sec != second_) {
    second_ = time.tv_sec;
    ::localtime_r(&second_, &local_);
    ::gmtime_r(&second_, &utc_);
  }
  const long ms = time.tv_nsec / 1'000'000;
  const tm& t = form == LogTime::kIso8601Utc ? utc_ : local_;
  auto to = std::back_inserter(out);
  if (form == LogTime::kLocal) {
    fmt::format_to(to, "{:02}-{}-{} {:02}:{:02}:{:02}.{:03}", t.tm_mday, kMonths[static_cast<size_t>(t.tm_mon)],
                   t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec, ms);
    return;
  }
  fmt::format_to(to, "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour,
                 t.tm_min, t.tm_sec, ms);
  if (form == LogTime::kIso8601Utc) out.push_back('Z');
  if (form == LogTime::kIso8601Offset) {
    const long minutes = (t.tm_gmtoff < 0 ? -t.tm_gmtoff : t.tm_gmtoff) / 60;
    fmt::format_to(to, "{}{:02}:{:02}", t.tm_gmtoff < 0 ? '-' : '+', minutes / 60, minutes % 60);
  }
}

void LogLineFormatter::append(std::string& out, const LogChannelConfig& channel, const LogLine& line) {
  if (channel.print_time != LogTime::kNone) {
    append_time(out, channel.print_time, line.time);
    out.push_back(' ');
  }
  if (channel.print_category) out.append(to_string(line.category)).append(": ");
  if (channel.print_severity) {
    out.append(to_string(line.severity));
    if (line.severity == LogSeverity::kDebug) out.append(" ").append(std::to_string(line.debug_level));
    out.append(": ");
  }
  append_printable(out, line.text);
}

}  // namespace nomen::server
