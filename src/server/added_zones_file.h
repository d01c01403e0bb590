// The file of the zones that rndc addzone made in one view: a zone statement a line, as BIND without LMDB
// keeps them. A zone more is a line appended; a zone less is its line made a comment, in place: neither costs
// more when there are many. Before a call returns the change is on the disk. Thread rule: the main thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/os/journal_file.h"
#include "base/result.h"
#include "dns/name.h"

namespace nomen::server {

/// Where the zones added to a view are kept: VIEW.nzf in the directory, or, for a name that makes no good
/// file name, the begin of its SHA-256 digest; as BIND does.
std::string added_zones_path(const std::string& directory, const std::string& view);

class AddedZonesFile {
 public:
  explicit AddedZonesFile(std::string path) : path_(std::move(path)) {}

  /// `statement` is one line. A zone that is there already is replaced.
  Result<void> put(dns::NameView zone, const std::string& statement);
  Result<void> remove(dns::NameView zone);
  /// The zone's statement; nothing when it is not there.
  Result<std::optional<std::string>> statement(dns::NameView zone);

 private:
  struct Line {
    uint64_t at = 0;
    uint32_t size = 0;  ///< without the line end
  };

  Result<void> open();
  Result<void> rewrite(const std::string& text);
  bool index(const std::string& text);

  std::string path_;
  std::optional<os::JournalFile> file_;
  std::unordered_map<uint64_t, Line> lines_;  ///< by the hash of the zone's name
  size_t comments_ = 0;                       ///< lines of zones that are gone
};

}  // namespace nomen::server
