#include "store/schema.h"

namespace nomen::store {

namespace {

// "Nomn": tells a version store from any other SQLite database.
constexpr int64_t kApplicationId = 0x4e6f6d6e;

// zones: apex is lower-case presentation form. A number that was given is never given again.
// versions: id is row_key() of the zone and of a number that counts its rows; change is what is written by
//   change_encoding.h, empty in the row of a gap; digest is that of the version the row led to
//   (zone/content_digest.h), or NULL.
// times: what a secondary's timetable needs over restarts.
constexpr const char* kTables = R"sql(
CREATE TABLE zones (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  view TEXT NOT NULL,
  apex TEXT NOT NULL,
  class INTEGER NOT NULL,
  UNIQUE (apex, view, class)
);
CREATE TABLE times (
  zone BIGINT NOT NULL PRIMARY KEY,
  refreshed_us BIGINT NOT NULL,
  next_refresh_us BIGINT NOT NULL,
  expires_us BIGINT NOT NULL,
  serial BIGINT NOT NULL,
  primary_server TEXT NOT NULL
);
)sql";

constexpr const char* kVersions = R"sql(
CREATE TABLE versions (
  id INTEGER PRIMARY KEY,
  zone BIGINT NOT NULL,
  from_serial BIGINT NOT NULL,
  to_serial BIGINT NOT NULL,
  time_us BIGINT NOT NULL,
  actor_kind INTEGER NOT NULL,
  actor_name TEXT NOT NULL,
  removed BIGINT NOT NULL,
  added BIGINT NOT NULL,
  change BLOB NOT NULL,
  digest BLOB
);
CREATE INDEX versions_from ON versions (zone, from_serial);
)sql";

std::string begin_and_end(const std::string& statements) {
  return "BEGIN IMMEDIATE;" + statements + "PRAGMA user_version = " + std::to_string(kSchemaVersion) +
         "; COMMIT;";
}

Result<void> create(Connection& connection) {
  return connection.run(begin_and_end(std::string(kTables) + kVersions +
                                      "PRAGMA application_id = " + std::to_string(kApplicationId) + ";")
                            .c_str());
}

/// From schema 1, which had no digests, and schema 2, whose rows had two columns as their key: a table of
/// that kind keeps long rows outside of its pages, and each version wrote twice as many of them.
Result<void> bring_up_to_date(Connection& connection, int64_t version) {
  const char* digest = version == 1 ? "NULL" : "digest";
  const std::string key = "zone << " + std::to_string(kNumberBits) + " | number";
  return connection.run(
      begin_and_end("DROP INDEX versions_from; ALTER TABLE versions RENAME TO old_versions;" +
                    std::string(kVersions) + "INSERT INTO versions SELECT " + key +
                    ", zone, from_serial, to_serial, time_us, actor_kind, actor_name, removed, "
                    "added, change, " +
                    digest + " FROM old_versions ORDER BY zone, number; DROP TABLE old_versions;")
          .c_str());
}

}  // namespace

Result<void> prepare_schema(Connection& connection, bool may_write) {
  const auto application = connection.number("PRAGMA application_id");
  if (!application) return std::unexpected(application.error());
  const auto version = connection.number("PRAGMA user_version");
  if (!version) return std::unexpected(version.error());
  const auto tables = connection.number("SELECT count(*) FROM sqlite_schema");
  if (!tables) return std::unexpected(tables.error());
  if (*application == 0 && *version == 0 && *tables == 0 && may_write) return create(connection);
  if (*application != kApplicationId) return std::unexpected(connection.error(SQLITE_NOTADB));
  if (*version == kSchemaVersion) return {};
  if (*version >= 1 && *version < kSchemaVersion && may_write) return bring_up_to_date(connection, *version);
  return failure("the version store has schema version " + std::to_string(*version) +
                 ", and this program knows " + std::to_string(kSchemaVersion) +
                 (*version > kSchemaVersion ? ": it was written by a newer one"
                                            : ": the server brings it up to date when it starts"));
}

}  // namespace nomen::store
