// How SQLite's write-ahead log is written: SQLite gives a transaction in small pieces, a frame's head and its
// page each by itself, and every piece was a call of the kernel. Here they are held and leave as one, before
// the file is synced, read or looked at in another way; so what a commit has synced is written as it was
// without this. All else is SQLite's own layer of files (sqlite.org/vfs.html).
// Thread rule: a connection's files are used by the thread that uses the connection.
#pragma once

namespace nomen::store {

/// The name of a VFS for sqlite3_open_v2(); nullptr, SQLite's own, when there is no memory for another.
const char* log_file_vfs();

}  // namespace nomen::store
