// Strong types for the small numbers of DNS: RR types, classes, TTLs, serials, opcodes, response codes.
// Numbers and mnemonics are IANA's; the table of RR types with their fields is rr_table.h.
#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nomen::dns {

/// An RR type or query type, RFC 1035 3.2.2. Any 16-bit value is valid (RFC 3597).
enum class RRType : uint16_t {
  kA = 1,
  kNs = 2,
  kCname = 5,
  kSoa = 6,
  kNull = 10,
  kPtr = 12,
  kMx = 15,
  kTxt = 16,
  kSig = 24,
  kKey = 25,
  kAaaa = 28,
  kNxt = 30,
  kSrv = 33,
  kNaptr = 35,
  kDname = 39,
  kOpt = 41,
  kDs = 43,
  kRrsig = 46,
  kNsec = 47,
  kDnskey = 48,
  kNsec3 = 50,
  kNsec3Param = 51,
  kCds = 59,
  kCdnskey = 60,
  kZonemd = 63,
  kSvcb = 64,
  kHttps = 65,
  kSpf = 99,
  kTkey = 249,
  kTsig = 250,
  kIxfr = 251,
  kAxfr = 252,
  kMailb = 253,
  kMaila = 254,
  kAny = 255,
  kCaa = 257
};

enum class RRClass : uint16_t { kIn = 1, kCh = 3, kHs = 4, kNone = 254, kAny = 255 };

enum class Opcode : uint8_t { kQuery = 0, kIquery = 1, kStatus = 2, kNotify = 4, kUpdate = 5, kDso = 6 };

/// Response codes, with the extended ones (RFC 6891 6.1.3, RFC 8945): 12 bits.
enum class Rcode : uint16_t {
  kNoError = 0,
  kFormErr = 1,
  kServFail = 2,
  kNxDomain = 3,
  kNotImp = 4,
  kRefused = 5,
  kYxDomain = 6,
  kYxRrset = 7,
  kNxRrset = 8,
  kNotAuth = 9,
  kNotZone = 10,
  kBadVers = 16,
  kBadKey = 17,
  kBadTime = 18,
  kBadMode = 19,
  kBadName = 20,
  kBadAlg = 21,
  kBadTrunc = 22,
  kBadCookie = 23
};

/// Seconds; at most 2^31-1 (RFC 2181 8).
struct Ttl {
  uint32_t seconds = 0;
  auto operator<=>(const Ttl&) const = default;
};

/// A zone's serial: compares only as RFC 1982 says.
struct Serial {
  uint32_t value = 0;
  bool operator==(const Serial&) const = default;
  /// RFC 1982 3.2: whether this one is later than `other`; false both ways at distance 2^31.
  bool is_after(Serial other) const {
    return value != other.value && static_cast<int32_t>(value - other.value) > 0;
  }
};

inline constexpr uint16_t number(RRType type) {
  return static_cast<uint16_t>(type);
}
inline constexpr uint16_t number(RRClass rr_class) {
  return static_cast<uint16_t>(rr_class);
}

/// "A", "TYPE65280" (RFC 3597 5).
std::string to_string(RRType type);
/// A mnemonic, any case, or TYPEnnn.
std::optional<RRType> parse_type(std::string_view text);
/// Types that stand only in questions or in messages, not in zones: 0, OPT, TKEY, TSIG, IXFR, AXFR, ANY ...
bool is_meta_type(RRType type);

std::string to_string(RRClass rr_class);  ///< "IN", "CLASS42"
std::optional<RRClass> parse_class(std::string_view text);

std::string to_string(Opcode opcode);  ///< "QUERY", "RESERVED3"
std::string to_string(Rcode rcode);    ///< "NXDOMAIN", "RESERVED12"

/// "1h30m", "3600", "2W": BIND's units, RFC 2308 style. nullopt when malformed or above 2^32-1.
std::optional<uint32_t> parse_ttl(std::string_view text);

}  // namespace nomen::dns
