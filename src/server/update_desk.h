// Where dynamic updates are made (RFC 2136): those that wait for a zone become its next version together, the
// version is logged, and when it is on the disk it is served and everybody is answered. While that takes its
// time the next ones gather. Updates of one zone are made in the order in which they came.
// Thread rule: the main thread.
#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "server/forwarded_update.h"
#include "server/version_log.h"
#include "server/zone_keeper.h"
#include "update/batch.h"

namespace nomen::server {

class UpdateDesk {
 public:
  /// Replies for one worker each. All three outlive the desk.
  using SendReplies = std::function<void(std::vector<LateReplyPtr>)>;
  UpdateDesk(ZoneKeeper& zones, VersionLog& log, SendReplies send);

  void take(std::vector<ForwardedUpdatePtr> updates);
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

 private:
  using Updates = std::vector<ForwardedUpdatePtr>;
  struct Line {
    Updates waiting;
    std::deque<Edit> edits;  ///< they go before the updates that wait
    std::vector<std::function<void()>> idle_calls;
    bool committing = false;
  };
  /// One version that the batch makes: the updates of one client, which stands in the log.
  struct Made {
    std::vector<store::Version> versions;
    std::vector<zone::VersionStep> steps;
    zone::ContentPtr content;
    std::vector<LateReplyPtr> replies;
    std::function<void(const Result<dns::Serial>&)> edited;  ///< of an edit
  };
  /// How a zone takes updates; shared by no two zones, as a policy may name the zone.
  struct Settings {
    config::ZonePtr zone;  ///< that it was made from
    std::unique_ptr<const update::UpdatePolicy> policy;
    update::UpdateSettings update;
  };

  void work(const ZonePlace& place, Line& line);
  Made make(const ZonePlace& place, const KeptZone& zone, store::ZoneId id, Updates updates);
  Result<Made> make_edit(const ZonePlace& place, Edit& edit);
  void commit(const ZonePlace& place, Line& line, Made made);
  void committed(const ZonePlace& place, Made& made, const Result<void>& result);
  const Settings& settings_of(const ZonePlace& place, const KeptZone& zone);
  void refuse(Updates updates, dns::Rcode rcode, std::string_view why);

  ZoneKeeper& zones_;
  VersionLog& log_;
  SendReplies send_;
  std::unordered_map<ZonePlace, Line, ZonePlaceHash> lines_;
  std::unordered_map<ZonePlace, Settings, ZonePlaceHash> settings_;
};

}  // namespace nomen::server
