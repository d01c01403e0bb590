#include "server/roll_back.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <vector>

#include "server/zone_log.h"
#include "store/history.h"

namespace nomen::server {

using control::CommandResult;
using control::ResultCode;

namespace {

/// Without SOA records: the version that goes back has a serial of its own.
zone::Change without_soa(const zone::Change& change) {
  zone::Change out;
  for (const auto& [from, to] : {std::pair{&change.removed, &out.removed}, {&change.added, &out.added}}) {
    for (const auto& entry : from->entries()) {
      if (!entry.is_soa())
        to->add(from->owner(entry), static_cast<dns::RRType>(entry.type), entry.ttl_s, from->rdata(entry));
    }
  }
  return out;
}

/// What leads from the newest version back to `serial`.
Result<zone::Change> way_back(store::VersionStore& log, store::ZoneId zone, dns::Serial serial,
                              dns::RRClass rr_class) {
  std::vector<zone::Change> changes;
  const auto read = log.since(zone, serial, [&](store::Version&& version) {
    changes.push_back(std::move(version.change));
    return true;
  });
  if (!read) return std::unexpected(read.error());
  if (!*read || changes.empty())
    return failure(fmt::format("the log has no way from the version {} to the newest one", serial.value));
  return without_soa(store::invert(store::condense(changes, rr_class)));
}

}  // namespace

CommandResult roll_back(const ZonePlace& place, dns::Serial serial, ZoneKeeper& zones, VersionLog& log,
                        UpdateDesk& updates) {
  const KeptZone& zone = *zones.at(place);
  const auto id = log.id_of(place);
  if (zone.config->keeps_history())
    return {ResultCode::kNotDynamic,
            fmt::format("the zone follows its file: 'nomen zone show {} --serial {} --raise' prints a file "
                        "that says what "
                        "this version said, with a serial later than {}: put it in its place, and reload",
                        dns::to_string_no_dot(zone.config->name()), serial.value,
                        zone.content() != nullptr ? zone.content()->serial().value : 0)};
  if (!zone.config->is_dynamic() || !id) return {ResultCode::kNotDynamic, {}};
  if (zone.content() == nullptr) return {ResultCode::kNotLoaded, {}};
  if (zone.content()->serial() == serial) return CommandResult::success("this is the version that is served");
  const std::string name = display_name(*zone.config, place.view);
  const auto refused = std::make_shared<std::optional<Error>>();
  updates.edit(place, {.make =
                           [&log, id, serial, refused](const zone::Content& content) {
                             auto change = way_back(*log.store(), *id, serial, content.rr_class());
                             if (!change) *refused = change.error();
                             return change;
                           },
                       .actor = {store::ActorKind::kControl, "rollback"},
                       .done =
                           [name, serial, refused](const Result<dns::Serial>& made) {
                             if (!made) *refused = made.error();
                             log_zone(made ? LogSeverity::kInfo : LogSeverity::kError, name,
                                      made ? fmt::format("rolled back to serial {} as serial {}",
                                                         serial.value, made->value)
                                           : "not rolled back: " + made.error().text);
                           }});
  if (*refused) return {ResultCode::kFailure, (*refused)->text};
  return CommandResult::success(fmt::format("the zone goes back to version {}", serial.value));
}

}  // namespace nomen::server
