#include "server/worker.h"

#include <algorithm>
#include <future>
#include <utility>

#include "answer/limits.h"
#include "base/log.h"
#include "base/os/clock.h"
#include "base/random.h"
#include "server/update_lines.h"
#include "transfer/notify_message.h"

namespace nomen::server {

namespace {

/// Answered updates that are kept for their memory, and how much of it each may have.
constexpr size_t kMostSpareUpdates = 1024;
constexpr size_t kMostSpareBytes = 4096;

update::Requester requester_of(const answer::Query& query, const policy::LocalAddresses& local) {
  update::Requester requester;
  if (query.signer != nullptr) requester.key = *query.signer;
  const Bytes address = query.received.peer_address();
  std::copy(address.begin(), address.end(), requester.address.begin());
  requester.address_size = static_cast<uint8_t>(address.size());
  requester.over_tcp = query.received.transport == answer::Transport::kTcp;
  requester.is_local = std::any_of(local.hosts.begin(), local.hosts.end(), [&](const net::IpAddress& host) {
    return std::ranges::equal(host.bytes(), address);
  });
  return requester;
}

/// Whether two replies go the same way: by one socket of UDP, or over one connection.
bool leave_together(const LateReply& one, const LateReply& other) {
  if (one.transport != other.transport) return false;
  return one.transport == answer::Transport::kUdp ? one.local == other.local
                                                  : one.connection == other.connection;
}

void sign(LateReply& reply, uint32_t now_s) {
  if (!reply.session.is_signed()) return;
  const size_t size = reply.message.size();
  reply.message.resize(size + reply.session.reply_bytes());
  reply.message.resize(reply.session.sign_reply(reply.message, size, now_s));
}

}  // namespace

Result<std::unique_ptr<Worker>> Worker::create(const Shared& shared, unsigned number,
                                               const net::StreamTimeouts& timeouts) {
  auto loop = net::EventLoop::create();
  if (!loop) return std::unexpected(loop.error());
  return std::unique_ptr<Worker>(new Worker(shared, number, std::move(*loop), timeouts));
}

Worker::Worker(const Shared& shared, unsigned number, std::unique_ptr<net::EventLoop> loop,
               const net::StreamTimeouts& timeouts)
    : snapshots_(shared.snapshots),
      loop_(std::move(loop)),
      pipeline_(random_u64(), *this),
      transfers_(*loop_, shared.transfers, pipeline_.counters().transfers_completed),
      connections_(*loop_, shared.quota, timeouts),
      exchanges_(answer::kBatch),
      stream_reply_(answer::kMaxMessageBytes),
      number_(number),
      inbox_(shared.updates),
      take_relays_(shared.take_relays),
      take_notifies_(shared.take_notifies),
      waiting_notifies_(shared.waiting_notifies),
      digests_(shared.digests) {
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

void Worker::remove_listener(const net::SocketAddress& address, bool at_once) {
  auto removed = std::make_shared<std::promise<void>>();
  loop_->post([this, address, removed] {
    std::erase_if(listeners_, [&](const ListenerPair& pair) { return pair.address == address; });
    removed->set_value();
  });
  if (at_once) removed->get_future().wait();
}

void Worker::set_listener_tls(const net::SocketAddress& address,
                              std::shared_ptr<const crypto::TlsContext> tls) {
  loop_->post([this, address, tls = std::move(tls)] {
    for (const ListenerPair& pair : listeners_) {
      if (pair.address == address) pair.tcp->set_tls(tls);
    }
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

/// The updates of the round go together, and the NOTIFYs.
void Worker::before_wait() {
  if (!updates_.empty()) leave_updates();
  if (!relays_.empty()) take_relays_(std::exchange(relays_, {}));
  if (!notifies_.empty()) {
    waiting_notifies_.count += notifies_.size();
    take_notifies_(std::exchange(notifies_, {}));
  }
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
  pipeline_.answer(*snapshot_, {exchanges_.data(), batch.size()}, static_cast<uint32_t>(os::unix_time_s()));
  for (size_t i = 0; i < batch.size(); i++) batch[i].size = static_cast<uint32_t>(exchanges_[i].reply_size);
}

void Worker::on_open(net::Connection& connection) {
  pipeline_.counters().connections_accepted[connection.peer().is_v6() ? 1 : 0].add();
}

void Worker::on_message(net::Connection& connection, Bytes message) {
  take_snapshot();
  const net::SocketAddress& local = connection.local();
  answer::Exchange exchange;
  exchange.received = {.data = message.data(),
                       .peer = &connection.peer(),
                       .local = &local,
                       .size = static_cast<uint32_t>(message.size()),
                       .transport = answer::Transport::kTcp,
                       .encrypted = connection.is_encrypted(),
                       .speaks_dot = connection.speaks_dot()};
  exchange.out = stream_reply_;
  asking_ = &connection;
  pipeline_.answer(*snapshot_, {&exchange, 1}, static_cast<uint32_t>(os::unix_time_s()));
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

dns::Rcode Worker::update(const answer::Query& query, Bytes request, Bytes reply,
                          const answer::Signature& signature) {
  ForwardedUpdatePtr update = fresh_update();
  if (const auto refused = update::read_update(request, update->request)) {
    spare_updates_.push_back(std::move(update));
    return refused->rcode;
  }
  update->place.view = query.view->settings->name;
  update->place.key = query.zone->apex_hash();
  update->requester = requester_of(query, *snapshot_->local);
  update->key = query.signer != nullptr ? signature.key() : nullptr;
  update->daemons_asked = false;
  LateReply& late = update->reply;
  late.worker = number_;
  late.transport = query.received.transport;
  late.peer = *query.received.peer;
  late.local = *query.received.local;
  late.message.assign(reply.begin(), reply.end());
  late.session = query.edns.has_tsig ? signature.session() : dns::TsigSession();
  if (asking_ != nullptr) {
    late.connection = asking_->id();
    asking_->hold();
  }
  if (query.zone->settings().role == answer::ZoneRole::kSecondary) {
    update->message.assign(request.begin(), request.end());
    relays_.push_back(std::move(update));
  } else {
    updates_.push_back(std::move(update));
  }
  return dns::Rcode::kNoError;
}

ForwardedUpdatePtr Worker::fresh_update() {
  if (spare_updates_.empty()) return std::make_unique<ForwardedUpdate>();
  ForwardedUpdatePtr update = std::move(spare_updates_.back());
  spare_updates_.pop_back();
  return update;
}

/// The desk gets the updates of the round; those for which it has no room fail.
void Worker::leave_updates() {
  inbox_.put(updates_);
  if (updates_.empty()) return;
  for (const ForwardedUpdatePtr& update : updates_) {
    log_update_failure(*update, "too many of them wait");
    update->reply.set_rcode(dns::Rcode::kServFail);
  }
  send_now(updates_);
}

/// The answer does not wait for what is made of it. Of a zone that is told of again and again in one round
/// only the last word counts.
dns::Rcode Worker::notify(const answer::Query& query) {
  const auto read = transfer::read_notify({query.received.data, query.received.size});
  if (!read) return dns::Rcode::kFormErr;
  if (waiting_notifies_.count + notifies_.size() >= WaitingNotifies::kMost) return dns::Rcode::kServFail;
  ForwardedNotify notify{
      {query.view->settings->name, query.zone->apex_hash()}, *query.received.peer, read->serial};
  if (!notifies_.empty() && notifies_.back().place == notify.place &&
      notifies_.back().peer.address() == notify.peer.address()) {
    notifies_.back() = std::move(notify);
  } else {
    notifies_.push_back(std::move(notify));
  }
  return dns::Rcode::kNoError;
}

answer::Elsewhere::KnownDigest Worker::digest(const answer::Query& query) {
  return digests_.find({query.view->settings->name, query.zone->apex_hash()}, query.zone->shared_content());
}

void Worker::send_late(ForwardedUpdates updates) {
  // std::function wants to be copied.
  auto shared = std::make_shared<ForwardedUpdates>(std::move(updates));
  loop_->post([this, shared] { send_now(*shared); });
}

/// Sends the replies and keeps the updates for the next ones.
void Worker::send_now(ForwardedUpdates& updates) {
  const uint32_t now_s = static_cast<uint32_t>(os::unix_time_s());
  for (size_t first = 0, end = 0; first < updates.size(); first = end) {
    for (; end < updates.size() && leave_together(updates[first]->reply, updates[end]->reply); end++) {
      LateReply& reply = updates[end]->reply;
      pipeline_.counters().late_replies[static_cast<size_t>(reply.rcode())].add();
      sign(reply, now_s);
    }
    send_together({updates.data() + first, end - first});
  }
  for (ForwardedUpdatePtr& update : updates) {
    const bool is_small =
        update->request.memory_bytes() + update->reply.message.capacity() + update->message.capacity() <=
        kMostSpareBytes;
    if (is_small && spare_updates_.size() < kMostSpareUpdates) spare_updates_.push_back(std::move(update));
  }
  updates.clear();
}

/// Replies of which leave_together() is true.
void Worker::send_together(std::span<const ForwardedUpdatePtr> updates) {
  const LateReply& one = updates.front()->reply;
  if (one.transport == answer::Transport::kUdp) {
    late_datagrams_.clear();
    for (const auto& update : updates)
      late_datagrams_.push_back({update->reply.message, update->reply.peer, update->reply.local});
    net::sort_by_peer(late_datagrams_);
    if (net::UdpListener* const listener = listener_of(one.local)) listener->send_late(late_datagrams_);
  } else {
    late_messages_.clear();
    for (const auto& update : updates) late_messages_.emplace_back(update->reply.message);
    if (net::Connection* const connection = connections_.find(one.connection))
      connection->give_held(late_messages_);
  }
}

/// The listener that a datagram to this address came by; nullptr when it is gone.
net::UdpListener* Worker::listener_of(const net::SocketAddress& local) {
  for (const ListenerPair& pair : listeners_) {
    if (pair.udp == nullptr) continue;
    const net::SocketAddress& address = pair.udp->address();
    const bool same =
        address == local || (pair.udp->learns_local_address() && address.port() == local.port() &&
                             address.is_v6() == local.is_v6());
    if (same) return pair.udp.get();
  }
  return nullptr;
}

}  // namespace nomen::server
