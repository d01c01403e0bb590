// SQLite's C interface as values: a connection, a prepared statement, and errors in words.
// Thread rule: a connection and its statements belong to one thread at a time.
#pragma once
#include <sqlite3.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace nomen::store {

class Connection {
 public:
  enum class Mode : uint8_t { kRead, kWrite, kCreate };
  static Result<Connection> open(const std::string& path, Mode mode);
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&& other) = delete;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  sqlite3* handle() const { return handle_; }
  /// Statements without parameters and answers.
  Result<void> run(const char* sql);
  /// A statement that answers with one number.
  Result<int64_t> number(const char* sql);
  /// What the last call that failed meant: "the version store 'x.db': the disk is full".
  Error error(int code) const;

 private:
  Connection(sqlite3* handle, std::string path) : handle_(handle), path_(std::move(path)) {}
  sqlite3* handle_;
  std::string path_;
};

/// A prepared statement. bind() its parameters in order, step() until it says false (no more rows), reset().
/// What fails in bind() is told by step(). Text and blobs live until reset().
class Statement {
 public:
  static Result<Statement> prepare(const Connection& connection, const char* sql);
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  Statement& bind(int64_t value);
  Statement& bind(std::string_view text);
  Statement& bind(Bytes blob);
  Statement& bind_null();
  Result<bool> step();
  /// step() for a statement that has no rows, and reset().
  Result<void> run();
  void reset();

  int64_t integer(int column) const { return sqlite3_column_int64(handle_, column); }
  std::string text(int column) const;
  /// Until the next step() or reset().
  Bytes blob(int column) const;

 private:
  Statement(const Connection& connection, sqlite3_stmt* handle) : connection_(&connection), handle_(handle) {}
  const Connection* connection_;
  sqlite3_stmt* handle_;
  int next_ = 1;
  int bound_ = SQLITE_OK;
};

/// Resets a statement at the end of a block, so that no read transaction stays open.
class ResetAtEnd {
 public:
  explicit ResetAtEnd(Statement& statement) : statement_(statement) {}
  ~ResetAtEnd() { statement_.reset(); }
  ResetAtEnd(const ResetAtEnd&) = delete;
  ResetAtEnd& operator=(const ResetAtEnd&) = delete;

 private:
  Statement& statement_;
};

}  // namespace nomen::store
