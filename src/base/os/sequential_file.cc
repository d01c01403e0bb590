#include "base/os/sequential_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace nomen::os {

NearbyFiles::~NearbyFiles() {
  if (directory_fd_ >= 0) ::close(directory_fd_);
}

int NearbyFiles::open(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (directory_fd_ < 0 || path.compare(0, slash + 1, directory_) != 0) {
    if (directory_fd_ >= 0) ::close(directory_fd_);
    directory_ = path.substr(0, slash + 1);
    directory_fd_ = ::open(directory_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (directory_fd_ < 0) return -1;
  }
  return ::openat(directory_fd_, path.c_str() + slash + 1, O_RDONLY | O_CLOEXEC);
}

Result<SequentialFile> SequentialFile::open(const std::string& path, NearbyFiles* nearby) {
  SequentialFile file;
  file.fd_ = nearby != nullptr ? nearby->open(path) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file.fd_ < 0) return failure("cannot open '" + path + "': " + system_error_text(errno));
  struct stat st{};
  if (::fstat(file.fd_, &st) != 0) return failure("cannot stat '" + path + "': " + system_error_text(errno));
  if (S_ISDIR(st.st_mode)) return failure("cannot read '" + path + "': it is a directory");
  if (S_ISREG(st.st_mode)) file.size_ = static_cast<uint64_t>(st.st_size);
  file.stamp_ = stamp_of(st);
  return file;
}

SequentialFile::SequentialFile(SequentialFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), size_(other.size_), done_(other.done_), stamp_(other.stamp_) {}

SequentialFile::~SequentialFile() {
  if (fd_ >= 0) ::close(fd_);
}

Result<size_t> SequentialFile::read(MutableBytes to) {
  size_t filled = 0;
  while (filled < to.size()) {
    const ssize_t n = ::read(fd_, to.data() + filled, to.size() - filled);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return failure("cannot read on: " + system_error_text(errno));
    if (n == 0) break;
    filled += static_cast<size_t>(n);
    done_ += static_cast<size_t>(n);
    // Less than was asked for, and all of the size that the file has: its end, without another look.
    if (size_ != 0 && done_ >= size_) break;
  }
  return filled;
}

}  // namespace nomen::os
