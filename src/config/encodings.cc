#include "config/encodings.h"

namespace nomen::config {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

int base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

}  // namespace

std::optional<std::vector<uint8_t>> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::vector<uint8_t> out;
  for (size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]), low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<uint8_t>(high * 16 + low));
  }
  return out;
}

std::optional<std::vector<uint8_t>> from_base64(std::string_view text) {
  std::vector<uint8_t> out;
  uint32_t bits = 0;
  int digits = 0, padding = 0;
  for (char c : text) {
    if (is_blank(c)) continue;
    if (c == '=') {
      ++padding;
    } else {
      const int digit = base64_digit(c);
      if (digit < 0 || padding > 0) return std::nullopt;
      bits = bits << 6 | static_cast<uint32_t>(digit);
      ++digits;
      if (digits % 4 == 0) {
        out.push_back(static_cast<uint8_t>(bits >> 16));
        out.push_back(static_cast<uint8_t>(bits >> 8));
        out.push_back(static_cast<uint8_t>(bits));
      }
    }
  }
  const int left = digits % 4;
  if (padding != (left == 0 ? 0 : 4 - left) || left == 1) return std::nullopt;
  if (left >= 2) out.push_back(static_cast<uint8_t>(left == 2 ? bits >> 4 : bits >> 10));
  if (left == 3) out.push_back(static_cast<uint8_t>(bits >> 2));
  return out;
}

}  // namespace nomen::config
