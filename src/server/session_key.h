// The key of `update-policy local`: made at random when the server starts and written to `session-keyfile`,
// which only the server's user can read; `nsupdate -l` takes it from there. Thread rule: the main thread.
#pragma once
#include <vector>

#include "base/result.h"
#include "config/model.h"

namespace nomen::server {

class SessionKey {
 public:
  /// Adds the key to a configuration; with such a zone in it, the file is written the first time. The key
  /// stays the same while the server runs.
  Result<void> add_to(config::Config& config);
  /// A zone was added to that configuration.
  Result<void> needed_by(const config::Zone& zone);

 private:
  Result<void> write(const std::string& path);

  std::vector<uint8_t> secret_;  ///< empty: none has been made yet
  std::string path_;
  std::string written_to_;
};

}  // namespace nomen::server
