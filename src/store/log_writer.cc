#include "store/log_writer.h"

#include "base/contract.h"
#include "store/limits.h"
#include "store/schema.h"

namespace nomen::store {

namespace {

// In the order of LogWriter::StatementName.
constexpr const char* kWrites[] = {
    "INSERT INTO versions (id, zone, from_serial, to_serial, time_us, actor_kind, actor_name, removed, "
    "added, change, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "SELECT 1 FROM zones WHERE id = ?",
    "SELECT id, to_serial FROM versions WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1",
    "DELETE FROM versions WHERE id BETWEEN ?1 AND ?2 AND id < "
    "(SELECT min(id) FROM versions WHERE id >= ?1) + ?3",
    "DELETE FROM versions WHERE id BETWEEN ? AND ?",
    "DELETE FROM zones WHERE id = ?",
    "DELETE FROM times WHERE zone = ?",
    "SELECT id FROM zones WHERE apex = ? AND view = ? AND class = ?",
    "INSERT INTO zones (apex, view, class) VALUES (?, ?, ?)",
    "INSERT OR REPLACE INTO times (zone, refreshed_us, next_refresh_us, expires_us, serial, primary_server) "
    "VALUES (?, ?, ?, ?, ?, ?)",
    "BEGIN IMMEDIATE",
    "COMMIT",
};

int note_log_pages(void* pages, sqlite3*, const char*, int count) {
  *static_cast<int*>(pages) = count;
  return SQLITE_OK;
}

}  // namespace

LogWriter::LogWriter(Connection connection)
    : connection_(std::move(connection)),
      room_(sqlite3_filename_wal(sqlite3_db_filename(connection_.handle(), "main"))) {}

Result<std::unique_ptr<LogWriter>> LogWriter::open(Connection connection) {
  static_assert(std::size(kWrites) == kStatementCount);
  std::unique_ptr<LogWriter> writer(new LogWriter(std::move(connection)));
  for (const char* sql : kWrites) {
    auto statement = Statement::prepare(writer->connection_, sql);
    if (!statement) return std::unexpected(statement.error());
    writer->statements_.push_back(std::move(*statement));
  }
  sqlite3_wal_hook(writer->connection_.handle(), note_log_pages, &writer->log_pages_);
  return writer;
}

std::unexpected<Error> LogWriter::fail(const Error& error) {
  failed_ = true;
  return std::unexpected(error);
}

Result<void> LogWriter::run(Statement& statement) {
  const auto done = statement.run();
  return done ? done : fail(done.error());
}

Result<bool> LogWriter::first_row(Statement& statement) {
  const auto row = statement.step();
  return row ? row : fail(row.error());
}

Result<void> LogWriter::begin() {
  failed_ = false;
  touched_.clear();
  return run(statement(kBegin));
}

Result<void> LogWriter::commit() {
  const auto committed = statement(kCommit).run();
  if (!committed) rollback();
  return committed;
}

void LogWriter::rollback() {
  // Some errors have ended the transaction already.
  if (sqlite3_get_autocommit(connection_.handle()) == 0) (void)connection_.run("ROLLBACK");
  for (const int64_t zone : touched_) chains_.erase(zone);
}

void LogWriter::tend_log() {
  if (log_pages_ >= kCheckpointPages) {
    checkpoint();
  } else {
    room_.keep_ahead_of(log_pages_);
  }
}

void LogWriter::checkpoint() {
  const int mode = log_pages_ >= kWaitForReadersPages ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE;
  sqlite3_wal_checkpoint_v2(connection_.handle(), nullptr, mode, nullptr, nullptr);
}

Result<LogWriter::Chain*> LogWriter::chain_of(ZoneId zone) {
  const auto known = chains_.find(number_of(zone));
  if (known != chains_.end()) return &known->second;
  {
    Statement& exists = statement(kZoneExists);
    const ResetAtEnd at_end(exists);
    const auto row = first_row(exists.bind(number_of(zone)));
    if (!row) return std::unexpected(row.error());
    if (!*row) return failure("the version store knows no zone of this number");
  }
  Statement& newest = statement(kNewest);
  const ResetAtEnd at_end(newest);
  const auto row = first_row(newest.bind(row_key(zone, 1)).bind(row_key(zone, kMostVersions)));
  if (!row) return std::unexpected(row.error());
  Chain chain;
  if (*row) chain = {number_in(newest.integer(0)), {static_cast<uint32_t>(newest.integer(1))}};
  return &chains_.emplace(number_of(zone), chain).first->second;
}

Result<void> LogWriter::append(std::span<const EncodedVersion> rows) {
  // All rows are looked at before the first one is written: what is refused leaves nothing behind.
  std::unordered_map<int64_t, dns::Serial> ends;
  for (const EncodedVersion& row : rows) {
    const auto chain = chain_of(row.zone);
    if (!chain) return std::unexpected(chain.error());
    const auto [end, is_first] = ends.try_emplace(number_of(row.zone), (*chain)->to);
    const bool begins = is_first && (*chain)->newest == 0;
    if (!begins && row.from != end->second) {
      return failure("the change is from serial " + std::to_string(row.from.value) +
                     ", and the newest stored version of the zone is " + std::to_string(end->second.value));
    }
    end->second = row.to;
  }
  for (const EncodedVersion& row : rows) {
    touched_.push_back(number_of(row.zone));
    if (const auto inserted = insert(chains_.at(number_of(row.zone)), row); !inserted) return inserted;
  }
  return {};
}

Result<void> LogWriter::insert(Chain& chain, const EncodedVersion& row) {
  const auto number = static_cast<int64_t>(chain.newest + 1);
  if (number > kMostVersions) return failure("the zone has had as many versions as can be numbered");
  Statement& insert = statement(kInsert);
  insert.bind(row_key(row.zone, number))
      .bind(number_of(row.zone))
      .bind(int64_t{row.from.value})
      .bind(int64_t{row.to.value})
      .bind(row.time_us)
      .bind(static_cast<int64_t>(row.actor.kind))
      .bind(std::string_view(row.actor.name))
      .bind(static_cast<int64_t>(row.removed))
      .bind(static_cast<int64_t>(row.added))
      .bind(Bytes(row.change));
  if (row.digest) {
    insert.bind(row.digest->bytes());
  } else {
    insert.bind_null();
  }
  if (const auto done = run(insert); !done) return done;
  chain.newest++;
  chain.to = row.to;
  return {};
}

Result<uint64_t> LogWriter::drop(ZoneId zone, uint64_t up_to, size_t most) {
  const auto chain = chain_of(zone);
  if (!chain) return std::unexpected(chain.error());
  if ((*chain)->newest <= 1) return 0;
  up_to = std::min(up_to, (*chain)->newest - 1);
  Statement& drop = statement(kDrop);
  drop.bind(row_key(zone, 1))
      .bind(row_key(zone, static_cast<int64_t>(up_to)))
      .bind(static_cast<int64_t>(most));
  if (const auto done = run(drop); !done) return std::unexpected(done.error());
  return static_cast<uint64_t>(sqlite3_changes64(connection_.handle()));
}

Result<void> LogWriter::clear(ZoneId zone) {
  touched_.push_back(number_of(zone));
  const auto done = run(statement(kClear).bind(row_key(zone, 1)).bind(row_key(zone, kMostVersions)));
  if (done) chains_.erase(number_of(zone));
  return done;
}

Result<void> LogWriter::forget(ZoneId zone) {
  if (const auto done = clear(zone); !done) return done;
  for (const StatementName name : {kForgetTimes, kForgetZone}) {
    if (const auto done = run(statement(name).bind(number_of(zone))); !done) return done;
  }
  return {};
}

Result<void> LogWriter::save_times(ZoneId zone, const ZoneTimes& times) {
  const auto chain = chain_of(zone);
  if (!chain) return std::unexpected(chain.error());
  Statement& save = statement(kSaveTimes);
  save.bind(number_of(zone))
      .bind(times.refreshed_us)
      .bind(times.next_refresh_us)
      .bind(times.expires_us)
      .bind(int64_t{times.serial.value})
      .bind(std::string_view(times.primary));
  return run(save);
}

Result<ZoneId> LogWriter::zone_id(const ZoneName& name) {
  const std::string apex = dns::to_string(name.apex.lowered());
  const auto rr_class = static_cast<int64_t>(dns::number(name.rr_class));
  {
    Statement& find = statement(kFindZone);
    const ResetAtEnd at_end(find);
    const auto row =
        first_row(find.bind(std::string_view(apex)).bind(std::string_view(name.view)).bind(rr_class));
    if (!row) return std::unexpected(row.error());
    if (*row) return static_cast<ZoneId>(find.integer(0));
  }
  Statement& add = statement(kAddZone);
  const auto added = run(add.bind(std::string_view(apex)).bind(std::string_view(name.view)).bind(rr_class));
  if (!added) return std::unexpected(added.error());
  const int64_t number = sqlite3_last_insert_rowid(connection_.handle());
  if (number > kMostZones) return fail(Error{"the version store has known as many zones as can be numbered"});
  return static_cast<ZoneId>(number);
}

Result<std::vector<ZoneId>> LogWriter::zone_ids(std::span<const ZoneName> names) {
  std::vector<ZoneId> ids;
  ids.reserve(names.size());
  for (const ZoneName& name : names) {
    const auto id = zone_id(name);
    if (!id) return std::unexpected(id.error());
    ids.push_back(*id);
  }
  return ids;
}

}  // namespace nomen::store
