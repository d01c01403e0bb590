#include "server/worker.h"

#include <algorithm>
#include <ctime>

#include "answer/limits.h"
#include "base/log.h"
#include "base/random.h"

namespace nomen::server {

namespace {

uint32_t unix_time_s() {
  return static_cast<uint32_t>(std::time(nullptr));
}

}  // namespace

Result<std::unique_ptr<Worker>> Worker::create(const SnapshotSlot& snapshots, net::ConnectionQuota& quota,
                                               TransferQuota& transfers,
                                               const net::StreamTimeouts& timeouts) {
  auto loop = net::EventLoop::create();
  if (!loop) return std::unexpected(loop.error());
  return std::unique_ptr<Worker>(new Worker(snapshots, std::move(*loop), quota, transfers, timeouts));
}

Worker::Worker(const SnapshotSlot& snapshots, std::unique_ptr<net::EventLoop> loop,
               net::ConnectionQuota& quota, TransferQuota& transfers, const net::StreamTimeouts& timeouts)
    : snapshots_(snapshots),
      loop_(std::move(loop)),
      transfers_(transfers),
      connections_(*loop_, quota, timeouts),
      pipeline_(random_u64(), *this),
      exchanges_(answer::kBatch),
      stream_reply_(answer::kMaxMessageBytes) {
  loop_->set_observer(this);
}

Worker::~Worker() {
  stop();
}

void Worker::start() {
  thread_ = std::thread([this] {
    take_snapshot();
    loop_->run();
    listeners_.clear();
  });
}

void Worker::stop() {
  if (!thread_.joinable()) return;
  loop_->post([this] {
    listeners_.clear();
    connections_.close_all();
    loop_->stop();
  });
  thread_.join();
}

void Worker::add_listener(ListenerPair pair) {
  // std::function wants to be copied; the pair cannot be.
  auto shared = std::make_shared<ListenerPair>(std::move(pair));
  loop_->post([this, shared] {
    const auto say = [&](const Result<void>& result) {
      if (!result)
        log(LogCategory::kNetwork, LogSeverity::kError, "server", "{}: {}", shared->address.to_string(),
            result.error().text);
    };
    if (shared->udp) say(shared->udp->attach(*loop_));
    if (shared->tcp) say(shared->tcp->attach(connections_));
    listeners_.push_back(std::move(*shared));
  });
}

void Worker::remove_listener(const net::SocketAddress& address) {
  loop_->post([this, address] {
    std::erase_if(listeners_, [&](const ListenerPair& pair) { return pair.address == address; });
  });
}

void Worker::set_timeouts(const net::StreamTimeouts& timeouts) {
  loop_->post([this, timeouts] { connections_.set_timeouts(timeouts); });
}

void Worker::refresh() {
  loop_->post([this] { take_snapshot(); });
}

void Worker::take_snapshot() {
  const uint64_t newest = snapshots_.version();
  if (newest == snapshot_version_) return;
  snapshot_ = snapshots_.current();
  snapshot_version_ = newest;
}

void Worker::after_wait() {
  take_snapshot();
}

void Worker::handle(std::span<net::Datagram> batch) {
  take_snapshot();
  for (size_t i = 0; i < batch.size(); i++) {
    const net::Datagram& datagram = batch[i];
    exchanges_[i].received = {.data = datagram.data,
                              .peer = datagram.peer,
                              .local = datagram.local,
                              .size = datagram.size,
                              .transport = answer::Transport::kUdp,
                              .truncated = datagram.truncated};
    exchanges_[i].out = {datagram.data, datagram.capacity};
  }
  pipeline_.answer(*snapshot_, {exchanges_.data(), batch.size()}, unix_time_s());
  for (size_t i = 0; i < batch.size(); i++) batch[i].size = static_cast<uint32_t>(exchanges_[i].reply_size);
}

void Worker::on_message(net::Connection& connection, Bytes message) {
  take_snapshot();
  const net::SocketAddress& local = connection.local();
  answer::Exchange exchange;
  exchange.received = {.data = message.data(),
                       .peer = &connection.peer(),
                       .local = &local,
                       .size = static_cast<uint32_t>(message.size()),
                       .transport = answer::Transport::kTcp};
  exchange.out = stream_reply_;
  asking_ = &connection;
  pipeline_.answer(*snapshot_, {&exchange, 1}, unix_time_s());
  asking_ = nullptr;
  if (exchange.answered_later) return;
  if (exchange.wants_keepalive) connection.use_keepalive();
  if (exchange.reply_size == 0) {
    connection.close();  // not a request: there is nothing to wait for on this connection
    return;
  }
  connection.reply({stream_reply_.data(), exchange.reply_size});
}

dns::Rcode Worker::transfer(const answer::Query& query, MutableBytes out, answer::Signature& signature,
                            size_t& reply_size) {
  if (asking_ == nullptr) return transfers_.answer_datagram(query, *snapshot_, out, signature, reply_size);
  return transfers_.begin(*asking_, query, *snapshot_, signature);
}

}  // namespace nomen::server
