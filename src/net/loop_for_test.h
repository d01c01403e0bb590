// An event loop whose clock a test moves. Thread rule: the test's thread; one at a time, as the clock is
// shared.
#pragma once
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>

#include "net/event_loop.h"

namespace nomen::net {

class LoopForTest : public testing::Test {
 protected:
  /// Turns the loop until it holds; fails when it does not within some seconds of real time.
  void until(const std::function<bool()>& holds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!holds()) {
      ASSERT_LT(std::chrono::steady_clock::now(), end) << "it did not happen";
      loop->poll_once(1);
    }
  }
  void settle() {
    for (int i = 0; i < 20; ++i) loop->poll_once(1);
  }
  void pass(uint64_t ms) {
    clock_ms += ms;
    settle();
  }

  static inline uint64_t clock_ms = 1'000'000;
  std::unique_ptr<EventLoop> loop = *EventLoop::create([] { return clock_ms; });
};

}  // namespace nomen::net
