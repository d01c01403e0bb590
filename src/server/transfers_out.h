// Zone transfers that are on their way out of one worker: each hangs on its connection and goes on whenever
// the client has taken what was sent, so that a slow client costs one message of memory and nobody's time.
// Thread rule: belongs to a worker; the quota is shared by all of them.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "answer/counters.h"
#include "answer/elsewhere.h"
#include "answer/snapshot.h"
#include "net/tcp_connection.h"
#include "transfer/outgoing_transfer.h"

namespace nomen::server {

/// How many transfers go at once, in all workers (transfers-out).
class TransferQuota {
 public:
  /// False when `limit` of them are under way.
  bool acquire(uint32_t limit);
  void release() { running_.fetch_sub(1, std::memory_order_relaxed); }
  uint32_t running() const { return running_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint32_t> running_{0};
};

class TransfersOut {
 public:
  /// All of them outlive it.
  TransfersOut(net::EventLoop& loop, TransferQuota& quota, answer::Counter& completed);

  /// Begins the transfer that a query on this connection asks for; its first messages leave at once. What is
  /// not NOERROR refuses it.
  dns::Rcode begin(net::Connection& connection, const answer::Query& query, const answer::Snapshot& snapshot,
                   answer::Signature& signature);
  /// Answers an IXFR over UDP (RFC 1995 2) into `out`.
  dns::Rcode answer_datagram(const answer::Query& query, const answer::Snapshot& snapshot, MutableBytes out,
                             const answer::Signature& signature, size_t& reply_size);
  /// The client has taken what was sent, or the connection has ended: what a StreamHandler is told.
  void drained(net::Connection& connection);
  void closed(net::Connection& connection);

 private:
  void send(net::Connection& connection);

  net::EventLoop& loop_;
  TransferQuota& quota_;
  answer::Counter& completed_;
  std::vector<uint8_t> message_;
};

}  // namespace nomen::server
