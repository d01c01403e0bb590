#include "dns/rdata/strings.h"

#include <cstring>

namespace nomen::dns {

namespace {

constexpr size_t kMaxStringBytes = 255;  // RFC 1035 3.3
constexpr std::string_view kBadEscape = "bad escape: expected \\DDD up to 255, or \\ and a character";

bool has_escape(std::string_view text) {
  return !text.empty() && std::memchr(text.data(), '\\', text.size()) != nullptr;
}

/// Appends the bytes of `text`; at most `max`.
bool put_unescaped(TextReader& in, std::string_view text, size_t max) {
  RdataBuffer& out = in.out();
  size_t count = 0;
  for (size_t at = 0; at < text.size(); count++) {
    const int c = unescaped_at(text, at);
    if (c < 0) return in.fail(kBadEscape);
    if (count == max) return in.fail("string longer than 255 bytes");
    const auto byte = static_cast<uint8_t>(c);
    if (!out.append({&byte, 1})) return in.fail("rdata would be longer than 65535 bytes");
  }
  return true;
}

}  // namespace

int unescaped_at(std::string_view text, size_t& at) {
  if (text[at] != '\\') return static_cast<uint8_t>(text[at++]);
  if (++at == text.size()) return -1;
  const auto digit = [&](size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
  if (!digit(at)) return static_cast<uint8_t>(text[at++]);
  if (!digit(at + 1) || !digit(at + 2)) return -1;
  const int value = (text[at] - '0') * 100 + (text[at + 1] - '0') * 10 + (text[at + 2] - '0');
  at += 3;
  return value > 255 ? -1 : value;
}

bool put_string(TextReader& in, std::string_view text) {
  const size_t length_at = in.out().size();
  if (text.size() <= kMaxStringBytes && !has_escape(text)) [[likely]] {
    return in.put_u8(static_cast<uint32_t>(text.size())) && in.put(as_bytes(text));
  }
  if (!in.put_u8(0) || !put_unescaped(in, text, kMaxStringBytes)) return false;
  in.out().data()[length_at] = static_cast<uint8_t>(in.out().size() - length_at - 1);
  return true;
}

bool put_long_string(TextReader& in, std::string_view text) {
  return has_escape(text) ? put_unescaped(in, text, kMaxRdataBytes) : in.put(as_bytes(text));
}

}  // namespace nomen::dns
