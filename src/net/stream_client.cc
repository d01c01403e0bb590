#include "net/stream_client.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/contract.h"
#include "base/os/file.h"
#include "net/limits.h"
#include "net/socket_options.h"

namespace nomen::net {

using State = crypto::TlsSession::State;

Result<std::unique_ptr<StreamClient>> StreamClient::open(EventLoop& loop, const SocketAddress& server,
                                                         const SocketAddress& source,
                                                         const StreamClientTimeouts& timeouts,
                                                         StreamClientHandler& handler, TlsContextPtr tls) {
  SocketAddress from = source;
  // A port of its own for each connection: the last one may still be waiting for its end.
  if (from.family() != IpFamily::kNone) from.set_port(0);
  auto socket = connecting_socket(SOCK_STREAM, server, from);
  if (!socket) return std::unexpected(socket.error());
  set_option(socket->get(), IPPROTO_TCP, TCP_NODELAY, 1);
  std::unique_ptr<StreamClient> client(new StreamClient(loop, server, timeouts, handler, std::move(tls)));
  if (auto added = loop.add(socket->get(), EPOLLOUT, *client); !added) return std::unexpected(added.error());
  client->socket_ = std::move(*socket);
  client->arm();
  return client;
}

StreamClient::StreamClient(EventLoop& loop, const SocketAddress& server, const StreamClientTimeouts& timeouts,
                           StreamClientHandler& handler, TlsContextPtr tls)
    : loop_(loop),
      server_(server),
      timeouts_(timeouts),
      handler_(handler),
      tls_context_(std::move(tls)),
      opened_ms_(loop.now_ms()),
      active_ms_(loop.now_ms()) {}

StreamClient::~StreamClient() {
  loop_.cancel(*this);
  if (!socket_.valid()) return;
  say_goodbye();
  loop_.remove(socket_.get(), *this);
}

void StreamClient::send(Bytes message) {
  NOMEN_REQUIRE(!message.empty() && message.size() <= kLargestMessage);
  uint8_t prefix[kPrefixBytes];
  store_u16(prefix, static_cast<uint16_t>(message.size()));
  std::vector<uint8_t>& to = tls_context_ != nullptr ? waiting_ : queue_;
  to.insert(to.end(), prefix, prefix + kPrefixBytes);
  to.insert(to.end(), message.begin(), message.end());
  if (!connected_) return;
  if (tls_ != nullptr) {
    tls_->send(waiting_, queue_);
    waiting_.clear();
  }
  watch();
}

SocketAddress StreamClient::local() const {
  return local_address_of(socket_.get());
}

void StreamClient::pause(bool paused) {
  paused_ = paused;
  active_ms_ = loop_.now_ms();
  if (connected_) watch();
}

void StreamClient::watch() {
  const uint32_t in = paused_ && connected_ ? 0U : static_cast<uint32_t>(EPOLLIN);
  const uint32_t out = sent_ < queue_.size() ? static_cast<uint32_t>(EPOLLOUT) : 0U;
  loop_.modify(socket_.get(), in | out, *this);
}

void StreamClient::on_ready(uint32_t) {
  const std::weak_ptr<const bool> alive = alive_;
  const bool is_shaking_hands = tls_ != nullptr && !connected_;
  if (!connected_ && !is_shaking_hands && !finish_connecting()) return;
  if (alive.expired() || !socket_.valid()) return;
  if (!flush() || (paused_ && connected_)) return;
  read();
}

bool StreamClient::finish_connecting() {
  int reason = 0;
  socklen_t size = sizeof reason;
  ::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &reason, &size);
  if (reason != 0) {
    end(os::system_error_text(reason));
    return false;
  }
  if (tls_context_ != nullptr) {
    tls_ = std::make_unique<crypto::TlsSession>(tls_context_, server_.address().to_string(), queue_);
    watch();
  } else {
    stand();
  }
  return true;
}

/// Messages may go from now on.
void StreamClient::stand() {
  connected_ = true;
  active_ms_ = loop_.now_ms();
  if (tls_ != nullptr) {
    tls_->send(waiting_, queue_);
    waiting_.clear();
  }
  arm();
  watch();
  handler_.on_connected();
}

