// Replies that leave some time after their requests, many at once: those of UPDATE, which wait for the disk.
// Clients that send many updates get many replies of one size: these leave as one large datagram that the
// kernel cuts at its end (UDP_SEGMENT), so that the way through the kernel is paid once for all of them.
// Thread rule: one thread at a time.
#pragma once
#include <sys/socket.h>

#include <array>
#include <span>

#include "net/datagram_control.h"
#include "net/limits.h"

namespace nomen::net {

/// A reply that comes later than its request.
struct LateDatagram {
  Bytes message;
  SocketAddress peer;
  SocketAddress local;  ///< the address that the request was sent to
};

/// Puts those beside each other that can leave as one.
void sort_by_peer(std::span<LateDatagram> replies);

/// What sendmmsg(2) takes of some replies.
class LateDatagrams {
 public:
  LateDatagrams() = default;
  LateDatagrams(const LateDatagrams&) = delete;
  LateDatagrams& operator=(const LateDatagrams&) = delete;

  /// Makes headers for the first of `replies`, each for as many in a row as can leave as one; returns those
  /// for which there was no room. The replies stay where they are until they have been sent.
  std::span<const LateDatagram> fill(std::span<const LateDatagram> replies, bool with_local);

  /// A part for each reply that a header stands for (`msg_iovlen`).
  std::span<mmsghdr> headers() { return {headers_.data(), count_}; }

  /// The replies of one header with a header each, in `room`.
  static std::span<mmsghdr> take_apart(const mmsghdr& joined, std::span<mmsghdr, kUdpBatch> room);

 private:
  static constexpr size_t kControlBytes = kLocalAddressControl + kSegmentSizeControl;

  void add(std::span<const LateDatagram> group, bool with_local);

  size_t count_ = 0;  ///< of headers
  size_t parts_ = 0;
  std::array<mmsghdr, kUdpBatch> headers_;
  std::array<iovec, kLateParts> io_parts_;
  std::array<SocketAddress, kUdpBatch> peers_;
  alignas(cmsghdr) std::array<std::array<uint8_t, kControlBytes>, kUdpBatch> controls_;
};

}  // namespace nomen::net
