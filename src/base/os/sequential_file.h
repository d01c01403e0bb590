// A file (or pipe) read once from begin to end, piece by piece: memory stays small however large it is, and a
// file that is cut short meanwhile is no danger, as a mapped one would be. Thread rule: one thread at a time.
#pragma once
#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace nomen::os {

class SequentialFile {
 public:
  static Result<SequentialFile> open(const std::string& path);
  SequentialFile(SequentialFile&& other) noexcept;
  SequentialFile& operator=(SequentialFile&& other) = delete;
  SequentialFile(const SequentialFile&) = delete;
  SequentialFile& operator=(const SequentialFile&) = delete;
  ~SequentialFile();

  /// Fills `to` from the front; fewer bytes only at the end of the file.
  Result<size_t> read(MutableBytes to);
  /// What the file system says; 0 for a pipe.
  uint64_t size() const { return size_; }

 private:
  SequentialFile() = default;
  int fd_ = -1;
  uint64_t size_ = 0;
  std::string path_;
};

}  // namespace nomen::os
