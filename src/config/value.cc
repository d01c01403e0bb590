#include "config/value.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "config/tree.h"

namespace nomen::config {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::optional<NumberRead> read_integer(std::string_view text, uint64_t highest) {
  if (text.empty() || !is_digit(text[0])) return std::nullopt;
  int base = 10;
  if (text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
    base = 16;
    text.remove_prefix(2);
    // BIND's reader takes a word with any other digits for a string.
    if (!std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  } else if (text.size() > 1 && text[0] == '0') {
    base = 8;
    text.remove_prefix(1);
  }
  NumberRead out;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out.value, base);
  if (end != text.data() + text.size()) return std::nullopt;
  out.out_of_range = error == std::errc::result_out_of_range || out.value > highest;
  return out;
}

std::optional<NumberRead> read_decimal(std::string_view text) {
  if (text.empty() || !is_digit(text[0])) return std::nullopt;
  NumberRead out;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out.value);
  if (end != text.data() + text.size()) return std::nullopt;
  out.out_of_range = error == std::errc::result_out_of_range;
  return out;
}

std::optional<NumberRead> read_size(std::string_view text) {
  if (text.empty()) return std::nullopt;
  int shift = 0;
  switch (text.back() | 0x20) {
    case 'k':
      shift = 10;
      break;
    case 'm':
      shift = 20;
      break;
    case 'g':
      shift = 30;
      break;
    default:
      break;
  }
  if (shift != 0) text.remove_suffix(1);
  auto out = read_decimal(text);
  if (!out) return out;
  out->out_of_range = out->out_of_range || out->value > (UINT64_MAX >> shift);
  out->value <<= shift;
  return out;
}

uint64_t seconds_of(char unit, bool in_time) {
  switch (unit | 0x20) {
    case 's':
      return 1;
    case 'm':
      return in_time ? 60 : 31 * 86400;
    case 'h':
      return 3600;
    case 'd':
      return 86400;
    case 'w':
      return 7 * 86400;
    case 'y':
      return 365 * 86400;
    default:
      return 0;
  }
}

// ISO 8601: PnYnMnDTnHnMnS or PnW, each part at most once and in this order.
std::optional<NumberRead> read_iso_duration(std::string_view text) {
  constexpr std::string_view kDateOrder = "ymwd", kTimeOrder = "hms";
  NumberRead out;
  bool in_time = false, any = false;
  size_t last = 0;
  for (size_t i = 1; i < text.size();) {
    if ((text[i] | 0x20) == 't' && !in_time) {
      in_time = true;
      last = 0;
      ++i;
      continue;
    }
    uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data() + i, text.data() + text.size(), number);
    if (error != std::errc() || end == text.data() + text.size() || number > UINT32_MAX) return std::nullopt;
    const size_t rank = (in_time ? kTimeOrder : kDateOrder).find(static_cast<char>(*end | 0x20));
    if (rank == std::string_view::npos || rank + 1 <= last) return std::nullopt;
    last = rank + 1;
    out.value += number * seconds_of(*end, in_time);
    any = true;
    i = static_cast<size_t>(end - text.data()) + 1;
  }
  if (!any && text.size() != 1) return std::nullopt;  // a lone P is 0 to BIND
  out.out_of_range = out.value > UINT32_MAX;
  return out;
}

std::optional<NumberRead> read_duration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  if ((text[0] | 0x20) == 'p') return read_iso_duration(text);
  NumberRead out;
  for (size_t i = 0; i < text.size();) {
    uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data() + i, text.data() + text.size(), number);
    if (error == std::errc::invalid_argument) return std::nullopt;
    out.out_of_range = out.out_of_range || error != std::errc() || number > UINT32_MAX;
    i = static_cast<size_t>(end - text.data());
    uint64_t scale = 1;
    if (i < text.size()) {
      scale = (text[i] | 0x20) == 'y' ? 0 : seconds_of(text[i], true);
      if (scale == 0) return std::nullopt;
      ++i;
    }
    if (!out.out_of_range) out.value += number * scale;
  }
  out.out_of_range = out.out_of_range || out.value > UINT32_MAX;
  return out;
}

std::optional<NumberRead> read_fixed_point(std::string_view text) {
  const size_t dot = text.find('.');
  const std::string_view whole = text.substr(0, dot);
  const std::string_view fraction = dot == std::string_view::npos ? std::string_view() : text.substr(dot + 1);
  if (whole.size() + fraction.size() == 0 || whole.size() > 5 || fraction.size() > 2) return std::nullopt;
  NumberRead out;
  for (char c : whole) {
    if (!is_digit(c)) return std::nullopt;
    out.value = out.value * 10 + static_cast<uint64_t>(c - '0');
  }
  for (size_t i = 0; i < 2; ++i) {
    const char c = i < fraction.size() ? fraction[i] : '0';
    if (!is_digit(c)) return std::nullopt;
    out.value = out.value * 10 + static_cast<uint64_t>(c - '0');
  }
  return out;
}

