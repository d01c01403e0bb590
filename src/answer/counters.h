// What one worker counts. Written by the worker alone, read by others at any time: relaxed atomics, which
// on the usual machines are plain adds to the worker's own cache lines.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>

namespace nomen::answer {

class Counter {
 public:
  void add(uint64_t n = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

struct Counters {
  Counter requests_udp;
  Counter requests_tcp;
  Counter dropped;
  Counter truncated;
  std::array<Counter, 24> replies_by_rcode;
};

}  // namespace nomen::answer
