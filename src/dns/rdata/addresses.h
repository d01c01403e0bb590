// IPv4 and IPv6 addresses as text (RFC 4291 2.2, RFC 5952 as glibc writes it). Thread rule: free functions.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace nomen::dns {

/// Four decimal numbers without leading zeros.
bool parse_ipv4(std::string_view text, uint8_t* address);
bool parse_ipv6(std::string_view text, uint8_t* address);
std::string ipv4_text(const uint8_t* address);
std::string ipv6_text(const uint8_t* address);

}  // namespace nomen::dns
