// Where dynamic updates are made (RFC 2136), round by round: those that wait for a zone become its next
// version together, the versions of all zones are logged, and when a version is on the disk it is served and
// everybody is answered. The updates that come meanwhile gather in the inbox: there is one disk, so that
// nothing is lost by making them together in the next round. Updates of one zone are made in the order in
// which they came; one that external rules are about first waits, beside the line, for what their daemons
// say. Thread rule: the main thread.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "server/external_policy.h"
#include "server/forwarded_update.h"
#include "server/update_inbox.h"
#include "server/version_log.h"
#include "server/zone_keeper.h"
#include "update/batch.h"

namespace nomen::server {

/// How updates ended, in the sorts that BIND's statistics know.
struct UpdateCounts {
  uint64_t completed = 0;
  uint64_t rejected = 0;
  uint64_t failed = 0;             ///< all others
  uint64_t bad_prerequisites = 0;  ///< of `failed`

  void add(dns::Rcode rcode);
};

class UpdateDesk {
 public:
  /// Sends the replies of updates that are done with. All of these outlive the desk.
  using SendReplies = std::function<void(ForwardedUpdates)>;
  UpdateDesk(net::EventLoop& loop, ZoneKeeper& zones, VersionLog& log, UpdateInbox& inbox, SendReplies send);

  /// Makes what waits in the inbox, unless versions are on their way to the disk.
  void work();
  /// A change that a command makes, at its place in the line.
  struct Edit {
    /// The change, made from what is served; its serial is raised if it does not do so itself.
    std::function<Result<zone::Change>(const zone::Content&)> make;
    store::Actor actor;
    /// The serial of the version that is served now, or why there is none.
    std::function<void(const Result<dns::Serial>&)> done;
  };
  void edit(const ZonePlace& place, Edit edit);
  /// The zone's settings are other than before, or it is gone.
  void forget_settings(const ZonePlace& place) { settings_.erase(place); }
  /// Calls `then` when nothing is on its way to the disk for the zone: what follows finds its newest version.
  void when_idle(const ZonePlace& place, std::function<void()> then);
  const UpdateCounts& counts() const { return counts_; }

 private:
  struct Line {
    ForwardedUpdates waiting;  ///< of this round
    std::deque<Edit> edits;    ///< they go before the updates that wait
    std::vector<std::function<void()>> idle_calls;
    bool committing = false;
  };
  /// One version that the batch makes: the updates of one client, which stands in the log.
  struct Made {
    std::vector<store::Version> versions;
    std::vector<zone::VersionStep> steps;
    zone::ContentPtr content;
    ForwardedUpdates updates;                                ///< whose replies wait
    std::function<void(const Result<dns::Serial>&)> edited;  ///< of an edit
  };
  /// How a zone takes updates; shared by no two zones, as a policy may name the zone.
  struct Settings {
    config::ZonePtr zone;  ///< that it was made from
    std::unique_ptr<const update::UpdatePolicy> policy;
    update::UpdateSettings update;
  };

  void hand_out(ForwardedUpdates updates, std::vector<ZonePlace>& touched);
  void work(const ZonePlace& place, Line& line);
  Made make(const ZonePlace& place, const KeptZone& zone, store::ZoneId id, ForwardedUpdates updates);
  Result<Made> make_edit(const ZonePlace& place, Edit& edit);
  void commit(const ZonePlace& place, Line& line, Made made);
  void committed(const ZonePlace& place, Made& made, const Result<void>& result);
  const Settings& settings_of(const ZonePlace& place, const KeptZone& zone);
  bool waits_for_daemons(const ZonePlace& place, ForwardedUpdatePtr& update);
  void refuse(ForwardedUpdates updates, dns::Rcode rcode, std::string_view why);
  void reply(ForwardedUpdates updates);

  ZoneKeeper& zones_;
  VersionLog& log_;
  UpdateInbox& inbox_;
  SendReplies send_;
  UpdateCounts counts_;
  size_t committing_ = 0;  ///< zones of which a version is on its way to the disk
  ExternalPolicy daemons_;
  std::unordered_map<ZonePlace, Line, ZonePlaceHash> lines_;
  std::unordered_map<ZonePlace, Settings, ZonePlaceHash> settings_;
};

}  // namespace nomen::server
