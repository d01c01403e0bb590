// IP addresses, prefixes and lists of servers as a configuration names them.
// Thread rule: values.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nomen::config {

struct IpAddress {
  bool is_v6 = false;
  std::array<uint8_t, 16> bytes{};  ///< network order; IPv4 in the first four, the rest zero
  std::string scope;                ///< the interface behind '%' of a link-local address, or empty

  bool operator==(const IpAddress&) const = default;
  /// The first `bits` bits are the same, in the same family.
  bool matches(const IpAddress& other, unsigned bits) const;
};

/// "192.0.2.1", "fe80::1%eth0"; nullopt when it is no complete address.
std::optional<IpAddress> parse_ip(std::string_view text);
std::string to_string(const IpAddress& address);

struct IpPrefix {
  IpAddress address;
  uint8_t length = 0;  ///< bits
  bool operator==(const IpPrefix&) const = default;
};

/// The text of a kPrefix value: "10/8", "2001:db8::/32", "192.0.2.1".
std::optional<IpPrefix> parse_prefix(std::string_view text);
std::string to_string(const IpPrefix& prefix);

/// One of the servers that primaries, also-notify, ... name; named lists are already resolved to their
/// servers.
struct RemoteServer {
  IpAddress address;
  uint16_t port = 0;  ///< 0: the usual one
  std::string key;    ///< name of a TSIG key, or empty
  std::string tls;    ///< name of a tls block or "ephemeral", in lower case; empty: no TLS
  bool operator==(const RemoteServer&) const = default;
};

/// Where messages are sent from: "*" (any) or one address.
struct SourceAddress {
  std::optional<IpAddress> address;
  uint16_t port = 0;  ///< 0: any
  bool operator==(const SourceAddress&) const = default;
};

}  // namespace nomen::config
