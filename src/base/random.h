// Randomness, as an interface so that a simulation can replay it (DESIGN 7).
// SystemRandom takes it from the operating system: for secrets. FastRandom is a small generator for choices
// that need no secrecy (the order of RRs in an answer); one per thread, not shared.
#pragma once
#include <cstdint>

#include "base/bytes.h"

namespace nomen {

/// Fills `out` from getrandom(2); cannot fail on a running system (a failure ends the process).
void fill_random(MutableBytes out);
uint64_t random_u64();

class FastRandom {
 public:
  explicit FastRandom(uint64_t seed) : state_(seed | 1) {}
  uint32_t next() {  // xorshift64*, high half
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return static_cast<uint32_t>((state_ * 0x2545F4914F6CDD1DULL) >> 32);
  }
  /// A number below `bound` (bound > 0).
  uint32_t below(uint32_t bound) {
    return static_cast<uint32_t>((static_cast<uint64_t>(next()) * bound) >> 32);
  }

 private:
  uint64_t state_;
};

}  // namespace nomen
