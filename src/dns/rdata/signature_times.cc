// Expiration and inception of SIG and RRSIG (RFC 4034 3.2): 32 bits, counted as seconds from 1970. Text is
// YYYYMMDDHHMMSS or the seconds themselves.
#include <chrono>

#include <fmt/format.h>

#include "dns/rdata/codecs.h"
#include "dns/rdata/text_reader.h"
#include "dns/rdata/text_writer.h"
#include "dns/rdata/wire_reader.h"

namespace nomen::dns {

namespace {

constexpr size_t kMaxSecondsDigits = 10;
constexpr size_t kDateDigits = 14;
constexpr std::string_view kExpectedTime = "expected a time as YYYYMMDDHHMMSS or in seconds since 1970";

bool read_date(TextReader& in, std::string_view text) {
  const auto digits = [&](size_t at, size_t count) {
    int value = 0;
    for (const char c : text.substr(at, count)) value = value * 10 + (c - '0');
    return value;
  };
  const std::chrono::year_month_day date{std::chrono::year{digits(0, 4)},
                                         std::chrono::month{static_cast<unsigned>(digits(4, 2))},
                                         std::chrono::day{static_cast<unsigned>(digits(6, 2))}};
  const int hour = digits(8, 2);
  const int minute = digits(10, 2);
  const int second = digits(12, 2);  // 60 in a leap second
  if (!date.ok() || digits(0, 4) < 1970 || hour > 23 || minute > 59 || second > 60)
    return in.fail(kExpectedTime);
  const auto days = std::chrono::sys_days(date).time_since_epoch().count();
  return in.put_u32(static_cast<uint32_t>(days * 86400LL + hour * 3600 + minute * 60 + second));
}

bool read_time(TextReader& in) {
  std::string_view text;
  if (!in.word(text)) return false;
  if (text.empty()) return in.fail(kExpectedTime);
  uint64_t seconds = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return in.fail(kExpectedTime);
    seconds = seconds * 10 + static_cast<uint64_t>(c - '0');
  }
  if (text.size() == kDateDigits) return read_date(in, text);
  if (text.size() > kMaxSecondsDigits) return in.fail(kExpectedTime);
  return seconds <= UINT32_MAX ? in.put_u32(static_cast<uint32_t>(seconds)) : in.fail("time out of range");
}

bool write_time(WireReader& in, TextWriter& out) {
  uint32_t seconds;
  if (!in.u32(seconds)) return false;
  const std::chrono::sys_days day{std::chrono::days{seconds / 86400}};
  const std::chrono::year_month_day date{day};
  const uint32_t rest = seconds % 86400;
  out.field(fmt::format("{:04}{:02}{:02}{:02}{:02}{:02}", static_cast<int>(date.year()),
                        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), rest / 3600,
                        rest / 60 % 60, rest % 60));
  return true;
}

/// Multiline style breaks RRSIG before the times, SIG between them.
template <bool kBreaksBetween>
bool write_times(WireReader& in, TextWriter& out) {
  if (kBreaksBetween && !write_time(in, out)) return false;
  out.open_group();
  out.line_break();
  return (kBreaksBetween || write_time(in, out)) && write_time(in, out);
}

bool read_times(TextReader& in) {
  return read_time(in) && read_time(in);  // NOLINT(misc-redundant-expression): each reads one
}

bool check_times(WireReader& in) {
  return in.skip(8);
}

}  // namespace

constinit const FieldCodec kSignatureTimesField{read_times, write_times<false>, check_times};
constinit const FieldCodec kOldSignatureTimesField{read_times, write_times<true>, check_times};

}  // namespace nomen::dns
