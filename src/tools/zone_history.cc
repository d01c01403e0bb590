#include "tools/zone_history.h"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "base/os/file.h"
#include "config/build.h"
#include "server/added_zones_file.h"
#include "server/loader.h"
#include "server/replay.h"
#include "server/version_log.h"
#include "store/history.h"
#include "zone/content_writer.h"

namespace nomen::tools {

namespace {

constexpr int kMostReadings = 5;  // of a file that is written again and again

struct FoundZone {
  config::ZonePtr zone;
  std::string view;
};

Result<FoundZone> find_zone(const config::Config& config, const ZoneChoice& choice) {
  const auto name = dns::Name::parse(choice.zone);
  if (!name) return failure("'" + choice.zone + "' is not a name: " + name.error().text);
  std::optional<FoundZone> found;
  for (const config::View& view : config.views) {
    if (!choice.view.empty() && view.name != choice.view) continue;
    for (const config::ZonePtr& zone : view.zones) {
      if (!(zone->name() == name->view()) || zone->type == config::ZoneType::kInView) continue;
      if (found) return failure("zone '" + choice.zone + "' is in more than one view: choose with --view");
      found = FoundZone{zone, view.name};
    }
  }
  if (!found) return failure("there is no zone '" + choice.zone + "' in the configuration");
  return std::move(*found);
}

/// Relative names start at the configuration's `directory`, which itself starts where the file is read from.
std::string absolute(const std::string& directory) {
  std::error_code error;
  const auto path = std::filesystem::absolute(directory.empty() ? "." : directory, error);
  return error ? directory : path.lexically_normal().string();
}

}  // namespace

Result<ZoneHistory> ZoneHistory::find(const ZoneChoice& choice) {
  config::LoadOptions options;
  options.added_zones_file = server::added_zones_path;
  config::Loaded loaded = config::load_config(choice.config_file, options);
  for (const Diagnostic& diagnostic : loaded.diagnostics) {
    if (diagnostic.severity == Severity::kError) return failure(to_string(diagnostic));
  }
  auto found = find_zone(loaded.config, choice);
  if (!found) return std::unexpected(found.error());
  ZoneHistory history;
  history.directory_ = absolute(loaded.config.options.directory);
  history.zone_ = std::move(found->zone);
  history.view_ = std::move(found->view);
  history.config_ = std::make_shared<const config::Config>(std::move(loaded.config));
  return history;
}

Result<void> ZoneHistory::open_log() {
  const std::string path = directory_ + "/" + server::kVersionLogFile;
  if (!zone_->is_logged_first() && !std::filesystem::exists(path)) return {};
  auto log = store::SqliteStore::open(path, store::SqliteStore::Access::kRead);
  if (!log) return failure("the log of versions '" + path + "': " + log.error().text);
  const auto zones = (*log)->zones();
  if (!zones) return std::unexpected(zones.error());
  const store::ZoneName wanted{view_, dns::Name(zone_->name()), zone_->rr_class};
  for (const store::KnownZone& known : *zones) {
    if (!(known.name == wanted)) continue;
    id_ = known.id;
    log_ = std::move(*log);
    return {};
  }
  if (!zone_->is_logged_first()) return {};
  return failure("no version of zone '" + dns::to_string_no_dot(zone_->name()) + "' has been logged");
}

Result<ZoneHistory> ZoneHistory::open(const ZoneChoice& choice) {
  auto history = find(choice);
  if (!history) return history;
  if (!history->zone_->is_logged())
    return failure("zone '" + choice.zone + "' has no history: " +
                   (history->zone_->type == config::ZoneType::kPrimary
                        ? "its zone-history is off"
                        : "it is not a primary or secondary zone"));
  if (auto opened = history->open_log(); !opened) return std::unexpected(opened.error());
  return history;
}

Result<ZoneHistory> ZoneHistory::open_any(const ZoneChoice& choice) {
  auto history = find(choice);
  if (!history || !history->zone_->is_logged()) return history;
  const auto opened = history->open_log();
  if (!opened && history->zone_->is_logged_first()) return std::unexpected(opened.error());
  return history;
}

Result<std::vector<store::VersionInfo>> ZoneHistory::list(size_t count) const {
  if (log_ == nullptr) return std::vector<store::VersionInfo>();
  return log_->list(id_, count, std::nullopt);
}

/// False when `to` does not follow `from` in the log.
Result<bool> ZoneHistory::changes_from(dns::Serial from, dns::Serial to,
                                       std::vector<zone::Change>& changes) const {
  changes.clear();
  if (log_ == nullptr) return false;
  bool arrived = false;
  const auto read = log_->since(id_, from, [&](store::Version&& version) {
    changes.push_back(std::move(version.change));
    arrived = version.to == to;
    return !arrived;
  });
  if (!read) return std::unexpected(read.error());
  return *read && arrived;
}

Result<zone::Change> ZoneHistory::difference(dns::Serial from, dns::Serial to) const {
  if (from == to) return zone::Change{};
  std::vector<zone::Change> changes;
  const auto forwards = changes_from(from, to, changes);
  if (!forwards) return std::unexpected(forwards.error());
  if (*forwards) return store::condense(changes, zone_->rr_class);
  const auto backwards = changes_from(to, from, changes);
  if (!backwards) return std::unexpected(backwards.error());
  if (*backwards) return store::invert(store::condense(changes, zone_->rr_class));
  return failure(fmt::format("the log does not have both versions {} and {}, or not all that is between them",
                             from.value, to.value));
}

Result<std::vector<store::Version>> ZoneHistory::versions() const {
  std::vector<store::Version> all;
  if (log_ == nullptr) return all;
  const auto rows = log_->list(id_, SIZE_MAX >> 1, std::nullopt);
  if (!rows) return std::unexpected(rows.error());
  if (rows->empty()) return all;
  const auto read = log_->rows_from(id_, rows->back().number, [&](store::Version&& version) {
    all.push_back(std::move(version));
    return true;
  });
  if (!read) return std::unexpected(read.error());
  return all;
}

/// The server may write the file anew and drop what it has from the log while both are read here: then what
/// was read first does not go with what was read second, and both are read again.
Result<zone::ContentPtr> ZoneHistory::newest(std::optional<dns::Serial> serial) const {
  const zone::LoadRequest request = server::load_request(*zone_, directory_);
  for (int reading = 1;; reading++) {
    zone::LoadResult loaded = zone::load_zone(request);
    if (loaded.content == nullptr) {
      for (const Diagnostic& diagnostic : loaded.diagnostics) {
        if (diagnostic.severity == Severity::kError) return failure(to_string(diagnostic));
      }
      return failure("the zone's file cannot be read");
    }
    const os::FileStamp stamp = loaded.stamp;
    auto newest = after_file(std::move(loaded.content), serial);
    const auto now = os::file_stamp(request.path);
    if (reading == kMostReadings || (now && *now == stamp)) return newest;
  }
}

Result<zone::ContentPtr> ZoneHistory::content(std::optional<dns::Serial> serial) const {
  auto newest = this->newest(serial);
  if (!newest || !serial || (*newest)->serial() == *serial) return newest;
  const auto back = difference((*newest)->serial(), *serial);
  if (!back) return std::unexpected(back.error());
  zone::ContentWriter writer(**newest, zone::kNoLimits);
  if (auto applied = writer.apply(*back); !applied) return std::unexpected(applied.error());
  Diagnostics diagnostics;
  return writer.finish(diagnostics);
}

/// The version that the log ends with, or that is what the file says where none before it is wanted.
Result<zone::ContentPtr> ZoneHistory::after_file(zone::ContentPtr from_file,
                                                 std::optional<dns::Serial> serial) const {
  if (log_ == nullptr) return from_file;
  if (zone_->is_logged_first()) {
    auto newest = server::replay(*log_, id_, std::move(from_file));
    if (!newest) return std::unexpected(newest.error());
    return std::move(newest->content);
  }
  auto newest = server::follow_file(*log_, id_, std::move(from_file), false);
  if (!newest) return std::unexpected(newest.error());
  if (newest->is_gap && serial && newest->content->serial() != *serial)
    return failure("the file of the zone is not the newest version in the log: 'rndc reload' takes it over");
  return std::move(newest->content);
}

}  // namespace nomen::tools
