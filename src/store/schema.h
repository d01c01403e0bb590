// The tables of the version store, and their version. Plain types, so that the shared store in PostgreSQL can
// have the same ones.
// Thread rule: pure functions over a connection.
#pragma once
#include "base/result.h"
#include "store/sqlite_connection.h"

namespace nomen::store {

inline constexpr int kSchemaVersion = 1;

/// Makes a new file a version store, and looks whether an old one is one that this version knows. With
/// `may_write` false an empty file is an error, too.
Result<void> prepare_schema(Connection& connection, bool may_write);

}  // namespace nomen::store
