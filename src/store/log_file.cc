#include "store/log_file.h"

#include <sqlite3.h>

#include <memory>
#include <vector>

#include "store/limits.h"

namespace nomen::store {

namespace {

constexpr const char* kName = "nomen-log";

/// A log: SQLite's own file of it lies behind, in the same memory, which is SQLite's.
struct LogFile : sqlite3_file {
  std::vector<uint8_t> held;
  sqlite3_int64 held_at = 0;  ///< where in the file they belong

  sqlite3_file* own() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

LogFile* log_of(sqlite3_file* file) {
  return static_cast<LogFile*>(file);
}

int write_held(LogFile& log) {
  if (log.held.empty()) return SQLITE_OK;
  sqlite3_file* const own = log.own();
  const int code =
      own->pMethods->xWrite(own, log.held.data(), static_cast<int>(log.held.size()), log.held_at);
  log.held.clear();
  return code;
}

int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
  LogFile& log = *log_of(file);
  const auto count = static_cast<size_t>(size);
  const bool follows = at == log.held_at + static_cast<sqlite3_int64>(log.held.size());
  if (!follows || log.held.size() + count > kMaxHeldBytes) {
    if (const int code = write_held(log); code != SQLITE_OK) return code;
  }
  if (log.held.empty()) log.held_at = at;
  const auto* const first = static_cast<const uint8_t*>(bytes);
  log.held.insert(log.held.end(), first, first + count);
  return SQLITE_OK;
}

/// Calls a method of SQLite's own file, once it has all that was written.
template <auto Method, class... Arguments>
int call(sqlite3_file* file, Arguments... arguments) {
  if (const int code = write_held(*log_of(file)); code != SQLITE_OK) return code;
  sqlite3_file* const own = log_of(file)->own();
  return (own->pMethods->*Method)(own, arguments...);
}

int close(sqlite3_file* file) {
  const int written = write_held(*log_of(file));
  sqlite3_file* const own = log_of(file)->own();
  const int closed = own->pMethods->xClose(own);
  std::destroy_at(log_of(file));
  return written != SQLITE_OK ? written : closed;
}

constexpr sqlite3_io_methods methods_of_a_log() {
  sqlite3_io_methods methods{};
  methods.iVersion = 1;
  methods.xClose = close;
  methods.xRead = call<&sqlite3_io_methods::xRead>;
  methods.xWrite = write;
  methods.xTruncate = call<&sqlite3_io_methods::xTruncate>;
  methods.xSync = call<&sqlite3_io_methods::xSync>;
  methods.xFileSize = call<&sqlite3_io_methods::xFileSize>;
  methods.xLock = call<&sqlite3_io_methods::xLock>;
  methods.xUnlock = call<&sqlite3_io_methods::xUnlock>;
  methods.xCheckReservedLock = call<&sqlite3_io_methods::xCheckReservedLock>;
  methods.xFileControl = call<&sqlite3_io_methods::xFileControl>;
  methods.xSectorSize = call<&sqlite3_io_methods::xSectorSize>;
  methods.xDeviceCharacteristics = call<&sqlite3_io_methods::xDeviceCharacteristics>;
  return methods;
}
constexpr sqlite3_io_methods kLogMethods = methods_of_a_log();

sqlite3_vfs* own_vfs() {
  return sqlite3_vfs_find(nullptr);
}

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  sqlite3_vfs* const own = own_vfs();
  if ((flags & SQLITE_OPEN_WAL) == 0) return own->xOpen(own, name, file, flags, flags_out);
  LogFile* const log = std::construct_at(static_cast<LogFile*>(file));
  log->pMethods = nullptr;  // SQLite closes what has methods
  const int code = own->xOpen(own, name, log->own(), flags, flags_out);
  if (code != SQLITE_OK) {
    if (log->own()->pMethods != nullptr) log->own()->pMethods->xClose(log->own());
    std::destroy_at(log);
    file->pMethods = nullptr;
    return code;
  }
  log->pMethods = &kLogMethods;
  return SQLITE_OK;
}

}  // namespace

const char* log_file_vfs() {
  static const bool is_there = [] {
    // SQLite keeps it for ever.
    static sqlite3_vfs vfs = *own_vfs();
    vfs.pNext = nullptr;
    vfs.zName = kName;
    vfs.szOsFile += static_cast<int>(sizeof(LogFile));
    vfs.xOpen = open;
    return sqlite3_vfs_register(&vfs, 0) == SQLITE_OK;
  }();
  return is_there ? kName : nullptr;
}

}  // namespace nomen::store
