// The addresses this host has, and word of it when they change (named.conf: automatic-interface-scan).
// Thread rule: list_interface_addresses() from any thread; a watcher in its loop's thread.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/address.h"
#include "net/event_loop.h"

namespace nomen::net {

struct InterfaceAddress {
  std::string interface;  ///< "eth0"
  IpPrefix prefix;        ///< the whole address, and the length of its network
  uint32_t scope_id = 0;  ///< the interface's index for a link-local IPv6 address, 0 otherwise
  bool up = false;
  bool loopback = false;
  bool operator==(const InterfaceAddress&) const = default;
};

/// In the kernel's order: IPv4 and IPv6 addresses of all interfaces, those that are down too.
Result<std::vector<InterfaceAddress>> list_interface_addresses();

/// Calls back, once for each burst of news, when an address was added to or taken from an interface.
class InterfaceWatcher final : private EventHandler {
 public:
  static Result<std::unique_ptr<InterfaceWatcher>> create(EventLoop& loop, std::function<void()> on_change);
  ~InterfaceWatcher();

 private:
  InterfaceWatcher(EventLoop& loop, Descriptor socket, std::function<void()> on_change);
  void on_ready(uint32_t events) override;

  EventLoop& loop_;
  Descriptor socket_;
  std::function<void()> on_change_;
};

}  // namespace nomen::net
