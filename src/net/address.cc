#include "net/address.h"

#include <arpa/inet.h>
#include <fmt/compile.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/contract.h"

namespace nomen::net {
namespace {

constexpr int af_of(IpFamily family) {
  return family == IpFamily::kV4 ? AF_INET : AF_INET6;
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Cuts `text` at the last `mark` and returns what stood behind it.
std::optional<std::string_view> cut_tail(std::string_view& text, char mark) {
  size_t at = text.rfind(mark);
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view tail = text.substr(at + 1);
  text = text.substr(0, at);
  return tail;
}

}  // namespace

IpAddress IpAddress::v4(uint8_t a, uint8_t b, uint8_t c, uint8_t d) {
  const uint8_t octets[] = {a, b, c, d};
  return from_bytes(octets);
}

IpAddress IpAddress::from_bytes(Bytes octets) {
  NOMEN_REQUIRE(octets.size() == 4 || octets.size() == 16);
  IpAddress address;
  address.family_ = octets.size() == 4 ? IpFamily::kV4 : IpFamily::kV6;
  std::copy(octets.begin(), octets.end(), address.octets_.begin());
  return address;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  char terminated[INET6_ADDRSTRLEN + 1];
  if (text.size() >= sizeof terminated) return std::nullopt;
  std::copy(text.begin(), text.end(), terminated);
  terminated[text.size()] = '\0';
  if (std::strlen(terminated) != text.size()) return std::nullopt;
  IpAddress address;
  address.family_ = text.find(':') == std::string_view::npos ? IpFamily::kV4 : IpFamily::kV6;
  if (inet_pton(af_of(address.family_), terminated, address.octets_.data()) != 1) return std::nullopt;
  return address;
}

IpAddress IpAddress::any(IpFamily family) {
  IpAddress address;
  address.family_ = family;
  return address;
}

bool IpAddress::is_any() const {
  return family_ != IpFamily::kNone && std::ranges::all_of(octets_, [](uint8_t octet) { return octet == 0; });
}

bool IpAddress::is_loopback() const {
  if (is_v4()) return octets_[0] == 127;
  return is_v6() && octets_[15] == 1 &&
         std::all_of(octets_.begin(), octets_.end() - 1, [](uint8_t o) { return o == 0; });
}

bool IpAddress::is_link_local() const {
  if (is_v4()) return octets_[0] == 169 && octets_[1] == 254;
  return is_v6() && octets_[0] == 0xfe && (octets_[1] & 0xc0) == 0x80;
}

std::string IpAddress::to_string() const {
  if (family_ == IpFamily::kNone) return "none";
  if (family_ == IpFamily::kV4)
    return fmt::format(FMT_COMPILE("{}.{}.{}.{}"), octets_[0], octets_[1], octets_[2], octets_[3]);
  char text[INET6_ADDRSTRLEN];
  return inet_ntop(af_of(family_), octets_.data(), text, sizeof text);
}

bool IpPrefix::contains(const IpAddress& other) const {
  if (other.family() != address.family()) return false;
  Bytes ours = address.bytes();
  Bytes theirs = other.bytes();
  size_t whole = length / 8;
  if (!equal(ours.first(whole), theirs.first(whole))) return false;
  unsigned rest = length % 8;
  return rest == 0 || ((ours[whole] ^ theirs[whole]) >> (8 - rest)) == 0;
}

std::optional<IpPrefix> IpPrefix::parse(std::string_view text) {
  auto length_text = cut_tail(text, '/');
  auto address = IpAddress::parse(text);
  if (!address) return std::nullopt;
  if (!length_text) return IpPrefix{*address, address->bits()};
  auto length = parse_number<uint8_t>(*length_text);
  if (!length || *length > address->bits()) return std::nullopt;
  return IpPrefix{*address, *length};
}

std::string IpPrefix::to_string() const {
  return address.to_string() + "/" + std::to_string(length);
}

SocketAddress::SocketAddress(const IpAddress& address, uint16_t port, uint32_t scope_id) : v6_{} {
  if (address.is_v4()) {
    v4_.sin_family = AF_INET;
    v4_.sin_port = htons(port);
    std::memcpy(&v4_.sin_addr, address.bytes().data(), sizeof v4_.sin_addr);
  } else if (address.is_v6()) {
    v6_.sin6_family = AF_INET6;
    v6_.sin6_port = htons(port);
    std::memcpy(&v6_.sin6_addr, address.bytes().data(), sizeof v6_.sin6_addr);
    v6_.sin6_scope_id = scope_id;
  }
}

SocketAddress::SocketAddress(const sockaddr* address) : v6_{} {
  if (address->sa_family == AF_INET) std::memcpy(&v4_, address, sizeof v4_);
  if (address->sa_family == AF_INET6) std::memcpy(&v6_, address, sizeof v6_);
}

std::optional<SocketAddress> SocketAddress::parse(std::string_view text,
                                                  std::optional<uint16_t> default_port) {
  std::optional<uint16_t> port = default_port;
  if (auto port_text = cut_tail(text, '#')) {
    port = parse_number<uint16_t>(*port_text);
    if (!port) return std::nullopt;
  }
  uint32_t scope_id = 0;
  if (auto scope_text = cut_tail(text, '%')) {
    auto scope = parse_number<uint32_t>(*scope_text);
    if (!scope) return std::nullopt;
    scope_id = *scope;
  }
  auto address = IpAddress::parse(text);
  if (!address || !port || (scope_id != 0 && !address->is_v6())) return std::nullopt;
  return SocketAddress(*address, *port, scope_id);
}

IpAddress SocketAddress::address() const {
  return family() == IpFamily::kNone ? IpAddress() : IpAddress::from_bytes(address_bytes());
}

void SocketAddress::set_port(uint16_t port) {
  if (is_v4()) {
    v4_.sin_port = htons(port);
  } else {
    v6_.sin6_port = htons(port);
  }
}

std::string SocketAddress::to_string() const {
  std::string text = address().to_string();
  if (scope_id() != 0) text += "%" + std::to_string(scope_id());
  return text + "#" + std::to_string(port());
}

uint64_t SocketAddress::hash() const {
  constexpr uint64_t kMix = 0x9E3779B97F4A7C15ULL;
  uint64_t low = 0;
  uint64_t high = 0;
  Bytes octets = address_bytes();
  if (octets.size() == 16) {
    low = load_u64(octets.data());
    high = load_u64(octets.data() + 8);
  } else if (octets.size() == 4) {
    high = load_u32(octets.data());
  }
  uint64_t hash = (low ^ port()) * kMix;
  hash = (hash ^ (hash >> 29) ^ high ^ (static_cast<uint64_t>(scope_id()) << 48)) * kMix;
  return hash ^ (hash >> 32);
}

bool SocketAddress::operator==(const SocketAddress& other) const {
  if (is_v4() && other.is_v4())
    return v4_.sin_addr.s_addr == other.v4_.sin_addr.s_addr && v4_.sin_port == other.v4_.sin_port;
  return (*this <=> other) == 0;
}

std::strong_ordering SocketAddress::operator<=>(const SocketAddress& other) const {
  if (auto order = family() <=> other.family(); order != 0) return order;
  Bytes ours = address_bytes();
  int order = ours.empty() ? 0 : std::memcmp(ours.data(), other.address_bytes().data(), ours.size());
  if (order != 0) return order <=> 0;
  if (auto ports = port() <=> other.port(); ports != 0) return ports;
  return scope_id() <=> other.scope_id();
}

}  // namespace nomen::net
