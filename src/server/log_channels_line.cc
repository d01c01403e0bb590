#include "server/log_channels_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace nomen::server {

namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 32 && c != '\t') || byte == 127;
}

/// Whether there may be control characters (a tab may look like one), eight characters at a time.
bool may_have_control(std::string_view text) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  constexpr uint64_t kHighBits = 0x80 * kOnes;
  size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    const uint64_t delete_is_zero = word ^ (127 * kOnes);
    const uint64_t below_32 = (word - 32 * kOnes) & ~word;
    const uint64_t is_delete = (delete_is_zero - kOnes) & ~delete_is_zero;
    if (((below_32 | is_delete) & kHighBits) != 0) return true;
  }
  return std::any_of(text.begin() + static_cast<ptrdiff_t>(at), text.end(), is_control);
}

void append_printable(std::string& out, std::string_view text) {
  const size_t start = out.size();
  out += text;
  if (may_have_control(text))
    std::replace_if(out.begin() + static_cast<ptrdiff_t>(start), out.end(), is_control, ' ');
}

std::string iso_8601(const tm& t) {
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday,
                     t.tm_hour, t.tm_min, t.tm_sec);
}

}  // namespace

int verbosity(LogSeverity severity, int debug_level) {
  return severity == LogSeverity::kDebug ? debug_level : static_cast<int>(severity) - 5;
}

void LogLineFormatter::start_second(time_t second) {
  second_ = second;
  tm local{};
  tm utc{};
  ::localtime_r(&second, &local);
  ::gmtime_r(&second, &utc);
  const auto text_of = [this](LogTime form) -> std::string& { return before_ms_[static_cast<size_t>(form)]; };
  text_of(LogTime::kLocal) =
      fmt::format("{:02}-{}-{} {:02}:{:02}:{:02}.", local.tm_mday, kMonths[static_cast<size_t>(local.tm_mon)],
                  local.tm_year + 1900, local.tm_hour, local.tm_min, local.tm_sec);
  text_of(LogTime::kIso8601) = iso_8601(local);
  text_of(LogTime::kIso8601Utc) = iso_8601(utc);
  text_of(LogTime::kIso8601Offset) = iso_8601(local);
  const long minutes = (local.tm_gmtoff < 0 ? -local.tm_gmtoff : local.tm_gmtoff) / 60;
  offset_ = fmt::format("{}{:02}:{:02}", local.tm_gmtoff < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

void LogLineFormatter::append_time(std::string& out, const Head& head) {
  if (head.second != second_) start_second(head.second);
  out += before_ms_[static_cast<size_t>(head.print_time)];
  for (const unsigned digit : {head.ms / 100 % 10, head.ms / 10 % 10, head.ms % 10})
    out.push_back(static_cast<char>('0' + digit));
  if (head.print_time == LogTime::kIso8601Utc) out.push_back('Z');
  if (head.print_time == LogTime::kIso8601Offset) out += offset_;
}

void LogLineFormatter::start_head(const Head& head) {
  head_ = head;
  std::string& out = head_text_;
  out.clear();
  if (head.print_time != LogTime::kNone) {
    append_time(out, head);
    out.push_back(' ');
  }
  if (head.print_category) out.append(to_string(head.category)).append(": ");
  if (head.print_severity) {
    out.append(to_string(head.severity));
    if (head.severity == LogSeverity::kDebug) out.append(" ").append(std::to_string(head.debug_level));
    out.append(": ");
  }
}

void LogLineFormatter::append(std::string& out, const LogChannelConfig& channel, const LogLine& line) {
  const Head head{.second = line.time.tv_sec,
                  .ms = static_cast<unsigned>(line.time.tv_nsec / 1'000'000),
                  .print_time = channel.print_time,
                  .print_severity = channel.print_severity,
                  .print_category = channel.print_category,
                  .category = line.category,
                  .severity = line.severity,
                  .debug_level = line.debug_level};
  if (!(head == head_)) start_head(head);
  out += head_text_;
  append_printable(out, line.text);
}

}  // namespace nomen::server
