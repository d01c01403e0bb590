// The files of zones that take updates: written from time to time and by command, so that they say what is
// served (rndc sync), and edited by people while updates are held back (rndc freeze, rndc thaw). The log of
// versions is what is durable; a file that somebody else has changed meanwhile is never written over.
// Thread rule: the main thread.
#pragma once
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "control/operations.h"
#include "server/update_desk.h"
#include "server/version_log.h"
#include "server/zone_keeper.h"
#include "server/zone_writer.h"

namespace nomen::server {

class ZoneFiles {
 public:
  /// All outlive it.
  ZoneFiles(net::EventLoop& loop, ZoneKeeper& zones, UpdateDesk& updates, VersionLog& log);
  ~ZoneFiles();

  /// Of one zone or of all that take updates; in BIND's words.
  control::CommandResult freeze(const std::optional<ZonePlace>& place);
  control::CommandResult thaw(const std::optional<ZonePlace>& place);
  control::CommandResult sync(const std::optional<ZonePlace>& place, bool clean);

  /// The zone has a new version: its file is written in a while.
  void changed(const ZonePlace& place, const KeptZone& zone);
  /// What the file of a frozen zone says: a version of its own, unless it is wrong.
  void thawed(const ZonePlace& place, const KeptZone& zone, const LoadOutcome& outcome);
  void removed(const ZonePlace& place);
  /// Whether the zone's file says what is served, as far as is known.
  bool has_all(const ZonePlace& place) const { return !behind_.contains(place); }

 private:
  class Delay;
  Result<void> write_now(const ZonePlace& place, const KeptZone& zone);
  void write_in_background(const ZonePlace& place);
  Result<void> may_write(const KeptZone& zone) const;
  void publish_file_version(const ZonePlace& place, const KeptZone& zone, const LoadOutcome& outcome);

  net::EventLoop& loop_;
  ZoneKeeper& zones_;
  UpdateDesk& updates_;
  VersionLog& log_;
  ZoneWriter writer_;
  std::unordered_map<ZonePlace, std::unique_ptr<Delay>, ZonePlaceHash> delays_;
  std::unordered_set<ZonePlace, ZonePlaceHash> writing_;  ///< in the background
  std::unordered_set<ZonePlace, ZonePlaceHash> behind_;   ///< their files lack what was served
};

}  // namespace nomen::server
