// Limits of transfers, NOTIFY and catalogs, with the reasons.
#pragma once
#include <cstddef>
#include <cstdint>

namespace nomen::transfer {

/// The longest message that TCP can carry (RFC 1035 4.2.2).
inline constexpr size_t kMaxMessageBytes = 65535;

/// The longest question of a secondary, before it is signed.
inline constexpr size_t kQueryBytes = 512;

/// A TTL above it is zero (RFC 2181 8).
inline constexpr uint32_t kMaxTtl_s = 0x7fffffff;

/// What a message of a transfer is filled up to: transfer-message-size and its bounds in BIND.
inline constexpr size_t kDefaultMessageBytes = 20480;
inline constexpr size_t kLeastMessageBytes = 512;

/// Steps of one IXFR answer: a secondary that is further behind is better served by the whole zone, and each
/// step costs two SOA records.
inline constexpr size_t kMaxIxfrSteps = 10'000;

/// An AXFR that brings new data of more than a 1/kDifferenceShare of the zone it replaces is built anew: the
/// lists of what goes and comes take as much memory again as what differs, and the version it makes, too.
inline constexpr size_t kDifferenceShare = 8;
inline constexpr size_t kLeastDifferenceBytes = size_t{1} << 20;

/// Messages in a row without a record, after which a transfer is given up: nothing is gained by them.
inline constexpr unsigned kMaxEmptyMessages = 100;

/// SOA queries over UDP that a primary is asked before it counts as silent: BIND's number.
inline constexpr unsigned kSoaUdpTries = 3;

/// Questions for the addresses of a stub zone's servers: two for each of fifty, which is more than any zone
/// has.
inline constexpr size_t kMaxStubQuestions = 100;

/// A secondary without any data tries again soon, as its primary may just be starting, and then less and less
/// often: there is no SOA to say how often.
inline constexpr uint32_t kFirstEmptyRetryS = 10;
inline constexpr uint32_t kLongestEmptyRetryS = 3600;

/// Members of one catalog: ten times what the largest ones in use have, and a bound to what a catalog from a
/// stranger can make of a server.
inline constexpr size_t kMaxCatalogMembers = 1'000'000;
/// What is passed over in a catalog is told so often.
inline constexpr size_t kMaxCatalogWarnings = 100;

}  // namespace nomen::transfer
