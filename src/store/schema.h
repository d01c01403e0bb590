// The tables of the version store, and their version. Plain types, so that the shared store in PostgreSQL can
// have the same ones.
// Thread rule: pure functions over a connection.
#pragma once
#include "base/result.h"
#include "store/sqlite_connection.h"
#include "store/version_store.h"

namespace nomen::store {

inline constexpr int kSchemaVersion = 3;

/// What a row's key has room for: zones that ever were, and versions of one zone (at a thousand a second,
/// eight years).
inline constexpr int kNumberBits = 38;
inline constexpr int64_t kMostVersions = (int64_t{1} << kNumberBits) - 1;
inline constexpr int64_t kMostZones = (int64_t{1} << (63 - kNumberBits)) - 1;

/// The key of a version's row: the rows of a zone lie side by side, in the order of their numbers, which
/// begin at 1.
constexpr int64_t row_key(ZoneId zone, int64_t number) {
  return number_of(zone) << kNumberBits | number;
}
constexpr uint64_t number_in(int64_t key) {
  return static_cast<uint64_t>(key & kMostVersions);
}

/// Makes a new file a version store, brings one of an earlier schema up to date, and looks whether this
/// program knows the schema that there is. With `may_write` false a file that would have to be written is an
/// error.
Result<void> prepare_schema(Connection& connection, bool may_write);

}  // namespace nomen::store
