// NSAP (RFC 1706) and ATM addresses (AF-SAA-0069): hex digits that may have dots between them.
#include <algorithm>

#include <fmt/format.h>

#include "dns/rdata/codecs.h"
#include "dns/rdata/encodings.h"
#include "dns/rdata/text_reader.h"
#include "dns/rdata/text_writer.h"
#include "dns/rdata/wire_reader.h"

namespace nomen::dns {

namespace {

enum AtmFormat : uint8_t { kAesa = 0, kE164 = 1 };

/// Pairs of hex digits, dots skipped; one pair at least.
bool put_dotted_hex(TextReader& in, std::string_view text) {
  int pending = -1;
  size_t count = 0;
  for (const char c : text) {
    if (c == '.') continue;
    const int value = hex_digit(c);
    if (value < 0) return in.fail("expected hexadecimal digits");
    if (pending < 0) {
      pending = value;
    } else {
      if (!in.put_u8(static_cast<uint32_t>(pending << 4 | value))) return false;
      pending = -1;
      count++;
    }
  }
  return (pending < 0 && count > 0) || in.fail("expected pairs of hexadecimal digits");
}

std::string lower_hex(Bytes bytes) {
  return fmt::format("{:02x}", fmt::join(bytes, ""));
}

bool read_nsap(TextReader& in) {
  std::string_view text;
  if (!in.word(text)) return false;
  if (!text.starts_with("0x") && !text.starts_with("0X"))
    return in.fail("expected 0x and hexadecimal digits");
  return put_dotted_hex(in, text.substr(2));
}

bool write_nsap(WireReader& in, TextWriter& out) {
  out.field("0x" + lower_hex(in.rest()));
  return true;
}

bool check_nsap(WireReader& in) {
  return in.remaining() > 0 && in.skip(in.remaining());
}

bool read_atma(TextReader& in) {
  std::string_view text;
  if (!in.word(text)) return false;
  if (!text.starts_with('+')) return in.put_u8(kAesa) && put_dotted_hex(in, text);
  std::string digits(text.substr(1));
  std::erase(digits, '.');
  if (digits.empty() || !std::ranges::all_of(as_bytes(digits), is_digit)) {
    return in.fail("expected digits after the +");
  }
  return in.put_u8(kE164) && in.put(as_bytes(digits));
}

bool write_atma(WireReader& in, TextWriter& out) {
  uint8_t format;
  if (!in.u8(format) || format > kE164) return false;
  out.field(format == kAesa ? lower_hex(in.rest()) : "+" + std::string(as_text(in.rest())));
  return true;
}

bool check_atma(WireReader& in) {
  uint8_t format;
  if (!in.u8(format) || in.at_end()) return false;
  const Bytes address = in.rest();
  return format != kE164 || std::ranges::all_of(address, is_digit);
}

}  // namespace

constinit const FieldCodec kNsapField{read_nsap, write_nsap, check_nsap};
constinit const FieldCodec kAtmaField{read_atma, write_atma, check_atma};

}  // namespace nomen::dns
