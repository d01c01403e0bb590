// The part of Connection that only connections with TLS have.
#include <sys/socket.h>

#include "base/log.h"
#include "net/connection_table.h"
#include "net/tcp_connection.h"

namespace nomen::net {

using State = crypto::TlsSession::State;

/// What is owed from before goes first: octets are sealed in the order in which they are sent.
void Connection::take_sealed(Bytes input) {
  if (!table_.collected_.empty()) flush();
  const bool was_empty = unsent() == 0;
  const size_t queued = queue_.size();
  std::vector<uint8_t>& plain = table_.opened_;
  if (plain.empty()) plain.resize(kStreamReadBytes + crypto::kTlsHeldBytes + kSlackBytes);
  const size_t size = tls_->receive(input, MutableBytes(plain).first(plain.size() - kSlackBytes), queue_);
  if (queue_.size() != queued) {
    // What TLS has to say by itself (its handshake, first of all) makes no connection live longer.
    if (was_empty) write_timeout_starts_now();
    const uint64_t active_ms = active_ms_;
    flush();
    active_ms_ = active_ms;
  }
  if (size > 0) take({plain.data(), size});
  if (tls_->state() == State::kPeerClosed) end_of_input_ = true;
  if (tls_->state() == State::kFailed) {
    log_debug(1, LogCategory::kNetwork, "net", "client {}: {}", peer_.to_string(), tls_->reason());
    closing_ = true;
  }
}

void Connection::reply_sealed(Bytes prefix, Bytes message) {
  std::vector<uint8_t>& plain = table_.sealing_;
  plain.assign(prefix.begin(), prefix.end());
  plain.insert(plain.end(), message.begin(), message.end());
  tls_->send(plain, queue_);
}

void Connection::seal_collected() {
  table_.sealing_.clear();
  tls_->send(table_.collected_, table_.sealing_);
  table_.collected_.swap(table_.sealing_);
}

/// The client learns that nothing was cut off; of no use where something is still to be sent. If the kernel
/// does not take it, nobody waits.
void Connection::say_goodbye() {
  if (tls_ == nullptr || broken_ || unsent() > 0) return;
  tls_->close(queue_);
  if (unsent() > 0) ::send(socket_.get(), queue_.data() + queue_sent_, unsent(), MSG_NOSIGNAL | MSG_DONTWAIT);
  queue_.clear();
  queue_sent_ = 0;
}

}  // namespace nomen::net
