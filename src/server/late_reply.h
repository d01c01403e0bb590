// A reply that comes later than its request, and the way back to who asked. Thread rule: values.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "answer/query.h"
#include "dns/tsig.h"
#include "net/tcp_connection.h"

namespace nomen::server {

struct LateReply {
  unsigned worker = 0;  ///< that has the listener and the connection
  answer::Transport transport = answer::Transport::kUdp;
  net::SocketAddress peer;
  net::SocketAddress local;
  net::ConnectionId connection;  ///< of TCP; it is held until the reply is sent
  std::vector<uint8_t> message;  ///< without signature
  dns::TsigSession session;      ///< signs it, if it is_signed()

  void set_rcode(dns::Rcode rcode) {
    message[3] = static_cast<uint8_t>((message[3] & 0xf0) | (static_cast<uint8_t>(rcode) & 0x0f));
  }
};
/// It is large, and handed from one to the other.
using LateReplyPtr = std::unique_ptr<LateReply>;

}  // namespace nomen::server
