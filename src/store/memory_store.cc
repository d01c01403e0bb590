#include "store/memory_store.h"

#include <algorithm>
#include <utility>

#include "store/change_encoding.h"

namespace nomen::store {

MemoryStore::MemoryStore(uint64_t seed, Syncs syncs) : syncs_(syncs), random_(seed) {}

// ---- the disk's side

void MemoryStore::sync() {
  std::deque<Job> jobs = std::exchange(queue_, {});
  const std::optional<Error> failed = std::exchange(next_failure_, std::nullopt);
  std::vector<Result<void>> results;
  results.reserve(jobs.size());
  for (Job& job : jobs) {
    if (failed) {
      results.emplace_back(std::unexpected(*failed));
      continue;
    }
    results.push_back(job.step(visible_));
    if (results.back()) at_risk_.push_back(std::move(job.step));
  }
  if (!failed && !lies_) {
    for (const Step& step : at_risk_) (void)step(durable_);
    at_risk_.clear();
  }
  for (size_t i = 0; i < jobs.size(); i++) {
    if (jobs[i].done) jobs[i].done(results[i]);
  }
}

void MemoryStore::crash() {
  for (Job& job : queue_) at_risk_.push_back(std::move(job.step));
  const size_t kept = random_.below(static_cast<uint32_t>(at_risk_.size()) + 1);
  for (size_t i = 0; i < kept; i++) (void)at_risk_[i](durable_);
  at_risk_.clear();
  queue_.clear();
  next_failure_.reset();
  visible_ = durable_;
}

void MemoryStore::put(Job job) {
  queue_.push_back(std::move(job));
  if (syncs_ == Syncs::kAtOnce) sync();
}

Result<void> MemoryStore::run(Step step) {
  Result<void> result;
  queue_.push_back({std::move(step), [&](const Result<void>& done) { result = done; }});
  sync();
  return result;
}

// ---- what writes

Result<MemoryStore::Zone*> MemoryStore::find(Tables& tables, ZoneId zone) {
  const auto at = tables.zones.find(zone);
  if (at == tables.zones.end()) return failure("the version store knows no zone of this number");
  return &at->second;
}

Result<std::vector<ZoneId>> MemoryStore::zone_ids(std::span<const ZoneName> names) {
  std::vector<ZoneId> ids;
  for (const ZoneName& name : names) {
    const auto known = std::find_if(visible_.zones.begin(), visible_.zones.end(),
                                    [&](const auto& zone) { return zone.second.name == name; });
    if (known != visible_.zones.end()) {
      ids.push_back(known->first);
      continue;
    }
    const auto id = static_cast<ZoneId>(++visible_.last_id);
    for (Tables* tables : {&visible_, &durable_}) {
      tables->last_id = visible_.last_id;
      tables->zones[id].name = name;
    }
    ids.push_back(id);
  }
  return ids;
}

Result<void> MemoryStore::append_rows(Tables& tables, const std::vector<Row>& rows) {
  std::map<ZoneId, dns::Serial> ends;
  for (const Row& row : rows) {
    const auto zone = find(tables, row.version->zone);
    if (!zone) return std::unexpected(zone.error());
    const auto& kept = (*zone)->rows;
    const auto [end, is_first] =
        ends.try_emplace(row.version->zone, kept.empty() ? row.version->from : kept.back().version->to);
    if (row.version->from != end->second) {
      return failure("the change is from serial " + std::to_string(row.version->from.value) +
                     ", and the newest stored version of the zone is " + std::to_string(end->second.value));
    }
    end->second = row.version->to;
  }
  for (const Row& row : rows) {
    auto& kept = (*find(tables, row.version->zone))->rows;
    kept.push_back({kept.empty() ? 1 : kept.back().number + 1, row.bytes, row.version});
  }
  return {};
}

void MemoryStore::append(std::vector<Version> versions, Done done) {
  std::vector<Row> rows;
  std::optional<Error> refusal;
  for (Version& version : versions) {
    Result<std::vector<uint8_t>> encoded;
    if (!version.is_gap) encoded = encode_change(version.change);
    if (!encoded) refusal = encoded.error();
    rows.push_back({0, encoded ? encoded->size() : 0, std::make_shared<const Version>(std::move(version))});
  }
  put({[rows = std::move(rows), refusal](Tables& tables) -> Result<void> {
         if (refusal) return std::unexpected(*refusal);
         return append_rows(tables, rows);
       },
       std::move(done)});
}

void MemoryStore::save_times(ZoneId zone, const ZoneTimes& times, Done done) {
  put({[zone, times](Tables& tables) -> Result<void> {
         const auto found = find(tables, zone);
         if (!found) return std::unexpected(found.error());
         (*found)->times = times;
         return {};
       },
       std::move(done)});
}

Result<uint64_t> MemoryStore::prune(ZoneId zone, const Retention& retention) {
  const auto dropped = std::make_shared<uint64_t>(0);  // the step may be done once more, later
  const auto done = run([zone, retention, dropped](Tables& tables) -> Result<void> {
    const auto found = find(tables, zone);
    if (!found) return std::unexpected(found.error());
    auto& rows = (*found)->rows;
    uint64_t bytes = 0;
    size_t kept = 0;
    for (; kept < rows.size(); kept++) {
      const Row& row = rows[rows.size() - 1 - kept];
      bytes += row.bytes;
      const bool is_beyond = (retention.max_versions && kept + 1 > *retention.max_versions) ||
                             (retention.max_bytes && bytes > *retention.max_bytes) ||
                             (retention.not_before_us && row.version->time_us < *retention.not_before_us);
      if (kept > 0 && is_beyond) break;
    }
    *dropped = rows.size() - kept;
    rows.erase(rows.begin(), rows.end() - static_cast<std::ptrdiff_t>(kept));
    return {};
  });
  if (!done) return std::unexpected(done.error());
  return *dropped;
}

Result<void> MemoryStore::clear(ZoneId zone) {
  return run([zone](Tables& tables) -> Result<void> {
    if (const auto found = find(tables, zone)) (*found)->rows.clear();
    return {};
  });
}

Result<void> MemoryStore::forget(std::span<const ZoneId> zones) {
  return run([zones](Tables& tables) -> Result<void> {
    for (const ZoneId zone : zones) tables.zones.erase(zone);
    return {};
  });
}

// ---- what reads

Result<std::vector<KnownZone>> MemoryStore::zones() {
  std::vector<KnownZone> zones;
  zones.reserve(visible_.zones.size());
  for (const auto& [id, zone] : visible_.zones) zones.push_back({id, zone.name});
  return zones;
}

size_t MemoryStore::newest_row(const Zone& zone, const std::function<bool(const Version&)>& test) {
  for (size_t i = zone.rows.size(); i > 0; i--) {
    if (test(*zone.rows[i - 1].version)) return i - 1;
  }
  return zone.rows.size();
}

Result<std::vector<VersionInfo>> MemoryStore::list(ZoneId zone, size_t count,
                                                   std::optional<dns::Serial> before) {
  const auto found = find(visible_, zone);
  if (!found) return std::vector<VersionInfo>();
  size_t end = (*found)->rows.size();
  if (before) {
    const size_t row = newest_row(**found, [&](const Version& version) { return version.to == *before; });
    end = row == end ? 0 : row;
  }
  std::vector<VersionInfo> versions;
  for (; end > 0 && versions.size() < count; end--) {
    const Row& row = (*found)->rows[end - 1];
    const Version& version = *row.version;
    versions.push_back({row.number, version.from, version.to, version.time_us, version.actor,
                        version.change.removed.size(), version.change.added.size(), row.bytes, version.is_gap,
                        version.digest});
  }
  return versions;
}

Result<std::optional<Version>> MemoryStore::version_to(ZoneId zone, dns::Serial serial) {
  const auto found = find(visible_, zone);
  if (!found) return std::nullopt;
  const size_t row = newest_row(**found, [&](const Version& version) { return version.to == serial; });
  if (row == (*found)->rows.size()) return std::nullopt;
  return *(*found)->rows[row].version;
}

Result<bool> MemoryStore::since(ZoneId zone, dns::Serial from, const std::function<bool(Version&&)>& visit) {
  const auto found = find(visible_, zone);
  if (!found || (*found)->rows.empty()) return false;
  const std::deque<Row> rows = (*found)->rows;  // visit() may change them
  if (rows.back().version->to == from) return true;
  const size_t first = newest_row(**found, [&](const Version& version) { return version.from == from; });
  for (size_t row = first; row < rows.size(); row++) {
    if (rows[row].version->is_gap) return false;
    if (!visit(Version(*rows[row].version))) break;
  }
  return first < rows.size();
}

Result<bool> MemoryStore::rows_from(ZoneId zone, uint64_t number,
                                    const std::function<bool(Version&&)>& visit) {
  const auto found = find(visible_, zone);
  if (!found) return false;
  const std::deque<Row> rows = (*found)->rows;  // visit() may change them
  bool there = false;
  for (const Row& row : rows) {
    there = there || row.number == number;
    if (there && !visit(Version(*row.version))) break;
  }
  return there;
}

Result<std::optional<ZoneTimes>> MemoryStore::times(ZoneId zone) {
  const auto found = find(visible_, zone);
  if (!found) return std::nullopt;
  return (*found)->times;
}

}  // namespace nomen::store
