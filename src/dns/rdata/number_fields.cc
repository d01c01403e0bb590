// Plain numbers, big-endian on the wire and decimal in text.
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "dns/rdata/codecs.h"
#include "dns/rdata/text_reader.h"
#include "dns/rdata/text_writer.h"
#include "dns/rdata/wire_reader.h"

namespace nomen::dns {

namespace {

bool read_u64(TextReader& in) {
  std::string_view text;
  if (!in.word(text)) return false;
  uint64_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) return in.fail("number out of range");
  if (error != std::errc() || stop != text.data() + text.size()) return in.fail("expected a number");
  return in.put_u32(static_cast<uint32_t>(value >> 32)) && in.put_u32(static_cast<uint32_t>(value));
}

template <class T, bool (WireReader::*kTake)(T&)>
bool write(WireReader& in, TextWriter& out) {
  T value;
  if (!(in.*kTake)(value)) return false;
  out.number(value);
  return true;
}

template <size_t kSize>
bool check_number(WireReader& in) {
  return in.skip(kSize);
}

bool read_period(TextReader& in) {
  std::string_view text;
  if (!in.word(text)) return false;
  const auto seconds = parse_ttl(text);
  return seconds ? in.put_u32(*seconds) : in.fail("expected a number of seconds or a period such as 1h30m");
}

bool read_soa_numbers(TextReader& in) {
  return in.number_u32() && read_period(in) && read_period(in) && read_period(in) && read_period(in);
}

/// "1 hour 30 minutes", as dig's comments have it.
std::string spelled_out(uint32_t seconds) {
  struct Unit {
    uint32_t seconds;
    std::string_view name;
  };
  constexpr std::array<Unit, 5> kUnits{
      {{604800, "week"}, {86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}}};
  std::string text;
  for (const Unit& unit : kUnits) {
    const uint32_t count = seconds / unit.seconds;
    seconds %= unit.seconds;
    if (count == 0 && (unit.seconds != 1 || !text.empty())) continue;
    text += fmt::format("{}{} {}{}", text.empty() ? "" : " ", count, unit.name, count == 1 ? "" : "s");
  }
  return text;
}

bool write_soa_numbers(WireReader& in, TextWriter& out) {
  constexpr std::array<std::string_view, 5> kMeanings{"serial", "refresh", "retry", "expire", "minimum"};
  out.open_group();
  for (size_t i = 0; i < kMeanings.size(); i++) {
    uint32_t value;
    if (!in.u32(value)) return false;
    out.line_break();
    if (!out.style().multiline) {
      out.number(value);
    } else {
      const std::string period = i == 0 ? "" : fmt::format(" ({})", spelled_out(value));
      out.field(fmt::format("{:<10} ; {}{}", value, kMeanings[i], period));
    }
  }
  if (out.style().multiline) {
    out.line_break();
    out.field(")");
  }
  return true;
}

bool read_chaos_address(TextReader& in) {
  std::string_view text;
  if (!in.word(text)) return false;
  uint16_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value, 8);
  if (error == std::errc::result_out_of_range) return in.fail("number out of range");
  if (error != std::errc() || stop != text.data() + text.size()) return in.fail("expected an octal number");
  return in.put_u16(value);
}

bool write_chaos_address(WireReader& in, TextWriter& out) {
  uint16_t value;
  if (!in.u16(value)) return false;
  out.field(fmt::format("{:o}", value));
  return true;
}

}  // namespace

constinit const FieldCodec kU8Field{[](TextReader& in) { return in.number_u8(); },
                                    write<uint8_t, &WireReader::u8>, check_number<1>};
constinit const FieldCodec kU16Field{[](TextReader& in) { return in.number_u16(); },
                                     write<uint16_t, &WireReader::u16>, check_number<2>};
constinit const FieldCodec kU32Field{[](TextReader& in) { return in.number_u32(); },
                                     write<uint32_t, &WireReader::u32>, check_number<4>};
constinit const FieldCodec kU64Field{read_u64, write<uint64_t, &WireReader::u64>, check_number<8>};
constinit const FieldCodec kSoaNumbersField{read_soa_numbers, write_soa_numbers, check_number<20>};
constinit const FieldCodec kChaosAddressField{read_chaos_address, write_chaos_address, check_number<2>};

}  // namespace nomen::dns
