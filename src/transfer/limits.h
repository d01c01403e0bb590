// Limits of transfers, NOTIFY and catalogs, with the reasons.
#pragma once
#include <cstddef>
#include <cstdint>

namespace nomen::transfer {

/// The longest message that TCP can carry (RFC 1035 4.2.2).
inline constexpr size_t kMaxMessageBytes = 65535;

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

}  // namespace nomen::transfer
