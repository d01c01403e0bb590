// A VersionStore in memory for tests and simulations, with the disk's misbehaviour: what is appended is
// durable, visible and acknowledged only when the simulation says sync(), and crash() loses what is not
// durable, or some of it, by seed. Thread rule: belongs to one thread; `done` is called within sync(), and
// within prune(), clear() and forget(), which sync what is queued before them. There are no threads and no
// clocks here.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/random.h"
#include "store/version_store.h"

namespace nomen::store {

class MemoryStore : public VersionStore {
 public:
  enum class Syncs : uint8_t {
    kWhenTold,
    kAtOnce,  ///< each append by itself, before it returns
  };
  explicit MemoryStore(uint64_t seed, Syncs syncs = Syncs::kWhenTold);

  /// Appends and times that wait for a sync.
  size_t queued() const { return queue_.size(); }
  /// Does what is queued, in order, and calls each `done`.
  void sync();
  /// The next sync() fails with this: what is queued then is refused and leaves nothing behind.
  void fail_next_sync(Error error) { next_failure_ = std::move(error); }
  /// From now on sync() acknowledges without making durable: a disk that lies, or an engine that forgot to
  /// sync. For proving that a simulation notices.
  void lie_about_syncs(bool lies) { lies_ = lies; }
  /// The power fails: of what is not durable a part by seed, from the front, is there afterwards; no `done`
  /// is called any more for what was queued.
  void crash();

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
  struct Row {
    uint64_t number = 0;
    uint64_t bytes = 0;
    std::shared_ptr<const Version> version;
  };
  struct Zone {
    ZoneName name;
    std::deque<Row> rows;
    std::optional<ZoneTimes> times;
  };
  struct Tables {
    std::map<ZoneId, Zone> zones;
    int64_t last_id = 0;
  };
  using Step = std::function<Result<void>(Tables&)>;
  struct Job {
    Step step;
    Done done;
  };

  static Result<Zone*> find(Tables& tables, ZoneId zone);
  static Result<void> append_rows(Tables& tables, const std::vector<Row>& rows);
  /// The newest row for which the test holds; rows.size() when there is none.
  static size_t newest_row(const Zone& zone, const std::function<bool(const Version&)>& test);
  void put(Job job);
  /// A step that is done when this returns.
  Result<void> run(Step step);

  const Syncs syncs_;
  FastRandom random_;
  Tables visible_;             ///< what readers see
  Tables durable_;             ///< what a crash leaves
  std::vector<Step> at_risk_;  ///< done in visible_, and not in durable_
  std::deque<Job> queue_;      ///< done in neither
  std::optional<Error> next_failure_;
  bool lies_ = false;
};

}  // namespace nomen::store
