#include "store/sqlite_store.h"

#include <utility>

#include "store/change_encoding.h"
#include "store/committer.h"
#include "store/file_lock.h"
#include "store/limits.h"
#include "store/log_reader.h"
#include "store/log_writer.h"
#include "store/schema.h"

namespace nomen::store {

namespace {

// A row that was acknowledged is on the disk (synchronous=FULL); rows that were dropped need not be wiped.
constexpr const char* kWriterSettings =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;"
    "PRAGMA secure_delete = OFF; PRAGMA cache_size = -16384;";

Result<std::unique_ptr<LogWriter>> open_writer(const std::string& path) {
  auto connection = Connection::open(path, Connection::Mode::kCreate);
  if (!connection) return std::unexpected(connection.error());
  if (const auto set = connection->run(kWriterSettings); !set) return std::unexpected(set.error());
  if (const auto ready = prepare_schema(*connection, true); !ready) return std::unexpected(ready.error());
  return LogWriter::open(std::move(*connection));
}

Result<std::unique_ptr<LogReader>> open_reader(const std::string& path) {
  auto connection = Connection::open(path, Connection::Mode::kRead);
  if (!connection) return std::unexpected(connection.error());
  if (const auto known = prepare_schema(*connection, false); !known) return std::unexpected(known.error());
  return LogReader::open(std::move(*connection));
}

Result<EncodedVersion> encode(const Version& version) {
  Result<std::vector<uint8_t>> change;
  if (!version.is_gap) change = encode_change(version.change);
  if (!change) return std::unexpected(change.error());
  return EncodedVersion{version.zone,
                        version.from,
                        version.to,
                        version.time_us,
                        version.actor,
                        version.change.removed.size(),
                        version.change.added.size(),
                        std::move(*change),
                        version.digest};
}

}  // namespace

struct SqliteStore::Parts {
  std::string path;
  std::optional<FileLock> lock;
  std::unique_ptr<Committer> committer;  ///< nullptr when the store is only read
  std::mutex mutex;
  std::vector<std::unique_ptr<LogReader>> idle_readers;  // guarded by mutex
};

/// A reader for the time of one call.
class SqliteStore::Reading {
 public:
  explicit Reading(Parts& parts) : parts_(parts) {
    const std::lock_guard lock(parts_.mutex);
    if (parts_.idle_readers.empty()) return;
    reader_ = std::move(parts_.idle_readers.back());
    parts_.idle_readers.pop_back();
  }
  ~Reading() {
    const std::lock_guard lock(parts_.mutex);
    if (reader_ && parts_.idle_readers.size() < kIdleReaders)
      parts_.idle_readers.push_back(std::move(reader_));
  }
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

  Result<void> begin() {
    if (reader_) return {};
    auto opened = open_reader(parts_.path);
    if (!opened) return std::unexpected(opened.error());
    reader_ = std::move(*opened);
    return {};
  }
  LogReader& operator*() const { return *reader_; }
  LogReader* operator->() const { return reader_.get(); }

 private:
  Parts& parts_;
  std::unique_ptr<LogReader> reader_;
};

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& path, Access access) {
  auto parts = std::make_unique<Parts>();
  parts->path = path;
  if (access == Access::kOwn) {
    auto lock = FileLock::take(path + ".lock");
    if (!lock) return std::unexpected(lock.error());
    parts->lock = std::move(*lock);
    auto writer = open_writer(path);
    if (!writer) return std::unexpected(writer.error());
    parts->committer = std::make_unique<Committer>(std::move(*writer));
  }
  auto reader = open_reader(path);
  if (!reader) return std::unexpected(reader.error());
  parts->idle_readers.push_back(std::move(*reader));
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(parts)));
}

SqliteStore::SqliteStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

// The readers end before the writer, which moves the write-ahead log into the database as it closes.
SqliteStore::~SqliteStore() {
  parts_->idle_readers.clear();
  parts_->committer.reset();
}

// ---- what writes

namespace {

Error read_only() {
  return {"the version store is open for reading only"};
}

}  // namespace

Result<std::vector<ZoneId>> SqliteStore::zone_ids(std::span<const ZoneName> names) {
  if (!parts_->committer) return std::unexpected(read_only());
  Result<std::vector<ZoneId>> ids;
  const auto done = parts_->committer->run([&](LogWriter& writer) -> Result<void> {
    ids = writer.zone_ids(names);
    if (!ids) return std::unexpected(ids.error());
    return {};
  });
  if (!done) return std::unexpected(done.error());
  return ids;
}

void SqliteStore::append(std::vector<Version> versions, Done done) {
  Committer::Job job;
  job.done = std::move(done);
  for (const Version& version : versions) {
    auto row = encode(version);
    if (!row) {
      job.refusal = row.error();
      break;
    }
    job.bytes += sizeof *row + row->change.capacity() + row->actor.name.capacity();
    job.rows.push_back(std::move(*row));
  }
  if (parts_->committer) {
    parts_->committer->put(std::move(job));
  } else if (job.done) {
    job.done(std::unexpected(read_only()));
  }
}

