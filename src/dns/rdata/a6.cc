// A6 (RFC 2874, historic): how many bits of an IPv6 address another name has, the rest of the address, the
// name.
#include <array>

#include "dns/rdata/addresses.h"
#include "dns/rdata/codecs.h"
#include "dns/rdata/text_reader.h"
#include "dns/rdata/text_writer.h"
#include "dns/rdata/wire_reader.h"

namespace nomen::dns {

namespace {

constexpr uint32_t kAddressBits = 128;

uint8_t kept_mask(uint32_t prefix) {
  return static_cast<uint8_t>(0xff >> prefix % 8);
}

bool read_a6(TextReader& in) {
  uint32_t prefix;
  if (!in.number(prefix, kAddressBits) || !in.put_u8(prefix)) return false;
  if (prefix != kAddressBits) {
    std::string_view text;
    std::array<uint8_t, 16> address;
    if (!in.word(text)) return false;
    if (!parse_ipv6(text, address.data())) return in.fail("expected an IPv6 address");
    address[prefix / 8] &= kept_mask(prefix);
    if (!in.put(Bytes(address).subspan(prefix / 8))) return false;
  }
  return prefix == 0 || in.name();
}

/// Prefix length and suffix; the suffix has no bit of the prefix.
bool take_address(WireReader& in, uint8_t& prefix, Bytes& suffix) {
  if (!in.u8(prefix) || prefix > kAddressBits) return false;
  if (prefix == kAddressBits) return true;
  return in.take(16U - prefix / 8U, suffix) && (suffix[0] & ~kept_mask(prefix)) == 0;
}

bool write_a6(WireReader& in, TextWriter& out) {
  uint8_t prefix;
  Bytes suffix;
  if (!take_address(in, prefix, suffix)) return false;
  out.number(prefix);
  std::array<uint8_t, 16> address{};
  std::copy(suffix.rbegin(), suffix.rend(), address.rbegin());
  out.field(suffix.empty() ? ""
                           : ipv6_text(address.data()));  // BIND keeps the blanks around what is left out
  if (prefix == 0) return true;
  NameView name;
  if (!in.name(name)) return false;
  out.name(name);
  return true;
}

bool check_a6(WireReader& in) {
  uint8_t prefix;
  Bytes suffix;
  return take_address(in, prefix, suffix) && (prefix == 0 || in.skip_name());
}

}  // namespace

constinit const FieldCodec kA6Field{read_a6, write_a6, check_a6};

}  // namespace nomen::dns
