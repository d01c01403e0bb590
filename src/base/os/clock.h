// The time of day, as libc has it: who moves libc's clock (libfaketime) moves ours. What is measured in spans
// goes by net::EventLoop's clock, which nobody moves. Thread rule: any thread.
#pragma once
#include <cstdint>
#include <ctime>

namespace nomen::os {

/// Seconds since 1970.
inline uint64_t unix_time_s() {
  return static_cast<uint64_t>(std::time(nullptr));
}

/// Microseconds since 1970.
inline int64_t unix_time_us() {
  std::timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1'000;
}

}  // namespace nomen::os
