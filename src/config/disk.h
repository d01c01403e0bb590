// The files a configuration is read from, as the parser sees them: real ones, or a test's.
#pragma once
#include <string>
#include <vector>

#include "base/result.h"

namespace nomen::config {

class Disk {
 public:
  virtual ~Disk() = default;
  virtual Result<std::string> read(const std::string& path) = 0;
  /// The paths that match a shell pattern, sorted; a path without wildcards is itself when it exists.
  virtual std::vector<std::string> expand(const std::string& pattern) = 0;
  virtual bool is_directory(const std::string& path) = 0;
  virtual bool exists(const std::string& path) = 0;
};

/// The files of this machine.
Disk& real_disk();

/// `path` below `directory`, unless it is absolute or there is none.
std::string path_in(const std::string& directory, std::string_view path);

}  // namespace nomen::config
