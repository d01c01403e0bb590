// A file that grows at its end and is changed in place, durably: each call returns when the disk has it.
// Thread rule: one thread at a time.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace nomen::os {

class JournalFile {
 public:
  /// Opens the file, or makes an empty one.
  static Result<JournalFile> open(const std::string& path);
  JournalFile(JournalFile&& other) noexcept;
  JournalFile& operator=(JournalFile&& other) noexcept;
  ~JournalFile();

  uint64_t size() const { return size_; }
  /// Adds to the end; the place where `bytes` begin. A write that fails half-way is taken back.
  Result<uint64_t> append(std::string_view bytes);
  /// Writes over what is there.
  Result<void> overwrite(uint64_t at, std::string_view bytes);
  Result<std::string> read(uint64_t at, size_t size) const;

 private:
  JournalFile(int fd, uint64_t size, std::string path) : fd_(fd), size_(size), path_(std::move(path)) {}
  Result<void> write(uint64_t at, std::string_view bytes);

  int fd_;
  uint64_t size_;
  std::string path_;
};

}  // namespace nomen::os
