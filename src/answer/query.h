// A request on its way through the stages: a row of facts, each written once by the stage that finds it
// out, and only read after that (DESIGN 3). No stage changes what an earlier one wrote.
// Thread rule: belongs to one worker; made once and used for one request after the other.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>

#include "answer/limits.h"
#include "answer/snapshot.h"
#include "base/bytes.h"
#include "dns/hashed_name.h"
#include "dns/types.h"
#include "net/address.h"
#include "zone/lookup.h"

namespace nomen::answer {

enum class Transport : uint8_t { kUdp, kTcp };

/// What came, and from where. Written by the worker.
struct Received {
  const uint8_t* data = nullptr;  ///< at least 64 readable bytes behind the message
  const net::SocketAddress* peer = nullptr;
  const net::SocketAddress* local = nullptr;  ///< where it was sent to
  uint32_t size = 0;
  Transport transport = Transport::kUdp;
  bool truncated = false;   ///< did not fit into the buffer
  bool encrypted = false;   ///< kTcp within TLS
  bool speaks_dot = false;  ///< and both sides have agreed on "dot" (ALPN)

  Bytes peer_address() const { return peer->address_bytes(); }
  Bytes local_address() const { return local->address_bytes(); }
};

/// Header and question. Written by admit().
struct Question {
  uint16_t id = 0;
  uint16_t flags = 0;  ///< the header's second 16 bits as they came
  dns::Opcode opcode = dns::Opcode::kQuery;
  dns::RRType type = dns::RRType::kA;
  dns::RRClass rr_class = dns::RRClass::kIn;
  uint16_t end = 12;     ///< where the question ends in the message
  bool present = false;  ///< QDCOUNT was 1
  dns::HashedName name;

  bool recursion_desired() const { return (flags & 0x0100) != 0; }
  /// Whether the answer has all signatures at the name with this hash, so that no other section need.
  bool asks_for_signatures_of(uint64_t name_hash) const {
    return type == dns::RRType::kRrsig && name_hash == name.full_hash();
  }
};

enum class CookieState : uint8_t { kNone, kClientOnly, kInvalid, kValid };

/// Kinds of EDNS options that are counted.
enum class EdnsOptionKind : uint8_t { kNsid, kExpire, kKeepalive, kPadding, kClientSubnet, kKeyTag, kOther };
inline constexpr size_t kEdnsOptionKinds = 7;

/// Options about the zone that the answer is from (zone_options.h).
enum class ZoneOption : uint8_t { kExpire = 1, kVersion = 2, kDigest = 4 };

/// What the OPT record says (RFC 6891). Written by read_edns().
struct Edns {
  bool present = false;
  bool dnssec_ok = false;
  bool wants_nsid = false;
  bool wants_keepalive = false;
  bool signed_message = false;  ///< a TSIG or SIG(0) record is there
  bool has_tsig = false;
  uint8_t zone_options = 0;  ///< a bit for each ZoneOption that is asked for
  uint8_t version = 0;
  uint8_t option_kinds = 0;  ///< a bit for each EdnsOptionKind that was there
  uint16_t udp_size = 0;
  CookieState cookie = CookieState::kNone;
  std::array<uint8_t, 8> client_cookie{};

  bool wants(ZoneOption option) const { return (zone_options & static_cast<uint8_t>(option)) != 0; }
  /// Whether our OPT will have options beside those about the zone and about errors.
  bool wants_options() const { return wants_nsid || wants_keepalive || cookie != CookieState::kNone; }
};

struct Query {
  Received received;
  Question question;
  Edns edns;
  dns::Rcode early = dns::Rcode::kNoError;  ///< what admit() and read_edns() found wrong
  bool dropped = false;                     ///< no reply at all
  /// The deepest zone of the first view for the name: looked up ahead with the whole batch.
  const ServedZone* ahead = nullptr;
  const View* view = nullptr;  ///< written by select_view()
  /// The key whose owner has signed the request, as the view knows it; written by select_view().
  const dns::Name* signer = nullptr;
  dns::Rcode other_refused = dns::Rcode::kNoError;  ///< of a transfer or an update
  const ServedZone* zone = nullptr;                 ///< written by route(): the zone that answers, if any
  zone::Lookup found;                               ///< what is at the question's name in
  const zone::Content* found_in = nullptr;          ///< this; both written by find_plainly()
  /// Whose addresses the glue of a referral will be, by the hashes of their names: only in large zones.
  uint8_t glue_count = 0;
  std::array<uint64_t, kMostServers> glue_hashes{};
};

/// How large the reply may become (RFC 1035 4.2, RFC 6891 6.2.5). After select_view() or find_plainly().
inline size_t size_limit(const Query& query) {
  if (query.received.transport == Transport::kTcp) return kMaxMessageBytes;
  if (!query.edns.present) return kPlainUdpBytes;
  size_t limit = query.edns.udp_size;
  if (query.view != nullptr) {
    limit = std::min<size_t>(limit, query.view->settings->max_udp_size);
    if (query.edns.cookie != CookieState::kValid)
      limit = std::min<size_t>(limit, query.view->settings->nocookie_udp_size);
  }
  return std::max(limit, kPlainUdpBytes);
}

}  // namespace nomen::answer
