// What reads the tables. No statement stays open between two calls: a reader never holds the log up.
// Thread rule: belongs to one thread at a time.
#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "store/sqlite_connection.h"
#include "store/version_store.h"

namespace nomen::store {

class LogReader {
 public:
  /// Prepares its statements.
  static Result<std::unique_ptr<LogReader>> open(Connection connection);

  Result<std::vector<KnownZone>> zones();
  Result<std::vector<VersionInfo>> list(ZoneId zone, size_t count, std::optional<dns::Serial> before);
  Result<std::optional<Version>> version_to(ZoneId zone, dns::Serial serial);
  Result<std::optional<ZoneTimes>> times(ZoneId zone);

  /// The number of the newest row of a zone that is from this serial.
  Result<std::optional<uint64_t>> number_from(ZoneId zone, dns::Serial from);
  Result<bool> has_row(ZoneId zone, uint64_t number);
  /// Whether the newest row of a zone led to this serial.
  Result<bool> is_newest(ZoneId zone, dns::Serial serial);

  struct Slice {
    std::vector<Version> rows;
    bool reaches_newest = false;
  };
  /// About kReadRows rows that follow each other, from number `first` on. When `after` is given it is the
  /// serial that the row before `first` led to: a chain that does not go on there was pruned or replaced
  /// meanwhile, which is an error.
  Result<Slice> read(ZoneId zone, uint64_t first, std::optional<dns::Serial> after);

  /// The number of the oldest row that is to be kept.
  Result<uint64_t> oldest_to_keep(ZoneId zone, const Retention& retention);

 private:
  /// The number of the newest row when it led to this serial.
  Result<std::optional<uint64_t>> newest_to(ZoneId zone, dns::Serial serial);
  enum StatementName : uint8_t {
    kZones,
    kList,
    kRow,
    kRows,
    kTimes,
    kNumberFrom,
    kHasRow,
    kNewestTo,
    kSizes,
    kStatementCount
  };

  explicit LogReader(Connection connection) : connection_(std::move(connection)) {}
  Statement& statement(StatementName name) { return statements_[name]; }
  /// The number of the newest row that led to this serial.
  Result<std::optional<uint64_t>> number_to(ZoneId zone, dns::Serial serial);
  Result<std::optional<uint64_t>> one_number(Statement& statement);

  Connection connection_;
  std::vector<Statement> statements_;
};

}  // namespace nomen::store
