// Files, whole: read, and replaced in one step. Errors name the file and the system's reason.
// Thread rule: free functions, any thread.
#pragma once
#include <sys/stat.h>

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace nomen::os {

/// A copy of all that the file holds.
Result<std::string> read_file(const std::string& path);

/// Writes beside `path`, flushes to the disk, and renames over it: readers see the old file or the new one.
Result<void> replace_file(const std::string& path, Bytes content, uint32_t mode = 0644);

/// The same for what comes piece by piece. A replacement that is not committed leaves nothing behind.
class FileReplacement {
 public:
  static Result<FileReplacement> begin(const std::string& path);
  FileReplacement(FileReplacement&& other) noexcept;
  FileReplacement& operator=(FileReplacement&& other) = delete;
  FileReplacement(const FileReplacement&) = delete;
  FileReplacement& operator=(const FileReplacement&) = delete;
  ~FileReplacement();

  Result<void> write(Bytes bytes);
  Result<void> commit(uint32_t mode = 0644);

 private:
  FileReplacement(int fd, std::string path, std::string temporary);
  int fd_;
  std::string path_;
  std::string temporary_;
};

/// Writes behind what the file holds, which is made when it is not there.
Result<void> append_file(const std::string& path, Bytes content, uint32_t mode = 0644);

/// Modification time in nanoseconds since 1970, and size: what tells that a file has changed.
struct FileStamp {
  int64_t mtime_ns = 0;
  uint64_t size = 0;
  bool operator==(const FileStamp&) const = default;
};
Result<FileStamp> file_stamp(const std::string& path);
FileStamp stamp_of(const struct ::stat& status);

/// What errno means, in the words of BIND's logs ("file not found", "address in use"); the system's for the
/// rest.
std::string system_error_text(int error_number);

/// "WHAT: " and what errno means.
std::unexpected<Error> system_failure(const std::string& what);

/// "WHAT 'PATH': " and what errno means.
std::unexpected<Error> file_failure(const char* what, const std::string& path);

}  // namespace nomen::os
