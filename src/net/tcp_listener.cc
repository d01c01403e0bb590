#include "net/tcp_listener.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>

#include "base/contract.h"
#include "base/log.h"
#include "base/os/file.h"
#include "net/limits.h"

namespace nomen::net {
namespace {

/// Set on the listening socket; the accepted ones inherit it, which saves a system call for each.
void send_at_once(int fd, const SocketAddress&) {
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
}

bool is_shortage(int error_number) {
  return error_number == EMFILE || error_number == ENFILE || error_number == ENOBUFS ||
         error_number == ENOMEM;
}

}  // namespace

TcpListener::TcpListener(std::shared_ptr<ConnectionQuota> quota,
                         std::shared_ptr<const crypto::TlsContext> tls, StreamHandler& handler)
    : handler_(handler), quota_(std::move(quota)), tls_(std::move(tls)) {}

void TcpListener::set_tls(std::shared_ptr<const crypto::TlsContext> tls) {
  NOMEN_REQUIRE(tls_ != nullptr && tls != nullptr);
  tls_ = std::move(tls);
}

TcpListener::~TcpListener() {
  detach();
}

Result<std::unique_ptr<TcpListener>> TcpListener::create(const TcpOptions& options, StreamHandler& handler) {
  auto socket = bound_socket(SOCK_STREAM, options.address, options.bind, send_at_once);
  if (!socket) return std::unexpected(std::move(socket.error()));
  // Connections inherit the buffers, and the window that is offered follows from them: before listen(2).
  if (options.receive_buffer_bytes > 0)
    set_buffer(socket->get(), SO_RCVBUFFORCE, SO_RCVBUF, options.receive_buffer_bytes);
  if (options.send_buffer_bytes > 0)
    set_buffer(socket->get(), SO_SNDBUFFORCE, SO_SNDBUF, options.send_buffer_bytes);
  if (listen(socket->get(), options.backlog) != 0) return failure(errno_text("listen", errno));
  std::unique_ptr<TcpListener> listener(new TcpListener(options.quota, options.tls, handler));
  listener->socket_ = std::move(*socket);
  listener->address_ = local_address_of(listener->socket_.get());
  return listener;
}

Result<std::unique_ptr<TcpListener>> TcpListener::share(StreamHandler& handler) const {
  auto socket = shared_socket(socket_);
  if (!socket) return std::unexpected(std::move(socket.error()));
  std::unique_ptr<TcpListener> listener(new TcpListener(quota_, tls_, handler));
  listener->socket_ = std::move(*socket);
  listener->address_ = address_;
  return listener;
}

Result<void> TcpListener::attach(ConnectionTable& table) {
  NOMEN_REQUIRE(table_ == nullptr);
  auto added = table.loop().add(socket_.get(), EPOLLIN, *this);
  if (!added) return added;
  table_ = &table;
  watched_ = true;
  table.lookout().add(*this);
  return {};
}

void TcpListener::detach() {
  if (table_ == nullptr) return;
  table_->loop().remove(socket_.get(), *this);
  table_->loop().cancel(*this);
  table_->stop_waiting(*this);
  table_->lookout().remove(*this);
  table_ = nullptr;
  resting_ = false;
}

void TcpListener::watch(bool by_epoll) {
  watched_ = by_epoll;
  update_interest();
}

void TcpListener::update_interest() {
  table_->loop().modify(socket_.get(), watched_ && !resting_ ? EPOLLIN : 0U, *this);
}

void TcpListener::on_ready(uint32_t) {
  accept(std::max(waiting_clients(), 1U));
}

bool TcpListener::look() {
  const uint32_t waiting = resting_ ? 0 : waiting_clients();
  accept(waiting);
  return waiting > 0;
}

void TcpListener::accept(uint32_t most) {
  most = std::min(most, kAcceptsPerTurn);
  bool more = true;
  for (uint32_t i = 0; more && i < most; ++i) more = accept_one(i == 0);
}

/// A vain accept4 costs many times more than to ask: the kernel makes the socket before it looks for a
/// client.
uint32_t TcpListener::waiting_clients() const {
  tcp_info info{};
  socklen_t size = offsetof(tcp_info, tcpi_sacked);
  // Of a listening socket this field is the length of its queue.
  return getsockopt(socket_.get(), IPPROTO_TCP, TCP_INFO, &info, &size) == 0 ? info.tcpi_unacked : 1;
}

/// Returns whether it makes sense to try again. Only for the first of a turn it is certain that a client
/// waits, so only then somebody else may be made to give way.
bool TcpListener::accept_one(bool first) {
  if (!acquire_place()) {
    if (!first) return false;
    if (!table_->make_room() || !acquire_place()) {
      rest("quota reached");
      return false;
    }
  }
  SocketAddress peer;
  socklen_t size = SocketAddress::kCapacity;
  Descriptor accepted(accept4(socket_.get(), peer.raw(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (accepted.valid()) {
    told_ = false;
    table_->adopt(std::move(accepted), peer, address_, handler_, quota_, tls_);
    return true;
  }
  int error_number = errno;
  release_place();
  if (error_number == EAGAIN) return false;
  if (!is_shortage(error_number)) return true;  // this client has gone already
  if (table_->make_room()) return true;
  rest(os::system_error_text(error_number));
  return false;
}

bool TcpListener::acquire_place() {
  if (quota_ && !quota_->acquire()) return false;
  if (table_->quota().acquire()) return true;
  if (quota_) quota_->release();
  return false;
}

void TcpListener::release_place() {
  table_->quota().release();
  if (quota_) quota_->release();
}

/// Not woken by waiting clients until a connection of this worker ends, or a short time has passed in which
/// another worker's may have ended.
void TcpListener::rest(std::string_view reason) {
  if (!told_)
    log(LogCategory::kGeneral, LogSeverity::kInfo, "net", "Accepting TCP connection failed: {}", reason);
  told_ = true;
  resting_ = true;
  update_interest();
  table_->loop().set_timer(*this, table_->loop().now_ms() + kAcceptPauseMs);
  table_->wait_for_room(*this);
}

void TcpListener::on_timer() {
  resting_ = false;
  table_->stop_waiting(*this);
  update_interest();
}

}  // namespace nomen::net
