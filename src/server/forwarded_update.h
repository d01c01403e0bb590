// An update on its way from the worker that received it to the desk that makes it, or to who relays it to the
// zone's primaries. Thread rule: values.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "server/late_reply.h"
#include "server/zone_place.h"
#include "update/request.h"
#include "update/update_policy.h"

namespace nomen::server {

struct ForwardedUpdate {
  ZonePlace place;
  update::UpdateRequest request;
  update::Requester requester;
  std::string client;  ///< "client 192.0.2.1#4711/key k", for the log
  LateReplyPtr reply;
  std::vector<uint8_t> message;  ///< as it was received; only of one that is to be relayed
};

using ForwardedUpdatePtr = std::unique_ptr<ForwardedUpdate>;

/// Called by a worker, on its thread.
using TakeUpdates = std::function<void(std::vector<ForwardedUpdatePtr>)>;

}  // namespace nomen::server
