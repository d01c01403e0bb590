// A NOTIFY on its way from the worker that let it in to the secondary zone that it is for.
// Thread rule: values.
#pragma once
#include <atomic>
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

/// NOTIFYs that workers have let in and the main thread has not looked at yet, of all workers together.
/// Beyond the most they are answered with SERVFAIL: a flood costs the memory of so many, and each zone is
/// refreshed anyway when its time comes.
struct WaitingNotifies {
  static constexpr size_t kMost = 10'000;
  std::atomic<size_t> count{0};
};

/// Called by a worker, on its thread.
using TakeNotifies = std::function<void(std::vector<ForwardedNotify>)>;

}  // namespace nomen::server
