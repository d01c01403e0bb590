#include "store/log_reader.h"

#include <algorithm>

#include "store/change_encoding.h"
#include "store/limits.h"
#include "store/schema.h"

namespace nomen::store {

namespace {

// In the order of LogReader::StatementName.
constexpr const char* kReads[] = {
    "SELECT id, apex, view, class FROM zones ORDER BY id",
    "SELECT id, from_serial, to_serial, time_us, actor_kind, actor_name, removed, added, length(change), "
    "digest "
    "FROM versions WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT ?",
    "SELECT v.id, v.from_serial, v.to_serial, v.time_us, v.actor_kind, v.actor_name, v.change, z.class, "
    "v.digest FROM versions v JOIN zones z ON z.id = v.zone WHERE v.id = ?",
    "SELECT v.id, v.from_serial, v.to_serial, v.time_us, v.actor_kind, v.actor_name, v.change, z.class, "
    "v.digest FROM versions v JOIN zones z ON z.id = v.zone WHERE v.id BETWEEN ? AND ? "
    "ORDER BY v.id LIMIT ?",
    "SELECT refreshed_us, next_refresh_us, expires_us, serial, primary_server FROM times WHERE zone = ?",
    "SELECT id FROM versions WHERE zone = ? AND from_serial = ? ORDER BY id DESC LIMIT 1",
    "SELECT id FROM versions WHERE id = ?",
    "SELECT id FROM (SELECT id, to_serial FROM versions WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1) "
    "WHERE to_serial = ?",
    "SELECT id, length(change), time_us FROM versions WHERE id BETWEEN ? AND ? ORDER BY id DESC",
};

dns::Serial serial_at(const Statement& row, int column) {
  return {static_cast<uint32_t>(row.integer(column))};
}

Actor actor_at(const Statement& row, int kind_column) {
  return {static_cast<ActorKind>(row.integer(kind_column)), row.text(kind_column + 1)};
}

std::optional<zone::ContentDigest> digest_at(const Statement& row, int column) {
  const Bytes bytes = row.blob(column);
  zone::ContentDigest digest;
  if (bytes.size() != digest.value.size()) return std::nullopt;
  std::copy(bytes.begin(), bytes.end(), digest.value.begin());
  return digest;
}

/// A row of kRow or kRows.
Result<Version> version_at(ZoneId zone, const Statement& row) {
  const Bytes stored = row.blob(6);
  Result<zone::Change> change;
  if (!stored.empty()) change = decode_change(stored, static_cast<dns::RRClass>(row.integer(7)));
  if (!change) return std::unexpected(change.error());
  return Version{zone,           serial_at(row, 1), serial_at(row, 2),
                 row.integer(3), actor_at(row, 4),  std::move(*change),
                 stored.empty(), digest_at(row, 8)};
}

}  // namespace

Result<std::unique_ptr<LogReader>> LogReader::open(Connection connection) {
  static_assert(std::size(kReads) == kStatementCount);
  std::unique_ptr<LogReader> reader(new LogReader(std::move(connection)));
  for (const char* sql : kReads) {
    auto statement = Statement::prepare(reader->connection_, sql);
    if (!statement) return std::unexpected(statement.error());
    reader->statements_.push_back(std::move(*statement));
  }
  return reader;
}

Result<std::vector<KnownZone>> LogReader::zones() {
  Statement& all = statement(kZones);
  const ResetAtEnd at_end(all);
  std::vector<KnownZone> zones;
  for (;;) {
    const auto row = all.step();
    if (!row) return std::unexpected(row.error());
    if (!*row) return zones;
    const auto apex = dns::Name::parse(all.text(1));
    if (!apex) return failure("the version store has a zone with a malformed name: " + apex.error().text);
    zones.push_back({static_cast<ZoneId>(all.integer(0)),
                     {all.text(2), *apex, static_cast<dns::RRClass>(all.integer(3))}});
  }
}

Result<std::vector<VersionInfo>> LogReader::list(ZoneId zone, size_t count,
                                                 std::optional<dns::Serial> before) {
  int64_t last = kMostVersions;
  if (before) {
    const auto number = number_to(zone, *before);
    if (!number) return std::unexpected(number.error());
    if (!*number) return std::vector<VersionInfo>();
    last = static_cast<int64_t>(**number) - 1;
  }
  Statement& some = statement(kList);
  const ResetAtEnd at_end(some);
  some.bind(row_key(zone, 1)).bind(row_key(zone, last));
  some.bind(static_cast<int64_t>(std::min<size_t>(count, INT32_MAX)));
  std::vector<VersionInfo> versions;
  for (;;) {
    const auto row = some.step();
    if (!row) return std::unexpected(row.error());
    if (!*row) return versions;
    versions.push_back({number_in(some.integer(0)), serial_at(some, 1), serial_at(some, 2), some.integer(3),
                        actor_at(some, 4), static_cast<uint64_t>(some.integer(6)),
                        static_cast<uint64_t>(some.integer(7)), static_cast<uint64_t>(some.integer(8)),
                        some.integer(8) == 0, digest_at(some, 9)});
  }
}

Result<std::optional<uint64_t>> LogReader::one_number(Statement& statement) {
  const ResetAtEnd at_end(statement);
  const auto row = statement.step();
  if (!row) return std::unexpected(row.error());
  if (!*row) return std::nullopt;
  return number_in(statement.integer(0));
}

Result<std::optional<uint64_t>> LogReader::number_from(ZoneId zone, dns::Serial from) {
  return one_number(statement(kNumberFrom).bind(number_of(zone)).bind(int64_t{from.value}));
}

Result<bool> LogReader::has_row(ZoneId zone, uint64_t number) {
  const auto found = one_number(statement(kHasRow).bind(row_key(zone, static_cast<int64_t>(number))));
  if (!found) return std::unexpected(found.error());
  return found->has_value();
}

Result<std::optional<uint64_t>> LogReader::newest_to(ZoneId zone, dns::Serial serial) {
  Statement& newest = statement(kNewestTo);
  return one_number(
      newest.bind(row_key(zone, 1)).bind(row_key(zone, kMostVersions)).bind(int64_t{serial.value}));
}

Result<bool> LogReader::is_newest(ZoneId zone, dns::Serial serial) {
  const auto number = newest_to(zone, serial);
  if (!number) return std::unexpected(number.error());
  return number->has_value();
}

Result<std::optional<uint64_t>> LogReader::number_to(ZoneId zone, dns::Serial serial) {
  const auto newest = newest_to(zone, serial);
  if (!newest || *newest) return newest;
  // Any other row that led there has a row behind it that goes on from there.
  auto next = number_from(zone, serial);
  if (next && *next) **next -= 1;
  return next;
}

Result<std::optional<Version>> LogReader::version_to(ZoneId zone, dns::Serial serial) {
  const auto number = number_to(zone, serial);
  if (!number) return std::unexpected(number.error());
  if (!*number) return std::nullopt;
  Statement& one = statement(kRow);
  const ResetAtEnd at_end(one);
  const auto row = one.bind(row_key(zone, static_cast<int64_t>(**number))).step();
  if (!row) return std::unexpected(row.error());
  if (!*row) return std::nullopt;
  auto version = version_at(zone, one);
  if (!version) return std::unexpected(version.error());
  return std::move(*version);
}

Result<LogReader::Slice> LogReader::read(ZoneId zone, uint64_t first, std::optional<dns::Serial> after) {
  // The row before is looked at once more, so that a chain that is gone is not taken for one that is at its
  // end.
  const uint64_t begin = after ? first - 1 : first;
  Statement& some = statement(kRows);
  const ResetAtEnd at_end(some);
  some.bind(row_key(zone, static_cast<int64_t>(begin))).bind(row_key(zone, kMostVersions));
  some.bind(static_cast<int64_t>(kReadRows));
  Slice slice;
  size_t bytes = 0;
  for (uint64_t expected = begin;; expected++) {
    const auto row = some.step();
    if (!row) return std::unexpected(row.error());
    if (!*row) {
      slice.reaches_newest = expected < begin + kReadRows;
      if (expected == begin) return failure("the zone's history was pruned while it was read");
      return slice;
    }
    const bool follows = number_in(some.integer(0)) == expected &&
                         (!after || serial_at(some, expected == begin ? 2 : 1) == *after);
    if (!follows) return failure("the zone's history was pruned while it was read");
    if (after && expected == begin) continue;
    auto version = version_at(zone, some);
    if (!version) return std::unexpected(version.error());
    after = version->to;
    slice.rows.push_back(std::move(*version));
    bytes += some.blob(6).size();
    if (bytes >= kReadBytes) return slice;
  }
}

Result<uint64_t> LogReader::oldest_to_keep(ZoneId zone, const Retention& retention) {
  Statement& sizes = statement(kSizes);
  const ResetAtEnd at_end(sizes);
  sizes.bind(row_key(zone, 1)).bind(row_key(zone, kMostVersions));
  uint64_t oldest = 1;
  uint64_t versions = 0;
  uint64_t bytes = 0;
  for (;;) {
    const auto row = sizes.step();
    if (!row) return std::unexpected(row.error());
    if (!*row) return oldest;
    versions++;
    bytes += static_cast<uint64_t>(sizes.integer(1));
    const bool is_beyond = (retention.max_versions && versions > *retention.max_versions) ||
                           (retention.max_bytes && bytes > *retention.max_bytes) ||
                           (retention.not_before_us && sizes.integer(2) < *retention.not_before_us);
    if (versions > 1 && is_beyond) return oldest;
    oldest = number_in(sizes.integer(0));
  }
}

Result<std::optional<ZoneTimes>> LogReader::times(ZoneId zone) {
  Statement& one = statement(kTimes);
  const ResetAtEnd at_end(one);
  const auto row = one.bind(number_of(zone)).step();
  if (!row) return std::unexpected(row.error());
  if (!*row) return std::nullopt;
  return ZoneTimes{one.integer(0), one.integer(1), one.integer(2), serial_at(one, 3), one.text(4)};
}

}  // namespace nomen::store