/// Sends what the kernel takes; false when the connection has ended.
bool StreamClient::flush() {
  if (sent_ == queue_.size()) return true;
  while (sent_ < queue_.size()) {
    const ssize_t sent = ::send(socket_.get(), queue_.data() + sent_, queue_.size() - sent_, MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EAGAIN || errno == EINTR) break;
      end(os::system_error_text(errno));
      return false;
    }
    sent_ += static_cast<size_t>(sent);
  }
  if (sent_ == queue_.size()) {
    queue_.clear();
    sent_ = 0;
  }
  watch();
  return true;
}

/// One read a turn, so that one fast server does not hold up the loop.
void StreamClient::read() {
  if (input_.empty()) {
    input_.resize(kStreamReadBytes + crypto::kTlsHeldBytes + kPrefixBytes + kLargestMessage + kSlackBytes);
    if (tls_ != nullptr) sealed_.resize(kStreamReadBytes);
  }
  const MutableBytes room =
      tls_ != nullptr ? MutableBytes(sealed_)
                      : MutableBytes(input_).subspan(input_size_, input_.size() - kSlackBytes - input_size_);
  const ssize_t got = ::recv(socket_.get(), room.data(), room.size(), 0);
  if (got < 0) {
    if (errno != EAGAIN && errno != EINTR) end(os::system_error_text(errno));
    return;
  }
  if (got == 0) {
    end("end of file");
    return;
  }
  if (tls_ != nullptr) return take_sealed(room.first(static_cast<size_t>(got)));
  active_ms_ = loop_.now_ms();
  input_size_ += static_cast<size_t>(got);
  deliver_whole_messages();
}

void StreamClient::take_sealed(Bytes input) {
  const std::weak_ptr<const bool> alive = alive_;
  const MutableBytes room = MutableBytes(input_).subspan(input_size_);
  const size_t size = tls_->receive(input, room.first(room.size() - kSlackBytes), queue_);
  const bool failed = tls_->state() == State::kFailed;
  const bool stands = !failed && tls_->state() != State::kHandshake;
  if (!flush()) return;
  if (stands && !connected_) {
    if (!tls_->speaks_dot()) return end("ALPN for DoT failed");
    stand();
    if (alive.expired() || !socket_.valid()) return;
  }
  if (connected_) active_ms_ = loop_.now_ms();
  input_size_ += size;
  deliver_whole_messages();
  if (alive.expired() || !socket_.valid()) return;
  if (failed) return end(tls_->reason());
  if (tls_->state() == State::kPeerClosed) end("end of file");
}

/// The server learns that nothing was cut off. If the kernel does not take it, nobody waits.
void StreamClient::say_goodbye() {
  if (tls_ == nullptr || sent_ < queue_.size()) return;
  std::vector<uint8_t> goodbye;
  tls_->close(goodbye);
  if (!goodbye.empty()) ::send(socket_.get(), goodbye.data(), goodbye.size(), MSG_NOSIGNAL);
}

/// Stops when whoever takes a message destroys the client.
void StreamClient::deliver_whole_messages() {
  const std::weak_ptr<const bool> alive = alive_;
  size_t at = 0;
  while (input_size_ - at >= kPrefixBytes) {
    const size_t size = load_u16(&input_[at]);
    if (input_size_ - at - kPrefixBytes < size) break;
    handler_.on_message({&input_[at + kPrefixBytes], size});
    if (alive.expired() || !socket_.valid()) return;
    at += kPrefixBytes + size;
  }
  std::memmove(input_.data(), input_.data() + at, input_size_ - at);
  input_size_ -= at;
}

/// The timer is not moved with every byte: when it fires, it looks how long it has been quiet.
void StreamClient::arm() {
  const uint64_t total =
      timeouts_.total_ms > UINT64_MAX - opened_ms_ ? UINT64_MAX : opened_ms_ + timeouts_.total_ms;
  const uint64_t quiet = active_ms_ + (connected_ ? timeouts_.idle_ms : timeouts_.connect_ms);
  loop_.set_timer(*this, std::min(total, quiet));
}

void StreamClient::on_timer() {
  const uint64_t now = loop_.now_ms();
  const bool total_over = now - opened_ms_ >= timeouts_.total_ms;
  const bool quiet = !paused_ && now - active_ms_ >= (connected_ ? timeouts_.idle_ms : timeouts_.connect_ms);
  if (total_over || quiet) {
    end("timed out");
    return;
  }
  if (paused_) active_ms_ = now;
  arm();
}

void StreamClient::end(std::string why) {
  loop_.cancel(*this);
  loop_.remove(socket_.get(), *this);
  socket_.reset();
  handler_.on_end({std::move(why)});
}

}  // namespace nomen::net
