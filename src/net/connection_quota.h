// How many TCP clients the whole server holds: one object, shared by the listeners of all workers
// (named.conf: tcp-clients).
// Thread rule: any thread.
#pragma once
#include <atomic>
#include <cstdint>

namespace nomen::net {

class ConnectionQuota {
 public:
  explicit ConnectionQuota(uint32_t limit) : limit_(limit) {}

  /// Takes one place; false when all are taken.
  bool acquire() {
    uint32_t used = used_.load(std::memory_order_relaxed);
    do {
      if (used >= limit_.load(std::memory_order_relaxed)) return false;
    } while (!used_.compare_exchange_weak(used, used + 1, std::memory_order_relaxed));
    return true;
  }
  /// A place that was taken is really used now: what high_water() counts.
  void note_use() {
    uint32_t used = used_.load(std::memory_order_relaxed);
    uint32_t seen = high_water_.load(std::memory_order_relaxed);
    while (seen < used && !high_water_.compare_exchange_weak(seen, used, std::memory_order_relaxed)) {
    }
  }
  void release() { used_.fetch_sub(1, std::memory_order_relaxed); }

  /// A lower limit closes nobody; it holds for those who come.
  void set_limit(uint32_t limit) { limit_.store(limit, std::memory_order_relaxed); }
  uint32_t limit() const { return limit_.load(std::memory_order_relaxed); }
  uint32_t used() const { return used_.load(std::memory_order_relaxed); }
  uint32_t high_water() const { return high_water_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint32_t> limit_;
  std::atomic<uint32_t> used_{0};
  std::atomic<uint32_t> high_water_{0};
};

}  // namespace nomen::net
