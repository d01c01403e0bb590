#include "config/address.h"

#include <arpa/inet.h>

#include <charconv>

#include "config/value.h"

namespace nomen::config {

bool IpAddress::matches(const IpAddress& other, unsigned bits) const {
  if (is_v6 != other.is_v6) return false;
  for (unsigned i = 0; i < bits / 8; ++i) {
    if (bytes[i] != other.bytes[i]) return false;
  }
  const unsigned rest = bits % 8;
  return rest == 0 || ((bytes[bits / 8] ^ other.bytes[bits / 8]) & (0xff00U >> rest) & 0xffU) == 0;
}

std::optional<IpAddress> parse_ip(std::string_view text) {
  const auto read = read_ip(text);
  if (!read) return std::nullopt;
  return IpAddress{read->is_v6, read->bytes, std::string(read->scope)};
}

std::string to_string(const IpAddress& address) {
  char text[INET6_ADDRSTRLEN];
  inet_ntop(address.is_v6 ? AF_INET6 : AF_INET, address.bytes.data(), text, sizeof text);
  std::string out = text;
  if (!address.scope.empty()) out += "%" + address.scope;
  return out;
}

std::optional<IpPrefix> parse_prefix(std::string_view text) {
  const size_t slash = text.find('/');
  const std::string_view address = text.substr(0, slash);
  IpPrefix out;
  if (const auto ip = parse_ip(address)) {
    out.address = *ip;
  } else if (const auto parts = read_ipv4_parts(address); parts && slash != std::string_view::npos) {
    std::copy(parts->bytes.begin(), parts->bytes.end(), out.address.bytes.begin());
  } else {
    return std::nullopt;
  }
  const unsigned most = out.address.is_v6 ? 128 : 32;
  unsigned length = most;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if (error != std::errc() || end != digits.data() + digits.size() || length > most) return std::nullopt;
  }
  out.length = static_cast<uint8_t>(length);
  return out;
}

std::string to_string(const IpPrefix& prefix) {
  const unsigned most = prefix.address.is_v6 ? 128 : 32;
  std::string out = to_string(prefix.address);
  if (prefix.length != most) out += "/" + std::to_string(prefix.length);
  return out;
}

}  // namespace nomen::config
