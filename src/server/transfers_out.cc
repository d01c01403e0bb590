#include "server/transfers_out.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <deque>
#include <utility>

#include "answer/zone_options.h"
#include "base/log.h"
#include "base/os/clock.h"

namespace nomen::server {

namespace {

using Clock = std::chrono::steady_clock;
using transfer::OutgoingTransfer;

/// A client that asks for more transfers at once on one connection than this is refused.
constexpr size_t kTransfersPerConnection = 8;

/// An IXFR of more steps than this is sent as one (RFC 1995 5).
constexpr size_t kStepsBeforeCondensing = 16;

constexpr uint32_t kTransferMinute_ms = 60'000;

struct Running {
  OutgoingTransfer transfer;
  dns::TsigSession session;
  std::string client;  ///< for the log
  Clock::time_point began;
  uint64_t ends_ms;  ///< max-transfer-time-out, by the loop's clock
};

void log_out(LogSeverity severity, const std::string& client, std::string_view text) {
  log(LogCategory::kXferOut, severity, "transfer", "{}: {}", client, text);
}

/// The transfers of one connection, worked off one after the other; the timer is the end of the first one's
/// time.
struct ConnectionTransfers final : net::Attachment, net::Timer {
  ConnectionTransfers(net::EventLoop& of, net::Connection& carrier) : loop(of), connection(carrier) {}
  ~ConnectionTransfers() override { loop.cancel(*this); }

  void arm() {
    if (queue.empty()) return loop.cancel(*this);
    loop.set_timer(*this, queue.front().ends_ms);
  }
  void on_timer() override {
    log_out(LogSeverity::kError, queue.front().client, "zone transfer took too long (max-transfer-time-out)");
    connection.abort();
  }

