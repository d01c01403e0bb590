// The control messages that go with datagrams: the address a request was sent to and its reply leaves from
// (IP_PKTINFO, IPV6_PKTINFO), and where the kernel cuts a large datagram into several (UDP_SEGMENT).
// Thread rule: free functions, any thread.
#pragma once
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdint>

#include "net/address.h"

namespace nomen::net {

/// Room for a local address, of either family.
inline constexpr size_t kLocalAddressControl =
    std::max(CMSG_SPACE(sizeof(in_pktinfo)), CMSG_SPACE(sizeof(in6_pktinfo)));
inline constexpr size_t kSegmentSizeControl = CMSG_SPACE(sizeof(uint16_t));

/// Reads where a datagram was sent to, and turns the same control message into the one that makes the reply
/// leave from there. The interface stays free, but for link-local addresses, which mean nothing without one.
void read_local_address(msghdr& header, uint16_t port, SocketAddress& local);

/// These add a message behind the ones that msg_control has; there is room for it.
void add_local_address(msghdr& header, const SocketAddress& local);
void add_segment_size(msghdr& header, uint16_t octets);

}  // namespace nomen::net
