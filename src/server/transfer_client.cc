#include "server/transfer_client.h"

#include <utility>

#include "server/relay_exchange.h"
#include "server/soa_exchange.h"
#include "server/stub_exchange.h"
#include "server/transfer_exchange.h"

namespace nomen::server {

TransferClient::TransferClient(net::EventLoop& home, std::unique_ptr<net::EventLoop> loop)
    : home_(home), loop_(std::move(loop)), thread_([this] { loop_->run(); }) {}

Result<std::unique_ptr<TransferClient>> TransferClient::start(net::EventLoop& home) {
  auto loop = net::EventLoop::create();
  if (!loop) return std::unexpected(loop.error());
  return std::unique_ptr<TransferClient>(new TransferClient(home, std::move(*loop)));
}

TransferClient::~TransferClient() {
  loop_->post([this] {
    running_.clear();
    loop_->stop();
  });
  thread_.join();
}

void TransferClient::ask(SoaQuestion question, SoaDone done) {
  const uint64_t number = ++last_number_;
  loop_->post([this, number, question = std::move(question), done = std::move(done)] {
    begin_question(number, question, done);
  });
}

void TransferClient::fetch(TransferOrder order, TransferDone done) {
  const uint64_t number = ++last_number_;
  loop_->post([this, number, order = std::move(order), done = std::move(done)] {
    if (order.is_stub) {
      begin_transfer<StubExchange>(number, order, done);
    } else {
      begin_transfer<TransferExchange>(number, order, done);
    }
  });
}

void TransferClient::relay(UpdateRelayOrder order, RelayDone done) {
  const uint64_t number = ++last_number_;
  loop_->post(
      [this, number, order = std::move(order), done = std::move(done)] { begin_relay(number, order, done); });
}

/// The exchange is over as soon as it reports: it is taken out of the row, and freed in the next round, as it
/// may still be on the stack.
void TransferClient::begin_question(uint64_t number, SoaQuestion question, SoaDone done) {
  auto exchange = std::make_unique<SoaExchange>(
      *loop_, std::move(question), [this, number, done = std::move(done)](SoaAnswer answer) {
        loop_->post([this, number] { running_.erase(number); });
        home_.post([done, answer = std::move(answer)] { done(answer); });
      });
  SoaExchange& begun = *exchange;
  running_.emplace(number, std::move(exchange));
  begun.begin();
}

template <class Kind>
void TransferClient::begin_transfer(uint64_t number, TransferOrder order, TransferDone done) {
  auto exchange = std::make_unique<Kind>(
      *loop_, std::move(order), [this, number, done = std::move(done)](TransferOutcome outcome) {
        loop_->post([this, number] { running_.erase(number); });
        auto shared = std::make_shared<TransferOutcome>(std::move(outcome));
        home_.post([done, shared] { done(*shared); });
      });
  Kind& begun = *exchange;
  running_.emplace(number, std::move(exchange));
  begun.begin();
}

void TransferClient::begin_relay(uint64_t number, UpdateRelayOrder order, RelayDone done) {
  auto exchange = std::make_unique<RelayExchange>(
      *loop_, std::move(order), [this, number, done = std::move(done)](UpdateRelayOutcome outcome) {
        loop_->post([this, number] { running_.erase(number); });
        auto shared = std::make_shared<UpdateRelayOutcome>(std::move(outcome));
        home_.post([done, shared] { done(*shared); });
      });
  RelayExchange& begun = *exchange;
  running_.emplace(number, std::move(exchange));
  begun.begin();
}

}  // namespace nomen::server
