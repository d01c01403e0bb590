// A count of something that goes over IPv4 or IPv6. Thread rule: a value.
#pragma once
#include <cstdint>

#include "net/address.h"

namespace nomen::server {

struct FamilyCounts {
  uint64_t v4 = 0;
  uint64_t v6 = 0;

  void add(const net::SocketAddress& address, uint64_t n = 1) { (address.is_v6() ? v6 : v4) += n; }
};

}  // namespace nomen::server
