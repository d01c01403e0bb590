// EDNS options about the zone that an answer comes from: how long a copy lives yet (EXPIRE, RFC 7314), which
// version it is (ZONEVERSION, RFC 9660), and Nomen's own digest of a version. A query has them empty.
//
// The digest option has a code of the range for local use (RFC 6891 9) and answers a question for the SOA at
// a zone's apex. Its value: four octets, a serial; one octet, the kind of digest (1: the one of
// zone/content_digest.h), and the digest; or nothing behind the serial while it is being worked out. The
// digest is of the version that has this serial, which may be an earlier one than the answer's.
// Thread rule: values and free functions.
#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "dns/types.h"

namespace nomen::dns {

inline constexpr uint16_t kExpireOption = 9;
inline constexpr uint16_t kZoneVersionOption = 19;
inline constexpr uint16_t kZoneDigestOption = 65314;

inline constexpr size_t kZoneDigestBytes = 32;
inline constexpr uint8_t kZoneDigestKind = 1;

struct ZoneDigestValue {
  Serial serial;
  std::optional<std::array<uint8_t, kZoneDigestBytes>> digest;  ///< nothing: not there yet
};

/// What an answer tells of its zone.
struct ZoneOptions {
  std::optional<uint32_t> expire_s;
  std::optional<Serial> version;  ///< of type SOA-SERIAL, the only one there is
  uint8_t version_labels = 0;     ///< of the name of the zone that has that version
  std::optional<ZoneDigestValue> digest;
};

/// Out of the rdata of an OPT record. Values that are not as described count as absent; fails when the
/// options do not fill the rdata.
Result<ZoneOptions> read_zone_options(Bytes opt_rdata);

}  // namespace nomen::dns
