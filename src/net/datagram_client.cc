#include "net/datagram_client.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "net/limits.h"
#include "net/socket_options.h"

namespace nomen::net {

Result<std::unique_ptr<DatagramClient>> DatagramClient::ask(EventLoop& loop, DatagramQuestion question,
                                                            IsAnswer is_answer, Done done) {
  auto socket = connecting_socket(SOCK_DGRAM, question.server, question.source);
  if (!socket) return std::unexpected(socket.error());
  std::unique_ptr<DatagramClient> client(
      new DatagramClient(loop, std::move(question), std::move(is_answer), std::move(done)));
  if (auto added = loop.add(socket->get(), EPOLLIN, *client); !added) return std::unexpected(added.error());
  client->socket_ = std::move(*socket);
  client->send();
  return client;
}

DatagramClient::DatagramClient(EventLoop& loop, DatagramQuestion question, IsAnswer is_answer, Done done)
    : loop_(loop), question_(std::move(question)), is_answer_(std::move(is_answer)), done_(std::move(done)) {}

DatagramClient::~DatagramClient() {
  loop_.cancel(*this);
  if (socket_.valid()) loop_.remove(socket_.get(), *this);
}

/// A datagram that cannot be sent now is as good as one that was lost: the timer sends another.
void DatagramClient::send() {
  sent_++;
  (void)::send(socket_.get(), question_.message.data(), question_.message.size(), MSG_NOSIGNAL);
  loop_.set_timer(*this, loop_.now_ms() + question_.timeout_ms);
}

void DatagramClient::on_ready(uint32_t) {
  std::array<uint8_t, kLargestMessage> buffer;
  for (uint32_t i = 0; i < kUdpBatch; i++) {
    const ssize_t size = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (size < 0) {
      if (errno == EAGAIN || errno == EINTR) return;
      // A closed port is told by ICMP; another try will hardly find it open.
      end(failure(errno_text(question_.server.to_string(), errno)));
      return;
    }
    const Bytes datagram(buffer.data(), static_cast<size_t>(size));
    if (is_answer_(datagram)) {
      end(datagram);
      return;
    }
  }
}

void DatagramClient::on_timer() {
  if (sent_ < question_.tries) {
    send();
    return;
  }
  end(failure(question_.server.to_string() + ": timed out"));
}

void DatagramClient::end(Result<Bytes> result) {
  loop_.cancel(*this);
  loop_.remove(socket_.get(), *this);
  socket_.reset();
  const Done done = std::move(done_);
  done(std::move(result));
}

}  // namespace nomen::net
