// One question for a zone's SOA to one primary, over a datagram or a stream.
// Thread rule: the thread of the loop. Ownership: whoever asks; destroying it forgets the question.
#pragma once
#include <functional>
#include <memory>

#include "dns/tsig.h"
#include "net/datagram_client.h"
#include "net/stream_client.h"
#include "server/transfer_client.h"
#include "transfer/soa_query.h"

namespace nomen::server {

class SoaExchange final : public TransferClient::Exchange, private net::StreamClientHandler {
 public:
  /// Called once; not from within the constructor.
  using Done = std::function<void(SoaAnswer)>;

  SoaExchange(net::EventLoop& loop, SoaQuestion question, Done done);

  void begin();

 private:
  std::vector<uint8_t> make_query();
  void ask_over_udp();
  void ask_over_tcp();
  void take_reply(Bytes message);
  void fail(transfer::QueryFailure failure, std::string what, std::string why = {});
  void on_message(Bytes message) override { take_reply(message); }
  void on_end(const Error& why) override;

  net::EventLoop& loop_;
  SoaQuestion question_;
  Done done_;
  transfer::SoaQuery query_;
  dns::TsigSession session_;
  std::unique_ptr<net::DatagramClient> datagrams_;
  std::unique_ptr<net::StreamClient> stream_;
};

}  // namespace nomen::server
