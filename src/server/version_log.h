// The server's log of zone versions (store/): opened when the first zone needs it, and told about each new
// version before anybody is answered from it. Thread rule: the main thread; what append() reports comes back
// on the main thread; the store itself may be read by any thread.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "net/event_loop.h"
#include "server/zone_place.h"
#include "store/sqlite_store.h"

namespace nomen::server {

/// The file, in the server's directory.
inline constexpr const char* kVersionLogFile = "nomen.versions";

class VersionLog {
 public:
  /// `loop` outlives it.
  explicit VersionLog(net::EventLoop& loop) : loop_(loop) {}

  /// Opens the log in a directory, or leaves it open; where it cannot be, zones that need it are refused.
  Result<void> open(const std::string& directory);
  /// Opens it where there is one: for zones that have no row before their first change.
  Result<void> open_existing(const std::string& directory);
  /// nullptr while it is not open.
  store::VersionStore* store() const { return store_.get(); }

  struct Wanted {
    ZonePlace place;
    store::ZoneName name;
  };
  /// Gives zones their numbers, many with one sync.
  Result<void> prepare(const std::vector<Wanted>& zones);
  /// The zone has got its number in the store.
  void note_id(const ZonePlace& place, store::ZoneId id) { ids_.insert_or_assign(place, id); }
  /// Its number; nothing for a zone that has none.
  std::optional<store::ZoneId> id_of(const ZonePlace& place) const;
  bool has_zones() const { return !ids_.empty(); }
  /// The zone was deleted, with all that is known of it.
  void forget(const ZonePlace& place);
  /// The same for the caller to end: the number is this zone's no more, and is to be forgotten in the store
  /// before the zone is prepared again.
  std::optional<store::ZoneId> release(const ZonePlace& place);

  /// Adds rows, all or none; `done` is called on the main thread when they are on the disk, or cannot be.
  void append(std::vector<store::Version> versions, store::Done done);

 private:
  Result<void> take_known();

  net::EventLoop& loop_;
  std::string path_;
  std::unique_ptr<store::SqliteStore> store_;
  std::unordered_map<ZonePlace, store::ZoneId, ZonePlaceHash> ids_;
};

}  // namespace nomen::server
