#include "net/late_datagrams.h"

#include <algorithm>
#include <tuple>

namespace nomen::net {

namespace {

/// Of one size, between the same addresses.
bool can_join(const LateDatagram& one, const LateDatagram& other) {
  return one.message.size() == other.message.size() && one.peer == other.peer && one.local == other.local;
}

bool comes_before(const LateDatagram& one, const LateDatagram& other) {
  if (one.message.size() != other.message.size()) return one.message.size() < other.message.size();
  return std::tie(one.peer, one.local) < std::tie(other.peer, other.local);
}

/// How many of the first can leave as one.
size_t count_joined(std::span<const LateDatagram> replies) {
  const LateDatagram& first = replies.front();
  const auto most =
      std::min<size_t>({replies.size(), kUdpBatch, kJoinedBytes / std::max<size_t>(first.message.size(), 1)});
  size_t count = 1;
  while (count < most && can_join(replies[count], first)) count++;
  return count;
}

}  // namespace

void sort_by_peer(std::span<LateDatagram> replies) {
  const auto joins_first = [&](const LateDatagram& reply) { return can_join(reply, replies.front()); };
  // Mostly all of them are one client's.
  if (!std::ranges::all_of(replies, joins_first)) std::ranges::stable_sort(replies, comes_before);
}

std::span<const LateDatagram> LateDatagrams::fill(std::span<const LateDatagram> replies, bool with_local) {
  count_ = parts_ = 0;
  while (!replies.empty() && count_ < headers_.size()) {
    const size_t count = count_joined(replies);
    if (parts_ + count > io_parts_.size()) break;
    add(replies.first(count), with_local);
    replies = replies.subspan(count);
  }
  return replies;
}

void LateDatagrams::add(std::span<const LateDatagram> group, bool with_local) {
  const LateDatagram& first = group.front();
  headers_[count_] = {};
  msghdr& header = headers_[count_].msg_hdr;
  peers_[count_] = first.peer;
  header.msg_name = peers_[count_].raw();
  header.msg_namelen = peers_[count_].raw_size();
  header.msg_iov = &io_parts_[parts_];
  header.msg_iovlen = group.size();
  for (const LateDatagram& reply : group)
    io_parts_[parts_++] = {const_cast<uint8_t*>(reply.message.data()), reply.message.size()};
  header.msg_control = controls_[count_].data();
  if (with_local) add_local_address(header, first.local);
  if (group.size() > 1) add_segment_size(header, static_cast<uint16_t>(first.message.size()));
  count_++;
}

std::span<mmsghdr> LateDatagrams::take_apart(const mmsghdr& joined, std::span<mmsghdr, kUdpBatch> room) {
  const size_t count = joined.msg_hdr.msg_iovlen;
  for (size_t i = 0; i < count; i++) {
    room[i] = joined;
    msghdr& header = room[i].msg_hdr;
    header.msg_iov = &joined.msg_hdr.msg_iov[i];
    header.msg_iovlen = 1;
    if (count > 1) header.msg_controllen -= kSegmentSizeControl;
  }
  return room.first(count);
}

}  // namespace nomen::net
