// The versions of one zone as its log and its file have them, read beside the server or without one.
// Thread rule: one thread.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "config/model.h"
#include "store/sqlite_store.h"
#include "zone/content.h"

namespace nomen::tools {

struct ZoneChoice {
  std::string config_file;
  std::string zone;
  std::string view;  ///< empty: the only one that has the zone
};

class ZoneHistory {
 public:
  /// Fails with what is wrong with the configuration, or when there is no such zone or no log where there has
  /// to be one. A zone that follows its file has none before its first change: then there is one version,
  /// what its file says.
  static Result<ZoneHistory> open(const ZoneChoice& choice);
  /// The same of a zone that need not have a history.
  static Result<ZoneHistory> open_any(const ZoneChoice& choice);

  /// The newest rows, newest first.
  Result<std::vector<store::VersionInfo>> list(size_t count) const;
  /// The one change that leads from a version to another, forwards or backwards.
  Result<zone::Change> difference(dns::Serial from, dns::Serial to) const;
  /// All rows that there are, with their changes, oldest first; those of gaps, too.
  Result<std::vector<store::Version>> versions() const;
  /// A version; nothing: the newest. From the zone's file, and from there by the log.
  Result<zone::ContentPtr> content(std::optional<dns::Serial> serial) const;

  const config::Zone& zone() const { return *zone_; }
  const std::string& view() const { return view_; }
  const config::Config& config() const { return *config_; }
  /// Where relative names of files begin.
  const std::string& directory() const { return directory_; }
  bool has_log() const { return log_ != nullptr; }

 private:
  ZoneHistory() = default;
  static Result<ZoneHistory> find(const ZoneChoice& choice);
  Result<void> open_log();
  Result<zone::ContentPtr> newest(std::optional<dns::Serial> serial) const;
  Result<zone::ContentPtr> after_file(zone::ContentPtr from_file, std::optional<dns::Serial> serial) const;
  Result<bool> changes_from(dns::Serial from, dns::Serial to, std::vector<zone::Change>& changes) const;

  std::string directory_;
  std::shared_ptr<const config::Config> config_;
  std::string view_;
  config::ZonePtr zone_;
  std::unique_ptr<store::SqliteStore> log_;  ///< nullptr: the zone has none
  store::ZoneId id_{};
};

}  // namespace nomen::tools
