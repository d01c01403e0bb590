#include "server/process.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/bytes.h"
#include "base/os/file.h"

namespace nomen::server {

namespace {

/// Makes the directory of a file, as BIND does for its pid file. A failure shows when the file is written.
void make_directory_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos || slash == 0) return;
  const std::string directory = path.substr(0, slash);
  if (::access(directory.c_str(), F_OK) == 0) return;
  make_directory_of(directory);
  ::mkdir(directory.c_str(), 0755);
}

}  // namespace

Result<void> Background::detach() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return os::system_failure("pipe");
  const pid_t child = ::fork();
  if (child < 0) return os::system_failure("fork");
  if (child > 0) {
    ::close(ends[1]);
    char byte = 0;
    ssize_t n = 0;
    while ((n = ::read(ends[0], &byte, 1)) < 0 && errno == EINTR) {
    }
    if (n != 1) static_cast<void>(std::fputs("named: could not start; the log says why\n", stderr));
    ::_exit(n == 1 ? 0 : 1);
  }
  ::close(ends[0]);
  ready_fd_ = ends[1];
  ::setsid();
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null >= 0) {
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(null, fd);
    if (null > STDERR_FILENO) ::close(null);
  }
  return {};
}

void Background::ready() {
  if (ready_fd_ < 0) return;
  const char byte = 0;
  while (::write(ready_fd_, &byte, 1) < 0 && errno == EINTR) {
  }
  ::close(ready_fd_);
  ready_fd_ = -1;
}

Background::~Background() {
  if (ready_fd_ >= 0) ::close(ready_fd_);
}

void make_directory_for(const std::string& path, const UserIds& user) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos || slash == 0) return;
  const std::string directory = path.substr(0, slash);
  if (::access(directory.c_str(), F_OK) == 0) return;
  make_directory_of(path);
  give_to(directory, user);
}

void give_to(const std::string& path, const UserIds& user) {
  if (::chown(path.c_str(), user.uid, user.gid) != 0) return;  // who needs it will say it
}

Result<void> PidFile::write(const std::string& path) {
  make_directory_of(path);
  const std::string text = std::to_string(::getpid()) + "\n";
  if (auto written = os::replace_file(path, as_bytes(text)); !written) return written;
  path_ = path;
  return {};
}

void PidFile::remove() {
  if (!path_.empty()) ::unlink(path_.c_str());
  path_.clear();
}

PidFile::~PidFile() {
  remove();
}

Result<void> LockFile::acquire(const std::string& path) {
  make_directory_of(path);
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return os::system_failure("could not create " + path);
  struct flock lock{};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  if (::fcntl(fd, F_SETLK, &lock) != 0) {
    ::close(fd);
    return failure("could not lock " + path + "; another named process may be running");
  }
  fd_ = fd;
  path_ = path;
  return {};
}

void LockFile::remove() {
  if (fd_ < 0) return;
  ::unlink(path_.c_str());
  ::close(std::exchange(fd_, -1));
}

LockFile::~LockFile() {
  remove();
}

void notify_service_manager(const std::string& message) {
  const char* path = std::getenv("NOTIFY_SOCKET");
  if (path == nullptr || (path[0] != '/' && path[0] != '@')) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const size_t length = std::strlen(path);
  if (length >= sizeof address.sun_path) return;
  std::memcpy(address.sun_path, path, length);
  if (path[0] == '@') address.sun_path[0] = '\0';
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  ::sendto(fd, message.data(), message.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address),
           static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length));
  ::close(fd);
}

void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace nomen::server
