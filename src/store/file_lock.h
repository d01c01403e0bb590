// Says that a store belongs to this process: a lock of the system's on a file beside it, which ends with the
// process. Two servers that append to one store would each believe that they know its newest rows.
// Thread rule: a value that belongs to its owner.
#pragma once
#include <string>

#include "base/result.h"

namespace nomen::store {

class FileLock {
 public:
  /// Fails at once when another process has it.
  static Result<FileLock> take(const std::string& path);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace nomen::store
