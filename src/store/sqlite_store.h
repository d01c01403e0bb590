// The log of zone versions in a SQLite database: one file for all zones, with a write-ahead log beside it.
// Acknowledged means synced to the disk. One thread of the store writes, with one sync for all that is queued
// (committer.h); readers have connections of their own and hold nobody up.
// docs/decisions/version-store.md has the figures.
// Thread rule: as VersionStore says. Made and destroyed by one thread, when nobody calls any more; what is
// queued then is still written.
#pragma once
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "store/version_store.h"

namespace nomen::store {

class SqliteStore : public VersionStore {
 public:
  enum class Access : uint8_t {
    kOwn,   ///< this process is the one that writes; the file is made when it is not there
    kRead,  ///< beside the server that owns it; what would write is refused
  };
  static Result<std::unique_ptr<SqliteStore>> open(const std::string& path, Access access = Access::kOwn);
  ~SqliteStore() override;

  Result<std::vector<ZoneId>> zone_ids(std::span<const ZoneName> names) override;
  Result<std::vector<KnownZone>> zones() override;
  void append(std::vector<Version> versions, Done done) override;
  Result<std::vector<VersionInfo>> list(ZoneId zone, size_t count,
                                        std::optional<dns::Serial> before) override;
  Result<std::optional<Version>> version_to(ZoneId zone, dns::Serial serial) override;
  Result<bool> since(ZoneId zone, dns::Serial from, const std::function<bool(Version&&)>& visit) override;
  Result<bool> rows_from(ZoneId zone, uint64_t number, const std::function<bool(Version&&)>& visit) override;
  Result<uint64_t> prune(ZoneId zone, const Retention& retention) override;
  Result<void> clear(ZoneId zone) override;
  using VersionStore::forget;
  Result<void> forget(std::span<const ZoneId> zones) override;
  void save_times(ZoneId zone, const ZoneTimes& times, Done done) override;
  Result<std::optional<ZoneTimes>> times(ZoneId zone) override;

 private:
  struct Parts;
  class Reading;
  explicit SqliteStore(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace nomen::store
