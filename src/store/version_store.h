// The durable log of zone versions: one row for every change of a zone, whoever made it (DESIGN 1.1). IXFR,
// history, diff, rollback and crash recovery are readers of it. This is the interface; SqliteStore
// (sqlite_store.h) keeps it in a file, and a simulation keeps it in memory with torn writes.
// Thread rule: every function from any thread; `done` is called on a thread of the store.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "dns/name.h"
#include "dns/types.h"
#include "zone/change.h"

namespace nomen::store {

/// Who changed a zone.
enum class ActorKind : uint8_t { kFile, kUpdate, kTransfer, kSigner, kControl, kServer };
struct Actor {
  ActorKind kind = ActorKind::kServer;
  /// The file, the TSIG key or address of the update, the primary's address, the rndc key.
  std::string name;
  bool operator==(const Actor&) const = default;
};
std::string to_string(const Actor& actor);  ///< "update key ddns.example"

/// What names a zone over restarts.
struct ZoneName {
  std::string view;
  dns::Name apex;
  dns::RRClass rr_class = dns::RRClass::kIn;
};

/// A zone's number in the store; stays the same over restarts.
enum class ZoneId : int64_t {};

/// All of a row but the change.
struct VersionInfo {
  dns::Serial from;
  dns::Serial to;
  int64_t time_us = 0;  ///< since 1970
  Actor actor;
  uint64_t records_removed = 0;
  uint64_t records_added = 0;
  uint64_t bytes = 0;  ///< of the change as it is stored
};

/// A row: what led from `from` to `to`. The SOA record's change is in `change` like any other.
struct Version {
  ZoneId zone{};
  dns::Serial from;
  dns::Serial to;
  int64_t time_us = 0;
  Actor actor;
  zone::Change change;
};

/// What is kept; the newest row always is, and one limit of nullopt is none.
struct Retention {
  std::optional<uint64_t> max_versions;
  std::optional<uint64_t> max_bytes;
  std::optional<int64_t> max_age_us;
};

/// A secondary's timetable (RFC 1035 3.3.13), so that expiry is on time over restarts. Microseconds since 1970.
struct ZoneTimes {
  int64_t refreshed_us = 0;  ///< when a primary last said that our serial is the newest
  int64_t next_refresh_us = 0;
  int64_t expires_us = 0;
  dns::Serial serial;  ///< the version that these times are about
  std::string primary;  ///< who it came from
};

using Done = std::function<void(const Result<void>&)>;

class VersionStore {
 public:
  virtual ~VersionStore() = default;

  /// The number of a zone, made when it is new.
  virtual Result<ZoneId> zone_id(const ZoneName& name) = 0;

  /// Adds rows, all or none, and calls `done` when they are on the disk (or why they cannot be). Rows of one
  /// zone are handed over in order, each from where the one before ends; appends by many share one sync.
  virtual void append(std::vector<Version> versions, Done done) = 0;

  /// The newest `count` rows of a zone, newest first; with `before`, those older than the row that led to it.
  virtual Result<std::vector<VersionInfo>> list(ZoneId zone, size_t count, std::optional<dns::Serial> before) = 0;
  /// The row that led to a serial; nothing when it is not kept.
  virtual Result<std::optional<Version>> version_to(ZoneId zone, dns::Serial serial) = 0;
  /// visit() each row from the version `from` to the newest, in order; false from visit ends it. The result is
  /// false when the log does not reach back to `from`.
  virtual Result<bool> since(ZoneId zone, dns::Serial from, const std::function<bool(Version&&)>& visit) = 0;

  /// Drops the oldest rows that are beyond the limits; how many went.
  virtual Result<uint64_t> prune(ZoneId zone, const Retention& retention) = 0;
  /// Drops all rows of a zone (it was replaced by something without a common history), or the zone itself.
  virtual Result<void> clear(ZoneId zone) = 0;
  virtual Result<void> forget(ZoneId zone) = 0;

  virtual void save_times(ZoneId zone, const ZoneTimes& times, Done done) = 0;
  virtual Result<std::optional<ZoneTimes>> times(ZoneId zone) = 0;
};

}  // namespace nomen::store
