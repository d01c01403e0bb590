// Asks primaries for their serials and takes zones from them, on a thread of its own with its own event loop:
// neither the main thread nor the workers wait while a large zone is parsed. What to ask and whom is decided
// elsewhere (secondaries.h); values go in and come out. Thread rule: made, asked and ended on the main
// thread; `done` is called there.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "net/event_loop.h"
#include "net/stream_client.h"
#include "server/remotes.h"
#include "transfer/incoming_transfer.h"
#include "transfer/secondary.h"

namespace nomen::server {

struct SoaQuestion {
  dns::Name zone;
  dns::RRClass rr_class = dns::RRClass::kIn;
  Remote primary;
  bool over_tcp = false;   ///< whom we talk to over TLS is asked over TLS in any case (RFC 9103)
  bool ask_expire = true;  ///< with the EXPIRE option (request-expire)
};

struct SoaAnswer {
  std::optional<dns::Serial> serial;  ///< nothing: it failed
  std::optional<uint32_t> expire_s;   ///< EXPIRE as the primary told it
  transfer::QueryFailure failure = transfer::QueryFailure::kBadAnswer;
  std::string what;  ///< of a failure: "unexpected rcode (REFUSED) from primary", for the log
  std::string why;   ///< "timed out", or empty
};

struct TransferOrder {
  transfer::IncomingOptions options;  ///< the id is drawn by the client
  bool is_stub = false;               ///< SOA, NS and addresses instead of the zone; without the limits below
  std::string name;                   ///< "example/IN", for the log
  Remote primary;
  net::StreamClientTimeouts timeouts;
  /// A primary that sends fewer octets in each such period is given up; 0: not for that.
  uint64_t least_bytes = 0;
  uint64_t rate_period_ms = 0;
};

struct TransferOutcome {
  transfer::Progress progress = transfer::Progress::kFailed;  ///< not kMore
  transfer::Received received;                                ///< of kDone
  std::string reason;                                         ///< of what is not kDone
  bool connected = false;                                     ///< TLS included
  std::optional<uint32_t> expire_s;                           ///< EXPIRE, of kUpToDate
  std::string end_line;  ///< "Transfer completed: ...", or what a stub has
};

/// An update that goes on to the primaries of a zone: to one after the other until one answers.
struct UpdateRelayOrder {
  std::vector<uint8_t> message;   ///< as it was received
  std::vector<Remote> primaries;  ///< at least one
};

struct UpdateRelayOutcome {
  std::vector<uint8_t> reply;         ///< as the primary gave it; empty: none has answered
  std::vector<std::string> problems;  ///< of primaries that have not: "192.0.2.1#53: timed out"
};

class TransferClient {
 public:
  using SoaDone = std::function<void(const SoaAnswer&)>;
  using TransferDone = std::function<void(TransferOutcome&)>;
  using RelayDone = std::function<void(UpdateRelayOutcome&)>;

  /// `home` is the main thread's loop, and outlives the client.
  static Result<std::unique_ptr<TransferClient>> start(net::EventLoop& home);
  /// What is under way is given up.
  ~TransferClient();

  void ask(SoaQuestion question, SoaDone done);
  void fetch(TransferOrder order, TransferDone done);
  void relay(UpdateRelayOrder order, RelayDone done);

  /// An exchange with a primary, on the client's thread; destroying it gives it up.
  class Exchange {
   public:
    virtual ~Exchange() = default;
  };

 private:
  TransferClient(net::EventLoop& home, std::unique_ptr<net::EventLoop> loop);
  void begin_question(uint64_t number, SoaQuestion question, SoaDone done);
  template <class Kind>
  void begin_transfer(uint64_t number, TransferOrder order, TransferDone done);
  void begin_relay(uint64_t number, UpdateRelayOrder order, RelayDone done);

  net::EventLoop& home_;
  std::unique_ptr<net::EventLoop> loop_;
  std::unordered_map<uint64_t, std::unique_ptr<Exchange>> running_;  ///< the thread's own
  uint64_t last_number_ = 0;
  std::thread thread_;
};

}  // namespace nomen::server
