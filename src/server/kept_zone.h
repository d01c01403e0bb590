// One zone as the server knows it: what is configured, what is served, and what is being loaded.
// Thread rule: the main thread.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "answer/snapshot.h"
#include "base/os/file.h"
#include "config/model.h"

namespace nomen::server {

/// There may be hundreds of thousands of them: what only some zones need is behind a pointer.
struct KeptZone {
  /// The files that $INCLUDE brought in, as they were when they were loaded.
  using Included = std::vector<std::pair<std::string, os::FileStamp>>;

  config::ZonePtr config;
  std::shared_ptr<answer::ServedZone> served;
  std::unique_ptr<const Included> included;    ///< nullptr: none
  std::shared_ptr<answer::ZoneExpiry> expiry;  ///< of a copy
  os::FileStamp stamp;                         ///< of the file that is loaded
  int64_t loaded_s = 0;                        ///< seconds since 1970; 0: never
  uint32_t generation = 0;  ///< of the configuration that the load under way was asked for by
  bool in_flight = false;   ///< a load is under way
  bool load_again = false;  ///< and another one was asked for
  bool frozen = false;      ///< rndc freeze: no updates, the file may be edited

  const zone::Content* content() const { return served != nullptr ? served->content() : nullptr; }
  bool has_file() const {
    return !config->file.empty() && (config->type == config::ZoneType::kPrimary || config->is_copy());
  }
  /// A secondary or a stub.
  bool is_copy() const { return config->is_copy(); }
};

}  // namespace nomen::server
