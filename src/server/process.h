// The server as a process: into the background and a word to who waits, pid file, systemd's notifications,
// limits of open files.
// Thread rule: the main thread; detach() before there are other threads.
#pragma once
#include <string>

#include "base/result.h"
#include "server/privileges.h"

namespace nomen::server {

/// Forks into the background. The parent stays until the child says ready() or dies, and exits with 0 or 1.
class Background {
 public:
  /// Returns in the child only.
  Result<void> detach();
  void ready();
  ~Background();

 private:
  int ready_fd_ = -1;
};

/// Makes the directory of a file (a pid file in /run) that is not there, and gives it to the user that the
/// server is going to be. A failure shows when the file is written.
void make_directory_for(const std::string& path, const UserIds& user);

/// A file that root has made (the log of -L) becomes the user's.
void give_to(const std::string& path, const UserIds& user);

/// A file with our process id, made when the server is ready and taken away at its end.
class PidFile {
 public:
  Result<void> write(const std::string& path);
  void remove();
  ~PidFile();

 private:
  std::string path_;
};

/// Sees to it that no second server of the same configuration runs: an empty file, locked as long as the
/// process lives, and taken away at its end.
class LockFile {
 public:
  /// The text of the failure is BIND's.
  Result<void> acquire(const std::string& path);
  const std::string& path() const { return path_; }
  void remove();
  ~LockFile();

 private:
  std::string path_;
  int fd_ = -1;
};

/// sd_notify(3)'s message to $NOTIFY_SOCKET, if there is one: "READY=1".
void notify_service_manager(const std::string& message);

/// As many open files as the hard limit lets us.
void raise_file_limit();

}  // namespace nomen::server
