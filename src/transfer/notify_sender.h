// The timetable of the NOTIFYs of one zone (RFC 1996 3.5, 3.6): whom to tell of which serial, and when. A new
// serial takes the place of one that is still on its way; under a stream of changes each target hears of the
// newest one at most once an interval, the first one at once. What is not acknowledged is sent again, at
// growing distances. Who the targets are is decided by notify_targets(); how they are reached is the
// caller's: here they are numbers. Times are microseconds on one clock of the caller's. Thread rule: belongs
// to one thread.
#pragma once
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "dns/name.h"
#include "dns/types.h"
#include "zone/content.h"

namespace nomen::transfer {

/// A number that the caller gave to an address, port, key and source address.
using PeerId = uint32_t;

inline constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

/// The names of the zone's NS RRset that NOTIFY goes to: all but the SOA's MNAME, which is the primary
/// itself; that too with notify-to-soa.
std::vector<dns::Name> notify_names(const zone::Content& content, bool notify_to_soa);

/// IPv4 (4 bytes) and IPv6 (16 bytes) addresses that the zone has for a name, its glue included.
std::vector<std::vector<uint8_t>> addresses_in_zone(const zone::Content& content, dns::NameView name);

struct NotifyTimes {
  int64_t interval_us = 10'000;        ///< notify-delay: between two NOTIFYs to one target
  int64_t first_retry_us = 1'000'000;  ///< doubled with every try
  int64_t longest_retry_us = 60'000'000;
  unsigned max_tries = 10;  ///< about five minutes; a new serial begins anew
};

class NotifySender {
 public:
  explicit NotifySender(const NotifyTimes& times = {}) : times_(times) {}

  /// The targets from now on; those that stay keep what they have acknowledged, new ones are told.
  void set_targets(const std::vector<PeerId>& peers, int64_t now_us);
  /// There is a new version.
  void changed(dns::Serial serial, int64_t now_us);

  struct Send {
    PeerId peer = 0;
    dns::Serial serial;
    unsigned tries = 0;  ///< 1 for the first
  };
  /// A NOTIFY that is due: it counts as sent. Nothing when none is.
  std::optional<Send> next(int64_t now_us);
  /// When next() will have something; kNever.
  int64_t wake_us() const;
  /// Any reply ends the sending of the serial that it was for (RFC 1996 3.6).
  void acknowledged(PeerId peer, dns::Serial serial);

  struct Target {
    PeerId peer = 0;
    std::optional<dns::Serial> sent;
    std::optional<dns::Serial> acknowledged;
    unsigned tries = 0;
    int64_t sent_us = 0;
    int64_t due_us = kNever;
  };
  /// For reports.
  const std::vector<Target>& targets() const { return targets_; }

 private:
  void schedule(Target& target, int64_t now_us) const;

  NotifyTimes times_;
  std::optional<dns::Serial> serial_;
  std::vector<Target> targets_;
};

}  // namespace nomen::transfer
