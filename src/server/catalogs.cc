#include "server/catalogs.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "base/log.h"
#include "config/disk.h"

namespace nomen::server {

namespace {

/// So many zones are looked at in a row: others have their turn between.
constexpr size_t kZonesAtOnce = 1000;

template <class... Args>
void say_of_catalog(LogSeverity severity, fmt::format_string<Args...> format, Args&&... args) {
  log_text(LogCategory::kGeneral, severity, "catz",
           "catz: " + fmt::format(format, std::forward<Args>(args)...));
}

dns::NameView name_view(const std::string& wire) {
  return {reinterpret_cast<const uint8_t*>(wire.data()), wire.size()};
}

std::string text_of(dns::NameView name) {
  return dns::to_string_no_dot(name);
}

bool is_directory(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

/// The names at which versions differ, each once.
std::vector<dns::Name> owners_of(const std::vector<zone::VersionStep>& steps) {
  std::unordered_set<dns::Name, dns::NameHash, dns::NameEqual> names;
  for (const zone::VersionStep& step : steps) {
    for (const zone::RecordList* list : {&step.change->removed, &step.change->added}) {
      for (const zone::RecordList::Entry& entry : list->entries()) names.emplace(list->owner(entry));
    }
  }
  return {names.begin(), names.end()};
}

}  // namespace

Catalogs::State::State(net::EventLoop& loop, const config::CatalogZone& catalog, ZonePlace at,
                       std::function<void()> take)
    : place(std::move(at)),
      configured(catalog),
      name(std::make_shared<const std::string>(text_of(catalog.name))),
      listed(catalog.name),
      later(loop, std::move(take)) {}

Catalogs::State* Catalogs::find(const ZonePlace& place) const {
  const auto found = states_.find(place);
  return found != states_.end() ? found->second.get() : nullptr;
}

/// The catalog that a member belongs to.
Catalogs::State* Catalogs::owner_of(const config::Zone& zone) const {
  for (const auto& [place, state] : states_) {
    if (state->name == zone.catalog) return state.get();
  }
  return nullptr;
}

// ---- configuration

void Catalogs::configure(const config::Config& config) {
  std::unordered_set<const State*> wanted;
  for (size_t i = 0; i < config.views.size(); i++) {
    const config::View& view = config.views[i];
    for (const auto& [place, state] : states_) {
      if (place.view == view.name) state->view = i;
    }
    for (const config::CatalogZone& catalog : view.options.catalog_zones) {
      if (view.rr_class == dns::RRClass::kIn) {
        wanted.insert(&configure_one(view, i, catalog));
      } else if (config.views.size() == 1 || view.name != "_default") {
        say_of_catalog(LogSeverity::kError,
                       "'catalog-zones' option is only supported for views with class IN");
      }
    }
  }
  for (const auto& [place, state] : states_) {
    if (wanted.contains(state.get()) || std::exchange(state->ending, true)) continue;
    say_of_catalog(LogSeverity::kInfo, "removing catalog zone {}", *state->name);
    for (const auto& [key, member] : state->members) queue(*state, member.zone->name_wire);
    begin_work(*state);
  }
}

Catalogs::State& Catalogs::configure_one(const config::View& view, size_t number,
                                         const config::CatalogZone& configured) {
  ZonePlace place{view.name, zone_key(configured.name)};
  auto& known = states_[place];
  const bool is_new = known == nullptr;
  if (is_new) known = std::make_unique<State>(loop_, configured, place, [this, place] { take(place); });
  State& state = *known;
  const bool is_other =
      !is_new && (!(state.configured == configured) || !(*state.options == *view.zone_options) ||
                  state.groups != view.options.catalog_groups);
  const bool comes_back = std::exchange(state.ending, false);
  state.view = number;
  state.configured = configured;
  state.options = view.zone_options;
  state.groups = view.options.catalog_groups;
  state.common.clear();
  const std::string directory = config::path_in(keeper_.directory(), configured.zone_directory);
  state.in_memory = configured.in_memory || (!configured.zone_directory.empty() && !is_directory(directory));
  if (state.in_memory && !configured.in_memory)
    say_of_catalog(LogSeverity::kWarning, "zone-directory '{}' not found; zone files will not be saved",
                   configured.zone_directory);
  if (is_other) {
    for (const auto& [key, member] : state.members) queue(state, member.zone->name_wire);
    begin_work(state);
  }
  if (comes_back) state.serial.reset();
  const KeptZone* const kept = keeper_.at(keeper_.owner_of(place));
  if ((is_new || comes_back) && kept != nullptr && kept->content() != nullptr) schedule(state);
  return state;
}

// ---- what happens to zones

void Catalogs::zone_changed(const ZonePlace& place, const KeptZone& zone) {
  State* const state = find(place);
  if (state == nullptr || state->ending) return;
  if (zone.served->recent() == nullptr) state->serial.reset();  // replaced as a whole
  schedule(*state);
}

/// A zone of the configuration has come in the place of a member.
void Catalogs::zone_configured(const ZonePlace& place, const KeptZone& zone) {
  if (zone.config->catalog != nullptr) return;
  for (const auto& [at, state] : states_) {
    if (at.view != place.view) continue;
    auto member = state->members.extract(place.key);
    if (!member) continue;
    const config::Zone& before = *member.mapped().zone;
    refuse(*state, before.name(), "is overridden by explicitly configured zone");
    if (before.file.empty() || before.file == zone.config->file) continue;
    secondaries_.after_copies([path = path_of(before, keeper_.directory())] { ::unlink(path.c_str()); },
                              [] {});
  }
}

void Catalogs::zone_removed(const ZonePlace& place) {
  if (removing_) return;
  for (const auto& [at, state] : states_) {
    if (at.view != place.view) continue;
    if (const auto member = state->members.find(place.key); member != state->members.end())
      state->missing.push_back(member->second.zone->name_wire);
    if (auto refused = state->refused.extract(place.key)) {
      queue(*state, std::move(refused.mapped()));
      begin_work(*state);
    }
  }
}

std::optional<transfer::CatalogMember> Catalogs::listing(const ZonePlace& place) const {
  for (const auto& [at, state] : states_) {
    if (at.view != place.view) continue;
    const auto member = state->members.find(place.key);
    if (member != state->members.end()) return state->listed.find(member->second.zone->name());
  }
  return std::nullopt;
}

// ---- a new version of a catalog

void Catalogs::schedule(State& state) {
  if (std::exchange(state.due, true)) return;
  const uint64_t now_ms = net::monotonic_ms();
  if (now_ms >= state.not_before_ms) return loop_.post([this, place = state.place] { take(place); });
  const uint64_t wait_ms = state.not_before_ms - now_ms;
  say_of_catalog(LogSeverity::kInfo, "{}: new zone version came too soon, deferring update for {} seconds",
                 *state.name, (wait_ms + 999) / 1000);
  state.later.set(wait_ms);
}

void Catalogs::take(const ZonePlace& place) {
  State* const state = find(place);
  if (state == nullptr) return;
  state->later.set(0);
  if (!std::exchange(state->due, false) || state->ending) return;
  const KeptZone* const kept = keeper_.at(keeper_.owner_of(place));
  if (kept == nullptr || kept->content() == nullptr) return;
  state->not_before_ms = net::monotonic_ms() + uint64_t{state->configured.min_update_interval_s} * 1000;
  read(*state, *kept);
  if (const auto good = state->listed.check(); !good) {
    say_of_catalog(LogSeverity::kError, "{}", good.error().text);
    say_of_catalog(LogSeverity::kError, "new catalog zone '{}' is broken and will not be processed",
                   *state->name);
    return;
  }
  for (std::string& zone : state->listed.take_touched()) queue(*state, std::move(zone));
  for (std::string& zone : std::exchange(state->missing, {})) queue(*state, std::move(zone));
  begin_work(*state);
}

void Catalogs::read(State& state, const KeptZone& kept) {
  const zone::Content& content = *kept.content();
  const dns::Serial serial = content.serial();
  say_of_catalog(LogSeverity::kInfo, "updating catalog zone '{}' with serial {}", *state.name, serial.value);
  std::optional<std::vector<zone::VersionStep>> steps;
  if (state.serial == serial) steps.emplace();
  if (!steps && state.serial && kept.served->recent() != nullptr)
    steps = kept.served->recent()->since(*state.serial);
  if (steps) {
    state.listed.read_names(content, owners_of(*steps));
  } else {
    state.listed.read(content);
  }
  state.serial = serial;
  state.common.clear();  // the catalog's own properties may be others
  for (const std::string& warning : state.listed.take_warnings())
    say_of_catalog(LogSeverity::kWarning, "invalid record in catalog zone - {} - ignoring", warning);
}

// ---- zone by zone

void Catalogs::queue(State& state, std::string zone) {
  state.waiting.push_back(std::move(zone));
}

void Catalogs::begin_work(State& state) {
  if (std::exchange(state.working, true)) return;
  loop_.post([this, place = state.place] { work(place); });
}

void Catalogs::work(const ZonePlace& place) {
  State* const state = find(place);
  if (state == nullptr) return;
  Round round;
  for (size_t i = 0; i < kZonesAtOnce && !state->waiting.empty(); i++) {
    const std::string zone = std::move(state->waiting.front());
    state->waiting.pop_front();
    decide(*state, zone, round);
  }
  if (!round.removed.empty()) {
    removing_ = true;
    keeper_.remove(state->view, round.removed);
    removing_ = false;
  }
  if (!round.to_clean.empty()) clean(*state, round.to_clean);
  if (!round.put.empty()) keeper_.put(state->view, round.put);
  state->working = false;
  if (!state->waiting.empty()) {
    begin_work(*state);
  } else if (state->ending) {
    states_.erase(place);
  } else if (!std::exchange(state->swept, true)) {
    sweep(*state);
  }
}

/// Brings one zone of a view in line with what the catalog says of it now.
void Catalogs::decide(State& state, const std::string& wire, Round& round) {
  const dns::NameView name = name_view(wire);
  const ZonePlace place{state.place.view, zone_key(name)};
  const auto wanted = state.ending ? std::nullopt : state.listed.find(name);
  const KeptZone* const kept = keeper_.at(place);
  auto known = state.members.find(place.key);
  if (known != state.members.end() && (kept == nullptr || kept->config->catalog != state.name)) {
    if (wanted)
      say_of_catalog(LogSeverity::kInfo,
                     "zone '{}' was expected to exist but can not be found, will be restored", text_of(name));
    if (kept == nullptr) round.to_clean.push_back(known->second.zone);
    state.members.erase(known);
    if (kept == nullptr) return;  // when that is cleared away, it comes here again
    known = state.members.end();
  }
  if (!wanted) {
    state.refused.erase(place.key);
    if (known == state.members.end()) return;
    say_of_catalog(LogSeverity::kInfo, "deleting zone '{}' from catalog '{}' - success", text_of(name),
                   *state.name);
    return drop_member(state, place.key, round);
  }
  if (known == state.members.end()) return add_member(state, *wanted, kept, round);
  if (known->second.label != wanted->label) {
    say_of_catalog(LogSeverity::kInfo, "zone '{}' unique label has changed, reset state", text_of(name));
    return drop_member(state, place.key, round);
  }
  Member& member = known->second;
  auto settings = settings_of(state, *wanted);
  std::string file = file_of(state, name);
  if (!(*settings == *member.settings) || file != member.zone->file) {
    say_of_catalog(LogSeverity::kInfo, "modifying zone '{}' from catalog '{}' - success", text_of(name),
                   *state.name);
    const auto before = std::exchange(member.zone, member_zone(name, state.name, *settings, std::move(file)));
    move_copy(*before, *member.zone);
    round.put.push_back(member.zone);
  }
  member.settings = std::move(settings);
  tell_new_owner(state, *wanted);
}

void Catalogs::drop_member(State& state, uint64_t key, Round& round) {
  const auto member = state.members.extract(key);
  round.removed.push_back(member.mapped().zone);
  round.to_clean.push_back(member.mapped().zone);
}

void Catalogs::add_member(State& state, const transfer::CatalogMember& wanted, const KeptZone* kept,
                          Round& round) {
  const ZonePlace place{state.place.view, zone_key(wanted.zone)};
  if (cleaning_.contains(place)) return;  // it comes here again
  if (const State* const next = new_owner_of(state, wanted); next != nullptr && !next->ending) return;
  if (kept != nullptr) {
    State* const owner = kept->config->catalog != nullptr ? owner_of(*kept->config) : nullptr;
    if (owner == nullptr)
      return refuse(state, wanted.zone, "will not be added because it is an explicitly configured zone");
    const auto entry = owner->listed.find(wanted.zone);
    if (!entry && !owner->ending) return;  // it is about to go
    if (entry && entry->properties.new_owner == state.configured.name)
      return take_over(*owner, state, wanted, round);
    return refuse(state, wanted.zone,
                  "will not be added because another catalog zone already contains an entry with that zone");
  }
  Member member{wanted.label, settings_of(state, wanted), nullptr};
  member.zone = member_zone(wanted.zone, state.name, *member.settings, file_of(state, wanted.zone));
  say_of_catalog(LogSeverity::kInfo, "adding zone '{}' from catalog '{}' - success", text_of(wanted.zone),
                 *state.name);
  round.put.push_back(member.zone);
  state.members.insert_or_assign(place.key, std::move(member));
  state.refused.erase(place.key);
}

/// Change of ownership (RFC 9432 4.3.1): what is kept of the zone stays if its label is the same.
void Catalogs::take_over(State& from, State& to, const transfer::CatalogMember& wanted, Round& round) {
  const uint64_t key = zone_key(wanted.zone);
  to.refused.erase(key);
  const auto before = from.members.find(key);
  if (before == from.members.end()) return;  // it is about to go
  say_of_catalog(LogSeverity::kInfo, "zone '{}' change of ownership from '{}' to '{}'", text_of(wanted.zone),
                 *from.name, *to.name);
  if (before->second.label != wanted.label) return drop_member(from, key, round);
  const Member old = std::move(from.members.extract(key).mapped());
  Member member{wanted.label, settings_of(to, wanted), nullptr};
  member.zone = member_zone(wanted.zone, to.name, *member.settings, file_of(to, wanted.zone));
  move_copy(*old.zone, *member.zone);
  round.put.push_back(member.zone);
  to.members.insert_or_assign(key, std::move(member));
}

void Catalogs::refuse(State& state, dns::NameView zone, std::string_view why) {
  say_of_catalog(LogSeverity::kWarning, "zone '{}' {}", text_of(zone), why);
  state.refused.insert_or_assign(zone_key(zone), std::string(as_text(dns::Name(zone).lowered().bytes())));
}

/// The catalog that a member is given to, if it lists it.
Catalogs::State* Catalogs::new_owner_of(const State& state, const transfer::CatalogMember& member) const {
  if (!member.properties.new_owner) return nullptr;
  State* const owner = find({state.place.view, zone_key(*member.properties.new_owner)});
  return owner != nullptr && owner != &state && owner->listed.find(member.zone) ? owner : nullptr;
}

/// A catalog that has waited for this member may have it now.
void Catalogs::tell_new_owner(const State& state, const transfer::CatalogMember& member) {
  State* const owner = new_owner_of(state, member);
  if (owner == nullptr) return;
  queue(*owner, std::string(as_text(member.zone.bytes())));
  begin_work(*owner);
}

/// The first of the member's groups of which the configuration says something; an unknown one is as none.
const config::CatalogGroup* Catalogs::group_of(const State& state, const transfer::CatalogMember& member) {
  for (const std::string& name : member.properties.groups) {
    const auto found = std::find_if(state.groups.begin(), state.groups.end(),
                                    [&](const config::CatalogGroup& group) { return group.name == name; });
    if (found != state.groups.end()) return &*found;
  }
  return nullptr;
}

std::shared_ptr<const MemberSettings> Catalogs::settings_of(State& state,
                                                            const transfer::CatalogMember& member) {
  const config::CatalogGroup* const group = group_of(state, member);
  const auto make = [&](const transfer::CatalogOptions& own) {
    return std::make_shared<const MemberSettings>(
        member_settings(state.configured, state.listed.options(), own, state.options, group));
  };
  if (!member.properties.options.empty()) return make(member.properties.options);
  auto& common = state.common[group != nullptr ? group->name : ""];
  if (common == nullptr) common = make({});
  return common;
}

std::string Catalogs::file_of(const State& state, dns::NameView zone) {
  return state.in_memory ? "" : member_file(state.configured, state.place.view, zone);
}

/// Behind copies that are being written under the old name.
void Catalogs::move_copy(const config::Zone& before, const config::Zone& now) {
  if (before.file.empty() || before.file == now.file) return;
  secondaries_.after_copies(
      [from = path_of(before, keeper_.directory()), to = path_of(now, keeper_.directory())] {
        if (to.empty() || std::rename(from.c_str(), to.c_str()) != 0) ::unlink(from.c_str());
      },
      [] {});
}

// ---- what is left of zones that went

/// Behind copies that are being written, so that none of them comes after.
void Catalogs::clean(const State& state, const std::vector<config::ZonePtr>& zones) {
  std::vector<std::string> paths;
  std::vector<store::ZoneId> ids;
  for (const config::ZonePtr& zone : zones) {
    const ZonePlace place{state.place.view, zone_key(zone->name())};
    cleaning_.insert(place);
    if (!zone->file.empty()) paths.push_back(path_of(*zone, keeper_.directory()));
    if (const auto id = log_.release(place)) ids.push_back(*id);
  }
  const auto work = [paths = std::move(paths), ids = std::move(ids), store = log_.store()] {
    for (const std::string& path : paths) ::unlink(path.c_str());
    if (ids.empty() || store == nullptr) return;
    if (const auto forgotten = store->forget(ids); !forgotten)
      say_of_catalog(LogSeverity::kError, "the log of zone versions: {}", forgotten.error().text);
  };
  secondaries_.after_copies(work, [this, zones, view = state.place.view] {
    for (const config::ZonePtr& zone : zones) cleaned(view, zone->name());
  });
}

/// A server that ended between the going of a member and its clean() has left its copy and what the log
/// knows.
void Catalogs::sweep(State& state) {
  if (state.in_memory || log_.store() == nullptr) return;
  auto known = std::make_shared<std::vector<store::KnownZone>>();
  secondaries_.after_copies(
      [known, store = log_.store()] {
        if (auto zones = store->zones()) *known = std::move(*zones);
      },
      [this, known, place = state.place] {
        if (const State* const still = find(place); still != nullptr && !still->ending)
          clear_left(*still, *known);
      });
}

/// Of the zones that nobody has, those with a copy under the name that this catalog gave it. A zone that
/// somebody configured once has no such copy: what is known of it stays.
void Catalogs::clear_left(const State& state, const std::vector<store::KnownZone>& known) {
  std::unordered_set<std::string> named;
  keeper_.for_each([&](const ZonePlace&, const KeptZone& zone) {
    if (zone.config->catalog == nullptr && zone.config->file.find("__catz__") != std::string::npos)
      named.insert(path_of(*zone.config, keeper_.directory()));
  });
  struct Left {
    std::string path;
    store::ZoneId id;
    dns::Name zone;
  };
  std::vector<Left> left;
  for (const store::KnownZone& zone : known) {
    const ZonePlace place{state.place.view, zone_key(zone.name.apex)};
    if (zone.name.view != state.place.view || zone.name.rr_class != dns::RRClass::kIn ||
        keeper_.at(place) != nullptr || cleaning_.contains(place) || state.listed.find(zone.name.apex))
      continue;
    std::string path = config::path_in(keeper_.directory(), file_of(state, zone.name.apex));
    if (named.contains(path) || ::access(path.c_str(), F_OK) != 0) continue;
    say_of_catalog(LogSeverity::kInfo, "clearing away what is left of zone '{}' from catalog '{}'",
                   text_of(zone.name.apex), *state.name);
    cleaning_.insert(place);
    left.push_back({std::move(path), zone.id, zone.name.apex});
  }
  if (left.empty()) return;
  secondaries_.after_copies(
      [left, store = log_.store()] {
        for (const Left& one : left) {
          ::unlink(one.path.c_str());
          (void)store->forget(one.id);
        }
      },
      [this, left, view = state.place.view] {
        for (const Left& one : left) cleaned(view, one.zone);
      });
}

/// Whoever lists the zone may have it now.
void Catalogs::cleaned(const std::string& view, dns::NameView zone) {
  cleaning_.erase({view, zone_key(zone)});
  for (const auto& [at, state] : states_) {
    if (at.view != view || state->ending || !state->listed.find(zone)) continue;
    queue(*state, std::string(as_text(zone.bytes())));
    begin_work(*state);
  }
}

}  // namespace nomen::server
