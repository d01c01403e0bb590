#include "base/os/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace nomen::os {

namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

/// `expected`: as large as it will be, or so.
Result<std::string> read_all(int fd, const std::string& path, size_t expected) {
  constexpr size_t kStep = 1 << 16;
  std::string out;
  bool at_end = false;
  int error = 0;
  out.reserve(expected + 1);  // one more byte shows the end
  while (!at_end && error == 0) {
    const size_t room = std::max(out.capacity(), out.size() + (out.size() == out.capacity() ? kStep : 0));
    out.resize_and_overwrite(room, [&, filled = out.size()](char* to, size_t size) {
      const ssize_t n = ::read(fd, to + filled, size - filled);
      at_end = n == 0;
      if (n < 0 && errno != EINTR) error = errno;
      return filled + static_cast<size_t>(std::max<ssize_t>(n, 0));
    });
  }
  if (error == 0) return out;
  errno = error;
  return file_failure("cannot read", path);
}

/// False, with the reason in errno, when not all could be written.
bool write_all(int fd, Bytes content) {
  while (!content.empty()) {
    const ssize_t n = ::write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    content = content.subspan(static_cast<size_t>(n));
  }
  return true;
}

}  // namespace

std::string system_error_text(int error_number) {
  switch (error_number) {
    case ENOENT:
      return "file not found";
    case EEXIST:
      return "file already exists";
    case EACCES:
    case EPERM:
      return "permission denied";
    case EADDRINUSE:
      return "address in use";
    case EADDRNOTAVAIL:
      return "address not available";
    case ECONNREFUSED:
      return "connection refused";
    case EMFILE:
    case ENFILE:
      return "too many open files";
    case ENOMEM:
      return "out of memory";
    case EIO:
      return "I/O error";
    default:
      return std::generic_category().message(error_number);
  }
}

std::unexpected<Error> system_failure(const std::string& what) {
  return failure(what + ": " + system_error_text(errno));
}

std::unexpected<Error> file_failure(const char* what, const std::string& path) {
  return system_failure(std::string(what) + " '" + path + "'");
}

Result<std::string> read_file(const std::string& path) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return file_failure("cannot open", path);
  struct stat st{};
  const bool is_regular = ::fstat(fd.get(), &st) == 0 && S_ISREG(st.st_mode);
  return read_all(fd.get(), path, is_regular ? static_cast<size_t>(st.st_size) : 0);
}

Result<void> replace_file(const std::string& path, Bytes content, uint32_t mode) {
  auto replacement = FileReplacement::begin(path);
  if (!replacement) return std::unexpected(replacement.error());
  if (const auto written = replacement->write(content); !written) return written;
  return replacement->commit(mode);
}

FileReplacement::FileReplacement(int fd, std::string path, std::string temporary)
    : fd_(fd), path_(std::move(path)), temporary_(std::move(temporary)) {}

FileReplacement::FileReplacement(FileReplacement&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, {})) {}

FileReplacement::~FileReplacement() {
  if (fd_ >= 0) ::close(fd_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<FileReplacement> FileReplacement::begin(const std::string& path) {
  std::string temporary = path + ".XXXXXX";
  const int fd = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0) return file_failure("cannot create a file beside", path);
  return FileReplacement(fd, path, std::move(temporary));
}

Result<void> FileReplacement::write(Bytes bytes) {
  if (!write_all(fd_, bytes)) return file_failure("cannot write", temporary_);
  return {};
}

Result<void> FileReplacement::commit(uint32_t mode) {
  if (::fchmod(fd_, mode) != 0) return file_failure("cannot set the mode of", temporary_);
  if (::fsync(fd_) != 0) return file_failure("cannot flush", temporary_);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) return file_failure("cannot rename", temporary_);
  temporary_.clear();
  return {};
}

Result<void> append_file(const std::string& path, Bytes content, uint32_t mode) {
  const Descriptor fd(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, mode));
  if (fd.get() < 0) return file_failure("cannot open", path);
  if (!write_all(fd.get(), content)) return file_failure("cannot write", path);
  return {};
}

Result<FileStamp> file_stamp(const std::string& path) {
  struct stat st{};
  if (::stat(path.c_str(), &st) != 0) return file_failure("cannot stat", path);
  return stamp_of(st);
}

FileStamp stamp_of(const struct ::stat& status) {
  return {int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec,
          static_cast<uint64_t>(status.st_size)};
}

}  // namespace nomen::os
