#include "server/stub_exchange.h"

#include <utility>

#include "base/os/clock.h"
#include "base/random.h"

namespace nomen::server {

namespace {

using transfer::Progress;

constexpr size_t kStubQueryRoom = 2048;  // a signature included
// A few short questions: who is slow at them is of no use. BIND gives each of them 15 seconds.
constexpr net::StreamClientTimeouts kStubTimeouts{
    .connect_ms = 15'000, .idle_ms = 15'000, .total_ms = 120'000};

transfer::IncomingOptions with_random_id(transfer::IncomingOptions options) {
  options.id = static_cast<uint16_t>(random_u64());
  return options;
}

}  // namespace

StubExchange::StubExchange(net::EventLoop& loop, TransferOrder order, Done done)
    : loop_(loop),
      order_(std::move(order)),
      done_(std::move(done)),
      fetch_(with_random_id(std::move(order_.options))) {}

void StubExchange::begin() {
  auto client = net::StreamClient::open(loop_, order_.primary.address, order_.primary.source, kStubTimeouts,
                                        *this, order_.primary.tls);
  if (!client) return finish(Progress::kFailed, client.error().text);
  stream_ = std::move(*client);
}

void StubExchange::ask() {
  std::vector<uint8_t> message(kStubQueryRoom);
  message.resize(fetch_.request(message, session_, order_.primary.key.get(), os::unix_time_s()));
  stream_->send(message);
}

void StubExchange::on_connected() {
  connected_ = true;
  ask();
}

void StubExchange::on_message(Bytes message) {
  if (!done_) return;
  dns::TsigSession* const session = order_.primary.key != nullptr ? &session_ : nullptr;
  const Progress progress = fetch_.feed(message, session, os::unix_time_s());
  if (progress == Progress::kMore) return ask();
  finish(progress, fetch_.reason());
}

void StubExchange::on_end(const Error& why) {
  if (done_) finish(Progress::kFailed, why.text);
}

void StubExchange::finish(Progress progress, std::string reason) {
  TransferOutcome outcome;
  outcome.progress = progress;
  outcome.reason = std::move(reason);
  outcome.expire_s = fetch_.expire_s();
  outcome.connected = connected_;
  if (progress == Progress::kDone) {
    outcome.end_line = fetch_.end_line();
    outcome.received = fetch_.take();
  }
  std::exchange(done_, nullptr)(std::move(outcome));
}

}  // namespace nomen::server
