// The shape of a statement's value: what may follow its name, written in the manual's own notation and
// compiled to a small tree that the parser walks.
//
//   word            the word itself, any case          ~word  deprecated (warns)   -word  obsolete (warns)
//   <type>          a value of that type (ValueType)    <integer 1..5>  with its range
//   a b             a, then b                           ( a | b )       one of them
//   [ a ]           a or nothing                        [* a | b *]     each at most once, in any order
//   { a; ... }      a list of a's                       { @place }      a block of that place's statements
//
// One token of look-ahead decides every choice.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nomen::config {

/// What a single value is. The name in the notation stands behind each.
enum class ValueType : uint8_t {
  kKeyword,              ///< a word of the shape itself
  kBoolean,              ///< boolean: yes no true false 1 0
  kInteger,              ///< integer: 32 bits, decimal, 0 octal, or 0x hexadecimal with digits up to 9
  kPort,                 ///< port: an integer up to 65535
  kFixedPoint,           ///< fixedpoint: hundredths
  kPercentage,           ///< percentage
  kSize,                 ///< sizeval: bytes, with k, m or g
  kDuration,             ///< duration: TTL units or ISO 8601, in seconds
  kString,               ///< string: bare or quoted
  kQuoted,               ///< quoted_string: quoted only
  kBare,                 ///< word: bare only
  kIpv4,                 ///< ipv4_address
  kIpv6,                 ///< ipv6_address, perhaps with %scope
  kIpAddress,            ///< ip_address: either
  kPrefix,               ///< netprefix: 10/8, 2001:db8::/32, or an address
  kAddressMatchElement,  ///< address_match_element
  kAnyText,              ///< unspecified-text: anything balanced
  kRRTypes,              ///< rrtypelist: bare words up to the end
};

/// Where a statement stands: each has its own set of names.
enum class Place : uint8_t {
  kTop,
  kOptions,
  kView,
  kZone,
  kServer,
  kKey,
  kLogging,
  kChannel,
  kControls,
  kDlz,
  kDnssecPolicy,
  kHttp,
  kTls,
  kRateLimit,
  kDns64,
  kStatisticsChannels,
  kKeyStore,
  kTemplate,
  kCount
};

std::string_view to_string(Place place);  ///< "top", "options", "rate-limit"
std::optional<Place> parse_place(std::string_view text);

struct Shape {
  enum class Kind : uint8_t { kSequence, kWord, kValue, kOptional, kChoice, kAnyOrder, kList, kBlock };
  enum class Age : uint8_t { kCurrent, kDeprecated, kObsolete };

  Kind kind = Kind::kSequence;
  ValueType type = ValueType::kKeyword;  ///< kValue
  Age age = Age::kCurrent;               ///< kWord
  Place place = Place::kTop;             ///< kBlock
  uint64_t low = 0, high = UINT64_MAX;   ///< kValue: the range of a number
  std::string_view word;                 ///< kWord; points into the notation
  std::vector<Shape> parts;
};

/// Compiles the notation, which outlives the shape. The notation is ours: a mistake in it breaks a contract.
Shape compile_shape(std::string_view notation);

/// "integer", "quoted_string": the name in the notation.
std::string_view to_string(ValueType type);

}  // namespace nomen::config
