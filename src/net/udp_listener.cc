#include "net/udp_listener.h"

#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/contract.h"
#include "net/datagram_control.h"

namespace nomen::net {
namespace {

constexpr size_t kSlotBytes = kSlackBytes + kDatagramBytes + kSlackBytes;

/// Replies leave without the "don't fragment" bit, and no ICMP message can make their path's MTU shrink:
/// forged ones are a way to get fragments that can be spoofed (RFC 9715).
void ignore_path_mtu(int fd, const SocketAddress& address) {
  if (address.is_v6()) {
    if (!set_option(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_OMIT))
      set_option(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DONT);
  } else if (!set_option(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_OMIT)) {
    set_option(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT);
  }
}

bool ask_for_local_address(int fd, const SocketAddress& address) {
  return address.is_v6() ? set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)
                         : set_option(fd, IPPROTO_IP, IP_PKTINFO, 1);
}

}  // namespace

/// Everything is tied together once. Requests and replies have headers of their own over the same buffers, so
/// that per datagram only the reply's size is written.
struct UdpBatch::Arrays {
  const UdpListener* owner = nullptr;  ///< for whom the headers are set
  std::array<mmsghdr, kUdpBatch> requests{};
  std::array<iovec, kUdpBatch> request_vectors{};
  std::array<mmsghdr, kUdpBatch> replies{};
  std::array<iovec, kUdpBatch> reply_vectors{};
  std::array<mmsghdr, kUdpBatch> gathered{};  ///< headers of those that have a reply, when not all have
  std::array<Datagram, kUdpBatch> datagrams{};
  std::array<SocketAddress, kUdpBatch> peers{};
  std::array<SocketAddress, kUdpBatch> locals{};
  alignas(cmsghdr) std::array<std::array<uint8_t, kLocalAddressControl>, kUdpBatch> controls{};
  alignas(64) std::array<uint8_t, kSlotBytes * kUdpBatch> slots{};
};

UdpBatch::UdpBatch() : arrays_(std::make_unique<Arrays>()) {
  Arrays& a = *arrays_;
  for (uint32_t i = 0; i < kUdpBatch; ++i) {
    uint8_t* data = a.slots.data() + kSlotBytes * i + kSlackBytes;
    a.request_vectors[i] = {data, kDatagramBytes};
    a.reply_vectors[i] = {data, 0};
    a.datagrams[i] = {data, 0, kDatagramBytes, &a.peers[i], nullptr, false};
    a.requests[i].msg_hdr.msg_iov = &a.request_vectors[i];
    a.replies[i].msg_hdr.msg_iov = &a.reply_vectors[i];
    for (msghdr* header : {&a.requests[i].msg_hdr, &a.replies[i].msg_hdr}) {
      header->msg_name = a.peers[i].raw();
      header->msg_iovlen = 1;
    }
  }
}

UdpBatch::~UdpBatch() = default;

UdpListener::UdpListener(UdpBatch& batch, DatagramHandler& handler)
    : batch_(*batch.arrays_), handler_(handler) {}

UdpListener::~UdpListener() {
  detach();
  if (batch_.owner == this) batch_.owner = nullptr;
}

Result<std::unique_ptr<UdpListener>> UdpListener::create(const UdpOptions& options, UdpBatch& batch,
                                                         DatagramHandler& handler) {
  auto socket = bound_socket(SOCK_DGRAM, options.address, options.bind, ignore_path_mtu);
  if (!socket) return std::unexpected(std::move(socket.error()));
  int fd = socket->get();
  set_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF, options.receive_buffer_bytes);
  set_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF, options.send_buffer_bytes);
  if (options.learn_local_address && !ask_for_local_address(fd, options.address))
    return failure(errno_text("IP_PKTINFO", errno));
  std::unique_ptr<UdpListener> listener(new UdpListener(batch, handler));
  listener->address_ = local_address_of(fd);
  listener->learn_local_ = options.learn_local_address;
  listener->socket_ = std::move(*socket);
  return listener;
}

Result<std::unique_ptr<UdpListener>> UdpListener::share(UdpBatch& batch, DatagramHandler& handler) const {
  auto socket = shared_socket(socket_);
  if (!socket) return std::unexpected(std::move(socket.error()));
  std::unique_ptr<UdpListener> listener(new UdpListener(batch, handler));
  listener->address_ = address_;
  listener->learn_local_ = learn_local_;
  listener->socket_ = std::move(*socket);
  return listener;
}

Result<void> UdpListener::attach(EventLoop& loop) {
  NOMEN_REQUIRE(loop_ == nullptr);
  auto added = loop.add(socket_.get(), EPOLLIN, *this);
  if (added) loop_ = &loop;
  return added;
}

void UdpListener::detach() {
  if (loop_ != nullptr) loop_->remove(socket_.get(), *this);
  loop_ = nullptr;
}

