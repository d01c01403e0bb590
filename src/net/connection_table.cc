#include "net/connection_table.h"

#include <algorithm>

#include "base/contract.h"
#include "net/limits.h"

namespace nomen::net {

ConnectionTable::ConnectionTable(EventLoop& loop, ConnectionQuota& quota, const StreamTimeouts& timeouts)
    : loop_(loop),
      quota_(quota),
      timeouts_(timeouts),
      lookout_(loop),
      read_buffer_(kStreamReadBytes + kSlackBytes) {}

ConnectionTable::~ConnectionTable() {
  waiters_.clear();
  while (Connection* connection = by_activity_.first()) {
    connection->say_goodbye();
    retire(*connection);
  }
}

Connection* ConnectionTable::find(ConnectionId id) {
  if (id.slot >= slots_.size()) return nullptr;
  Connection& connection = *slots_[id.slot];
  return connection.id_ == id && connection.socket_.valid() ? &connection : nullptr;
}

void ConnectionTable::adopt(Descriptor socket, const SocketAddress& peer, const SocketAddress& local,
                            StreamHandler& handler, std::shared_ptr<ConnectionQuota> listener_quota,
                            const std::shared_ptr<const crypto::TlsContext>& tls) {
  Connection& connection = take_slot();
  connection.socket_ = std::move(socket);
  connection.peer_ = peer;
  connection.local_ = local;
  connection.handler_ = &handler;
  connection.listener_quota_ = std::move(listener_quota);
  if (tls != nullptr) connection.tls_ = std::make_unique<crypto::TlsSession>(tls);
  by_activity_.append(connection);
  ++size_;
  ++counters_.opened;
  quota_.note_use();
  connection.start();
}

/// A connection object as new; those of ended connections are used again.
Connection& ConnectionTable::take_slot() {
  if (free_slots_.empty()) {
    slots_.push_back(std::make_unique<Connection>(Connection::Key{}, *this));
    slots_.back()->id_ = {static_cast<uint32_t>(slots_.size() - 1), 0};
    return *slots_.back();
  }
  Connection& connection = *slots_[free_slots_.back()];
  free_slots_.pop_back();
  return connection;
}

void ConnectionTable::retire(Connection& connection) {
  NOMEN_REQUIRE(&connection != at_turn_);
  by_activity_.remove(connection);
  lookout_.forget(connection);
  --size_;
  loop_.cancel(connection);
  loop_.forget(connection);
  connection.socket_.reset();
  quota_.release();
  if (connection.listener_quota_) connection.listener_quota_->release();
  connection.handler_->on_close(connection);
  ConnectionId next{connection.id_.slot, connection.id_.generation + 1};
  // The object stays where it is; whatever it held goes.
  std::destroy_at(&connection);
  std::construct_at(&connection, Connection::Key{}, *this);
  connection.id_ = next;
  free_slots_.push_back(next.slot);
  for (Timer* waiter : waiters_) loop_.set_timer(*waiter, 0);
  waiters_.clear();
}

bool ConnectionTable::make_room() {
  Connection* candidate = by_activity_.first();
  for (uint32_t i = 0; i < kEvictionLooks && candidate != nullptr; ++i) {
    if (loop_.now_ms() < candidate->active_ms_ + kIdleBeforeEvictionMs) return false;
    if (candidate->holds_ == 0 && candidate->queued_bytes() == 0) {
      ++counters_.evicted;
      candidate->say_goodbye();
      retire(*candidate);
      return true;
    }
    candidate = by_activity_.after(*candidate);
  }
  return false;
}

void ConnectionTable::close_all() {
  for (Connection* connection = by_activity_.first(); connection != nullptr;
       connection = by_activity_.after(*connection))
    connection->close();
}

void ConnectionTable::wait_for_room(Timer& waiter) {
  waiters_.push_back(&waiter);
}

void ConnectionTable::stop_waiting(Timer& waiter) {
  std::erase(waiters_, &waiter);
}

void ConnectionTable::touch(Connection& connection) {
  if (by_activity_.last() == &connection) return;
  by_activity_.remove(connection);
  by_activity_.append(connection);
}

}  // namespace nomen::net
