#include "store/sqlite_connection.h"

#include <utility>

#include "base/os/file.h"
#include "store/limits.h"
#include "store/log_file.h"

namespace nomen::store {

namespace {

std::string words_of(int code, sqlite3* handle) {
  const int system_error = handle != nullptr ? sqlite3_system_errno(handle) : 0;
  switch (code & 0xff) {
    case SQLITE_FULL:
      return "the disk is full";
    case SQLITE_READONLY:
      return "it is read-only";
    case SQLITE_CORRUPT:
      return "the file is damaged (move it away, and put a backup in its place)";
    case SQLITE_NOTADB:
      return "the file is not a version store";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "it is locked by another program";
    case SQLITE_TOOBIG:
      return "a change is too large to be kept";
    case SQLITE_NOMEM:
      return "out of memory";
    case SQLITE_CANTOPEN:
      return system_error != 0 ? os::system_error_text(system_error) : "cannot open the file";
    case SQLITE_IOERR:
      return system_error != 0 ? os::system_error_text(system_error) : "I/O error";
    default:
      return handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
  }
}

}  // namespace

Result<Connection> Connection::open(const std::string& path, Mode mode) {
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (mode == Mode::kRead) flags |= SQLITE_OPEN_READONLY;
  if (mode == Mode::kWrite) flags |= SQLITE_OPEN_READWRITE;
  if (mode == Mode::kCreate) flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, log_file_vfs());
  if (handle == nullptr) return failure("the version store '" + path + "': out of memory");
  Connection connection(handle, path);
  if (code != SQLITE_OK) return std::unexpected(connection.error(code));
  sqlite3_busy_timeout(handle, kBusyTimeout_ms);
  return connection;
}

Connection::Connection(Connection&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)), path_(std::move(other.path_)) {}

Connection::~Connection() {
  sqlite3_close_v2(handle_);
}

Error Connection::error(int code) const {
  return {"the version store '" + path_ + "': " + words_of(code, handle_)};
}

Result<void> Connection::run(const char* sql) {
  const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return std::unexpected(error(code));
  return {};
}

Result<int64_t> Connection::number(const char* sql) {
  auto statement = Statement::prepare(*this, sql);
  if (!statement) return std::unexpected(statement.error());
  const auto row = statement->step();
  if (!row) return std::unexpected(row.error());
  return *row ? statement->integer(0) : 0;
}

Result<Statement> Statement::prepare(const Connection& connection, const char* sql) {
  sqlite3_stmt* handle = nullptr;
  const int code =
      sqlite3_prepare_v3(connection.handle(), sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  if (code != SQLITE_OK) return std::unexpected(connection.error(code));
  return Statement(connection, handle);
}

Statement::Statement(Statement&& other) noexcept
    : connection_(other.connection_),
      handle_(std::exchange(other.handle_, nullptr)),
      next_(other.next_),
      bound_(other.bound_) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  std::swap(connection_, other.connection_);
  std::swap(handle_, other.handle_);
  std::swap(next_, other.next_);
  std::swap(bound_, other.bound_);
  return *this;
}

Statement::~Statement() {
  sqlite3_finalize(handle_);
}

Statement& Statement::bind(int64_t value) {
  if (bound_ == SQLITE_OK) bound_ = sqlite3_bind_int64(handle_, next_, value);
  next_++;
  return *this;
}

Statement& Statement::bind(std::string_view text) {
  if (bound_ == SQLITE_OK)
    bound_ = sqlite3_bind_text(handle_, next_, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
  next_++;
  return *this;
}

Statement& Statement::bind(Bytes blob) {
  if (bound_ == SQLITE_OK)
    // No data at all would be NULL.
    bound_ = sqlite3_bind_blob(handle_, next_, blob.empty() ? "" : static_cast<const void*>(blob.data()),
                               static_cast<int>(blob.size()), SQLITE_STATIC);
  next_++;
  return *this;
}

Statement& Statement::bind_null() {
  if (bound_ == SQLITE_OK) bound_ = sqlite3_bind_null(handle_, next_);
  next_++;
  return *this;
}

Result<bool> Statement::step() {
  const int code = bound_ == SQLITE_OK ? sqlite3_step(handle_) : bound_;
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return std::unexpected(connection_->error(code));
}

Result<void> Statement::run() {
  const ResetAtEnd at_end(*this);
  const auto row = step();
  if (!row) return std::unexpected(row.error());
  return {};
}

void Statement::reset() {
  sqlite3_reset(handle_);
  next_ = 1;
  bound_ = SQLITE_OK;
}

std::string Statement::text(int column) const {
  const unsigned char* text = sqlite3_column_text(handle_, column);
  const auto size = static_cast<size_t>(sqlite3_column_bytes(handle_, column));
  return text != nullptr ? std::string(reinterpret_cast<const char*>(text), size) : std::string();
}

Bytes Statement::blob(int column) const {
  const void* blob = sqlite3_column_blob(handle_, column);
  const auto size = static_cast<size_t>(sqlite3_column_bytes(handle_, column));
  return {static_cast<const uint8_t*>(blob), blob != nullptr ? size : 0};
}

}  // namespace nomen::store
