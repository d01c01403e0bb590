// A NOTIFY on its way from the worker that let it in to the secondary zone that it is for.
// Thread rule: values.
#pragma once
#include <functional>
#include <optional>
#include <vector>

#include "dns/types.h"
#include "net/address.h"
#include "server/zone_place.h"

namespace nomen::server {

struct ForwardedNotify {
  ZonePlace place;
  net::SocketAddress peer;
  std::optional<dns::Serial> serial;
};

/// Called by a worker, on its thread.
using TakeNotifies = std::function<void(std::vector<ForwardedNotify>)>;

}  // namespace nomen::server
