#include "dns/rdata/short_text.h"

#include "dns/rdata/addresses.h"
#include "dns/rdata/name_text.h"

namespace nomen::dns {

namespace {

bool is_one_word(std::span<const TextToken> tokens) {
  return tokens.size() == 1 && !tokens[0].quoted;
}

bool short_u16(const TextToken& token, RdataBuffer& out) {
  if (token.quoted || token.text.empty() || token.text.size() > 5) return false;
  uint32_t value = 0;
  for (const char c : token.text) {
    const auto digit = static_cast<uint32_t>(c - '0');
    if (digit > 9) return false;
    value = value * 10 + digit;
  }
  if (value > 0xffff) return false;
  store_u16(out.data() + out.size(), static_cast<uint16_t>(value));
  out.set_size(out.size() + 2);
  return true;
}

/// So many 16-bit numbers and a name.
bool short_numbers_and_name(size_t numbers, std::span<const TextToken> tokens, NameView origin,
                            RdataBuffer& out) {
  if (tokens.size() != numbers + 1 || tokens[numbers].quoted) return false;
  for (size_t i = 0; i < numbers; i++) {
    if (!short_u16(tokens[i], out)) return false;
  }
  return append_name(tokens[numbers].text, origin, out);
}

}  // namespace

bool short_rdata_from_text(RRType type, RRClass rr_class, std::span<const TextToken> tokens, NameView origin,
                           RdataBuffer& out) {
  if (rr_class != RRClass::kIn) return false;
  switch (type) {
    case RRType::kA:
      out.set_size(4);
      return is_one_word(tokens) && parse_ipv4(tokens[0].text, out.data());
    case RRType::kAaaa:
      out.set_size(16);
      return is_one_word(tokens) && parse_ipv6(tokens[0].text, out.data());
    case RRType::kNs:
    case RRType::kCname:
    case RRType::kPtr:
    case RRType::kDname:
      return is_one_word(tokens) && append_name(tokens[0].text, origin, out);
    case RRType::kMx:
      return short_numbers_and_name(1, tokens, origin, out);
    case RRType::kSrv:
      return short_numbers_and_name(3, tokens, origin, out);
    default:
      return false;
  }
}

}  // namespace nomen::dns
