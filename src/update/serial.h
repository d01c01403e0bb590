// The next serial of a zone that changes (BIND's serial-update-method; RFC 1982; RFC 2136 3.6).
// Thread rule: pure functions; the time is a value.
#pragma once
#include <cstdint>

#include "dns/types.h"

namespace nomen::update {

enum class SerialMethod : uint8_t {
  kIncrement,  ///< one more
  kUnixtime,   ///< seconds since 1970
  kDate,       ///< YYYYMMDD00 of the day in UTC, and one more from then on
};

/// The serial behind `serial`: always later in the sense of RFC 1982, never 0. Where the time or the day is
/// not later than `serial`, it is one more.
dns::Serial next_serial(dns::Serial serial, SerialMethod method, uint64_t now_s);

}  // namespace nomen::update