std::optional<NumberRead> read_boolean(std::string_view text) {
  if (same_word(text, "yes") || same_word(text, "true") || text == "1") return NumberRead{.value = 1};
  if (same_word(text, "no") || same_word(text, "false") || text == "0") return NumberRead{.value = 0};
  return std::nullopt;
}

}  // namespace

std::optional<NumberRead> read_number(ValueType type, std::string_view text) {
  switch (type) {
    case ValueType::kBoolean:
      return read_boolean(text);
    case ValueType::kInteger:
      return read_integer(text, UINT32_MAX);
    case ValueType::kPort:
      return read_integer(text, UINT32_MAX);
    case ValueType::kSize:
      return read_size(text);
    case ValueType::kDuration:
      return read_duration(text);
    case ValueType::kFixedPoint:
      return read_fixed_point(text);
    case ValueType::kPercentage:
      return text.ends_with('%') ? read_decimal(text.substr(0, text.size() - 1)) : std::nullopt;
    default:
      return std::nullopt;
  }
}

std::optional<Ipv4Parts> read_ipv4_parts(std::string_view text) {
  Ipv4Parts out;
  for (size_t i = 0; i <= text.size();) {
    if (out.count == 4) return std::nullopt;
    unsigned part = 0;
    const auto [end, error] = std::from_chars(text.data() + i, text.data() + text.size(), part);
    if (error != std::errc() || part > 255) return std::nullopt;
    out.bytes[static_cast<size_t>(out.count++)] = static_cast<uint8_t>(part);
    i = static_cast<size_t>(end - text.data());
    if (i == text.size()) return out;
    if (text[i++] != '.') return std::nullopt;
  }
  return std::nullopt;
}

std::optional<IpText> read_ip(std::string_view text) {
  IpText out;
  const size_t percent = text.find('%');
  const std::string address(text.substr(0, percent));
  if (percent == std::string_view::npos && address.find(':') == std::string::npos) {
    if (inet_pton(AF_INET, address.c_str(), out.bytes.data()) != 1) return std::nullopt;
    return out;
  }
  out.is_v6 = true;
  if (inet_pton(AF_INET6, address.c_str(), out.bytes.data()) != 1) return std::nullopt;
  if (percent != std::string_view::npos) out.scope = text.substr(percent + 1);
  return out;
}

bool looks_like(ValueType type, const Token& token) {
  switch (type) {
    case ValueType::kString:
    case ValueType::kRRTypes:
      return token.is_text();
    case ValueType::kQuoted:
      return token.kind == TokenKind::kQuoted;
    case ValueType::kBare:
      return token.is_word();
    case ValueType::kAnyText:
      return token.is_special('{');
    case ValueType::kAddressMatchElement:
      return token.is_text() || token.is_special('!') || token.is_special('{');
    case ValueType::kIpv4: {
      if (!token.is_word()) return false;
      const auto ip = read_ip(token.text);
      return ip && !ip->is_v6;
    }
    case ValueType::kIpv6: {
      if (!token.is_word()) return false;
      const auto ip = read_ip(token.text);
      return ip && ip->is_v6;
    }
    case ValueType::kIpAddress:
      return token.is_word() && read_ip(token.text).has_value();
    case ValueType::kPrefix:
      return token.is_word() && (read_ip(token.text).has_value() || read_ipv4_parts(token.text).has_value());
    case ValueType::kKeyword:
      return false;
    default:
      return token.is_word() && read_number(type, token.text).has_value();
  }
}

std::string_view expectation(ValueType type) {
  switch (type) {
    case ValueType::kBoolean:
      return "boolean expected";
    case ValueType::kInteger:
    case ValueType::kPort:
      return "expected number";
    case ValueType::kFixedPoint:
      return "expected fixed point number";
    case ValueType::kPercentage:
      return "expected percentage";
    case ValueType::kSize:
      return "expected integer and optional unit";
    case ValueType::kDuration:
      return "expected ISO 8601 duration or TTL value";
    case ValueType::kQuoted:
      return "expected quoted string";
    case ValueType::kString:
    case ValueType::kRRTypes:
      return "expected string";
    case ValueType::kBare:
      return "expected unquoted string";
    case ValueType::kIpv4:
      return "expected IPv4 address";
    case ValueType::kIpv6:
      return "expected IPv6 address";
    case ValueType::kIpAddress:
      return "expected IP address";
    case ValueType::kPrefix:
      return "expected network prefix";
    case ValueType::kAddressMatchElement:
      return "expected IP match list element";
    case ValueType::kAnyText:
      return "expected bracketed text";
    case ValueType::kKeyword:
      break;
  }
  return "unexpected token";
}

}  // namespace nomen::config
