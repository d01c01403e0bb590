// APL (RFC 3123): address prefixes, each with a family and perhaps a negation. Zero bytes at the end of an
// address are left out.
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "dns/rdata/addresses.h"
#include "dns/rdata/codecs.h"
#include "dns/rdata/text_reader.h"
#include "dns/rdata/text_writer.h"
#include "dns/rdata/wire_reader.h"

namespace nomen::dns {

namespace {

enum Family : uint16_t { kIpv4 = 1, kIpv6 = 2 };
constexpr uint8_t kNegated = 0x80;
constexpr std::string_view kExpectedPrefix = "expected [!]family:address/prefix, the family 1 or 2";

constexpr size_t address_size(uint16_t family) {
  return family == kIpv4 ? 4 : family == kIpv6 ? 16 : 0;
}

bool parse_number(std::string_view text, unsigned& value) {
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && stop == text.data() + text.size();
}

bool read_item(TextReader& in) {
  std::string_view text;
  if (!in.word(text)) return false;
  const bool is_negated = text.starts_with('!');
  if (is_negated) text.remove_prefix(1);
  const size_t colon = text.find(':');
  const size_t slash = text.rfind('/');
  if (colon == std::string_view::npos || slash == std::string_view::npos || slash < colon)
    return in.fail(kExpectedPrefix);
  unsigned family = 0;
  unsigned prefix = 0;
  if (!parse_number(text.substr(0, colon), family) || !parse_number(text.substr(slash + 1), prefix)) {
    return in.fail(kExpectedPrefix);
  }
  const std::string_view address_text = text.substr(colon + 1, slash - colon - 1);
  std::array<uint8_t, 16> address{};
  const bool is_address = family == kIpv4   ? parse_ipv4(address_text, address.data())
                          : family == kIpv6 ? parse_ipv6(address_text, address.data())
                                            : false;
  if (!is_address) return in.fail(kExpectedPrefix);
  size_t size = address_size(static_cast<uint16_t>(family));
  if (prefix > size * 8) return in.fail("prefix longer than the address");
  while (size > 0 && address[size - 1] == 0) size--;
  return in.put_u16(family) && in.put_u8(prefix) &&
         in.put_u8(static_cast<uint32_t>(size) | (is_negated ? kNegated : 0U)) &&
         in.put({address.data(), size});
}

bool read_apl(TextReader& in) {
  while (!in.at_end()) {
    if (!read_item(in)) return false;
  }
  return true;
}

struct Item {
  uint16_t family;
  uint8_t prefix;
  uint8_t length;
  Bytes address;
};

bool take_item(WireReader& in, Item& item) {
  if (!in.u16(item.family) || !in.u8(item.prefix) || !in.u8(item.length)) return false;
  if (!in.take(item.length & ~kNegated, item.address)) return false;
  if (!item.address.empty() && item.address.back() == 0) return false;
  const size_t size = address_size(item.family);
  return size == 0 || (item.address.size() <= size && item.prefix <= size * 8);
}

bool write_apl(WireReader& in, TextWriter& out) {
  while (!in.at_end()) {
    Item item;
    if (!take_item(in, item) || address_size(item.family) == 0) return false;
    std::array<uint8_t, 16> address{};
    std::copy(item.address.begin(), item.address.end(), address.begin());
    out.field(fmt::format("{}{}:{}/{}", item.length & kNegated ? "!" : "", item.family,
                          item.family == kIpv4 ? ipv4_text(address.data()) : ipv6_text(address.data()),
                          item.prefix));
  }
  return true;
}

bool check_apl(WireReader& in) {
  while (!in.at_end()) {
    Item item;
    if (!take_item(in, item)) return false;
  }
  return true;
}

}  // namespace

constinit const FieldCodec kAplField{read_apl, write_apl, check_apl};

}  // namespace nomen::dns
