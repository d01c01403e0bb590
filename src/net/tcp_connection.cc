#include "net/tcp_connection.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "base/contract.h"
#include "net/connection_table.h"
#include "net/limits.h"
#include "net/socket_options.h"

namespace nomen::net {
namespace {

/// How many octets the message at the front of `input` takes with its prefix, or 0 when it is not all there.
size_t whole_message(Bytes input) {
  if (input.size() < kPrefixBytes) return 0;
  size_t size = kPrefixBytes + load_u16(input.data());
  return size <= input.size() ? size : 0;
}

void append(std::vector<uint8_t>& to, Bytes bytes) {
  to.insert(to.end(), bytes.begin(), bytes.end());
}

/// An idle connection keeps no large buffer.
void clear(std::vector<uint8_t>& buffer) {
  constexpr size_t kWorthKeeping = 1024;
  buffer.clear();
  if (buffer.capacity() > kWorthKeeping) std::vector<uint8_t>().swap(buffer);
}

}  // namespace

const SocketAddress& Connection::local() {
  if (!local_known_ && local_.address().is_any()) {
    if (SocketAddress exact = local_address_of(socket_.get()); exact.family() != IpFamily::kNone)
      local_ = exact;
  }
  local_known_ = true;
  return local_;
}

void Connection::reply(Bytes message) {
  NOMEN_REQUIRE(!message.empty() && message.size() <= kLargestMessage);
  if (broken_ || !socket_.valid()) return;
  bool collect = at_turn() && unsent() == 0;
  if (!collect && unsent() == 0) write_timeout_starts_now();
  std::vector<uint8_t>& to = collect ? table_.collected_ : queue_;
  uint8_t prefix[kPrefixBytes];
  store_u16(prefix, static_cast<uint16_t>(message.size()));
  if (tls_ != nullptr && !collect) {
    reply_sealed(prefix, message);
  } else {
    append(to, prefix);
    append(to, message);
  }
  turn_bytes_ += kPrefixBytes + message.size();
  if (!at_turn() || to.size() >= kFlushBytes) flush();
}

bool Connection::writable() {
  if (is_open() && turn_bytes_ < kTurnBytes && queued_bytes() < kHighWaterBytes) return true;
  starved_ = true;
  if (!at_turn() && !socket_full_) call_me_next_round();
  return false;
}

void Connection::release() {
  NOMEN_REQUIRE(holds_ > 0);
  --holds_;
  active_ms_ = table_.loop().now_ms();
  if (!at_turn()) call_me_next_round();
}

void Connection::give_held(std::span<const Bytes> messages) {
  begin_turn();
  for (const Bytes message : messages) {
    reply(message);
    release();
  }
  end_turn();
}

void Connection::use_keepalive() {
  set_idle_timeout_ms(table_.timeouts().keepalive_ms);
}

void Connection::set_idle_timeout_ms(uint32_t idle_ms) {
  idle_ms_ = idle_ms;
  own_idle_ = true;
  if (!at_turn()) call_me_next_round();
}

void Connection::set_write_timeout_ms(uint32_t write_ms) {
  write_ms_ = write_ms;
  if (!at_turn()) call_me_next_round();
}

void Connection::close() {
  closing_ = true;
  if (!at_turn()) call_me_next_round();
}

void Connection::abort() {
  broken_ = true;
  if (!at_turn()) call_me_next_round();
}

bool Connection::at_turn() const {
  return table_.at_turn_ == this;
}

void Connection::begin_turn() {
  NOMEN_REQUIRE(table_.at_turn_ == nullptr);
  table_.at_turn_ = this;
  turn_bytes_ = 0;
}

void Connection::end_turn() {
  flush();
  table_.at_turn_ = nullptr;
  if (done()) {
    if (closing_ && !broken_) discard_input();
    say_goodbye();
    table_.retire(*this);
    return;
  }
  if (table_.lookout_.takes(*this)) return;
  table_.lookout_.forget(*this);
  watch();
}

/// By epoll, and by the timer.
void Connection::watch() {
  update_interest();
  bool more_to_do = !socket_full_ && (starved_ || (messages_wait_ && may_take()));
  arm(more_to_do ? 0 : deadline_ms());
}

void Connection::start() {
  active_ms_ = table_.loop().now_ms();
  begin_turn();
  handler_->on_open(*this);
  end_turn();
}

/// The turn of a connection that epoll does not watch yet. Returns whether anything had come; if so, the
/// connection may be gone.
bool Connection::look() {
  begin_turn();
  const bool came = read();
  vain_looks_ = came ? 0 : std::min(vain_looks_ + 1, int{kLooksWithoutPause});
  if (came && place_ == Place::kAnswered) table_.lookout_.forget(*this);
  end_turn();
  return came;
}

/// Nothing is to be done but to wait for the client.
bool Connection::is_calm() const {
  return holds_ == 0 && unsent() == 0 && kept_.empty() && !messages_wait_ && !starved_ && !broken_ &&
         tls_ == nullptr && !armed();
}

void Connection::on_ready(uint32_t events) {
  begin_turn();
  if ((events & EPOLLOUT) != 0) {
    socket_full_ = false;
    flush();
  }
  produce();
  if (reading() && (events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0) {
    read();
  } else if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
    broken_ = true;
  }
  end_turn();
}

void Connection::on_timer() {
  begin_turn();
  produce();
  if (expired() && !(unsent() > 0 && client_took_enough())) {
    say_goodbye();
    broken_ = true;
    ++table_.counters_.timed_out;
  }
  end_turn();
}

/// Goes on with what had to wait for the client to take its replies, or for its next turn.
void Connection::produce() {
  if (starved_ && !broken_ && unsent() <= kLowWaterBytes) {
    starved_ = false;
    handler_->on_drained(*this);
  }
  if (messages_wait_ && may_take()) take_kept();
}

/// Returns whether there was anything: octets, the end, or an error.
bool Connection::read() {
  std::vector<uint8_t>& buffer = table_.read_buffer_;
  ssize_t got;
  do {
    got = recv(socket_.get(), buffer.data(), kStreamReadBytes, 0);
  } while (got < 0 && errno == EINTR);
  if (got > 0) {
    const Bytes input{buffer.data(), static_cast<size_t>(got)};
    if (tls_ == nullptr) {
      take(input);
    } else {
      take_sealed(input);
    }
  } else if (got == 0) {
    end_of_input_ = true;
  } else if (errno == EAGAIN) {
    return false;
  } else {
    broken_ = true;
  }
  return true;
}

void Connection::take(Bytes input) {
  input = take_whole_messages(complete_kept(input));
  if (!closing_ && !broken_) append(kept_, input);
}

/// Adds to a message that began in an earlier read what it lacks, and delivers it when it is whole. Every
/// octet is copied once, however small the pieces are.
Bytes Connection::complete_kept(Bytes input) {
  if (kept_.empty()) return input;
  if (kept_.size() < kPrefixBytes) {
    kept_.push_back(input.front());
    input = input.subspan(1);
  }
  size_t size = kPrefixBytes + load_u16(kept_.data());
  size_t taken = std::min(size - kept_.size(), input.size());
  append(kept_, input.first(taken));
  if (kept_.size() == size) {
    kept_.resize(size + kSlackBytes);
    deliver(Bytes(kept_).subspan(kPrefixBytes, size - kPrefixBytes));
    clear(kept_);
  }
  return input.subspan(taken);
}

Bytes Connection::take_whole_messages(Bytes input) {
  while (size_t size = whole_message(input)) {
    if (!may_take()) {
      messages_wait_ = true;
      break;
    }
    deliver(input.subspan(kPrefixBytes, size - kPrefixBytes));
    input = input.subspan(size);
  }
  return input;
}

void Connection::take_kept() {
  messages_wait_ = false;
  size_t size = kept_.size();
  kept_.resize(size + kSlackBytes);
  Bytes rest = take_whole_messages(Bytes(kept_).first(size));
  size_t taken = size - rest.size();
  kept_.resize(size);
  kept_.erase(kept_.begin(), kept_.begin() + static_cast<ptrdiff_t>(taken));
  if (kept_.empty()) clear(kept_);
}

void Connection::deliver(Bytes message) {
  active_ms_ = table_.loop().now_ms();
  had_message_ = true;
  table_.touch(*this);
  handler_->on_message(*this, message);
}

size_t Connection::queued_bytes() const {
  return unsent() + (at_turn() ? table_.collected_.size() : 0);
}

void Connection::flush() {
  if (broken_) {
    if (at_turn()) table_.collected_.clear();
    return;
  }
  bool had_to_wait = unsent() > 0;
  if (!socket_full_) send_queue();
  if (at_turn()) send_collected();
  if (had_to_wait && unsent() == 0) active_ms_ = table_.loop().now_ms();
  if (unsent() > kHighWaterBytes) blocked_ = true;
  if (unsent() <= kLowWaterBytes) blocked_ = false;
  if (!at_turn() && (socket_full_ || broken_)) call_me_next_round();
}

void Connection::send_queue() {
  if (unsent() == 0) return;
  size_t sent = send_some(Bytes(queue_).subspan(queue_sent_));
  queue_sent_ += sent;
  if (unsent() == 0) {
    clear(queue_);
    queue_sent_ = 0;
  } else if (queue_sent_ >= kHighWaterBytes) {
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<ptrdiff_t>(queue_sent_));
    queue_sent_ = 0;
  }
}

