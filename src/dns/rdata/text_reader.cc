#include "dns/rdata/text_reader.h"

#include <array>

#include "dns/rdata/name_text.h"

namespace nomen::dns {

bool TextReader::word(std::string_view& text) {
  if (at_end()) return fail_at_end();
  const TextToken& token = tokens_[next_++];
  if (token.quoted) return fail("unexpected quoted string");
  text = token.text;
  return true;
}

bool TextReader::token(TextToken& token) {
  if (at_end()) return fail_at_end();
  token = tokens_[next_++];
  return true;
}

bool TextReader::number(uint32_t& value, uint32_t max) {
  std::string_view text;
  if (!word(text)) return false;
  if (text.empty()) return fail("expected a number");
  uint64_t sum = 0;
  bool too_large = false;
  for (const char c : text) {
    if (c < '0' || c > '9') return fail("expected a number");
    sum = sum * 10 + static_cast<uint64_t>(c - '0');
    if (sum > max) {
      too_large = true;
      sum = max;
    }
  }
  if (too_large) return fail("number out of range");
  value = static_cast<uint32_t>(sum);
  return true;
}

bool TextReader::name() {
  std::string_view text;
  if (!word(text)) return false;
  if (append_name(text, origin_, out_)) [[likely]]
    return true;
  return fail(name_error(text, origin_));
}

bool TextReader::put_u8(uint32_t value) {
  const auto byte = static_cast<uint8_t>(value);
  return put({&byte, 1});
}

bool TextReader::put_u16(uint32_t value) {
  std::array<uint8_t, 2> bytes;
  store_u16(bytes.data(), static_cast<uint16_t>(value));
  return put(bytes);
}

bool TextReader::put_u32(uint32_t value) {
  std::array<uint8_t, 4> bytes;
  store_u32(bytes.data(), value);
  return put(bytes);
}

bool TextReader::fail(std::string_view what) {
  error_token_ = next_ == 0 ? 0 : next_ - 1;
  error_text_ = what;
  return false;
}

bool TextReader::fail_at_end() {
  error_token_ = tokens_.size();
  error_text_ = "unexpected end of input";
  return false;
}

}  // namespace nomen::dns
