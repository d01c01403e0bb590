// One update on its way to the primaries of its zone, one after the other until one of them answers.
// Thread rule: the thread of the loop. Ownership: whoever began it; destroying it gives the update up.
#pragma once
#include <functional>
#include <memory>

#include "net/stream_question.h"
#include "server/transfer_client.h"

namespace nomen::server {

class RelayExchange final : public TransferClient::Exchange, private net::Timer {
 public:
  /// Called once; not from within the constructor.
  using Done = std::function<void(UpdateRelayOutcome)>;

  RelayExchange(net::EventLoop& loop, UpdateRelayOrder order, Done done)
      : loop_(loop), order_(std::move(order)), done_(std::move(done)) {}
  ~RelayExchange() override { loop_.cancel(*this); }

  void begin();

 private:
  void on_timer() override { begin(); }
  void answered(const Result<Bytes>& reply);
  void failed(const std::string& why);

  net::EventLoop& loop_;
  UpdateRelayOrder order_;
  Done done_;
  size_t primary_ = 0;  ///< that is being asked
  UpdateRelayOutcome outcome_;
  std::unique_ptr<net::StreamQuestion> question_;
};

}  // namespace nomen::server
