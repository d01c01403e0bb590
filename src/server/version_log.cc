#include "server/version_log.h"

#include <utility>

#include "base/log.h"
#include "base/os/file.h"

namespace nomen::server {

namespace {

std::string path_in(const std::string& directory) {
  return directory.empty() ? kVersionLogFile : directory + "/" + kVersionLogFile;
}

}  // namespace

Result<void> VersionLog::open(const std::string& directory) {
  const std::string path = path_in(directory);
  if (store_ != nullptr) {
    if (path != path_)
      log(LogCategory::kGeneral, LogSeverity::kWarning, "server",
          "the log of zone versions stays at '{}' until the server is restarted", path_);
    return {};
  }
  auto opened = store::SqliteStore::open(path);
  if (!opened) return failure("the log of zone versions '" + path + "': " + opened.error().text);
  store_ = std::move(*opened);
  path_ = path;
  return take_known();
}

Result<void> VersionLog::open_existing(const std::string& directory) {
  if (store_ != nullptr || !os::file_stamp(path_in(directory))) return {};
  return open(directory);
}

/// The numbers that zones have already.
Result<void> VersionLog::take_known() {
  const auto zones = store_->zones();
  if (!zones) return std::unexpected(zones.error());
  ids_.reserve(zones->size());
  for (const store::KnownZone& zone : *zones) {
    if (zone.name.rr_class == dns::RRClass::kIn)
      ids_.insert_or_assign({zone.name.view, zone_key(zone.name.apex)}, zone.id);
  }
  return {};
}

Result<void> VersionLog::prepare(const std::vector<Wanted>& zones) {
  std::vector<store::ZoneName> names;
  std::vector<const ZonePlace*> places;
  for (const Wanted& zone : zones) {
    if (ids_.contains(zone.place)) continue;
    names.push_back(zone.name);
    places.push_back(&zone.place);
  }
  if (names.empty()) return {};
  auto ids = store_->zone_ids(names);
  if (!ids) return std::unexpected(ids.error());
  for (size_t i = 0; i < places.size(); i++) ids_.insert_or_assign(*places[i], (*ids)[i]);
  return {};
}

std::optional<store::ZoneId> VersionLog::id_of(const ZonePlace& place) const {
  const auto found = ids_.find(place);
  return found != ids_.end() ? std::optional(found->second) : std::nullopt;
}

void VersionLog::forget(const ZonePlace& place) {
  const auto found = ids_.find(place);
  if (found == ids_.end()) return;
  if (auto forgotten = store_->forget(found->second); !forgotten)
    log(LogCategory::kGeneral, LogSeverity::kError, "server", "the log of zone versions: {}",
        forgotten.error().text);
  ids_.erase(found);
}

std::optional<store::ZoneId> VersionLog::release(const ZonePlace& place) {
  const auto node = ids_.extract(place);
  return node ? std::optional(node.mapped()) : std::nullopt;
}

void VersionLog::append(std::vector<store::Version> versions, store::Done done) {
  store_->append(std::move(versions), [this, done = std::move(done)](const Result<void>& result) {
    loop_.post([done, result] { done(result); });
  });
}

}  // namespace nomen::server
