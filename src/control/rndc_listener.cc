#include "control/rndc_listener.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "base/log.h"
#include "base/random.h"
#include "control/limits.h"
#include "net/socket_options.h"

namespace nomen::control {

namespace {

constexpr size_t kReadBytes = 16384;
constexpr int kBacklog = 16;

uint32_t random_nonce() {
  uint32_t nonce = 0;
  while (nonce == 0) nonce = static_cast<uint32_t>(random_u64());
  return nonce;
}

void reuse_address(int fd, const net::SocketAddress&) {
  net::set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
}

}  // namespace

/// One client. It is read only when it has taken all earlier replies.
class RndcListener::Connection final : private net::EventHandler, private net::Timer {
 public:
  Connection(RndcListener& listener, net::Descriptor socket, const std::string& peer)
      : listener_(listener),
        socket_(std::move(socket)),
        session_(listener.policy_.access, listener.replays_, listener.operations_, random_nonce(), peer) {}
  ~Connection() override {
    if (armed()) listener_.loop_.cancel(*this);
    if (watched_) listener_.loop_.remove(socket_.get(), *this);
  }

  Result<void> start() {
    Result<void> added = listener_.loop_.add(socket_.get(), EPOLLIN, *this);
    watched_ = added.has_value();
    if (watched_) restart_timer();
    return added;
  }

  bool has_unsent() const { return sent_ < unsent_.size(); }
  int descriptor() const { return socket_.get(); }
  /// False when the connection is of no use any more.
  bool flush() {
    while (has_unsent()) {
      const ssize_t n =
          ::send(socket_.get(), unsent_.data() + sent_, unsent_.size() - sent_, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (n < 0) return errno == EAGAIN || errno == EINTR;
      sent_ += static_cast<size_t>(n);
    }
    unsent_.clear();
    sent_ = 0;
    return true;
  }

 private:
  void on_ready(uint32_t) override {
    if (!serve()) {
      listener_.forget(*this);  // destroys this object
      return;
    }
    listener_.loop_.modify(socket_.get(), has_unsent() ? EPOLLOUT : EPOLLIN, *this);
  }
  void on_timer() override { listener_.forget(*this); }

  bool serve() {
    if (!flush()) return false;
    if (has_unsent()) return true;
    if (closing_) return false;
    uint8_t bytes[kReadBytes];
    const ssize_t n = ::recv(socket_.get(), bytes, sizeof bytes, MSG_DONTWAIT);
    if (n == 0) return false;
    if (n < 0) return errno == EAGAIN || errno == EINTR;
    restart_timer();
    RndcSession::Step step = session_.receive({bytes, static_cast<size_t>(n)}, listener_.clock_());
    unsent_ = std::move(step.send);
    closing_ = step.close;
    return flush() && (has_unsent() || !closing_);
  }
  void restart_timer() {
    listener_.loop_.set_timer(*this, listener_.loop_.now_ms() + kControlIdleTimeout_ms);
  }

  RndcListener& listener_;
  net::Descriptor socket_;
  RndcSession session_;
  std::vector<uint8_t> unsent_;
  size_t sent_ = 0;
  bool closing_ = false;
  bool watched_ = false;
};

RndcListener::RndcListener(net::EventLoop& loop, ChannelPolicy policy, Operations& operations,
                           ReplayGuard& replays, UnixClock clock)
    : loop_(loop),
      policy_(std::move(policy)),
      operations_(operations),
      replays_(replays),
      clock_(std::move(clock)) {}

RndcListener::~RndcListener() {
  close();
}

Result<std::unique_ptr<RndcListener>> RndcListener::open(net::EventLoop& loop,
                                                         const net::SocketAddress& address,
                                                         ChannelPolicy policy, Operations& operations,
                                                         ReplayGuard& replays, UnixClock clock) {
  Result<net::Descriptor> socket = net::bound_socket(SOCK_STREAM, address, {}, reuse_address);
  if (!socket) return std::unexpected(socket.error());
  if (::listen(socket->get(), kBacklog) != 0)
    return failure(net::errno_text("cannot listen on " + address.to_string(), errno));
  std::unique_ptr<RndcListener> listener(
      new RndcListener(loop, std::move(policy), operations, replays, std::move(clock)));
  if (Result<void> added = loop.add(socket->get(), EPOLLIN, *listener); !added)
    return std::unexpected(added.error());
  listener->socket_ = std::move(*socket);
  listener->address_ = net::local_address_of(listener->socket_.get());
  log(LogCategory::kGeneral, LogSeverity::kNotice, "control", "command channel listening on {}",
      listener->address_.to_string());
  return listener;
}

void RndcListener::on_ready(uint32_t) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  net::Descriptor socket(
      ::accept4(socket_.get(), reinterpret_cast<sockaddr*>(&storage), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!socket.valid())
    return;  // the client has gone again; for lack of descriptors epoll reports it once more
  accept(std::move(socket), net::SocketAddress(reinterpret_cast<const sockaddr*>(&storage)));
}

void RndcListener::accept(net::Descriptor socket, const net::SocketAddress& peer) {
  if (!policy_.allows(peer)) {
    log(LogCategory::kSecurity, LogSeverity::kWarning, "control", "rejected command channel message from {}",
        peer.to_string());
    return;
  }
  if (connections_.size() >= kMaxControlConnections) {
    log(LogCategory::kGeneral, LogSeverity::kWarning, "control",
        "too many control connections: turned {} away", peer.to_string());
    return;
  }
  auto connection = std::make_unique<Connection>(*this, std::move(socket), peer.to_string());
  if (connection->start()) connections_.push_back(std::move(connection));
}

void RndcListener::forget(Connection& connection) {
  std::erase_if(connections_, [&](const std::unique_ptr<Connection>& c) { return c.get() == &connection; });
}

void RndcListener::close() {
  if (!socket_.valid()) return;
  loop_.remove(socket_.get(), *this);
  socket_.reset();
  log(LogCategory::kGeneral, LogSeverity::kNotice, "control", "stopping command channel on {}",
      address_.to_string());
  const uint64_t end_ms = net::monotonic_ms() + kControlFlushTimeout_ms;
  for (const std::unique_ptr<Connection>& connection : connections_) {
    while (connection->has_unsent() && connection->flush() && connection->has_unsent()) {
      const uint64_t now_ms = net::monotonic_ms();
      if (now_ms >= end_ms) break;
      pollfd wait{connection->descriptor(), POLLOUT, 0};
      ::poll(&wait, 1, static_cast<int>(end_ms - now_ms));
    }
  }
  connections_.clear();
}

}  // namespace nomen::control
