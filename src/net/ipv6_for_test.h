// Whether this machine has IPv6 on loopback, asked without the code under test: a test that cannot run
// without it must not pass by because that code fails. Thread rule: any thread.
#pragma once
#include <netinet/in.h>
#include <sys/socket.h>

#include "net/descriptor.h"

namespace nomen::net {

inline bool has_ipv6_loopback() {
  const Descriptor socket(::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_loopback;
  return socket.valid() && ::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
}

}  // namespace nomen::net
