// Something done again and again at a distance in time, on the main loop.
// Thread rule: the loop's thread.
#pragma once
#include <cstdint>
#include <functional>
#include <utility>

#include "net/event_loop.h"

namespace nomen::server {

class Interval final : private net::Timer {
 public:
  Interval(net::EventLoop& loop, std::function<void()> action) : loop_(loop), action_(std::move(action)) {}
  ~Interval() override { loop_.cancel(*this); }
  Interval(const Interval&) = delete;
  Interval& operator=(const Interval&) = delete;

  /// The first time after `milliseconds`, then each time as long after; 0: not any more.
  void set(uint64_t milliseconds) {
    milliseconds_ = milliseconds;
    if (milliseconds == 0) {
      loop_.cancel(*this);
    } else {
      loop_.set_timer(*this, net::monotonic_ms() + milliseconds);
    }
  }

 private:
  void on_timer() override {
    set(milliseconds_);
    action_();
  }

  net::EventLoop& loop_;
  std::function<void()> action_;
  uint64_t milliseconds_ = 0;
};

}  // namespace nomen::server