void UdpListener::on_ready(uint32_t) {
  for (uint32_t i = 0; i < kBatchesPerTurn; ++i) {
    if (serve_batch() < kBusyBatch) return;
  }
}

uint32_t UdpListener::serve_batch() {
  prepare_headers();
  int count = recvmmsg(socket_.get(), batch_.requests.data(), kUdpBatch, MSG_DONTWAIT, nullptr);
  if (count <= 0) return 0;
  auto received = static_cast<uint32_t>(count);
  describe(received);
  handler_.handle({batch_.datagrams.data(), received});
  send(gather_replies(received));
  return received;
}

/// The batch serves one listener after the other: what differs between them is set when another one has its
/// turn, or when the kernel writes it, which it does where control messages come.
void UdpListener::prepare_headers() {
  if (batch_.owner == this && !learn_local_) return;
  batch_.owner = this;
  for (uint32_t i = 0; i < kUdpBatch; ++i) {
    for (msghdr* header : {&batch_.requests[i].msg_hdr, &batch_.replies[i].msg_hdr}) {
      header->msg_namelen = address_.raw_size();
      header->msg_control = learn_local_ ? batch_.controls[i].data() : nullptr;
      header->msg_controllen = learn_local_ ? kLocalAddressControl : 0;
    }
    batch_.datagrams[i].local = &address_;
  }
}

void UdpListener::describe(uint32_t count) {
  for (uint32_t i = 0; i < count; ++i) {
    Datagram& datagram = batch_.datagrams[i];
    datagram.size = batch_.requests[i].msg_len;
    datagram.truncated = (batch_.requests[i].msg_hdr.msg_flags & MSG_TRUNC) != 0;
  }
  counters_.received += count;
  if (!learn_local_) return;
  for (uint32_t i = 0; i < count; ++i) {
    batch_.locals[i] = address_;
    msghdr& request = batch_.requests[i].msg_hdr;
    read_local_address(request, address_.port(), batch_.locals[i]);
    batch_.replies[i].msg_hdr.msg_controllen = request.msg_controllen;
    batch_.datagrams[i].local = &batch_.locals[i];
  }
}

std::span<mmsghdr> UdpListener::gather_replies(uint32_t count) {
  uint32_t replies = 0;
  uint32_t largest = 0;
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t size = batch_.datagrams[i].size;
    batch_.reply_vectors[i].iov_len = size;
    replies += size != 0 ? 1 : 0;
    largest = std::max(largest, size);
  }
  NOMEN_REQUIRE(largest <= kDatagramBytes);
  if (replies == count) return {batch_.replies.data(), count};
  mmsghdr* out = batch_.gathered.data();
  for (uint32_t i = 0; i < count; ++i) {
    if (batch_.reply_vectors[i].iov_len != 0) *out++ = batch_.replies[i];
  }
  return {batch_.gathered.data(), replies};
}

void UdpListener::send_late(std::span<const LateDatagram> replies) {
  LateDatagrams late;
  while (!replies.empty()) {
    replies = late.fill(replies, learn_local_);
    for (std::span<mmsghdr> headers = late.headers(); !headers.empty();) {
      const int sent =
          sendmmsg(socket_.get(), headers.data(), static_cast<unsigned>(headers.size()), MSG_DONTWAIT);
      if (sent > 0) {
        const auto count = static_cast<size_t>(sent);
        for (const mmsghdr& header : headers.first(count)) counters_.sent += header.msg_hdr.msg_iovlen;
        headers = headers.subspan(count);
      } else if (errno != EINTR) {
        // The kernel does not cut here (an interface without checksums), or there is something else, which
        // send() finds out for each of them.
        std::array<mmsghdr, kUdpBatch> apart;
        send(LateDatagrams::take_apart(headers.front(), apart));
        headers = headers.subspan(1);
      }
    }
  }
}

void UdpListener::send(std::span<mmsghdr> replies) {
  uint32_t failures = 0;
  while (!replies.empty()) {
    int sent = sendmmsg(socket_.get(), replies.data(), static_cast<unsigned>(replies.size()), MSG_DONTWAIT);
    if (sent > 0) {
      replies = replies.subspan(static_cast<size_t>(sent));
      counters_.sent += static_cast<uint32_t>(sent);
      failures = 0;
      continue;
    }
    if (errno == EINTR) continue;
    // The first one of the rest was refused: for its destination's sake (EPERM, ECONNREFUSED, EHOSTUNREACH,
    // EINVAL for port 0), or because there is no room (EAGAIN, ENOBUFS), which soon means for all.
    bool no_room = errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM;
    failures = no_room ? failures + 1 : 0;
    size_t dropped = failures == kSendFailuresInARow ? replies.size() : 1;
    counters_.send_failed += dropped;
    replies = replies.subspan(dropped);
  }
}

}  // namespace nomen::net
