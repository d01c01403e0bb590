// What one worker counts. Written by the worker alone, read by others at any time: relaxed atomics, which
// on the usual machines are plain adds to the worker's own cache lines.
#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "answer/query.h"

namespace nomen::answer {

class Counter {
 public:
  void add(uint64_t n = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

/// All that is worth counting about a request and its reply as one small number, so that a query costs one
/// addition; who reads the counters adds up those whose facts are asked for.
struct Outcome {
  static constexpr size_t kCount = size_t{1} << 14;
  static constexpr uint8_t kOtherRcode = 31;  ///< stands for all rcodes from there on
  /// Of a request that somebody else answers: a transfer, an update. A number that no rcode has (RFC
  /// 6895 2.3).
  static constexpr uint8_t kElsewhere = 30;

  uint8_t rcode = 0;  ///< 0 to kOtherRcode
  bool authoritative = false;
  bool answered = false;  ///< there are RRs in the answer section
  bool truncated = false;
  bool edns = false;
  bool tcp = false;
  bool v6 = false;
  CookieState cookie = CookieState::kNone;
  bool looked_up = false;  ///< a QUERY that was well formed and asks for no transfer

  /// TC and AA stand where the header's flags have them (RFC 1035 4.1.1), so that no bit has to move.
  constexpr size_t index() const {
    return size_t{rcode} | size_t{answered} << 5 | size_t{edns} << 6 | size_t{tcp} << 7 | size_t{v6} << 8 |
           size_t{truncated} << 9 | size_t{authoritative} << 10 | static_cast<size_t>(cookie) << 11 |
           size_t{looked_up} << 13;
  }
  static constexpr Outcome at(size_t index) {
    const auto bit = [index](unsigned place) { return (index >> place & 1) != 0; };
    return {.rcode = static_cast<uint8_t>(index & 31),
            .authoritative = bit(10),
            .answered = bit(5),
            .truncated = bit(9),
            .edns = bit(6),
            .tcp = bit(7),
            .v6 = bit(8),
            .cookie = static_cast<CookieState>(index >> 11 & 3),
            .looked_up = bit(13)};
  }
};

struct Counters {
  static constexpr size_t kTypes = 256;

  std::array<Counter, Outcome::kCount> outcomes;       ///< by Outcome::index(), all requests but the dropped
  std::array<Counter, kTypes> queries_by_type;         ///< by QTYPE; [0] are those above 255 too
  std::array<Counter, 16> requests_by_opcode;          ///< all but QUERY
  std::array<Counter, kEdnsOptionKinds> edns_options;  ///< by EdnsOptionKind: messages that had one
  Counter rejected_recursive;                          ///< REFUSED to clients that wanted recursion
  Counter rejected_authoritative;                      ///< REFUSED to the others
  Counter rejected_transfers;
  Counter rejected_updates;
  Counter rejected_notifies;
  std::array<Counter, 16> late_replies;         ///< by rcode: to updates that were answered elsewhere
  std::array<Counter, 2> notifies_received;     ///< of zones that are here, over IPv4 and IPv6
  Counter transfers_completed;                  ///< over TCP: BIND counts none over UDP
  Counter dropped;                              ///< no reply
  std::array<Counter, 2> connections_accepted;  ///< over IPv4 and IPv6

  Counter& queries_of(dns::RRType type) {
    const uint16_t number = dns::number(type);
    return queries_by_type[number < kTypes ? number : 0];
  }
};

}  // namespace nomen::answer
