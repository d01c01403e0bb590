// Signals as events of the main loop (signalfd): what init systems send a name server.
// Thread rule: created before other threads, so that they inherit the blocked signals; the main thread.
#pragma once
#include <functional>
#include <memory>

#include "base/result.h"
#include "net/descriptor.h"
#include "net/event_loop.h"

namespace nomen::server {

/// Blocks the signals that Signals handles in this thread and all that it makes.
void block_signals();

class Signals final : private net::EventHandler {
 public:
  /// `on_signal` gets SIGHUP, SIGTERM or SIGINT.
  static Result<std::unique_ptr<Signals>> create(net::EventLoop& loop, std::function<void(int)> on_signal);
  ~Signals();

 private:
  Signals(net::EventLoop& loop, net::Descriptor fd, std::function<void(int)> on_signal);
  void on_ready(uint32_t events) override;

  net::EventLoop& loop_;
  net::Descriptor fd_;
  std::function<void(int)> on_signal_;
};

}  // namespace nomen::server