/// How much of what the kernel was given has reached the client's host. What epoll says will not do here: it
/// reports room only when a third of the kernel's buffer is free, and that can be megabytes.
uint64_t Connection::arrived_bytes() const {
  int under_way = 0;
  return ioctl(socket_.get(), SIOCOUTQ, &under_way) == 0 ? handed_bytes_ - static_cast<uint64_t>(under_way)
                                                         : 0;
}

void Connection::write_timeout_starts_now() {
  write_since_ms_ = table_.loop().now_ms();
  arrived_before_ = arrived_bytes();
}

/// At the end of a write timeout; if so, the next one has begun.
bool Connection::client_took_enough() {
  uint64_t before = arrived_before_;
  write_timeout_starts_now();
  return arrived_before_ - before >= kLeastDrainBytes;
}

/// The replies of this turn; what the kernel does not take becomes the queue.
void Connection::send_collected() {
  std::vector<uint8_t>& collected = table_.collected_;
  if (collected.empty()) return;
  if (tls_ != nullptr) seal_collected();
  size_t sent = unsent() == 0 && !socket_full_ ? send_some(collected) : 0;
  if (sent < collected.size()) {
    if (unsent() == 0) write_timeout_starts_now();
    append(queue_, Bytes(collected).subspan(sent));
  }
  collected.clear();
}

