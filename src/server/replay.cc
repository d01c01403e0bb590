#include "server/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "zone/content_writer.h"

namespace nomen::server {

namespace {

/// Rows older than the file that are read back for IXFR, at most about so many.
constexpr size_t kMostRows = 10'000;
/// A journal of BIND is twice the size of its zone; small zones have room for some changes, too.
constexpr size_t kLeastRecentBytes = size_t{1} << 20;

/// What people may look back on costs disk only.
constexpr uint64_t kLeastLoggedBytes = uint64_t{64} << 20;

/// The limits were kept when the changes were made.
constexpr zone::ContentLimits kNoLimits{.max_records = 0, .max_records_per_type = 0, .max_types_per_name = 0};

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
  constexpr size_t kBytesOfRecord = 64;
  return std::max(kLeastRecentBytes, 2 * kBytesOfRecord * static_cast<size_t>(content.record_count()));
}

uint64_t most_logged_bytes(const zone::Content& content, std::optional<uint64_t> max_journal_size) {
  if (max_journal_size) return *max_journal_size;
  return std::max<uint64_t>(kLeastLoggedBytes, most_recent_bytes(content, std::nullopt));
}

Result<void> prune(store::VersionStore& log, store::ZoneId zone, dns::Serial in_file, uint64_t most_bytes) {
  const auto rows = log.list(zone, kMostRows, std::nullopt);
  if (!rows) return std::unexpected(rows.error());
  uint64_t needed = 0;
  for (const store::VersionInfo& row : *rows) {
    if (row.to == in_file) {
      const auto dropped = log.prune(zone, {std::nullopt, std::max(most_bytes, 2 * needed), std::nullopt});
      return dropped ? Result<void>() : std::unexpected(dropped.error());
    }
    needed += row.bytes;
  }
  return {};  // the file is far behind: another time
}

Result<Replayed> replay(store::VersionStore& log, store::ZoneId zone, zone::ContentPtr from_file) {
  const auto rows = log.list(zone, kMostRows, std::nullopt);
  if (!rows) return std::unexpected(rows.error());
  Replayed result{std::move(from_file), nullptr, 0};
  if (rows->empty()) return result;
  const dns::Serial file = result.content->serial();
  // The newest row that begins or ends at the file's serial: serials may come round again. Where it is not
  // among the newest rows, the log may still know it, and all from there on is new.
  const auto known = std::find_if(rows->begin(), rows->end(),
                                  [&](const auto& row) { return row.to == file || row.from == file; });
  const bool is_near = known != rows->end();
  const dns::Serial from = is_near ? rows->back().from : file;
  uint64_t number = is_near ? rows->back().number : 0;
  const uint64_t first_new = !is_near ? 0 : known->to == file ? known->number + 1 : known->number;

  zone::ContentWriter writer(*result.content, kNoLimits);
  const size_t most_bytes = most_recent_bytes(*result.content, std::nullopt);
  Result<void> applied;
  const auto visit = [&](store::Version&& version) {
    auto change = std::make_shared<const zone::Change>(std::move(version.change));
    if (number++ >= first_new) {
      applied = writer.apply(*change);
      if (!applied) return false;
      result.versions++;
    }
    result.recent =
        zone::RecentChanges::with(result.recent, {version.from, version.to, std::move(change)}, most_bytes);
    return true;
  };
  const auto read = log.since(zone, from, visit);
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

Result<zone::RecentChangesPtr> recent_of_file(store::VersionStore& log, store::ZoneId zone,
                                              const zone::Content& content) {
  const auto rows = log.list(zone, kMostRows, std::nullopt);
  if (!rows) return std::unexpected(rows.error());
  if (rows->empty()) return nullptr;
  if (rows->front().to != content.serial()) {
    const auto cleared = log.clear(zone);
    return cleared ? Result<zone::RecentChangesPtr>(nullptr) : std::unexpected(cleared.error());
  }
  const size_t most_bytes = most_recent_bytes(content, std::nullopt);
  zone::RecentChangesPtr recent;
  const auto read = log.since(zone, rows->back().from, [&](store::Version&& version) {
    auto change = std::make_shared<const zone::Change>(std::move(version.change));
    recent = zone::RecentChanges::with(recent, {version.from, version.to, std::move(change)}, most_bytes);
    return true;
  });
  if (!read) return std::unexpected(read.error());
  return recent;
}

}  // namespace nomen::server
