#include "store/schema.h"

namespace nomen::store {

namespace {

// "Nomn": tells a version store from any other SQLite database.
constexpr int64_t kApplicationId = 0x4e6f6d6e;

// zones: apex is lower-case presentation form. A number that was given is never given again.
// versions: number counts the rows of a zone; change is what change_encoding.h writes, empty in the row of a
//   gap; digest is that of the version the row led to (zone/content_digest.h), or NULL. The row stands in
//   the order of its key itself: the rows of a zone lie side by side.
// times: what a secondary's timetable needs over restarts.
constexpr const char* kTables = R"sql(
CREATE TABLE zones (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  view TEXT NOT NULL,
  apex TEXT NOT NULL,
  class INTEGER NOT NULL,
  UNIQUE (apex, view, class)
);
CREATE TABLE versions (
  zone BIGINT NOT NULL,
  number BIGINT NOT NULL,
  from_serial BIGINT NOT NULL,
  to_serial BIGINT NOT NULL,
  time_us BIGINT NOT NULL,
  actor_kind INTEGER NOT NULL,
  actor_name TEXT NOT NULL,
  removed BIGINT NOT NULL,
  added BIGINT NOT NULL,
  change BLOB NOT NULL,
  digest BLOB,
  PRIMARY KEY (zone, number)
) WITHOUT ROWID;
CREATE INDEX versions_from ON versions (zone, from_serial);
CREATE TABLE times (
  zone BIGINT NOT NULL PRIMARY KEY,
  refreshed_us BIGINT NOT NULL,
  next_refresh_us BIGINT NOT NULL,
  expires_us BIGINT NOT NULL,
  serial BIGINT NOT NULL,
  primary_server TEXT NOT NULL
);
)sql";

Result<void> create(Connection& connection) {
  const std::string all = std::string("BEGIN IMMEDIATE;") + kTables +
                          "PRAGMA application_id = " + std::to_string(kApplicationId) +
                          "; PRAGMA user_version = " + std::to_string(kSchemaVersion) + "; COMMIT;";
  return connection.run(all.c_str());
}

/// From schema 1, which had no digests.
constexpr const char* kAddDigests =
    "BEGIN IMMEDIATE; ALTER TABLE versions ADD COLUMN digest BLOB; PRAGMA user_version = 2; COMMIT;";

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
  if (*version == 1 && may_write) return connection.run(kAddDigests);
  return failure("the version store has schema version " + std::to_string(*version) +
                 ", and this program knows " + std::to_string(kSchemaVersion) +
                 (*version > kSchemaVersion ? ": it was written by a newer one"
                                            : ": the server brings it up to date when it starts"));
}

}  // namespace nomen::store
