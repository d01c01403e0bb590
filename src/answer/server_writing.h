// The NS RRset of a referral in its wire form, with the compression that is known beforehand
// (zone/server_names.h). Inline, because a referral is little else. The caller has seen that there is room.
// Thread rule: pure functions over the caller's memory.
#pragma once
#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#include "answer/limits.h"
#include "answer/record_writing.h"
#include "base/bytes.h"
#include "base/random.h"
#include "zone/node.h"

namespace nomen::answer {

/// The order in which the RRs of an NS RRset go out, by their numbers.
using ServerOrder = std::array<uint8_t, kMostServers>;

inline ServerOrder servers_in_order() {
  static_assert(kMostServers == 16);
  return {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
}
inline void shuffle_servers(ServerOrder& order, size_t count, FastRandom& random) {
  for (size_t i = count - 1; i > 0; i--)
    std::swap(order[i], order[random.below(static_cast<uint32_t>(i) + 1)]);
}

/// Where in the message the names of servers stand, by the numbers of their RRs.
using ServerPlaces = std::array<uint16_t, kMostServers>;

/// Most octets that put_servers() writes or scribbles on.
inline size_t most_server_bytes(zone::RRsetView set) {
  return set.count() * kOwnerAndHeadBytes + set.data().size() + kCopyStep;
}

/// Writes an NS RRset of at most kMostServers RRs to offset `at` of the message `out`. `owner` is a pointer
/// into the question's name, which ends at offset `name_end`. Returns where the set ends.
[[gnu::always_inline]] inline size_t put_servers(uint8_t* out, size_t at, uint16_t owner, uint16_t rr_class,
                                                 size_t name_end, zone::RRsetView set,
                                                 const ServerOrder& order, ServerPlaces& places) {
  const size_t count = set.count();
  std::array<const uint8_t*, kMostServers> rrs;
  const uint8_t* end_of_rrs = set.first_rdata().data() - 2;
  for (size_t i = 0; i < count; i++) {
    rrs[i] = end_of_rrs;
    end_of_rrs += 2 + load_u16(end_of_rrs);
  }
  const zone::ServerNames names(end_of_rrs);  // stands behind them
  const size_t brothers = names.brothers();
  std::array<uint8_t, 16> head;  // of every RR: all in front of its rdata
  put_head(head.data(), owner, dns::RRType::kNs, rr_class, set.ttl_s());
  size_t brothers_at = 0;  // where the suffix that brothers share stands already
  for (size_t n = 0; n < count; n++) {
    const size_t i = order[n];
    const uint8_t* const rdata = rrs[i] + 2;
    const size_t size = load_u16(rrs[i]);
    std::memcpy(out + at, head.data(), head.size());
    const size_t name_at = at + kOwnerAndHeadBytes;
    uint8_t* const name = out + name_at;
    size_t own = names.own(i);
    size_t place = name_at;
    size_t target = 0;
    if (own + 1 < size) {
      target = name_end - (size - own);
      // Never at a mere pointer, which some readers do not like.
      if (own == 0) place = target;
    } else if (brothers_at != 0) {
      own = size - brothers;
      target = brothers_at;
      if (own == 0) place = target;
    } else {
      own = size;
      if (brothers > 1) brothers_at = name_at + size - brothers;
    }
    places[i] = static_cast<uint16_t>(place);
    std::memcpy(name, rdata, kCopyStep);
    if (own > kCopyStep) [[unlikely]]
      std::memcpy(name + kCopyStep, rdata + kCopyStep, own - kCopyStep);
    size_t written = own;
    if (target != 0) {
      store_u16(name + own, static_cast<uint16_t>(kPointer | target));
      written += 2;
    }
    store_u16(name - 2, static_cast<uint16_t>(written));
    at = name_at + written;
  }
  return at;
}

}  // namespace nomen::answer
