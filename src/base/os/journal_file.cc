#include "base/os/journal_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/os/file.h"

namespace nomen::os {

Result<JournalFile> JournalFile::open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return file_failure("cannot open", path);
  struct stat status{};
  if (::fstat(fd, &status) != 0) {
    auto failed = file_failure("cannot stat", path);
    ::close(fd);
    return failed;
  }
  return JournalFile(fd, static_cast<uint64_t>(status.st_size), path);
}

JournalFile::JournalFile(JournalFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), size_(other.size_), path_(std::move(other.path_)) {}

JournalFile& JournalFile::operator=(JournalFile&& other) noexcept {
  std::swap(fd_, other.fd_);
  size_ = other.size_;
  path_ = std::move(other.path_);
  return *this;
}

JournalFile::~JournalFile() {
  if (fd_ >= 0) ::close(fd_);
}

Result<void> JournalFile::write(uint64_t at, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return file_failure("cannot write", path_);
    at += static_cast<uint64_t>(n);
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  if (::fdatasync(fd_) != 0) return file_failure("cannot flush", path_);
  return {};
}

Result<uint64_t> JournalFile::append(std::string_view bytes) {
  const uint64_t at = size_;
  if (const auto written = write(at, bytes); !written) {
    if (::ftruncate(fd_, static_cast<off_t>(at)) != 0) return file_failure("cannot shorten", path_);
    return std::unexpected(written.error());
  }
  size_ += bytes.size();
  return at;
}

Result<void> JournalFile::overwrite(uint64_t at, std::string_view bytes) {
  return write(at, bytes);
}

Result<std::string> JournalFile::read(uint64_t at, size_t size) const {
  std::string bytes(size, '\0');
  size_t filled = 0;
  while (filled < size) {
    const ssize_t n = ::pread(fd_, bytes.data() + filled, size - filled, static_cast<off_t>(at + filled));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return file_failure("cannot read", path_);
    if (n == 0) break;
    filled += static_cast<size_t>(n);
  }
  bytes.resize(filled);
  return bytes;
}

}  // namespace nomen::os
