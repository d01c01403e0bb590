// Addresses of the Internet, as values: an IP address, a prefix of them, and address and port of a socket.
// Text is BIND's: "127.0.0.1#53", "::1#53", "fe80::1%2#53".
// Thread rule: values.
#pragma once
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace nomen::net {

enum class IpFamily : uint8_t { kNone, kV4, kV6 };

/// An IPv4 or IPv6 address; octets in network order, 4 or 16 of them, the rest zero.
class IpAddress {
 public:
  IpAddress() = default;
  static IpAddress v4(uint8_t a, uint8_t b, uint8_t c, uint8_t d);
  /// 4 or 16 octets.
  static IpAddress from_bytes(Bytes octets);
  /// "192.0.2.1" or "2001:db8::1", without scope.
  static std::optional<IpAddress> parse(std::string_view text);
  static IpAddress any(IpFamily family);

  IpFamily family() const { return family_; }
  bool is_v4() const { return family_ == IpFamily::kV4; }
  bool is_v6() const { return family_ == IpFamily::kV6; }
  Bytes bytes() const { return {octets_.data(), is_v4() ? 4U : is_v6() ? 16U : 0U}; }
  uint8_t bits() const { return is_v4() ? 32 : is_v6() ? 128 : 0; }
  bool is_any() const;         ///< 0.0.0.0 or ::
  bool is_loopback() const;    ///< 127.0.0.0/8 or ::1
  bool is_link_local() const;  ///< fe80::/10; of IPv4, 169.254.0.0/16
  std::string to_string() const;

  auto operator<=>(const IpAddress&) const = default;

 private:
  IpFamily family_ = IpFamily::kNone;
  std::array<uint8_t, 16> octets_{};
};

/// The addresses that share the first `length` bits of `address`.
struct IpPrefix {
  IpAddress address;
  uint8_t length = 0;

  bool contains(const IpAddress& other) const;
  /// "192.0.2.0/24", or an address alone for all of its bits. Bits beyond the length are kept as written.
  static std::optional<IpPrefix> parse(std::string_view text);
  std::string to_string() const;
  auto operator<=>(const IpPrefix&) const = default;
};

/// Address and port, held just as the kernel takes and gives them: no conversion on the way of a packet.
class SocketAddress {
 public:
  SocketAddress() : v6_{} {}
  SocketAddress(const IpAddress& address, uint16_t port, uint32_t scope_id = 0);
  explicit SocketAddress(const sockaddr* address);
  /// "127.0.0.1#53", "fe80::1%2#53"; the port may be left out when `default_port` is given.
  static std::optional<SocketAddress> parse(std::string_view text, std::optional<uint16_t> default_port = {});

  IpFamily family() const {
    return base_.sa_family == AF_INET    ? IpFamily::kV4
           : base_.sa_family == AF_INET6 ? IpFamily::kV6
                                         : IpFamily::kNone;
  }
  bool is_v4() const { return base_.sa_family == AF_INET; }
  bool is_v6() const { return base_.sa_family == AF_INET6; }
  IpAddress address() const;
  /// The octets of the address in place: what access lists look at, without a copy.
  Bytes address_bytes() const {
    if (is_v4()) return {reinterpret_cast<const uint8_t*>(&v4_.sin_addr), sizeof v4_.sin_addr};
    if (is_v6()) return {reinterpret_cast<const uint8_t*>(&v6_.sin6_addr), sizeof v6_.sin6_addr};
    return {};
  }
  /// sin_port and sin6_port lie at the same place, but only one of them is the member in use.
  uint16_t port() const { return ntohs(is_v4() ? v4_.sin_port : v6_.sin6_port); }
  void set_port(uint16_t port);
  /// The interface of a link-local IPv6 address, 0 otherwise.
  uint32_t scope_id() const { return is_v6() ? v6_.sin6_scope_id : 0; }

  const sockaddr* raw() const { return &base_; }
  sockaddr* raw() { return &base_; }
  /// The length the kernel wants with raw().
  socklen_t raw_size() const { return is_v4() ? sizeof v4_ : sizeof v6_; }
  static constexpr socklen_t kCapacity = sizeof(sockaddr_in6);

  std::string to_string() const;
  uint64_t hash() const;
  bool operator==(const SocketAddress& other) const;
  std::strong_ordering operator<=>(const SocketAddress& other) const;

 private:
  union {
    sockaddr base_;
    sockaddr_in v4_;
    sockaddr_in6 v6_;
  };
};

}  // namespace nomen::net

template <>
struct std::hash<nomen::net::SocketAddress> {
  size_t operator()(const nomen::net::SocketAddress& a) const { return a.hash(); }
};
template <>
struct std::hash<nomen::net::IpAddress> {
  size_t operator()(const nomen::net::IpAddress& a) const {
    return std::hash<std::string_view>()(nomen::as_text(a.bytes()));
  }
};
