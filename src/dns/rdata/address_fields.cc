// Addresses of fixed size: IPv4, IPv6, ILNP's 64-bit identifiers (RFC 6742), EUI-48 and EUI-64 (RFC 7043).
#include <array>

#include <fmt/format.h>

#include "dns/rdata/addresses.h"
#include "dns/rdata/codecs.h"
#include "dns/rdata/encodings.h"
#include "dns/rdata/text_reader.h"
#include "dns/rdata/text_writer.h"
#include "dns/rdata/wire_reader.h"

namespace nomen::dns {

namespace {

template <size_t kSize>
bool check_address(WireReader& in) {
  return in.skip(kSize);
}

bool read_ipv4(TextReader& in) {
  std::string_view text;
  std::array<uint8_t, 4> address;
  if (!in.word(text)) return false;
  return parse_ipv4(text, address.data()) ? in.put(address) : in.fail("expected an IPv4 address");
}

bool write_ipv4(WireReader& in, TextWriter& out) {
  Bytes bytes;
  if (!in.take(4, bytes)) return false;
  out.field(ipv4_text(bytes.data()));
  return true;
}

bool read_ipv6(TextReader& in) {
  std::string_view text;
  std::array<uint8_t, 16> address;
  if (!in.word(text)) return false;
  return parse_ipv6(text, address.data()) ? in.put(address) : in.fail("expected an IPv6 address");
}

bool write_ipv6(WireReader& in, TextWriter& out) {
  Bytes bytes;
  if (!in.take(16, bytes)) return false;
  out.field(ipv6_text(bytes.data()));
  return true;
}

/// Groups of `kMin` to `kMax` hex digits with `separator` between them, each so many bytes.
template <size_t kGroups, size_t kMin, size_t kMax, char kSeparator>
bool read_hex_groups(TextReader& in) {
  constexpr std::string_view kExpected = kSeparator == ':' ? "expected four groups of hex digits with colons"
                                                           : "expected pairs of hex digits with hyphens";
  std::string_view text;
  if (!in.word(text)) return false;
  size_t at = 0;
  for (size_t group = 0; group < kGroups; group++) {
    if (group > 0 && (at == text.size() || text[at++] != kSeparator)) return in.fail(kExpected);
    unsigned value = 0;
    size_t digits = 0;
    for (; at < text.size() && hex_digit(text[at]) >= 0; at++, digits++) {
      value = (value << 4 | static_cast<unsigned>(hex_digit(text[at]))) & 0xffff;
    }
    if (digits < kMin || digits > kMax) return in.fail(kExpected);
    if (!(kMax == 4 ? in.put_u16(value) : in.put_u8(value))) return false;
  }
  return at == text.size() || in.fail(kExpected);
}

bool write_node_id(WireReader& in, TextWriter& out) {
  Bytes b;
  if (!in.take(8, b)) return false;
  const uint8_t* p = b.data();
  out.field(
      fmt::format("{:x}:{:x}:{:x}:{:x}", load_u16(p), load_u16(p + 2), load_u16(p + 4), load_u16(p + 6)));
  return true;
}

template <size_t kSize>
bool write_eui(WireReader& in, TextWriter& out) {
  Bytes bytes;
  if (!in.take(kSize, bytes)) return false;
  out.field(fmt::format("{:02x}", fmt::join(bytes, "-")));
  return true;
}

}  // namespace

constinit const FieldCodec kIpv4Field{read_ipv4, write_ipv4, check_address<4>};
constinit const FieldCodec kIpv6Field{read_ipv6, write_ipv6, check_address<16>};
constinit const FieldCodec kNodeIdField{read_hex_groups<4, 1, 4, ':'>, write_node_id, check_address<8>};
constinit const FieldCodec kEui48Field{read_hex_groups<6, 2, 2, '-'>, write_eui<6>, check_address<6>};
constinit const FieldCodec kEui64Field{read_hex_groups<8, 2, 2, '-'>, write_eui<8>, check_address<8>};

}  // namespace nomen::dns
