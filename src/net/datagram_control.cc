#include "net/datagram_control.h"

#include <netinet/udp.h>

#include <cstring>

namespace nomen::net {

namespace {

template <class Value>
void add(msghdr& header, int level, int type, const Value& value) {
  auto* const control =
      reinterpret_cast<cmsghdr*>(static_cast<uint8_t*>(header.msg_control) + header.msg_controllen);
  std::memset(control, 0, CMSG_SPACE(sizeof value));
  control->cmsg_level = level;
  control->cmsg_type = type;
  control->cmsg_len = CMSG_LEN(sizeof value);
  std::memcpy(CMSG_DATA(control), &value, sizeof value);
  header.msg_controllen += CMSG_SPACE(sizeof value);
}

}  // namespace

void read_local_address(msghdr& header, uint16_t port, SocketAddress& local) {
  for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr;
       control = CMSG_NXTHDR(&header, control)) {
    if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
      in_pktinfo info;
      std::memcpy(&info, CMSG_DATA(control), sizeof info);
      local = SocketAddress(IpAddress::from_bytes({reinterpret_cast<uint8_t*>(&info.ipi_addr), 4}), port);
      info.ipi_ifindex = 0;
      std::memcpy(CMSG_DATA(control), &info, sizeof info);
      return;
    }
    if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info;
      std::memcpy(&info, CMSG_DATA(control), sizeof info);
      if (!IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr)) info.ipi6_ifindex = 0;
      local = SocketAddress(IpAddress::from_bytes({info.ipi6_addr.s6_addr, 16}), port, info.ipi6_ifindex);
      std::memcpy(CMSG_DATA(control), &info, sizeof info);
      return;
    }
  }
}

void add_local_address(msghdr& header, const SocketAddress& local) {
  const Bytes address = local.address_bytes();
  if (local.is_v6()) {
    in6_pktinfo info{};
    std::memcpy(&info.ipi6_addr, address.data(), address.size());
    info.ipi6_ifindex = local.scope_id();
    add(header, IPPROTO_IPV6, IPV6_PKTINFO, info);
  } else {
    in_pktinfo info{};
    std::memcpy(&info.ipi_spec_dst, address.data(), address.size());
    add(header, IPPROTO_IP, IP_PKTINFO, info);
  }
}

void add_segment_size(msghdr& header, uint16_t octets) {
  add(header, SOL_UDP, UDP_SEGMENT, octets);
}

}  // namespace nomen::net
