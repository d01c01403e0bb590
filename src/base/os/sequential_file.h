// A file (or pipe) read once from begin to end, piece by piece: memory stays small however large it is, and a
// file that is cut short meanwhile is no danger, as a mapped one would be. Thread rule: one thread at a time.
#pragma once
#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/os/file.h"
#include "base/result.h"

namespace nomen::os {

/// Keeps the directory of the file that was opened last: the next file there is found in one step. For a row
/// of files in few directories; a directory that is moved meanwhile is still the one it was.
class NearbyFiles {
 public:
  NearbyFiles() = default;
  NearbyFiles(const NearbyFiles&) = delete;
  NearbyFiles& operator=(const NearbyFiles&) = delete;
  ~NearbyFiles();

  /// A descriptor for reading, or -1 with errno set.
  int open(const std::string& path);

 private:
  int directory_fd_ = -1;
  std::string directory_;  ///< with the final '/'
};

class SequentialFile {
 public:
  /// `nearby` may be nullptr.
  static Result<SequentialFile> open(const std::string& path, NearbyFiles* nearby = nullptr);
  SequentialFile(SequentialFile&& other) noexcept;
  SequentialFile& operator=(SequentialFile&& other) = delete;
  SequentialFile(const SequentialFile&) = delete;
  SequentialFile& operator=(const SequentialFile&) = delete;
  ~SequentialFile();

  /// Fills `to` from the front; fewer bytes only at the end of the file. An error does not name the file.
  Result<size_t> read(MutableBytes to);
  /// What the file system says; 0 for a pipe.
  uint64_t size() const { return size_; }
  /// As it was when the file was opened.
  const FileStamp& stamp() const { return stamp_; }

 private:
  SequentialFile() = default;
  int fd_ = -1;
  uint64_t size_ = 0;
  uint64_t done_ = 0;  ///< bytes that have been read
  FileStamp stamp_;
};

}  // namespace nomen::os
