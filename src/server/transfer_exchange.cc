#include "server/transfer_exchange.h"

#include <utility>

#include "base/log.h"
#include "base/os/clock.h"
#include "base/random.h"

namespace nomen::server {

namespace {

using transfer::Progress;

constexpr size_t kRequestRoom = 2048;  // a question, an SOA, an OPT and a signature

}  // namespace

TransferExchange::TransferExchange(net::EventLoop& loop, TransferOrder order, Done done)
    : loop_(loop),
      order_(std::move(order)),
      done_(std::move(done)),
      began_(std::chrono::steady_clock::now()) {
  order_.options.id = static_cast<uint16_t>(random_u64());
  transfer_ = std::make_unique<transfer::IncomingTransfer>(order_.options);
  order_.options.current = nullptr;  // the transfer has it
}

void TransferExchange::begin() {
  auto client = net::StreamClient::open(loop_, order_.primary.address, order_.primary.source, order_.timeouts,
                                        *this, order_.primary.tls);
  if (!client) return finish(Progress::kFailed, client.error().text);
  stream_ = std::move(*client);
}

void TransferExchange::on_connected() {
  connected_ = true;
  log(LogCategory::kXferIn, LogSeverity::kInfo, "transfer", "transfer of '{}' from {}: connected using {}{}",
      order_.name, order_.primary.address.to_string(), stream_->local().to_string(),
      order_.primary.key != nullptr ? " TSIG " + dns::to_string_no_dot(order_.primary.key->name) : "");
  std::vector<uint8_t> message(kRequestRoom);
  message.resize(transfer_->request(message, session_, order_.primary.key.get(), os::unix_time_s()));
  stream_->send(message);
  begin_period();
}

void TransferExchange::begin_period() {
  period_bytes_ = 0;
  if (order_.least_bytes == 0 || order_.rate_period_ms == 0) return;
  loop_.set_timer(*this, loop_.now_ms() + order_.rate_period_ms);
}

void TransferExchange::on_timer() {
  if (period_bytes_ < order_.least_bytes) return finish(Progress::kFailed, "minimum transfer rate reached");
  begin_period();
}

void TransferExchange::on_message(Bytes message) {
  period_bytes_ += message.size();
  dns::TsigSession* const session = order_.primary.key != nullptr ? &session_ : nullptr;
  const Progress progress = transfer_->feed(message, session, os::unix_time_s());
  if (progress != Progress::kMore) finish(progress, transfer_->reason());
}

void TransferExchange::on_end(const Error& why) {
  if (done_) finish(Progress::kFailed, why.text);
}

void TransferExchange::finish(Progress progress, std::string reason) {
  TransferOutcome outcome;
  outcome.progress = progress;
  outcome.reason = std::move(reason);
  outcome.expire_s = transfer_->expire_s();
  outcome.connected = connected_;
  if (progress == Progress::kDone) {
    const auto elapsed = std::chrono::steady_clock::now() - began_;
    outcome.end_line =
        transfer_->end_line(std::chrono::duration_cast<std::chrono::microseconds>(elapsed).count());
    outcome.received = transfer_->take();
  }
  loop_.cancel(*this);
  transfer_.reset();
  stream_.reset();
  std::exchange(done_, nullptr)(std::move(outcome));
}

}  // namespace nomen::server
