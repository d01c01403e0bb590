// One filling of a stub zone from one primary, over a connection of its own.
// Thread rule: the thread of the loop. Ownership: whoever began it; destroying it gives it up.
#pragma once
#include <functional>
#include <memory>

#include "dns/tsig.h"
#include "net/stream_client.h"
#include "server/transfer_client.h"
#include "transfer/stub_fetch.h"

namespace nomen::server {

class StubExchange final : public TransferClient::Exchange, private net::StreamClientHandler {
 public:
  /// Called once; not from within the constructor.
  using Done = std::function<void(TransferOutcome)>;

  StubExchange(net::EventLoop& loop, TransferOrder order, Done done);

  void begin();

 private:
  void ask();
  void on_connected() override;
  void on_message(Bytes message) override;
  void on_end(const Error& why) override;
  void finish(transfer::Progress progress, std::string reason);

  net::EventLoop& loop_;
  TransferOrder order_;
  Done done_;
  transfer::StubFetch fetch_;
  dns::TsigSession session_;
  std::unique_ptr<net::StreamClient> stream_;
  bool connected_ = false;
};

}  // namespace nomen::server
