// The durable log of zone versions: one row for every change of a zone, whoever made it (DESIGN 1.1). IXFR,
// history, diff, rollback and crash recovery are readers of it. This is the interface; SqliteStore
// (sqlite_store.h) keeps it in a file; MemoryStore (memory_store.h) in memory, with lost and torn writes for
// simulations. The rows of a zone are a chain: each begins at the serial where the one before ended. Their
// order is that in which they came (`number`), never that of the serials, which wrap (RFC 1982).
// Thread rule: every function from any thread but from within `done`, which is called on a thread of the
// store, in the order of the calls, and has to be quick.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "dns/name.h"
#include "dns/types.h"
#include "zone/change.h"
#include "zone/content_digest.h"

namespace nomen::store {

/// Who changed a zone.
enum class ActorKind : uint8_t { kFile, kUpdate, kTransfer, kSigner, kControl, kServer };
struct Actor {
  ActorKind kind = ActorKind::kServer;
  /// The file, the TSIG key or address of the update, the primary's address, the rndc key.
  std::string name;
  bool operator==(const Actor&) const = default;
};
std::string to_string(const Actor& actor);  ///< "update ddns.example", "file db.example"

/// What names a zone over restarts.
struct ZoneName {
  std::string view;
  dns::Name apex;
  dns::RRClass rr_class = dns::RRClass::kIn;
  bool operator==(const ZoneName&) const = default;
};

/// A zone's number in the store; stays the same over restarts.
enum class ZoneId : int64_t {};
constexpr int64_t number_of(ZoneId zone) {
  return static_cast<int64_t>(zone);
}

struct KnownZone {
  ZoneId id{};
  ZoneName name;
};

/// All of a row but the change.
struct VersionInfo {
  uint64_t number = 0;  ///< counts the rows of a zone from 1, and again from 1 after clear()
  dns::Serial from;
  dns::Serial to;
  int64_t time_us = 0;  ///< since 1970
  Actor actor;
  uint64_t records_removed = 0;
  uint64_t records_added = 0;
  uint64_t bytes = 0;  ///< of the change as it is stored
  bool is_gap = false;
  std::optional<zone::ContentDigest> digest{};
};

/// A row: what led from `from` to `to`. The SOA record's change is in `change` like any other.
struct Version {
  ZoneId zone{};
  dns::Serial from;
  dns::Serial to;
  int64_t time_us = 0;
  Actor actor;
  zone::Change change;
  /// What changed is not known, or is not kept: `change` is empty, and no way leads over this row.
  bool is_gap = false;
  /// Of the version that the row led to, where a zone follows its file: a file that was changed while nobody
  /// looked is told by it. The rows of such a zone may lead to a serial that is not later, too.
  std::optional<zone::ContentDigest> digest{};
};

/// What is kept; the newest row always is, and one limit of nullopt is none.
struct Retention {
  std::optional<uint64_t> max_versions;
  std::optional<uint64_t> max_bytes;     ///< of the changes as they are stored
  std::optional<int64_t> not_before_us;  ///< rows that are older go
};

/// A secondary's timetable (RFC 1035 3.3.13), so that expiry is on time over restarts. Microseconds since
/// 1970.
struct ZoneTimes {
  int64_t refreshed_us = 0;  ///< when a primary last said that our serial is the newest
  int64_t next_refresh_us = 0;
  int64_t expires_us = 0;
  dns::Serial serial;   ///< the version that these times are about
  std::string primary;  ///< who it came from
  bool operator==(const ZoneTimes&) const = default;
};

using Done = std::function<void(const Result<void>&)>;

class VersionStore {
 public:
  virtual ~VersionStore() = default;

  /// The numbers of zones, made where they are new; many at once cost one sync.
  virtual Result<std::vector<ZoneId>> zone_ids(std::span<const ZoneName> names) = 0;
  Result<ZoneId> zone_id(const ZoneName& name);
  /// All zones that have a number.
  virtual Result<std::vector<KnownZone>> zones() = 0;

  /// Adds rows, all or none, and calls `done` when they are on the disk (or why they cannot be). Rows of one
  /// zone are handed over in order, each from where the one before ends: others are refused. Appends by many
  /// share one sync. Never waits: when too much is queued already, `done` gets an error in its turn.
  virtual void append(std::vector<Version> versions, Done done) = 0;

  /// The newest `count` rows of a zone, newest first; with `before`, those older than the row that led to it.
  virtual Result<std::vector<VersionInfo>> list(ZoneId zone, size_t count,
                                                std::optional<dns::Serial> before) = 0;
  /// The row that led to a serial; nothing when it is not kept.
  virtual Result<std::optional<Version>> version_to(ZoneId zone, dns::Serial serial) = 0;
  /// visit() each row from the version `from` to the newest, in order; false from visit ends it. The result
  /// is false when the log does not reach back to `from`, or when there is a gap on the way: what was visited
  /// then leads nowhere. visit() may take its time: it holds nothing up.
  virtual Result<bool> since(ZoneId zone, dns::Serial from, const std::function<bool(Version&&)>& visit) = 0;

  /// The same from a row's number on, gaps and all. The result is false when there is no row of that number.
  virtual Result<bool> rows_from(ZoneId zone, uint64_t number,
                                 const std::function<bool(Version&&)>& visit) = 0;

  /// Drops the oldest rows that are beyond the limits; how many went.
  virtual Result<uint64_t> prune(ZoneId zone, const Retention& retention) = 0;
  /// Drops all rows of a zone (it was replaced by something without a common history; the next row may begin
  /// anywhere), or zones themselves, many with one sync.
  virtual Result<void> clear(ZoneId zone) = 0;
  virtual Result<void> forget(std::span<const ZoneId> zones) = 0;
  Result<void> forget(ZoneId zone) { return forget(std::span(&zone, 1)); }

  virtual void save_times(ZoneId zone, const ZoneTimes& times, Done done) = 0;
  virtual Result<std::optional<ZoneTimes>> times(ZoneId zone) = 0;
};

}  // namespace nomen::store
