#include "server/catalog_producer.h"

#include <utility>

#include "base/log.h"
#include "base/os/clock.h"
#include "server/zone_log.h"

namespace nomen::server {

namespace {

constexpr uint64_t kAgain_ms = 5000;
constexpr uint32_t kTtl_s = 0;  // RFC 9432 4: TTLs mean nothing, and are best 0

std::string wire_of(dns::NameView name) {
  return std::string(as_text(dns::Name(name).lowered().bytes()));
}

/// The catalog that is to list a zone; nothing for those that none lists.
std::optional<dns::Name> catalog_for(const config::Zone& zone) {
  const bool is_served = zone.type == config::ZoneType::kPrimary || zone.type == config::ZoneType::kSecondary;
  if (!is_served || zone.catalog != nullptr || zone.options->catalog_zone.empty()) return std::nullopt;
  const auto name = dns::Name::parse(zone.options->catalog_zone);
  if (!name || name->view() == zone.name()) return std::nullopt;
  return *name;
}

}  // namespace

CatalogProducer::State& CatalogProducer::state_of(const ZonePlace& place, dns::NameView name) {
  auto& state = states_[place];
  if (state == nullptr)
    state = std::make_unique<State>(loop_, name, [this, place] {
      const auto found = states_.find(place);
      found->second->later.set(0);
      schedule(place, *found->second);
    });
  return *state;
}

void CatalogProducer::zone_configured(const ZonePlace& place, const KeptZone& zone) {
  const config::Zone& config = *zone.config;
  if (config.generates_catalog) {
    State& state = state_of(place, config.name());
    state.is_generated = true;
    schedule(place, state);
  } else if (const auto state = states_.find(place); state != states_.end()) {
    state->second->is_generated = false;
  }
  const auto name = catalog_for(config);
  if (!name) return unlist(place);
  const ZonePlace catalog{place.view, zone_key(*name)};
  if (const auto known = catalog_of_.find(place); known != catalog_of_.end() && known->second != catalog)
    unlist(place);
  catalog_of_.insert_or_assign(place, catalog);
  State& state = state_of(catalog, *name);
  state.wanted.insert_or_assign(place.key, zone.config);
  state.dirty.insert(wire_of(config.name()));
  schedule(catalog, state);
}

void CatalogProducer::zone_removed(const ZonePlace& place) {
  unlist(place);
  const auto state = states_.find(place);
  if (state == states_.end()) return;
  state->second->is_generated = false;
  state->second->serial.reset();
}

void CatalogProducer::unlist(const ZonePlace& place) {
  if (catalog_of_.empty()) return;
  const auto catalog = catalog_of_.extract(place);
  if (!catalog) return;
  State& state = *states_.at(catalog.mapped());
  const auto zone = state.wanted.extract(place.key);
  if (!zone) return;
  state.dirty.insert(wire_of(zone.mapped()->name()));
  schedule(catalog.mapped(), state);
}

/// Its own new versions, too: what somebody else has changed in it is put right.
void CatalogProducer::zone_changed(const ZonePlace& place, const KeptZone& zone) {
  const auto found = states_.find(place);
  if (found == states_.end() || !found->second->is_generated) return;
  State& state = *found->second;
  const auto& recent = zone.served->recent();
  std::optional<std::vector<zone::VersionStep>> steps;
  if (state.serial && recent != nullptr) steps = recent->since(*state.serial);
  if (steps) {
    std::vector<dns::Name> names;
    for (const zone::VersionStep& step : *steps) {
      for (const zone::RecordList* list : {&step.change->removed, &step.change->added}) {
        for (const zone::RecordList::Entry& entry : list->entries()) names.emplace_back(list->owner(entry));
      }
    }
    state.listed.read_names(*zone.content(), names);
  } else {
    state.listed.read(*zone.content());
    for (const auto& [key, wanted] : state.wanted) state.dirty.insert(wire_of(wanted->name()));
  }
  state.serial = zone.content()->serial();
  for (std::string& touched : state.listed.take_touched()) state.dirty.insert(std::move(touched));
  schedule(place, state);
}

void CatalogProducer::schedule(const ZonePlace& place, State& state) {
  if (!state.is_generated || state.dirty.empty() || !state.serial || std::exchange(state.due, true)) return;
  loop_.post([this, place] { make_version(place); });
}

/// Of all that has gathered.
void CatalogProducer::make_version(const ZonePlace& place) {
  const auto nothing = std::make_shared<bool>(false);
  updates_.edit(place, {.make = [this, place, nothing](const zone::Content& content) -> Result<zone::Change> {
                          const auto found = states_.find(place);
                          if (found == states_.end()) return failure("there is no such catalog");
                          auto change = change_for(*found->second, content);
                          *nothing = change && change->empty();
                          return change;
                        },
                        .actor = {store::ActorKind::kServer, "catalog"},
                        .done =
                            [this, place, nothing](const Result<dns::Serial>& made) {
                              State& state = *states_.at(place);
                              state.due = false;
                              if (made || *nothing) return schedule(place, state);
                              log_zone(LogSeverity::kError,
                                       dns::to_string_no_dot(keeper_.at(place) != nullptr
                                                                 ? keeper_.at(place)->config->name()
                                                                 : dns::NameView()),
                                       "catz: no new version: " + made.error().text);
                              // What is served is compared as a whole, as it is not known what came through.
                              for (const auto& [key, zone] : state.wanted)
                                state.dirty.insert(wire_of(zone->name()));
                              state.later.set(kAgain_ms);
                            }});
}

/// From what is listed to what is wanted.
Result<zone::Change> CatalogProducer::change_for(State& state, const zone::Content& content) const {
  zone::Change change;
  for (const std::string& wire : std::exchange(state.dirty, {})) {
    const dns::NameView name(reinterpret_cast<const uint8_t*>(wire.data()), wire.size());
    const auto listed = state.listed.find(name);
    const auto wanted = state.wanted.find(zone_key(name));
    if (wanted == state.wanted.end()) {
      if (!listed) continue;
      if (auto added = add_member_records(content.apex(), *listed, kTtl_s, change.removed); !added)
        return std::unexpected(added.error());
      continue;
    }
    transfer::CatalogMember next{dns::Name(name), "", {}};
    const std::string& group = wanted->second->options->catalog_group;
    if (!group.empty()) next.properties.groups.push_back(group);
    next.label = listed ? listed->label : transfer::member_label(name, os::unix_time_us());
    if (!listed) {
      if (auto added = add_member_records(content.apex(), next, kTtl_s, change.added); !added)
        return std::unexpected(added.error());
    } else if (listed->properties.groups != next.properties.groups) {
      auto done = add_group_records(content.apex(), *listed, kTtl_s, change.removed);
      if (done) done = add_group_records(content.apex(), next, kTtl_s, change.added);
      if (!done) return std::unexpected(done.error());
    }
  }
  return change;
}

}  // namespace nomen::server
