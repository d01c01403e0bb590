// Limits of the store, with the reasons.
#pragma once
#include <cstddef>
#include <cstdint>

namespace nomen::store {

/// A change as it is stored, and as it is in memory: what SQLite takes as one value (1 GB) with room to
/// spare.
inline constexpr size_t kMaxChangeBytes = size_t{768} << 20;

/// What may wait for the disk: several seconds of work for it. More is refused, so that a disk that hangs
/// does not fill the memory.
inline constexpr size_t kMaxQueuedJobs = size_t{1} << 18;
inline constexpr size_t kMaxQueuedBytes = size_t{1} << 30;

/// What goes into one transaction, so that the first of a long queue does not wait for the last.
inline constexpr size_t kMaxBatchBytes = size_t{16} << 20;
inline constexpr size_t kMaxBatchJobs = 8192;

/// Pages of the write-ahead log at which it is moved into the database: 16 MB, read again in well under a
/// second after a crash.
inline constexpr int kCheckpointPages = 4000;
/// A log of so many pages grows quickly: from here on its file has so many more ahead (4 MB, a few dozen
/// milliseconds of the disk).
inline constexpr int kFirstRoomPages = 64;
inline constexpr int kRoomPages = 1000;
/// What of a transaction is held until the kernel gets it in one call: SQLite's own layer takes less than 128
/// KiB at once, and most transactions are a fifth of that.
inline constexpr size_t kMaxHeldBytes = size_t{96} << 10;
/// The log grows beyond that only while somebody reads; from here on the committer waits for readers to end.
inline constexpr int kWaitForReadersPages = 64000;

/// Rows that are read at once, and dropped in one transaction: nothing waits long for either.
inline constexpr size_t kReadRows = 256;
inline constexpr size_t kReadBytes = size_t{4} << 20;
inline constexpr size_t kPruneRows = 4096;

/// Connections that are kept for readers.
inline constexpr size_t kIdleReaders = 8;

/// How long another program (a backup, a person with sqlite3) may hold a lock before that is an error.
inline constexpr int kBusyTimeout_ms = 5000;

}  // namespace nomen::store
