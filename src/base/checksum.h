// A fast checksum against damage (torn writes, flipped bits), some ten octets a nanosecond: not against
// people, who can make one fit. The same number on every machine and in every version: it is written to
// disks. Thread rule: pure function.
#pragma once
#include <cstdint>

#include "base/bytes.h"

namespace nomen {

/// `seed` lets one checksum go on from another.
uint64_t checksum64(Bytes bytes, uint64_t seed = 0);

}  // namespace nomen
