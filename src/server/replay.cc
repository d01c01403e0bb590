#include "server/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <memory>
#include <utility>
#include <vector>

#include "base/os/clock.h"
#include "zone/content_digest.h"
#include "zone/content_writer.h"

namespace nomen::server {

namespace {

/// Rows older than the file that are read back for IXFR, at most about so many.
constexpr size_t kMostRows = 10'000;
/// A journal of BIND is twice the size of its zone; small zones have room for some changes, too.
constexpr size_t kLeastRecentBytes = size_t{1} << 20;

constexpr size_t kBytesOfRecord = 64;
/// So that the smallest zones, too, have room for some steps.
constexpr size_t kLeastFileBytes = size_t{16} << 10;

/// What people may look back on costs disk only.
constexpr uint64_t kLeastKeptBytes = uint64_t{64} << 20;

/// A serial that is not later is no step that anybody could ask for (RFC 1995): what follows begins anew.
zone::RecentChangesPtr with_step(const zone::RecentChangesPtr& before, const store::Version& version,
                                 std::shared_ptr<const zone::Change> change, size_t most_bytes) {
  if (!version.to.is_after(version.from)) return nullptr;
  return zone::RecentChanges::with(before, {version.from, version.to, std::move(change)}, most_bytes);
}

std::string out_of_step(dns::Serial file, const std::vector<store::VersionInfo>& newest_first) {
  return fmt::format(
      "the file has serial {}, which the version log (serials {} to {}) does not know: it was edited or "
      "replaced while newer versions were kept; give it the serial {} to go on from it, or put the old file "
      "back",
      file.value, newest_first.back().from.value, newest_first.front().to.value,
      newest_first.front().to.value);
}

}  // namespace

size_t most_recent_bytes(const zone::Content& content, std::optional<uint64_t> max_journal_size) {
  if (max_journal_size) return static_cast<size_t>(*max_journal_size);
  return std::max(kLeastRecentBytes, 2 * kBytesOfRecord * static_cast<size_t>(content.record_count()));
}

size_t most_file_bytes(const zone::Content& content, std::optional<uint64_t> max_journal_size) {
  if (max_journal_size) return static_cast<size_t>(*max_journal_size);
  return kLeastFileBytes + 2 * kBytesOfRecord * static_cast<size_t>(content.record_count());
}

store::Retention retention_of(const zone::Content& content, const config::ZoneOptions& options,
                              int64_t now_us) {
  store::Retention retention;
  retention.max_versions = options.zone_history_versions;
  if (options.zone_history_age_s)
    retention.not_before_us = now_us - int64_t{*options.zone_history_age_s} * 1'000'000;
  if (options.zone_history_bytes) {
    if (*options.zone_history_bytes != UINT64_MAX) retention.max_bytes = options.zone_history_bytes;
  } else if (options.max_journal_size) {
    retention.max_bytes = options.max_journal_size;
  } else {
    retention.max_bytes = std::max<uint64_t>(kLeastKeptBytes, most_recent_bytes(content, std::nullopt));
  }
  return retention;
}

Result<void> prune(store::VersionStore& log, store::ZoneId zone, dns::Serial in_file,
                   const store::Retention& retention) {
  const auto rows = log.list(zone, kMostRows, std::nullopt);
  if (!rows) return std::unexpected(rows.error());
  store::Retention needed{0, 0, INT64_MAX};
  for (const store::VersionInfo& row : *rows) {
    if (row.to == in_file) {
      store::Retention most = retention;
      if (most.max_versions) most.max_versions = std::max(*most.max_versions, *needed.max_versions);
      if (most.max_bytes) most.max_bytes = std::max(*most.max_bytes, *needed.max_bytes);
      if (most.not_before_us) most.not_before_us = std::min(*most.not_before_us, *needed.not_before_us);
      const auto dropped = log.prune(zone, most);
      return dropped ? Result<void>() : std::unexpected(dropped.error());
    }
    ++*needed.max_versions;
    *needed.max_bytes += row.bytes;
    needed.not_before_us = std::min(*needed.not_before_us, row.time_us);
  }
  return {};  // the file is far behind: another time
}

Result<Replayed> replay(store::VersionStore& log, store::ZoneId zone, zone::ContentPtr from_file) {
  const auto rows = log.list(zone, kMostRows, std::nullopt);
  if (!rows) return std::unexpected(rows.error());
  Replayed result{std::move(from_file), nullptr, 0, false};
  if (rows->empty()) return result;
  // Rows with a digest are of a zone that followed its file: it is behind none of them.
  if (const auto& digest = rows->front().digest; digest && !(zone::digest_of(*result.content) == *digest)) {
    result.is_gap = true;
    return result;
  }
  const dns::Serial file = result.content->serial();
  // The newest row that begins or ends at the file's serial: serials may come round again. Where it is not
  // among the newest rows, the log may still know it, and all from there on is new.
  const auto known = std::find_if(rows->begin(), rows->end(),
                                  [&](const auto& row) { return row.to == file || row.from == file; });
  const bool is_near = known != rows->end();
  uint64_t number = is_near ? rows->back().number : 0;
  const uint64_t first_new = !is_near ? 0 : known->to == file ? known->number + 1 : known->number;

  zone::ContentWriter writer(*result.content, zone::kNoLimits);
  const size_t most_bytes = most_recent_bytes(*result.content, std::nullopt);
  Result<void> applied;
  const auto visit = [&](store::Version&& version) {
    const bool is_new = number++ >= first_new;
    if (version.is_gap) {
      result.recent = nullptr;
      if (is_new) applied = failure("what changed is not known");
      return !is_new;
    }
    auto change = std::make_shared<const zone::Change>(std::move(version.change));
    if (is_new) {
      applied = writer.apply(*change);
      if (!applied) return false;
      result.versions++;
    }
    result.recent = with_step(result.recent, version, std::move(change), most_bytes);
    return true;
  };
  const auto read = is_near ? log.rows_from(zone, number, visit) : log.since(zone, file, visit);
  if (!read) return std::unexpected(read.error());
  if (!*read) return failure(out_of_step(file, *rows));
  if (!applied)
    return failure(fmt::format("a change of the version log does not fit the file with serial {}: {}",
                               file.value, applied.error().text));
  if (result.versions == 0) return result;
  Diagnostics diagnostics;
  result.content = writer.finish(diagnostics);
  return result;
}

namespace {

/// The steps that end at the newest row, as many as memory is for.
Result<zone::RecentChangesPtr> newest_steps(store::VersionStore& log, store::ZoneId zone,
                                            const std::vector<store::VersionInfo>& newest_first,
                                            size_t most_bytes) {
  uint64_t first = 0;
  uint64_t bytes = 0;
  for (const store::VersionInfo& row : newest_first) {
    bytes += row.bytes;
    if (row.is_gap || !row.to.is_after(row.from) || bytes > most_bytes) break;
    first = row.number;
  }
  zone::RecentChangesPtr recent;
  if (first == 0) return recent;
  const auto read = log.rows_from(zone, first, [&](store::Version&& version) {
    auto change = std::make_shared<const zone::Change>(std::move(version.change));
    recent = with_step(recent, version, std::move(change), most_bytes);
    return true;
  });
  if (!read) return std::unexpected(read.error());
  return recent;
}

}  // namespace

Result<Replayed> follow_file(store::VersionStore& log, store::ZoneId zone, zone::ContentPtr from_file,
                             bool is_known) {
  const auto rows = log.list(zone, kMostRows, std::nullopt);
  if (!rows) return std::unexpected(rows.error());
  Replayed file{std::move(from_file), nullptr, 0, false};
  if (rows->empty()) return file;
  const store::VersionInfo& newest = rows->front();
  if (!newest.digest) {
    auto replayed = replay(log, zone, file.content);
    if (replayed) return replayed;
    file.is_gap = true;
    return file;
  }
  file.is_gap = newest.to != file.content->serial() ||
                (!is_known && !(zone::digest_of(*file.content) == *newest.digest));
  if (file.is_gap) return file;
  auto recent = newest_steps(log, zone, *rows, most_file_bytes(*file.content, std::nullopt));
  if (!recent) return std::unexpected(recent.error());
  file.recent = std::move(*recent);
  return file;
}

Result<void> append_gap(store::VersionStore& log, store::ZoneId zone, const zone::Content& content) {
  const auto newest = log.list(zone, 1, std::nullopt);
  if (!newest) return std::unexpected(newest.error());
  if (newest->empty()) return {};
  std::vector<store::Version> rows;
  rows.push_back({zone,
                  newest->front().to,
                  content.serial(),
                  os::unix_time_us(),
                  {store::ActorKind::kFile, ""},
                  {},
                  true,
                  zone::digest_of(content)});
  const auto done = std::make_shared<std::promise<Result<void>>>();
  log.append(std::move(rows), [done](const Result<void>& result) { done->set_value(result); });
  return done->get_future().get();
}

}  // namespace nomen::server
