// One transfer of a zone from one primary, over a connection of its own.
// Thread rule: the thread of the loop. Ownership: whoever began it; destroying it gives the transfer up.
#pragma once
#include <chrono>
#include <functional>
#include <memory>

#include "dns/tsig.h"
#include "net/stream_client.h"
#include "server/transfer_client.h"
#include "transfer/incoming_transfer.h"

namespace nomen::server {

class TransferExchange final : public TransferClient::Exchange,
                               private net::StreamClientHandler,
                               private net::Timer {
 public:
  /// Called once; not from within the constructor.
  using Done = std::function<void(TransferOutcome)>;

  TransferExchange(net::EventLoop& loop, TransferOrder order, Done done);

  ~TransferExchange() override { loop_.cancel(*this); }

  void begin();

 private:
  void on_timer() override;
  void begin_period();
  void on_connected() override;
  void on_message(Bytes message) override;
  void on_end(const Error& why) override;
  void finish(transfer::Progress progress, std::string reason);

  net::EventLoop& loop_;
  TransferOrder order_;
  Done done_;
  std::chrono::steady_clock::time_point began_;
  std::unique_ptr<transfer::IncomingTransfer> transfer_;
  dns::TsigSession session_;
  std::unique_ptr<net::StreamClient> stream_;
  bool connected_ = false;
  uint64_t period_bytes_ = 0;  ///< that came since the period began in which least_bytes are to come
};

}  // namespace nomen::server
