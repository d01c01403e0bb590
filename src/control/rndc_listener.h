// A control channel on a TCP address: accepts those whom the allow list lets in and holds an RndcSession with
// each. Bounded: connections at a time, one request each at a time, idle time; a client that does not read
// its replies is not read either. Thread rule: the thread of the loop. Commands run in that thread, so it
// should not be one that answers queries. Ownership: the server owns listener, loop, Operations and
// ReplayGuard, which outlive the listener. A listener is not destroyed or closed from within an Operation
// (the session is still at work): post that to the loop.
#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "base/result.h"
#include "control/operations.h"
#include "control/rndc_session.h"
#include "net/address.h"
#include "net/descriptor.h"
#include "net/event_loop.h"

namespace nomen::control {

struct ChannelPolicy {
  std::shared_ptr<const ChannelAccess> access;
  std::function<bool(const net::SocketAddress&)> allows;  ///< the `allow` clause
};

/// Seconds since 1970, from whoever owns the clock.
using UnixClock = std::function<uint32_t()>;

class RndcListener final : private net::EventHandler {
 public:
  /// Binds and listens; logs "command channel listening on ADDRESS#PORT". The error names the address.
  static Result<std::unique_ptr<RndcListener>> open(net::EventLoop& loop, const net::SocketAddress& address,
                                                    ChannelPolicy policy, Operations& operations,
                                                    ReplayGuard& replays, UnixClock clock);
  ~RndcListener();

  /// The address with the port that the kernel chose where 0 was asked for.
  const net::SocketAddress& address() const { return address_; }
  /// After a reload: for connections from now on; those that are open keep what they had.
  void set_policy(ChannelPolicy policy) { policy_ = std::move(policy); }
  /// Stops accepting, gives replies under way a moment to leave (limits.h) and closes all. Logs "stopping
  /// command channel on ADDRESS#PORT". Called by the destructor, too.
  void close();

 private:
  class Connection;

  RndcListener(net::EventLoop& loop, ChannelPolicy policy, Operations& operations, ReplayGuard& replays,
               UnixClock clock);
  void on_ready(uint32_t events) override;
  void accept(net::Descriptor socket, const net::SocketAddress& peer);
  void forget(Connection& connection);

  net::EventLoop& loop_;
  ChannelPolicy policy_;
  Operations& operations_;
  ReplayGuard& replays_;
  UnixClock clock_;
  net::SocketAddress address_;
  net::Descriptor socket_;
  std::vector<std::unique_ptr<Connection>> connections_;
};

}  // namespace nomen::control
