#include "server/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "zone/content_writer.h"

namespace nomen::server {

namespace {

/// Rows of the log that are read back for IXFR, at most.
constexpr size_t kMostRows = 10'000;
/// A journal of BIND is twice the size of its zone; small zones have room for some changes, too.
constexpr size_t kLeastRecentBytes = size_t{1} << 20;

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

Result<Replayed> replay(store::VersionStore& log, store::ZoneId zone, zone::ContentPtr from_file) {
  const auto rows = log.list(zone, kMostRows, std::nullopt);
  if (!rows) return std::unexpected(rows.error());
  Replayed result{std::move(from_file), nullptr, 0};
  if (rows->empty()) return result;
  const dns::Serial file = result.content->serial();
  // The newest row that begins or ends at the file's serial: serials may come round again.
  const auto known = std::find_if(rows->begin(), rows->end(),
                                  [&](const auto& row) { return row.to == file || row.from == file; });
  if (known == rows->end()) return failure(out_of_step(file, *rows));
  const uint64_t first_new = known->to == file ? known->number + 1 : known->number;

  zone::ContentWriter writer(*result.content, kNoLimits);
  const size_t most_bytes = most_recent_bytes(*result.content, std::nullopt);
  uint64_t number = rows->back().number;
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
  const auto read = log.since(zone, rows->back().from, visit);
  if (!read) return std::unexpected(read.error());
  if (!applied)
    return failure(fmt::format("a change of the version log does not fit the file with serial {}: {}",
                               file.value, applied.error().text));
  if (result.versions == 0) return result;
  Diagnostics diagnostics;
  result.content = writer.finish(diagnostics);
  return result;
}

}  // namespace nomen::server
