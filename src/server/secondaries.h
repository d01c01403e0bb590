// All secondary and stub zones of the server: when each asks its primaries, takes a transfer, tries again,
// expires (transfer/secondary.h says what it wants, transfer/pacing.h when it may), and what becomes of the
// versions that come: logged, served, saved. The network and the parsing are the transfer client's, on
// another thread.
//
// A zone with a `file` is served again at once after a restart: from its saved copy and the steps in the
// version log that lead on from there. A version that came as steps is in the log before it is served; one
// that took the place of the whole zone is served and saved, and steps that come before the copy is there
// wait for it in memory. Thread rule: the main thread.
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "config/model.h"
#include "net/event_loop.h"
#include "server/copy_writer.h"
#include "server/family_counts.h"
#include "server/forwarded_notify.h"
#include "server/remotes.h"
#include "server/transfer_client.h"
#include "server/version_log.h"
#include "server/zone_keeper.h"
#include "transfer/pacing.h"
#include "transfer/secondary.h"

namespace nomen::server {

class Secondaries final : private net::Timer {
 public:
  /// All of them outlive it.
  static Result<std::unique_ptr<Secondaries>> create(net::EventLoop& loop, ZoneKeeper& zones, VersionLog& log,
                                                     const Remotes& remotes);
  ~Secondaries() override;

  /// The limits of a configuration: transfers-in and the like. Before its zones are told.
  void configure(const config::ServerOptions& options);

  /// For what else is to be said to primaries.
  TransferClient& client() { return *client_; }

  // --- what happens to zones (zone_events.h)
  void zone_changed(const ZonePlace& place, const KeptZone& zone);
  void zone_has_no_copy(const ZonePlace& place, const KeptZone& zone);
  void zone_configured(const ZonePlace& place, const KeptZone& zone);
  void zone_removed(const ZonePlace& place);

  /// What workers let in.
  void take(const std::vector<ForwardedNotify>& notifies);

  // --- commands; false: there is no such secondary, or it does not run yet
  bool refresh(const ZonePlace& place);
  bool retransfer(const ZonePlace& place);

  /// Calls `work` on another thread when all saved copies that were asked for before are written, then
  /// `done`.
  void after_copies(std::function<void()> work, std::function<void()> done) {
    copies_.in_turn(std::move(work), std::move(done));
  }

  /// What the zone's settings let be no longer goes from the log.
  void prune_history(const ZonePlace& place);

  /// For reports; in seconds since 1970, 0: not known.
  struct Times {
    int64_t refresh_s = 0;
    int64_t expires_s = 0;
    bool is_transferring = false;
    bool is_expired = false;
  };
  std::optional<Times> times(const ZonePlace& place) const;
  size_t transfers_running() const { return quota_.running(); }
  size_t transfers_waiting() const { return quota_.waiting(); }
  size_t soa_queries_running() const { return soa_queries_; }

  /// What was asked of primaries since the start, and how the transfers ended.
  struct Counts {
    FamilyCounts soa_queries;
    FamilyCounts axfr_requests;
    FamilyCounts ixfr_requests;
    uint64_t transfers_succeeded = 0;  ///< also those of which the primary had nothing newer
    uint64_t transfers_failed = 0;
  };
  const Counts& counts() const { return counts_; }

 private:
  using Number = transfer::ZoneNumber;

  /// How the saved copy stands.
  struct Copy {
    bool based = false;    ///< the copy and the rows of the log behind it lead to what is served
    bool writing = false;  ///< the writer has it
    bool again = false;    ///< it is to be written once more: the zone was replaced meanwhile
    std::vector<zone::VersionStep> unlogged;  ///< behind the copy that is being written
    std::optional<dns::Serial> saved;         ///< what the copy says that was written last
    uint64_t logged_bytes = 0;                ///< since the last copy began
    int64_t due_us = transfer::kNever;        ///< when what the log has is to be saved
  };
  struct Zone {
    ZonePlace place;
    config::ZonePtr config;
    std::string name;  ///< "example/IN", for the log
    transfer::Secondary machine;
    std::vector<Remote> primaries;
    uint64_t primaries_from = 0;  ///< the configuration that they were made from
    bool started = false;
    bool notified = false;  ///< goes in front of those that only look whether there is something new
    Copy copy;
  };

  Secondaries(net::EventLoop& loop, ZoneKeeper& zones, VersionLog& log, const Remotes& remotes,
              std::unique_ptr<TransferClient> client);

  void on_timer() override;
  int64_t now_us() const;
  Zone* find(const ZonePlace& place, Number& number);
  Zone* find(Number number);
  Number add(const ZonePlace& place, const KeptZone& kept);
  void drop(Number number);
  void start(Number number, Zone& zone, const zone::Content* content);

  void take_primaries(Zone& zone);
  void consider(Number number, Zone& zone);
  void wake_up();
  bool may_talk_to(Zone& zone, const Remote& primary);
  void ask(Number number, Zone& zone);
  void answered(Number number, const SoaAnswer& answer);
  void fetch(Number number, Zone& zone, transfer::PeerId peer);
  void fetched(Number number, transfer::PeerId peer, TransferOutcome& outcome);
  void count_end(const Zone& zone, transfer::Progress progress);
  void log_unfinished(const Zone& zone, const std::string& from, const TransferOutcome& outcome);
  void expire(Zone& zone);
  transfer::PeerId peer_id(const Remote& primary);

  void take_version(Number number, Zone& zone, TransferOutcome& outcome);
  void log_steps(Number number, Zone& zone, TransferOutcome& outcome);
  void serve(Number number, Zone& zone, transfer::Received received, const std::string& end_line);
  void log_transferred(const Zone& zone, const Remote& primary, const transfer::Soa& soa,
                       const std::string& end_line);
  std::vector<store::Version> rows_of(const Zone& zone, const std::vector<zone::VersionStep>& steps,
                                      store::ZoneId id) const;
  void note_logged(Zone& zone, uint64_t bytes);
  void save(Number number, Zone& zone, bool clears_log);
  void saved(Number number, bool clears_log, dns::Serial serial, const Result<void>& result);
  void prune(const Zone& zone);
  void save_times();

  net::EventLoop& loop_;
  ZoneKeeper& keeper_;
  VersionLog& log_;
  const Remotes& remotes_;
  std::unique_ptr<TransferClient> client_;
  CopyWriter copies_;
  const std::chrono::steady_clock::time_point began_;
  const int64_t began_us_;  ///< since 1970; from here on the clock does not jump

  uint64_t configuration_ = 0;  ///< counts them
  Number last_number_ = 0;
  std::unordered_map<ZonePlace, Number, ZonePlaceHash> numbers_;
  std::unordered_map<Number, Zone> zones_;
  std::unordered_map<net::IpAddress, transfer::PeerId> peers_;
  transfer::PacedLine soa_line_{0};
  transfer::TransferQuota quota_{0, 0};
  transfer::Timetable timetable_;
  std::unordered_set<Number> times_to_save_;
  int64_t save_times_at_us_ = transfer::kNever;
  size_t soa_queries_ = 0;
  Counts counts_;
  bool lines_moved_ = false;  ///< somebody may be next in a line
  bool taking_ = false;       ///< a version is being handed to the keeper: what he tells of it is ours
};

}  // namespace nomen::server
