// One UDP socket of one worker: datagrams come in batches (recvmmsg), the handler writes each reply over its
// request, and the replies leave in one call (sendmmsg). Nothing is allocated and nothing is copied on the
// way. Thread rule: the worker's thread only; create() may run in another one before the listener is
// attached.
#pragma once
#include <memory>
#include <span>

#include "net/address.h"
#include "net/event_loop.h"
#include "net/late_datagrams.h"
#include "net/socket_options.h"

struct mmsghdr;

namespace nomen::net {

/// A request, and then the reply in its place.
struct Datagram {
  uint8_t* data;               ///< kSlackBytes before data[0] and after data[capacity - 1] may be touched too
  uint32_t size;               ///< in: octets of the request; out: octets of the reply, 0 for none
  uint32_t capacity;           ///< kDatagramBytes
  const SocketAddress* peer;   ///< where it came from and the reply goes to
  const SocketAddress* local;  ///< the address it was sent to
  bool truncated;              ///< the request was larger than the capacity; data holds its beginning
};

class DatagramHandler {
 public:
  /// Called with 1 to kUdpBatch datagrams; sets the size of each to that of its reply (at most the capacity).
  virtual void handle(std::span<Datagram> batch) = 0;

 protected:
  ~DatagramHandler() = default;
};

/// The memory of a batch: one for each worker, used by all of its UDP listeners in turn.
class UdpBatch {
 public:
  UdpBatch();
  ~UdpBatch();
  UdpBatch(const UdpBatch&) = delete;
  UdpBatch& operator=(const UdpBatch&) = delete;

 private:
  friend class UdpListener;
  struct Arrays;
  std::unique_ptr<Arrays> arrays_;
};

struct UdpOptions {
  SocketAddress address;  ///< port 0: the kernel chooses, see UdpListener::address()
  BindOptions bind;
  int receive_buffer_bytes = 1 << 20;
  int send_buffer_bytes = 1 << 20;
  /// For a socket on a wildcard address: learn the address each request was sent to, and reply from it.
  bool learn_local_address = false;
};

/// Since the listener was made.
struct UdpCounters {
  uint64_t received = 0;
  uint64_t sent = 0;
  uint64_t send_failed = 0;  ///< replies that the kernel would not take
};

class UdpListener final : public EventHandler {
 public:
  /// `batch` and `handler` outlive the listener.
  static Result<std::unique_ptr<UdpListener>> create(const UdpOptions& options, UdpBatch& batch,
                                                     DatagramHandler& handler);
  /// Another listener at this one's socket, for another worker: whoever is first takes what comes.
  Result<std::unique_ptr<UdpListener>> share(UdpBatch& batch, DatagramHandler& handler) const;
  ~UdpListener();

  /// In the loop's thread; the listener is destroyed (or detached) in that thread too.
  Result<void> attach(EventLoop& loop);
  void detach();

  /// Sends replies whose requests came by this listener, at any time; neighbours that can leave as one do.
  void send_late(std::span<const LateDatagram> replies);

  const SocketAddress& address() const { return address_; }
  bool learns_local_address() const { return learn_local_; }
  const UdpCounters& counters() const { return counters_; }
  int fd() const { return socket_.get(); }

  void on_ready(uint32_t events) override;
  /// Receives, handles and answers at most one batch; returns how many datagrams came.
  uint32_t serve_batch();

 private:
  UdpListener(UdpBatch& batch, DatagramHandler& handler);
  void prepare_headers();
  void describe(uint32_t count);
  std::span<mmsghdr> gather_replies(uint32_t count);
  void send(std::span<mmsghdr> replies);

  Descriptor socket_;
  SocketAddress address_;
  UdpBatch::Arrays& batch_;
  DatagramHandler& handler_;
  EventLoop* loop_ = nullptr;
  bool learn_local_ = false;
  UdpCounters counters_;
};

}  // namespace nomen::net
