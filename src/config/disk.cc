#include "config/disk.h"

#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/os/file.h"

namespace nomen::config {
namespace {

class RealDisk final : public Disk {
 public:
  Result<std::string> read(const std::string& path) override {
    auto text = os::read_file(path);
    // Who asked names the path; the reason alone is wanted.
    if (!text && access(path.c_str(), R_OK) != 0) return failure(os::system_error_text(errno));
    return text;
  }

  std::vector<std::string> expand(const std::string& pattern) override {
    std::vector<std::string> paths;
    glob_t found{};
    if (glob(pattern.c_str(), GLOB_ERR, nullptr, &found) == 0) {
      paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
    }
    globfree(&found);
    return paths;
  }

  bool is_directory(const std::string& path) override {
    struct stat info{};
    return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
  }

  bool exists(const std::string& path) override {
    struct stat info{};
    return stat(path.c_str(), &info) == 0;
  }
};

}  // namespace

Disk& real_disk() {
  static RealDisk disk;
  return disk;
}

std::string path_in(const std::string& directory, std::string_view path) {
  if (directory.empty() || path.starts_with('/')) return std::string(path);
  return directory + (directory.ends_with('/') ? "" : "/") + std::string(path);
}

}  // namespace nomen::config
