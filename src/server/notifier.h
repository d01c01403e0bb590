// Tells other servers of new versions (NOTIFY, RFC 1996): who hears of which zone, when, how fast in all, and
// again until it is acknowledged. The first word of a change leaves at once; under a stream of changes each
// target hears of the newest serial once an interval. Zones wait in line for their first word, so that a
// hundred thousand of them at the start are a slow trickle, and nothing is worked out for one before its
// turn. Thread rule: the main thread.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "config/model.h"
#include "dns/tsig.h"
#include "net/datagram_client.h"
#include "net/event_loop.h"
#include "net/stream_question.h"
#include "server/family_counts.h"
#include "server/remotes.h"
#include "server/zone_keeper.h"
#include "transfer/notify_message.h"
#include "transfer/notify_sender.h"
#include "transfer/pacing.h"

namespace nomen::server {

class Notifier final : private net::Timer {
 public:
  /// Whether this server itself is at an address: it is not told of what it knows.
  using IsSelf = std::function<bool(const net::SocketAddress&)>;
  /// All of them outlive it.
  Notifier(net::EventLoop& loop, ZoneKeeper& zones, const Remotes& remotes, IsSelf is_self);
  ~Notifier() override;

  /// The rates of a configuration.
  void configure(const config::ServerOptions& options);
  /// A new version is served; `at_start` when the server has just read it for the first time.
  void zone_changed(const ZonePlace& place, const KeptZone& zone, bool at_start);
  void zone_removed(const ZonePlace& place);
  /// rndc notify: everybody once more.
  void notify_again(const ZonePlace& place);
  /// NOTIFYs that were sent, those sent again for want of an answer not counted.
  const FamilyCounts& sent() const { return sent_; }

 private:
  using Number = transfer::ZoneNumber;

  /// A NOTIFY on its way.
  struct Sent {
    dns::Serial serial;
    transfer::Notify message;
    dns::TsigSession session;
    std::unique_ptr<net::DatagramClient> client;
    std::unique_ptr<net::StreamQuestion> stream;  ///< in place of the former, to a target with TLS
  };
  struct Zone {
    ZonePlace place;
    config::ZonePtr config;  ///< that the targets are from
    dns::Serial serial;
    std::unique_ptr<transfer::NotifySender> sender;  ///< nullptr until it is the zone's turn
    std::map<transfer::PeerId, Remote> targets;
    std::map<transfer::PeerId, Sent> under_way;
    int64_t quiet_since_us = 0;
    bool has_news = false;  ///< a version that the sender has not heard of
    bool may_send = false;  ///< its turn has come, and it has not been quiet since
  };

  void on_timer() override;
  int64_t now_us() const;
  Zone& zone_at(const ZonePlace& place, Number& number);
  void join_line(Number number, bool at_start);
  void take_turn(Number number);
  void find_targets(Zone& zone, const KeptZone& kept);
  std::vector<Remote> targets_of(const ZonePlace& place, const KeptZone& kept) const;
  void send_due(Number number, Zone& zone);
  void send(Number number, Zone& zone, const transfer::NotifySender::Send& what);
  Result<void> post(Number number, transfer::PeerId peer, Sent& sent, const Remote& target,
                    std::vector<uint8_t> message);
  void replied(Number number, transfer::PeerId peer, const Result<Bytes>& reply);
  void wake_up();
  void forget(Number number);

  net::EventLoop& loop_;
  ZoneKeeper& keeper_;
  const Remotes& remotes_;
  const IsSelf is_self_;
  const std::chrono::steady_clock::time_point began_;

  bool paces_all_ = false;  ///< notify-rate was written: it holds for every NOTIFY
  transfer::PacedLine line_{0};
  transfer::PacedLine start_line_{0};
  transfer::Timetable timetable_;
  Number last_number_ = 0;
  transfer::PeerId last_peer_ = 0;
  FamilyCounts sent_;
  std::unordered_map<ZonePlace, Number, ZonePlaceHash> numbers_;
  std::unordered_map<Number, Zone> zones_;
};

}  // namespace nomen::server
