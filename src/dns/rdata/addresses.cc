#include "dns/rdata/addresses.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "dns/rdata/encodings.h"

namespace nomen::dns {

namespace {

/// The longest run of zero words, the first of equals; nothing shorter than two.
struct ZeroRun {
  size_t start = 8;
  size_t length = 0;
};

ZeroRun longest_zero_run(const std::array<uint16_t, 8>& words) {
  ZeroRun best;
  for (size_t i = 0; i < words.size();) {
    size_t end = i;
    while (end < words.size() && words[end] == 0) end++;
    if (end - i >= 2 && end - i > best.length) best = {i, end - i};
    i = end + 1;
  }
  return best;
}

}  // namespace

bool parse_ipv4(std::string_view text, uint8_t* address) {
  const char* p = text.data();
  const char* end = p + text.size();
  for (int part = 0; part < 4; part++) {
    if (part > 0 && (p == end || *p++ != '.')) return false;
    if (p == end || *p < '0' || *p > '9') return false;
    auto value = static_cast<unsigned>(*p++ - '0');
    const bool is_zero = value == 0;
    for (; p != end && *p >= '0' && *p <= '9'; p++) {
      value = value * 10 + static_cast<unsigned>(*p - '0');
      if (is_zero || value > 255) return false;
    }
    address[part] = static_cast<uint8_t>(value);
  }
  return p == end;
}

bool parse_ipv6(std::string_view text, uint8_t* address) {
  std::array<uint8_t, 16> bytes{};
  size_t filled = 0;
  size_t gap = bytes.size() + 1;  // where "::" stands
  size_t at = 0;
  if (text.starts_with("::")) {
    gap = 0;
    at = 2;
  }
  while (at < text.size()) {
    const size_t start = at;
    unsigned value = 0;
    int digit;
    for (; at < text.size() && (digit = hex_digit(text[at])) >= 0; at++) {
      if (at - start == 4) return false;
      value = value << 4 | static_cast<unsigned>(digit);
    }
    if (at < text.size() && text[at] == '.') {
      if (filled + 4 > bytes.size() || !parse_ipv4(text.substr(start), &bytes[filled])) return false;
      filled += 4;
      break;
    }
    if (at == start || filled + 2 > bytes.size()) return false;
    bytes[filled++] = static_cast<uint8_t>(value >> 8);
    bytes[filled++] = static_cast<uint8_t>(value);
    if (at == text.size()) break;
    if (text[at++] != ':' || at == text.size()) return false;
    if (text[at] == ':') {
      if (gap <= bytes.size()) return false;
      gap = filled;
      at++;
    }
  }
  if (gap > bytes.size()) {
    if (filled != bytes.size()) return false;
  } else {
    if (filled == bytes.size()) return false;
    std::rotate(bytes.begin() + static_cast<ptrdiff_t>(gap), bytes.begin() + static_cast<ptrdiff_t>(filled),
                bytes.end());
  }
  std::memcpy(address, bytes.data(), bytes.size());
  return true;
}

std::string ipv4_text(const uint8_t* address) {
  return fmt::format(FMT_COMPILE("{}.{}.{}.{}"), address[0], address[1], address[2], address[3]);
}

std::string ipv6_text(const uint8_t* address) {
  std::array<uint16_t, 8> words;
  for (size_t i = 0; i < words.size(); i++) words[i] = load_u16(address + 2 * i);
  const ZeroRun zeros = longest_zero_run(words);
  // ::a.b.c.d and ::ffff:a.b.c.d, RFC 4291 2.5.5.
  const bool ends_in_ipv4 =
      zeros.start == 0 && (zeros.length == 6 || (zeros.length == 5 && words[5] == 0xffff));
  std::string text;
  for (size_t i = 0; i < words.size(); i++) {
    if (i >= zeros.start && i < zeros.start + zeros.length) {
      if (i == zeros.start) text += "::";
      continue;
    }
    if (ends_in_ipv4 && i == 6) {
      if (text.back() != ':') text += ':';
      return text + ipv4_text(address + 12);
    }
    if (i > 0 && text.back() != ':') text += ':';
    fmt::format_to(std::back_inserter(text), FMT_STRING("{:x}"), words[i]);
  }
  return text;
}

}  // namespace nomen::dns