  net::EventLoop& loop;
  net::Connection& connection;
  std::deque<Running> queue;
};

std::string client_of(const answer::Query& query) {
  std::string text = "client " + query.received.peer->to_string();
  if (query.signer != nullptr) text += "/key " + dns::to_string_no_dot(*query.signer);
  text += " (" + dns::to_string_no_dot(query.zone->apex()) + ")";
  const std::string& view = query.view->settings->name;
  return view == "_default" ? text : text + ": view " + view;
}

/// What the view says to this client, a `server` statement first.
answer::PeerTransfer peer_transfer(const answer::Query& query) {
  answer::PeerTransfer rule = query.view->settings->transfer_out;
  for (const answer::PeerTransferRule& peer : query.view->settings->transfer_peers) {
    if (!policy::in_prefix(query.received.peer_address(), peer.prefix)) continue;
    rule.provide_ixfr = peer.provide_ixfr.value_or(rule.provide_ixfr);
    rule.many_answers = peer.many_answers.value_or(rule.many_answers);
    break;
  }
  return rule;
}

OutgoingTransfer make_transfer(const transfer::TransferRequest& request, const answer::Query& query,
                               const answer::Snapshot& snapshot) {
  const answer::ServedZone& zone = *query.zone;
  const answer::PeerTransfer rule = peer_transfer(query);
  transfer::OutgoingOptions options;
  options.message_bytes = snapshot.server->transfer_message_bytes;
  options.one_answer = !rule.many_answers;
  options.edns_udp_bytes = query.view->settings->edns_udp_size;
  options.expire_s = answer::expire_s(zone, static_cast<uint32_t>(os::unix_time_s()));
  std::vector<transfer::IxfrStep> steps;
  if (request.type == dns::RRType::kIxfr && zone.recent() != nullptr) {
    if (auto known = zone.recent()->since(request.serial)) steps = std::move(*known);
    if (steps.size() > kStepsBeforeCondensing)
      steps = {transfer::condense(steps, zone.content()->rr_class())};
  }
  const transfer::IxfrRule ixfr{rule.provide_ixfr, zone.settings().max_ixfr_ratio_percent};
  switch (transfer::choose_form(request, *zone.content(), steps, ixfr)) {
    case transfer::AnswerForm::kSingleSoa:
      return OutgoingTransfer::single_soa(request, zone.shared_content(), options);
    case transfer::AnswerForm::kIxfr:
      return OutgoingTransfer::ixfr(request, zone.shared_content(), std::move(steps), options);
    case transfer::AnswerForm::kAxfr:
      break;
  }
  return OutgoingTransfer::axfr(request, zone.shared_content(), options);
}

}  // namespace

bool TransferQuota::acquire(uint32_t limit) {
  uint32_t running = running_.load(std::memory_order_relaxed);
  do {
    if (running >= limit) return false;
  } while (!running_.compare_exchange_weak(running, running + 1, std::memory_order_relaxed));
  return true;
}

TransfersOut::TransfersOut(net::EventLoop& loop, TransferQuota& quota, answer::Counter& completed)
    : loop_(loop), quota_(quota), completed_(completed), message_(transfer::kMaxMessageBytes) {}

dns::Rcode TransfersOut::begin(net::Connection& connection, const answer::Query& query,
                               const answer::Snapshot& snapshot, answer::Signature& signature) {
  const auto request = transfer::read_transfer_request({query.received.data, query.received.size});
  if (!request) return dns::Rcode::kFormErr;
  const std::string client = client_of(query);
  auto* transfers = static_cast<ConnectionTransfers*>(connection.attachment.get());
  if ((transfers != nullptr && transfers->queue.size() >= kTransfersPerConnection) ||
      !quota_.acquire(snapshot.server->transfers_out)) {
    log_out(LogSeverity::kWarning, client, "zone transfer request denied: too many of them (transfers-out)");
    return dns::Rcode::kServFail;
  }
  if (transfers == nullptr) {
    connection.attachment = std::make_unique<ConnectionTransfers>(loop_, connection);
    transfers = static_cast<ConnectionTransfers*>(connection.attachment.get());
  }
  const answer::ZoneSettings& settings = query.zone->settings();
  Running running{make_transfer(*request, query, snapshot), signature.take_session(), client, Clock::now(),
                  loop_.now_ms() + settings.max_transfer_time_out_min * kTransferMinute_ms};
  log_out(LogSeverity::kInfo, client,
          running.transfer.start_line(query.signer != nullptr ? dns::to_string_no_dot(*query.signer) : ""));
  transfers->queue.push_back(std::move(running));
  connection.hold();
  connection.set_write_timeout_ms(settings.max_transfer_idle_out_min * kTransferMinute_ms);
  if (transfers->queue.size() == 1) send(connection);
  return dns::Rcode::kNoError;
}

dns::Rcode TransfersOut::answer_datagram(const answer::Query& query, const answer::Snapshot& snapshot,
                                         MutableBytes out, const answer::Signature& signature,
                                         size_t& reply_size) {
  const auto request = transfer::read_transfer_request({query.received.data, query.received.size});
  if (!request) return dns::Rcode::kFormErr;
  dns::TsigSession session = signature.session();
  dns::TsigSession* const tsig = session.is_signed() ? &session : nullptr;
  const auto room = std::min<size_t>({out.size(), request->udp_bytes, query.view->settings->max_udp_size});
  OutgoingTransfer whole = make_transfer(*request, query, snapshot);
  transfer::OutgoingOptions soa_options;
  soa_options.edns_udp_bytes = query.view->settings->edns_udp_size;
  soa_options.expire_s = answer::expire_s(*query.zone, static_cast<uint32_t>(os::unix_time_s()));
  OutgoingTransfer soa = OutgoingTransfer::single_soa(*request, query.zone->shared_content(), soa_options);
  // Not into `out`, which may be the request: it is still needed when nothing fits.
  reply_size = transfer::answer_over_udp(std::move(whole), std::move(soa), MutableBytes(message_).first(room),
                                         tsig, os::unix_time_s());
  if (reply_size == 0) return dns::Rcode::kServFail;
  std::memcpy(out.data(), message_.data(), reply_size);
  return dns::Rcode::kNoError;
}

/// Fills the connection as far as it takes more; the rest follows when it is drained.
void TransfersOut::send(net::Connection& connection) {
  auto* transfers = static_cast<ConnectionTransfers*>(connection.attachment.get());
  while (!transfers->queue.empty() && connection.writable()) {
    Running& running = transfers->queue.front();
    dns::TsigSession* const tsig = running.session.is_signed() ? &running.session : nullptr;
    const size_t size = running.transfer.next(message_, tsig, os::unix_time_s());
    if (size != 0) connection.reply({message_.data(), size});
    if (running.transfer.has_failed()) {
      log_out(LogSeverity::kError, running.client, "zone transfer failed: a record fits into no message");
      connection.abort();
      return;
    }
    if (!running.transfer.at_end()) continue;
    const auto elapsed = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - running.began);
    log_out(LogSeverity::kInfo, running.client, running.transfer.end_line(elapsed.count()));
    completed_.add();
    transfers->queue.pop_front();
    quota_.release();
    connection.release();
  }
  if (transfers->queue.empty()) connection.set_write_timeout_ms(0);
  transfers->arm();
}

void TransfersOut::drained(net::Connection& connection) {
  if (connection.attachment != nullptr) send(connection);
}

void TransfersOut::closed(net::Connection& connection) {
  auto* transfers = static_cast<ConnectionTransfers*>(connection.attachment.get());
  if (transfers == nullptr) return;
  for (const Running& running : transfers->queue) {
    log_out(LogSeverity::kError, running.client, "zone transfer ended early: the connection was closed");
    quota_.release();
  }
  transfers->queue.clear();
  transfers->arm();
}

}  // namespace nomen::server
