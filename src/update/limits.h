// Limits of dynamic update, with the reasons.
#pragma once
#include <cstddef>

namespace nomen::update {

/// Bytes that the records of one request may take once their names are decompressed. A message of 65535 bytes
/// has at most 5,500 records, each of which can name two names of 255 bytes by pointers; what goes beyond
/// this is no honest update.
inline constexpr size_t kMaxRequestBytes = size_t{4} << 20;

/// Notes that one update leaves for the log: an update of thousands of records says what it did first.
inline constexpr size_t kMostNotes = 1000;

}  // namespace nomen::update
