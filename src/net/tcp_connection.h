// One TCP connection that carries DNS messages, each behind its two octets of length (RFC 1035 4.2.2,
// RFC 7766). Messages come in as many pieces as the network likes; replies may be given at once, later and
// in any order. Memory is bounded: one unfinished message, kHighWaterBytes of replies and one reply more.
// Thread rule: the thread of the loop it lives in. Other threads post a task that finds it by its id.
// Ownership: ConnectionTable; a handler keeps the ConnectionId, never the reference.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "crypto/tls_session.h"
#include "net/address.h"
#include "net/connection_list.h"
#include "net/connection_quota.h"
#include "net/event_loop.h"
#include "net/limits.h"

namespace nomen::net {

class Connection;
class ConnectionTable;

/// Names a connection of one ConnectionTable; never names another one after its death.
struct ConnectionId {
  uint32_t slot = UINT32_MAX;
  uint32_t generation = 0;
  bool operator==(const ConnectionId&) const = default;
};

class StreamHandler {
 public:
  /// Accepted; abort() here turns the client away before anything is read.
  virtual void on_open(Connection&) {}
  /// A whole message, 0 to 65535 octets, without its prefix; valid during the call. At least kSlackBytes
  /// behind it may be read (their content means nothing).
  virtual void on_message(Connection&, Bytes message) = 0;
  /// Room again: comes after writable() was false, when it is true again.
  virtual void on_drained(Connection&) {}
  /// Gone, for whatever reason: called by the loop, with nothing that the handler does under way. The
  /// connection can still be looked at during the call, but not written to.
  virtual void on_close(Connection&) {}

 protected:
  ~StreamHandler() = default;
};

/// What a handler hangs on a connection for its own use; dies with it.
class Attachment {
 public:
  virtual ~Attachment() = default;
};

/// All in milliseconds. named.conf: tcp-initial-timeout, tcp-idle-timeout, tcp-keepalive-timeout.
struct StreamTimeouts {
  uint32_t initial_ms = 30'000;    ///< from the opening to the end of the first message
  uint32_t idle_ms = 30'000;       ///< from message to message; an unfinished message does not prolong it
  uint32_t keepalive_ms = 30'000;  ///< instead of idle_ms once use_keepalive() was called (RFC 7828)
  uint32_t write_ms = 30'000;      ///< in which a slow reader must take kLeastDrainBytes, or all there is
};

class Connection final : private EventHandler, private Timer {
 public:
  /// Only ConnectionTable can make one.
  class Key {
    friend class ConnectionTable;
    Key() = default;
  };
  Connection(Key, ConnectionTable& table) : table_(table) {}

  ConnectionId id() const { return id_; }
  const SocketAddress& peer() const { return peer_; }
  /// The address the client has connected to.
  const SocketAddress& local();
  bool is_encrypted() const { return tls_ != nullptr; }
  /// Encrypted, and both sides have agreed on the protocol "dot".
  bool speaks_dot() const { return tls_ != nullptr && tls_->speaks_dot(); }

  /// Queues one message of 1 to 65535 octets (copied). It leaves at the end of the connection's turn together
  /// with all others of the turn, or at once when it is not its turn. Dropped once the connection is broken.
  void reply(Bytes message);
  /// Whether a producer of many messages should go on now; if not, on_drained will come.
  bool writable();

  /// While held, the connection counts as busy: it is not closed for being idle, nor at the end of what the
  /// client sends. Each hold() is matched by one release(), when the answer that comes later was given.
  /// A connection that is held kHoldsPerConnection times is not read.
  void hold() { ++holds_; }
  void release();
  /// reply() and release() for each of them, which leave together. Not within a call of the handler's. The
  /// connection may be gone afterwards.
  void give_held(std::span<const Bytes> messages);

  /// From now on the keepalive timeout holds instead of the idle one (RFC 7828).
  void use_keepalive();
  /// This connection's own idle timeout, in place of the table's.
  void set_idle_timeout_ms(uint32_t idle_ms);
  /// This connection's own write timeout, in place of the table's; 0: the table's.
  void set_write_timeout_ms(uint32_t write_ms);

