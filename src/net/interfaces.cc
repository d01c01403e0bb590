#include "net/interfaces.h"

#include <ifaddrs.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include <bit>
#include <cerrno>

#include "net/socket_options.h"

namespace nomen::net {
namespace {

uint8_t prefix_length(const sockaddr* netmask) {
  if (netmask == nullptr) return 0;
  SocketAddress mask(netmask);
  int bits = 0;
  for (uint8_t octet : mask.address_bytes()) bits += std::popcount(octet);
  return static_cast<uint8_t>(bits);
}

}  // namespace

Result<std::vector<InterfaceAddress>> list_interface_addresses() {
  ifaddrs* first = nullptr;
  if (getifaddrs(&first) != 0) return failure(errno_text("getifaddrs", errno));
  std::vector<InterfaceAddress> found;
  for (const ifaddrs* entry = first; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr) continue;
    SocketAddress address(entry->ifa_addr);
    if (address.family() == IpFamily::kNone) continue;
    found.push_back({.interface = entry->ifa_name,
                     .prefix = {address.address(), prefix_length(entry->ifa_netmask)},
                     .scope_id = address.scope_id(),
                     .up = (entry->ifa_flags & IFF_UP) != 0,
                     .loopback = (entry->ifa_flags & IFF_LOOPBACK) != 0});
  }
  freeifaddrs(first);
  return found;
}

InterfaceWatcher::InterfaceWatcher(EventLoop& loop, Descriptor socket, std::function<void()> on_change)
    : loop_(loop), socket_(std::move(socket)), on_change_(std::move(on_change)) {}

InterfaceWatcher::~InterfaceWatcher() {
  loop_.remove(socket_.get(), *this);
}

Result<std::unique_ptr<InterfaceWatcher>> InterfaceWatcher::create(EventLoop& loop,
                                                                   std::function<void()> on_change) {
  Descriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!socket.valid()) return failure(errno_text("netlink socket", errno));
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
  if (bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return failure(errno_text("netlink bind", errno));
  std::unique_ptr<InterfaceWatcher> watcher(
      new InterfaceWatcher(loop, std::move(socket), std::move(on_change)));
  if (auto added = loop.add(watcher->socket_.get(), EPOLLIN, *watcher); !added)
    return std::unexpected(std::move(added.error()));
  return watcher;
}

void InterfaceWatcher::on_ready(uint32_t) {
  // What exactly has changed is read from the list of addresses; here it only matters that there is news.
  // When the kernel had more of it than fits (ENOBUFS), that is news as well.
  alignas(nlmsghdr) uint8_t news[8192];
  bool changed = false;
  for (;;) {
    ssize_t got = recv(socket_.get(), news, sizeof news, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      if (got < 0 && errno == ENOBUFS) {
        changed = true;
        continue;
      }
      break;
    }
    auto size = static_cast<size_t>(got);
    for (auto* message = reinterpret_cast<const nlmsghdr*>(news); NLMSG_OK(message, size);
         message = NLMSG_NEXT(message, size)) {
      changed = changed || message->nlmsg_type == RTM_NEWADDR || message->nlmsg_type == RTM_DELADDR;
    }
  }
  if (changed) on_change_();
}

}  // namespace nomen::net
