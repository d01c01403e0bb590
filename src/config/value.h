// Reading single values: does a token look like such a value, and what number is it. The words for what was
// expected are those of BIND, so that people and scripts find them.
// Thread rule: free functions.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/lexer.h"
#include "config/shape.h"

namespace nomen::config {

/// Whether `token` may begin a value of that type; decides choices and optional parts.
bool looks_like(ValueType type, const Token& token);

/// "expected number", "boolean expected": what to say when it does not.
std::string_view expectation(ValueType type);

struct NumberRead {
  uint64_t value = 0;
  bool out_of_range = false;  ///< digits, but more than the type holds
};
/// The number behind the text of a value of a numeric type (booleans: 0 or 1; sizes in bytes; durations in
/// seconds; percentages and fixed points in hundredths); nullopt when it is none.
std::optional<NumberRead> read_number(ValueType type, std::string_view text);

/// An IP address as written: IPv4 needs all four parts. The scope of an IPv6 address is not part of the
/// bytes.
struct IpText {
  bool is_v6 = false;
  std::array<uint8_t, 16> bytes{};  ///< network order; IPv4 in the first four
  std::string_view scope;           ///< behind '%', perhaps empty
};
std::optional<IpText> read_ip(std::string_view text);

/// "10", "10.1", "192.0.2.1": 1 to 4 decimal parts below 256; how many were written.
struct Ipv4Parts {
  std::array<uint8_t, 4> bytes{};
  int count = 0;
};
std::optional<Ipv4Parts> read_ipv4_parts(std::string_view text);

}  // namespace nomen::config
