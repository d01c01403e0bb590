// An update on its way: from the worker that received it to the desk that makes it (or to who relays it to
// the zone's primaries), and back with its reply. The worker uses the object and its memory again, so that an
// update on its way costs no allocation. Thread rule: values, handed from one thread to the next.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "answer/query.h"
#include "dns/tsig.h"
#include "net/tcp_connection.h"
#include "server/zone_place.h"
#include "update/request.h"
#include "update/update_policy.h"

namespace nomen::server {

/// A reply that comes later than its request, and the way back to who asked.
struct LateReply {
  unsigned worker = 0;  ///< that has the listener and the connection
  answer::Transport transport = answer::Transport::kUdp;
  net::SocketAddress peer;
  net::SocketAddress local;
  net::ConnectionId connection;  ///< of TCP; it is held until the reply is sent
  std::vector<uint8_t> message;  ///< without signature
  dns::TsigSession session;      ///< signs it, if it is_signed()

  dns::Rcode rcode() const { return static_cast<dns::Rcode>(message[3] & 0x0f); }
  void set_rcode(dns::Rcode rcode) {
    message[3] = static_cast<uint8_t>((message[3] & 0xf0) | (static_cast<uint8_t>(rcode) & 0x0f));
  }
};

struct ForwardedUpdate {
  ZonePlace place;
  update::UpdateRequest request;
  update::Requester requester;
  std::shared_ptr<const dns::TsigKey> key;  ///< that the requester has signed with
  bool daemons_asked = false;               ///< about external rules; what they grant stands in the requester
  LateReply reply;
  std::vector<uint8_t> message;  ///< as it was received; only of one that is to be relayed
};

using ForwardedUpdatePtr = std::unique_ptr<ForwardedUpdate>;
using ForwardedUpdates = std::vector<ForwardedUpdatePtr>;

/// Called by a worker, on its thread, with updates of secondary zones: they go on to the primaries.
using TakeRelays = std::function<void(ForwardedUpdates)>;

/// "client 192.0.2.1#4711/key k: view v", for the log.
std::string client_text(const ForwardedUpdate& update);
/// Whether two came from the same client: its key, or its address without the port.
bool has_same_client(const ForwardedUpdate& one, const ForwardedUpdate& other);

}  // namespace nomen::server
