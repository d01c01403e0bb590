// One thread that answers: an event loop, its share of the listening sockets (SO_REUSEPORT), and a pipeline.
// It takes the newest snapshot at the start of each batch and holds no lock while it answers.
// Thread rule: made, started and ended by the server's main thread; what it owns is touched by its own thread
// only, listeners are added and taken away by tasks posted to its loop.
#pragma once
#include <functional>
#include <memory>
#include <thread>
#include <unordered_map>
#include <vector>

#include "answer/pipeline.h"
#include "net/connection_table.h"
#include "net/event_loop.h"
#include "net/tcp_listener.h"
#include "net/udp_listener.h"
#include "server/forwarded_notify.h"
#include "server/forwarded_update.h"
#include "server/snapshot_slot.h"
#include "server/transfers_out.h"
#include "server/update_inbox.h"
#include "server/zone_digests.h"

namespace nomen::server {

/// The sockets of one address in one worker, made by the main thread; with TLS there is none for UDP.
struct ListenerPair {
  net::SocketAddress address;
  std::unique_ptr<net::UdpListener> udp;
  std::unique_ptr<net::TcpListener> tcp;
};

class Worker final : private net::DatagramHandler,
                     private net::StreamHandler,
                     private net::LoopObserver,
                     private answer::Elsewhere {
 public:
  /// What all workers of a server share; it outlives them.
  struct Shared {
    const SnapshotSlot& snapshots;
    net::ConnectionQuota& quota;
    TransferQuota& transfers;
    UpdateInbox& updates;
    TakeRelays take_relays;
    TakeNotifies take_notifies;
    WaitingNotifies& waiting_notifies;
    ZoneDigests& digests;
  };
  /// `number` is the worker's own, for replies that come later.
  static Result<std::unique_ptr<Worker>> create(const Shared& shared, unsigned number,
                                                const net::StreamTimeouts& timeouts);
  ~Worker();

  void start();
  /// No further request is read; TCP clients get what is queued for them; then the thread ends. Waits for it.
  void stop();

  net::UdpBatch& udp_batch() { return batch_; }
  net::DatagramHandler& datagram_handler() { return *this; }
  net::StreamHandler& stream_handler() { return *this; }

  /// Any thread: takes effect in the worker's next round.
  void add_listener(ListenerPair pair);
  /// With `at_once` it waits until the sockets are closed; only of a worker that was started.
  void remove_listener(const net::SocketAddress& address, bool at_once = false);
  /// Other certificates for those who connect from now on, at an address with TLS.
  void set_listener_tls(const net::SocketAddress& address, std::shared_ptr<const crypto::TlsContext> tls);
  void set_timeouts(const net::StreamTimeouts& timeouts);
  /// Lets an idle worker notice that there is a newer snapshot.
  void refresh();

  /// Any thread: updates of this worker come back with their replies.
  void send_late(ForwardedUpdates updates);

  const answer::Counters& counters() const { return pipeline_.counters(); }

 private:
  Worker(const Shared& shared, unsigned number, std::unique_ptr<net::EventLoop> loop,
         const net::StreamTimeouts& timeouts);
  void handle(std::span<net::Datagram> batch) override;
  void on_open(net::Connection& connection) override;
  void on_message(net::Connection& connection, Bytes message) override;
  void on_drained(net::Connection& connection) override { transfers_.drained(connection); }
  void on_close(net::Connection& connection) override { transfers_.closed(connection); }
  dns::Rcode transfer(const answer::Query& query, MutableBytes out, answer::Signature& signature,
                      size_t& reply_size) override;
  dns::Rcode update(const answer::Query& query, Bytes request, Bytes reply,
                    const answer::Signature& signature) override;
  dns::Rcode notify(const answer::Query& query) override;
  KnownDigest digest(const answer::Query& query) override;
  ForwardedUpdatePtr fresh_update();
  void leave_updates();
  void send_now(ForwardedUpdates& updates);
  void send_together(std::span<const ForwardedUpdatePtr> updates);
  net::UdpListener* listener_of(const net::SocketAddress& local);
  void before_wait() override;
  void after_wait() override;
  void take_snapshot();

  const SnapshotSlot& snapshots_;
  SnapshotPtr snapshot_;
  uint64_t snapshot_version_ = 0;
  net::UdpBatch batch_;  ///< outlives the loop: listeners that were never attached are in tasks there
  std::unique_ptr<net::EventLoop> loop_;
  answer::Pipeline pipeline_;
  TransfersOut transfers_;  ///< before the connections, which tell it of their end
  net::ConnectionTable connections_;
  net::Connection* asking_ = nullptr;  ///< whose message is being answered
  std::vector<ListenerPair> listeners_;
  std::vector<answer::Exchange> exchanges_;
  std::vector<uint8_t> stream_reply_;
  const unsigned number_;
  UpdateInbox& inbox_;
  const TakeRelays& take_relays_;
  const TakeNotifies& take_notifies_;
  WaitingNotifies& waiting_notifies_;
  ZoneDigests& digests_;
  ForwardedUpdates updates_;               ///< of this round
  ForwardedUpdates relays_;                ///< of this round
  std::vector<ForwardedNotify> notifies_;  ///< of this round
  ForwardedUpdates spare_updates_;         ///< that have been answered, for the next ones
  std::vector<net::LateDatagram> late_datagrams_;
  std::vector<Bytes> late_messages_;
  std::thread thread_;
};

}  // namespace nomen::server