Result<uint64_t> SqliteStore::prune(ZoneId zone, const Retention& retention) {
  if (!parts_->committer) return std::unexpected(read_only());
  Reading reader(*parts_);
  if (const auto begun = reader.begin(); !begun) return std::unexpected(begun.error());
  const auto oldest = reader->oldest_to_keep(zone, retention);
  if (!oldest) return std::unexpected(oldest.error());
  uint64_t dropped = 0;
  for (uint64_t last = kPruneRows; last == kPruneRows;) {
    const auto done = parts_->committer->run([&](LogWriter& writer) -> Result<void> {
      const auto count = writer.drop(zone, *oldest - 1, kPruneRows);
      if (!count) return std::unexpected(count.error());
      last = *count;
      return {};
    });
    if (!done) return std::unexpected(done.error());
    dropped += last;
  }
  return dropped;
}

Result<void> SqliteStore::clear(ZoneId zone) {
  if (!parts_->committer) return std::unexpected(read_only());
  return parts_->committer->run([zone](LogWriter& writer) { return writer.clear(zone); });
}

Result<void> SqliteStore::forget(std::span<const ZoneId> zones) {
  if (!parts_->committer) return std::unexpected(read_only());
  return parts_->committer->run([zones](LogWriter& writer) -> Result<void> {
    for (const ZoneId zone : zones) {
      if (auto forgotten = writer.forget(zone); !forgotten) return forgotten;
    }
    return {};
  });
}

void SqliteStore::save_times(ZoneId zone, const ZoneTimes& times, Done done) {
  if (!parts_->committer) {
    if (done) done(std::unexpected(read_only()));
    return;
  }
  Committer::Job job;
  job.task = [zone, times](LogWriter& writer) { return writer.save_times(zone, times); };
  job.done = std::move(done);
  job.bytes = sizeof job + sizeof times + times.primary.capacity();
  parts_->committer->put(std::move(job));
}

// ---- what reads

namespace {

/// visit() until it says false, from a row that is there to the newest.
Result<void> visit_rows(LogReader& reader, ZoneId zone, uint64_t first,
                        const std::function<bool(Version&&)>& visit) {
  std::optional<dns::Serial> after;
  for (uint64_t next = first;;) {
    auto slice = reader.read(zone, next, after);
    if (!slice) return std::unexpected(slice.error());
    for (Version& version : slice->rows) {
      after = version.to;
      next++;
      if (!visit(std::move(version))) return {};
    }
    if (slice->reaches_newest) return {};
  }
}

}  // namespace

Result<std::vector<KnownZone>> SqliteStore::zones() {
  Reading reader(*parts_);
  if (const auto begun = reader.begin(); !begun) return std::unexpected(begun.error());
  return reader->zones();
}

Result<std::vector<VersionInfo>> SqliteStore::list(ZoneId zone, size_t count,
                                                   std::optional<dns::Serial> before) {
  Reading reader(*parts_);
  if (const auto begun = reader.begin(); !begun) return std::unexpected(begun.error());
  return reader->list(zone, count, before);
}

Result<std::optional<Version>> SqliteStore::version_to(ZoneId zone, dns::Serial serial) {
  Reading reader(*parts_);
  if (const auto begun = reader.begin(); !begun) return std::unexpected(begun.error());
  return reader->version_to(zone, serial);
}

Result<bool> SqliteStore::since(ZoneId zone, dns::Serial from, const std::function<bool(Version&&)>& visit) {
  Reading reader(*parts_);
  if (const auto begun = reader.begin(); !begun) return std::unexpected(begun.error());
  const auto is_newest = reader->is_newest(zone, from);
  if (!is_newest || *is_newest) return is_newest;
  const auto first = reader->number_from(zone, from);
  if (!first) return std::unexpected(first.error());
  if (!*first) return false;
  bool is_whole = true;
  const auto read = visit_rows(*reader, zone, **first, [&](Version&& version) {
    is_whole = !version.is_gap;
    return is_whole && visit(std::move(version));
  });
  if (!read) return std::unexpected(read.error());
  return is_whole;
}

Result<bool> SqliteStore::rows_from(ZoneId zone, uint64_t number,
                                    const std::function<bool(Version&&)>& visit) {
  Reading reader(*parts_);
  if (const auto begun = reader.begin(); !begun) return std::unexpected(begun.error());
  const auto there = reader->has_row(zone, number);
  if (!there || !*there) return there;
  if (const auto read = visit_rows(*reader, zone, number, visit); !read) return std::unexpected(read.error());
  return true;
}

Result<std::optional<ZoneTimes>> SqliteStore::times(ZoneId zone) {
  Reading reader(*parts_);
  if (const auto begun = reader.begin(); !begun) return std::unexpected(begun.error());
  return reader->times(zone);
}

}  // namespace nomen::store
