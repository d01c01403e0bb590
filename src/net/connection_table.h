// All TCP connections of one worker, whatever listener they came from, and the memory they share.
// Thread rule: the thread of the loop.
#pragma once
#include <memory>
#include <vector>

#include "net/connection_list.h"
#include "net/lookout.h"
#include "net/tcp_connection.h"

namespace nomen::net {

/// Why connections ended, since the table was made.
struct ConnectionCounters {
  uint64_t opened = 0;
  uint64_t timed_out = 0;  ///< idle, unfinished message, or slow reader
  uint64_t evicted = 0;    ///< idle, and its place was needed
};

class ConnectionTable {
 public:
  /// `loop` and `quota` outlive the table.
  ConnectionTable(EventLoop& loop, ConnectionQuota& quota, const StreamTimeouts& timeouts);
  ConnectionTable(const ConnectionTable&) = delete;
  ConnectionTable& operator=(const ConnectionTable&) = delete;
  /// Ends all that are left (on_close comes for each).
  ~ConnectionTable();

  /// The connection, or nullptr when it has ended. What a posted task asks first.
  Connection* find(ConnectionId id);

  /// Takes a connected, non-blocking socket in; the caller has acquired its place in the quota(s), the table
  /// releases it. on_open comes at once; reading starts at the end of the round. Not within a call of a
  /// StreamHandler. With `tls` the client is to speak TLS.
  void adopt(Descriptor socket, const SocketAddress& peer, const SocketAddress& local, StreamHandler& handler,
             std::shared_ptr<ConnectionQuota> listener_quota,
             const std::shared_ptr<const crypto::TlsContext>& tls = nullptr);

  /// Ends one connection that has been idle for kIdleBeforeEvictionMs; false when there is none such.
  bool make_room();

  /// Graceful end: every connection takes no further message and closes when its replies are out.
  void close_all();

  size_t size() const { return size_; }
  const StreamTimeouts& timeouts() const { return timeouts_; }
  /// Holds for connections as they become active again.
  void set_timeouts(const StreamTimeouts& timeouts) { timeouts_ = timeouts; }
  const ConnectionCounters& counters() const { return counters_; }
  EventLoop& loop() { return loop_; }
  Lookout& lookout() { return lookout_; }
  ConnectionQuota& quota() { return quota_; }

  /// Somebody who waits for a place: on_timer of `waiter` comes in the next round after a connection ended.
  void wait_for_room(Timer& waiter);
  void stop_waiting(Timer& waiter);

 private:
  friend class Connection;
  Connection& take_slot();
  void retire(Connection& connection);
  void touch(Connection& connection);

  EventLoop& loop_;
  ConnectionQuota& quota_;
  StreamTimeouts timeouts_;
  ConnectionCounters counters_;
  std::vector<std::unique_ptr<Connection>> slots_;
  std::vector<uint32_t> free_slots_;
  size_t size_ = 0;
  ConnectionList<&Connection::activity_links_> by_activity_;  ///< from the least recently active
  Lookout lookout_;
  Connection* at_turn_ = nullptr;     ///< whose replies `collected_` holds
  std::vector<uint8_t> read_buffer_;  ///< kStreamReadBytes and slack
  std::vector<uint8_t> collected_;    ///< replies of this turn
  std::vector<uint8_t> opened_;       ///< what was read through TLS; empty until there is such a connection
  std::vector<uint8_t> sealing_;      ///< replies on their way through TLS
  std::vector<Timer*> waiters_;
};

}  // namespace nomen::net
