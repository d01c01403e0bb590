// The tables of the version store, and their version. Plain types, so that the shared store in PostgreSQL can
// have the same ones.
// Thread rule: pure functions over a connection.
#pragma once
#include "base/result.h"
#include "store/sqlite_connection.h"

namespace nomen::store {

inline constexpr int kSchemaVersion = 2;

/// Makes a new file a version store, brings one of an earlier schema up to date, and looks whether this
/// program knows the schema that there is. With `may_write` false a file that would have to be written is an
/// error.
Result<void> prepare_schema(Connection& connection, bool may_write);

}  // namespace nomen::store
