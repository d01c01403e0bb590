// What writes to the tables: appends rows under the rule of the chain, drops rows, numbers zones. Everything
// between begin() and commit() is one transaction. Thread rule: belongs to one thread.
#pragma once
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "store/log_room.h"
#include "store/sqlite_connection.h"
#include "store/version_store.h"

namespace nomen::store {

/// A row whose change is encoded already.
struct EncodedVersion {
  ZoneId zone{};
  dns::Serial from;
  dns::Serial to;
  int64_t time_us = 0;
  Actor actor;
  uint64_t removed = 0;
  uint64_t added = 0;
  std::vector<uint8_t> change;  ///< empty: a gap
  std::optional<zone::ContentDigest> digest{};
};

class LogWriter {
 public:
  /// Prepares its statements; the connection may write.
  static Result<std::unique_ptr<LogWriter>> open(Connection connection);

  Result<void> begin();
  /// Syncs. When it fails, nothing since begin() has happened.
  Result<void> commit();
  void rollback();
  /// Whether the file itself has failed since begin(): only rollback() makes sense then. Other errors are the
  /// caller's and leave the transaction as it was.
  bool has_failed() const { return failed_; }

  Result<void> append(std::span<const EncodedVersion> rows);
  Result<std::vector<ZoneId>> zone_ids(std::span<const ZoneName> names);
  /// Drops rows from the oldest up to this number, but not the newest row, and at most `most`; how many went.
  Result<uint64_t> drop(ZoneId zone, uint64_t up_to, size_t most);
  Result<void> clear(ZoneId zone);
  Result<void> forget(ZoneId zone);
  Result<void> save_times(ZoneId zone, const ZoneTimes& times);

  /// Between two transactions: moves a long write-ahead log into the database (when it is very long, waits
  /// for readers to let it), or sees to the room of one that grows.
  void tend_log();

 private:
  /// What is known of a zone's rows.
  struct Chain {
    uint64_t newest = 0;  ///< number of the newest row; 0 when there is none
    dns::Serial to;       ///< where that row ends
  };
  enum StatementName : uint8_t {
    kInsert,
    kZoneExists,
    kNewest,
    kDrop,
    kClear,
    kForgetZone,
    kForgetTimes,
    kFindZone,
    kAddZone,
    kSaveTimes,
    kBegin,
    kCommit,
    kStatementCount
  };

  explicit LogWriter(Connection connection);
  void checkpoint();
  Statement& statement(StatementName name) { return statements_[name]; }
  std::unexpected<Error> fail(const Error& error);
  Result<void> run(Statement& statement);
  Result<bool> first_row(Statement& statement);
  /// Read when it is not known yet; an error when there is no such zone.
  Result<Chain*> chain_of(ZoneId zone);
  Result<void> insert(Chain& chain, const EncodedVersion& row);
  Result<ZoneId> zone_id(const ZoneName& name);

  Connection connection_;
  std::vector<Statement> statements_;
  std::unordered_map<int64_t, Chain> chains_;
  std::vector<int64_t> touched_;  ///< chains that this transaction changed
  bool failed_ = false;
  int log_pages_ = 0;  ///< as of the last commit
  LogRoom room_;
};

}  // namespace nomen::store