  /// No further message is taken; closed when what is queued has left and nothing holds it.
  void close();
  /// Closed without sending what is queued. Neither this nor any other call here runs on_close before it
  /// returns: that comes from the loop.
  void abort();
  bool is_open() const { return socket_.valid() && !closing_ && !broken_; }

  std::unique_ptr<Attachment> attachment;

 private:
  friend class ConnectionTable;
  friend class Lookout;

  /// Who sees to it that what comes in is read.
  enum class Place : uint8_t { kNowhere, kNew, kAnswered, kEpoll };

  // A turn is what the connection does when the loop calls it: replies of a turn leave together.
  void on_ready(uint32_t events) override;
  void on_timer() override;
  void start();
  bool look();
  void watch();
  void begin_turn();
  void end_turn();
  bool at_turn() const;

  // What comes in.
  bool read();
  void take(Bytes input);
  Bytes complete_kept(Bytes input);
  Bytes take_whole_messages(Bytes input);
  void take_kept();
  void deliver(Bytes message);
  bool may_take() const { return !closing_ && !blocked_ && !broken_ && holds_ < kHoldsPerConnection; }
  bool reading() const { return may_take() && !messages_wait_ && !end_of_input_; }

  // What goes out.
  void flush();
  void send_queue();
  void send_collected();
  size_t send_some(Bytes bytes);
  void produce();
  size_t unsent() const { return queue_.size() - queue_sent_; }
  size_t queued_bytes() const;

  // TLS: what comes in is opened, what goes out sealed. The queue holds sealed octets, what is collected in a
  // turn is sealed when it is sent.
  void take_sealed(Bytes input);
  void reply_sealed(Bytes prefix, Bytes message);
  void seal_collected();
  void say_goodbye();

  // How it stands with the loop.
  bool is_calm() const;
  bool done() const;
  void update_interest();
  uint64_t deadline_ms() const;
  bool expired() const;
  void discard_input();
  void arm(uint64_t when_ms);
  void call_me_next_round() { arm(0); }
  uint64_t arrived_bytes() const;
  void write_timeout_starts_now();
  bool client_took_enough();

  ConnectionTable& table_;
  ConnectionId id_;
  Descriptor socket_;
  SocketAddress peer_;
  SocketAddress local_;
  StreamHandler* handler_ = nullptr;
  std::shared_ptr<ConnectionQuota> listener_quota_;
  std::unique_ptr<crypto::TlsSession> tls_;  ///< nullptr: plain TCP

  std::vector<uint8_t> kept_;   ///< octets that came and make no whole message yet, or may not be taken yet
  std::vector<uint8_t> queue_;  ///< replies that the kernel has not taken, from queue_sent_ on
  size_t queue_sent_ = 0;
  size_t turn_bytes_ = 0;        ///< queued in this turn
  uint64_t handed_bytes_ = 0;    ///< given to the kernel so far
  uint64_t arrived_before_ = 0;  ///< of them, what the client had taken when the write timeout began
  uint64_t write_since_ms_ = 0;  ///< since when the write timeout runs
  uint64_t active_ms_ = 0;  ///< the last whole message or the last reply that had to wait, or the opening
  uint64_t armed_ms_ = 0;   ///< when the timer is to fire, if armed
  uint32_t idle_ms_ = 0;    ///< in force when own_idle_
  uint32_t write_ms_ = 0;   ///< in force when it is not 0
  uint32_t holds_ = 0;
  uint32_t interest_ = 0;  ///< what epoll watches for
  Place place_ = Place::kNowhere;
  uint8_t vain_looks_ = 0;  ///< from its place in the lookout
  bool registered_ = false;
  bool local_known_ = false;
  bool own_idle_ = false;
  bool had_message_ = false;
  bool closing_ = false;        ///< close() was called
  bool broken_ = false;         ///< abort() was called or the socket failed
  bool end_of_input_ = false;   ///< the client sends no more
  bool messages_wait_ = false;  ///< kept_ may hold whole messages
  bool blocked_ = false;        ///< too many replies are queued, until few are
  bool socket_full_ = false;    ///< the kernel takes no more until EPOLLOUT
  bool starved_ = false;        ///< a producer was told to wait: on_drained is owed
  ConnectionLinks activity_links_;
  ConnectionLinks lookout_links_;
};

}  // namespace nomen::net