/// Sends until the kernel takes no more; returns how much it took.
size_t Connection::send_some(Bytes bytes) {
  size_t sent = 0;
  while (sent < bytes.size()) {
    ssize_t taken = send(socket_.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (taken > 0) {
      sent += static_cast<size_t>(taken);
      handed_bytes_ += static_cast<size_t>(taken);
    } else if (errno == EAGAIN || errno == ENOBUFS) {
      socket_full_ = true;
      break;
    } else if (errno != EINTR) {
      broken_ = true;
      break;
    }
  }
  return sent;
}

/// A socket that is closed with unread input resets the connection, and the client loses replies under way.
void Connection::discard_input() {
  recv(socket_.get(), nullptr, SIZE_MAX >> 1, MSG_TRUNC | MSG_DONTWAIT);
}

bool Connection::done() const {
  if (broken_) return true;
  if (holds_ > 0 || unsent() > 0) return false;
  return closing_ || (end_of_input_ && !messages_wait_ && !starved_);
}

void Connection::update_interest() {
  uint32_t wanted = (reading() ? EPOLLIN : 0U) | (socket_full_ ? EPOLLOUT : 0U);
  if (!registered_) {
    if (!table_.loop().add(socket_.get(), wanted, *this)) {
      abort();
      return;
    }
    registered_ = true;
  } else if (wanted != interest_) {
    table_.loop().modify(socket_.get(), wanted, *this);
  }
  interest_ = wanted;
}

bool Connection::expired() const {
  return deadline_ms() <= table_.loop().now_ms();
}

uint64_t Connection::deadline_ms() const {
  const StreamTimeouts& timeouts = table_.timeouts();
  if (unsent() > 0) return write_since_ms_ + (write_ms_ != 0 ? write_ms_ : timeouts.write_ms);
  if (holds_ > 0) return UINT64_MAX;
  if (own_idle_) return active_ms_ + idle_ms_;
  return active_ms_ + (had_message_ ? timeouts.idle_ms : timeouts.initial_ms);
}

/// The timer may fire before the deadline, which moves on with every message; then it is set anew. So a
/// message costs no work on the timers.
void Connection::arm(uint64_t when_ms) {
  if (when_ms == UINT64_MAX || (armed() && armed_ms_ <= when_ms)) return;
  armed_ms_ = when_ms;
  table_.loop().set_timer(*this, when_ms);
}

}  // namespace nomen::net
