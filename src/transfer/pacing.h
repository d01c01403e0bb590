// How much happens at once when there are many zones: a rate (serial-query-rate, notify-rate), and how many
// transfers run at a time, in all and from one primary (transfers-in, transfers-per-ns). Zones wait in line
// and are called up in turn, so that a hundred thousand of them cost a step each and cause no storm.
// Times are microseconds on one clock of the caller's. Thread rule: values; each belongs to one thread.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "transfer/notify_sender.h"

namespace nomen::transfer {

/// A number that the caller gave to a zone.
using ZoneNumber = uint32_t;

/// Zones that wait for a thing that may happen so many times a second.
class PacedLine {
 public:
  /// `per_second` 0: as fast as can be. A tenth of a second's worth may go at once after a pause.
  explicit PacedLine(uint32_t per_second) { set_rate(per_second); }
  void set_rate(uint32_t per_second);

  /// At the end of the line, or at its front; a zone stands in it once.
  void join(ZoneNumber zone, bool at_front = false);
  void leave(ZoneNumber zone);
  bool empty() const { return waiting_.empty(); }
  size_t size() const { return waiting_.size(); }
  /// The next zone, if it is its time.
  std::optional<ZoneNumber> next(int64_t now_us);
  /// When next() will have one; kNever for an empty line.
  int64_t wake_us() const;

 private:
  int64_t step_us_ = 0;
  int64_t burst_us_ = 0;
  int64_t free_at_us_ = 0;  ///< the time by which what was taken is paid
  std::deque<ZoneNumber> line_;
  std::unordered_set<ZoneNumber> waiting_;  ///< who left is still in line_, but not here
};

/// Which transfers may run.
class TransferQuota {
 public:
  TransferQuota(uint32_t in_all, uint32_t per_peer) : in_all_(in_all), per_peer_(per_peer) {}

  /// Other limits, from now on; those of single peers are forgotten.
  void set_limits(uint32_t in_all, uint32_t per_peer);
  /// transfers of `server` for one peer.
  void limit(PeerId peer, uint32_t transfers) { limits_[peer] = transfers; }
  /// The zone waits for a transfer from this peer; it waits once, for the peer that was named last.
  void join(ZoneNumber zone, PeerId peer);
  void leave(ZoneNumber zone);

  struct Grant {
    ZoneNumber zone = 0;
    PeerId peer = 0;
  };
  /// A transfer that may begin: it counts as running until end(). Peers take turns.
  std::optional<Grant> next();
  void end(PeerId peer);

  size_t running() const { return running_; }
  size_t waiting() const { return peer_of_.size(); }

 private:
  struct Peer {
    std::deque<ZoneNumber> line;
    uint32_t running = 0;
  };
  uint32_t limit_of(PeerId peer) const;

  uint32_t in_all_;
  uint32_t per_peer_;
  size_t running_ = 0;
  std::map<PeerId, Peer> peers_;
  PeerId last_ = 0;  ///< whose turn it was
  std::unordered_map<PeerId, uint32_t> limits_;
  std::unordered_map<ZoneNumber, PeerId> peer_of_;  ///< of those that wait
};

/// When each of many zones wants to be woken.
class Timetable {
 public:
  /// kNever takes the zone out.
  void set(ZoneNumber zone, int64_t at_us);
  /// A zone whose time has come; it is taken out.
  std::optional<ZoneNumber> next(int64_t now_us);
  int64_t wake_us() const { return order_.empty() ? kNever : order_.begin()->first; }

 private:
  std::set<std::pair<int64_t, ZoneNumber>> order_;
  std::unordered_map<ZoneNumber, int64_t> at_;
};

}  // namespace nomen::transfer
