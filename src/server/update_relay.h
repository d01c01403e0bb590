// Updates for zones of which this server is a secondary, from clients that allow-update-forwarding lets in,
// go on to the primaries (RFC 2136 6): the message as it was received, over a stream, to one primary after
// the other until one answers; its answer goes back as it is, so that signatures hold from end to end. How
// many are under way is bounded. Thread rule: the main thread; the exchanges are the transfer client's.
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "server/forwarded_update.h"
#include "server/remotes.h"
#include "server/transfer_client.h"
#include "server/zone_keeper.h"

namespace nomen::server {

class UpdateRelay {
 public:
  using SendReplies = std::function<void(ForwardedUpdates)>;
  /// All of them outlive it.
  UpdateRelay(ZoneKeeper& zones, const Remotes& remotes, TransferClient& client, SendReplies send);

  void take(ForwardedUpdates updates);

  struct Counts {
    uint64_t requests = 0;
    uint64_t replies = 0;  ///< that a primary gave
    uint64_t failures = 0;
  };
  const Counts& counts() const { return counts_; }

 private:
  void relay(ForwardedUpdatePtr update);
  void refuse(ForwardedUpdatePtr update);
  void send(ForwardedUpdatePtr update);

  ZoneKeeper& zones_;
  const Remotes& remotes_;
  TransferClient& client_;
  const SendReplies send_;
  size_t under_way_ = 0;
  Counts counts_;
};

}  // namespace nomen::server
