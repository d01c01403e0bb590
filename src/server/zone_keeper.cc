#include "server/zone_keeper.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <optional>
#include <span>
#include <utility>

#include "base/fetch_line.h"
#include "dns/hashed_name.h"
#include "server/replay.h"
#include "server/zone_log.h"

namespace nomen::server {

namespace {

// So few zones with files of at most so many bytes are loaded at once: that is over before it could disturb.
constexpr size_t kFewZones = 8;
constexpr uint64_t kSmallFileBytes = 256 << 10;
// While a long row of zones is loaded, what has come is published so often: a snapshot of very many zones is
// not made for each handful of them.
constexpr uint64_t kPublishPause_ms = 50;
// While the first configuration is taken over, so many zones are waiting until loading them begins.
constexpr size_t kFirstJobs = 256;
// Zones are put into their tables in no order of theirs: the places of so many are fetched together.
constexpr size_t kZonesTogether = 16;
// Loads come back in the order of the configuration, but what is kept of their zones lies anywhere.
constexpr size_t kFetchAhead = 4;

/// Those of the zones that have a number in the log.
void add_wanted(std::span<const config::ZonePtr> zones, const std::string& view,
                std::vector<VersionLog::Wanted>& wanted) {
  for (const config::ZonePtr& zone : zones) {
    if (zone->is_logged_first())
      wanted.push_back({{view, zone_key(zone->name())}, {view, dns::Name(zone->name()), zone->rr_class}});
  }
}

}  // namespace

uint64_t zone_key(dns::NameView name) {
  dns::HashedName hashed;
  hashed.assign(name);
  return hashed.full_hash();
}

ZoneKeeper::ZoneKeeper(net::EventLoop& loop, unsigned threads, VersionLog& log, ZoneEvents& events,
                       std::function<void()> publish, std::function<void()> done)
    : log_(log),
      events_(events),
      publish_(std::move(publish)),
      done_(std::move(done)),
      later_(loop, [this] { publish_soon(true); }),
      history_(loop, log),
      loader_(loop, threads, [this](std::span<LoadOutcome> outcomes) { take(outcomes); }),
      comparer_(loop, 1, [this](std::span<LoadOutcome> outcomes) {
        for (const LoadOutcome& outcome : outcomes) take_compared(outcome);
      }) {}

// ---- which files are read

/// Whether the zone's file is to be read now. A load under way is asked to be followed by another one.
bool ZoneKeeper::wants_load(KeptZone& zone, bool reload_all) {
  if (!zone.has_file()) return false;
  const bool loaded = zone.content() != nullptr;
  if (loaded && !reload_all) return false;
  // What is served came from updates or a transfer: the file follows it, and not the other way round.
  if (loaded && zone.loaded_s != 0 && zone.config->is_ahead_of_file()) return false;
  if (zone.in_flight) {
    zone.load_again = true;
    return false;
  }
  return !loaded || has_changed(zone);
}

/// Whether the file or one that it includes is another than what was loaded.
bool ZoneKeeper::has_changed(const KeptZone& zone) const {
  const auto differs = [](const std::string& path, const os::FileStamp& loaded) {
    const auto stamp = os::file_stamp(path);
    return !stamp || !(*stamp == loaded);
  };
  if (differs(path_of(*zone.config, *directory_), zone.stamp)) return true;
  return zone.included != nullptr &&
         std::any_of(zone.included->begin(), zone.included->end(),
                     [&](const auto& file) { return differs(file.first, file.second); });
}

/// A file that was changed while it may have been read counts as changed since.
void ZoneKeeper::note_included(KeptZone& zone, const LoadOutcome& outcome) {
  zone.included.reset();
  if (outcome.result.included.empty()) return;
  KeptZone::Included included;
  for (const std::string& path : outcome.result.included) {
    const os::FileStamp stamp = os::file_stamp(path).value_or(os::FileStamp{});
    included.emplace_back(path, stamp.mtime_ns < outcome.began_ns ? stamp : os::FileStamp{});
  }
  zone.included = std::make_unique<const KeptZone::Included>(std::move(included));
}

LoadJob ZoneKeeper::job_for(const KeptView& kept, size_t view, uint64_t key, KeptZone& zone) {
  zone.in_flight = true;
  zone.load_again = false;
  LoadJob job{.zone = zone.config,
              .previous = zone.served != nullptr ? zone.served->shared_content() : nullptr,
              .key = key,
              .kept = &zone,
              .tables = tables_,
              .generation = zone.generation,
              .view = static_cast<uint32_t>(view)};
  job.sources = sources_of(kept, job);
  return job;
}

std::shared_ptr<const LoadSources> ZoneKeeper::sources_of(const KeptView& kept, const LoadJob& job) const {
  const std::string& view = kept.settings->name;
  std::string image;
  if (job.previous == nullptr) image = images_.find(*job.zone, view);
  std::optional<store::ZoneId> id;
  if (log_.has_zones() && job.zone->is_logged()) id = log_.id_of({view, job.key});
  if (image.empty() && !id) return nullptr;
  return std::make_shared<const LoadSources>(
      LoadSources{id ? log_.store() : nullptr, id.value_or(store::ZoneId{}), std::move(image)});
}

void ZoneKeeper::start(std::vector<LoadJob> jobs) {
  const auto is_small = [this](const LoadJob& job) {
    const auto stamp = os::file_stamp(path_of(*job.zone, *directory_));
    return !stamp || stamp->size <= kSmallFileBytes;
  };
  Loader::Pace pace = serving_ ? Loader::Pace::kGently : Loader::Pace::kFirst;
  if (serving_ && jobs.size() <= kFewZones && std::all_of(jobs.begin(), jobs.end(), is_small))
    pace = Loader::Pace::kUrgent;
  loader_.add({directory_, std::move(jobs)}, pace);
}

/// Before anything is served there is no reason to wait until all zones have been taken over.
void ZoneKeeper::start_many(std::vector<LoadJob>& jobs) {
  if (serving_ || jobs.size() < kFirstJobs) return;
  start(std::exchange(jobs, {}));
  jobs.reserve(kFirstJobs);
}

void ZoneKeeper::serve(KeptView& view, KeptZone& zone, zone::ContentPtr content,
                       zone::RecentChangesPtr recent) {
  const bool is_first = zone.content() == nullptr && content != nullptr && recent == nullptr;
  if (is_first) return zone.served->fill(std::move(content));
  zone.served = std::make_shared<answer::ServedZone>(*zone.served, std::move(content), std::move(recent));
  view.table.put(zone.served);
}

/// Serves a new content, in the views that share the zone (in-view), too.
void ZoneKeeper::serve_everywhere(size_t view, uint64_t key, KeptZone& zone, zone::ContentPtr content,
                                  zone::RecentChangesPtr recent) {
  serve(views_[view], zone, std::move(content), std::move(recent));
  if (!has_in_view_) return;
  for (KeptView& other : views_) {
    const KeptZone* const shared = other.zones.find(key);
    if (shared == nullptr || shared->config->type != config::ZoneType::kInView) continue;
    if (shared->config->in_view == view_names_[view]) other.table.put(zone.served);
  }
}

// ---- a configuration is taken over

void ZoneKeeper::configure(config::Config& config, bool reload_all) {
  generation_++;
  tables_++;
  std::vector<std::string> names;
  names.reserve(config.views.size());
  for (const config::View& view : config.views) names.push_back(view.name);
  const bool same_views = names == view_names_;
  const bool same_directory = config.options.directory == *directory_;
  if (!same_directory) directory_ = std::make_shared<const std::string>(config.options.directory);
  images_.open(*directory_, config.options.zone_images);
  if (!same_views) note_contents();
  zone_settings_ = {};
  std::vector<LoadJob> jobs;
  std::vector<KeptView> views(config.views.size());
  const KeyRings keys(config);
  bool has_in_view = false;
  for (size_t i = 0; i < config.views.size(); i++) {
    // A view keeps its zones by its name; views may come, go and change places.
    const auto old = std::find(view_names_.begin(), view_names_.end(), names[i]);
    if (old != view_names_.end())
      views[i] = std::move(views_[static_cast<size_t>(old - view_names_.begin())]);
    views[i].settings = view_settings(config, config.views[i], keys);
    for (const config::ZonePtr& zone : config.views[i].particular)
      has_in_view |= zone->type == config::ZoneType::kInView;
    take_view(views[i], i, config.views[i], !same_views || !same_directory, reload_all, jobs);
  }
  for (size_t i = 0; i < views_.size(); i++) {
    views_[i].zones.for_each(
        [&](uint64_t key, const KeptZone& zone) { tell_removed(*zone.config, view_names_[i], key); });
  }
  contents_before_.clear();
  views_ = std::move(views);
  view_names_ = std::move(names);
  has_in_view_ = has_in_view;
  if (has_in_view_) link_in_views();
  publish_();
  const bool idle = jobs.empty() && loader_.pending() == 0;
  start(std::move(jobs));
  if (idle) {
    serving_ = true;
    done_();
  }
}

void ZoneKeeper::tell_removed(const config::Zone& zone, const std::string& view, uint64_t key) {
  log_removed(zone, view);
  images_.remove(zone, view);
  events_.zone_removed({view, key});
}

/// Zones whose versions are logged get their numbers, all of them with one sync.
void ZoneKeeper::prepare_log(const std::vector<VersionLog::Wanted>& wanted) {
  // Zones that follow their files have a number only once they have a row.
  auto ready = wanted.empty() ? log_.open_existing(*directory_) : log_.open(*directory_);
  if (ready && !wanted.empty()) ready = log_.prepare(wanted);
  if (!ready) log(LogCategory::kGeneral, LogSeverity::kError, "server", "{}", ready.error().text);
}

/// With `all_anew` no zone counts as unchanged.
void ZoneKeeper::take_view(KeptView& kept, size_t number, config::View& view, bool all_anew, bool reload_all,
                           std::vector<LoadJob>& jobs) {
  const config::ZoneList& zones = view.zones;
  const auto same = all_anew ? config::ZoneList::Common{} : config::ZoneList::common(kept.configured, zones);
  const size_t behind = zones.size() - same.last;  // the changed ones
  Zones before;
  if (same.first + same.last == 0 && kept.listed == 0) {
    before = std::exchange(kept.zones, {});
    kept.zones.reserve(zones.size());
    kept.table.reserve(zones.size());
  } else {
    const auto take_out = [&](std::span<const config::ZonePtr> row) {
      for (const config::ZonePtr& zone : row) {
        const uint64_t key = zone_key(zone->name());
        if (auto old = kept.zones.extract(key)) before.insert(key, std::move(old));
      }
    };
    kept.configured.visit(same.first, kept.configured.size() - same.last, take_out);
  }
  std::vector<VersionLog::Wanted> wanted;
  zones.visit(same.first, behind,
              [&](std::span<const config::ZonePtr> row) { add_wanted(row, view.name, wanted); });
  prepare_log(wanted);
  zones.visit(same.first, behind, [&](std::span<const config::ZonePtr> row) {
    take_zones(kept, number, row, before, reload_all, jobs);
  });
  before.for_each([&](uint64_t key, const KeptZone& zone) {
    tell_removed(*zone.config, view.name, key);
    kept.table.remove(zone.config->name());
  });
  const auto reload = [&](std::span<const config::ZonePtr> row) {
    for (const config::ZonePtr& configured : row) {
      const uint64_t key = zone_key(configured->name());
      KeptZone* const zone = kept.zones.find(key);
      if (zone != nullptr && wants_load(*zone, true)) jobs.push_back(job_for(kept, number, key, *zone));
    }
  };
  if (reload_all) {
    zones.visit(0, same.first, reload);
    zones.visit(behind, zones.size(), reload);
  }
  kept.configured = std::move(view.zones);
}

void ZoneKeeper::take_zones(KeptView& kept, size_t number, std::span<const config::ZonePtr> zones,
                            Zones& before, bool reload_all, std::vector<LoadJob>& jobs) {
  const auto fetch = [&](const config::ZonePtr& zone) {
    dns::HashedName name;
    name.assign(zone->name());
    kept.zones.prefetch(name.full_hash());
    kept.table.prefetch(name);
    before.prefetch(name.full_hash());
    return name.full_hash();
  };
  std::array<uint64_t, kZonesTogether> keys;
  while (!zones.empty()) {
    const auto row = zones.first(std::min(zones.size(), kZonesTogether));
    zones = zones.subspan(row.size());
    std::transform(row.begin(), row.end(), keys.begin(), fetch);
    for (size_t i = 0; i < row.size(); i++) {
      if (row[i]->type != config::ZoneType::kHint)
        take_zone(kept, number, row[i], keys[i], before, reload_all, jobs);
    }
    start_many(jobs);
  }
}

void ZoneKeeper::take_zone(KeptView& kept, size_t number, const config::ZonePtr& zone, uint64_t key,
                           Zones& before, bool reload_all, std::vector<LoadJob>& jobs) {
  bool load_now = reload_all;
  Zones::Owned next = before.extract(key);
  // A zone that a catalog lists gives way to one that is configured.
  if (next == nullptr && kept.listed != 0) {
    next = kept.zones.extract(key);
    if (next != nullptr) kept.listed--;
  }
  if (next != nullptr) {
    const bool comparable = next->config->type == zone->type && next->config->rr_class == zone->rr_class;
    // What another file said is served until this one is there.
    const bool logged_now = zone->is_ahead_of_file() && !next->config->is_ahead_of_file();
    if (!comparable) {
      *next = KeptZone{};
    } else if (next->config->file != zone->file || logged_now) {
      next->stamp = {};
      next->loaded_s = 0;
      load_now = true;
    }
  } else {
    next = moved_here(*zone, key);
  }
  next->config = zone;
  // A load under way was asked for under the old configuration: what comes back is not taken, the load is
  // asked for again.
  if (next->in_flight) {
    next->in_flight = false;
    next->stamp = {};
    load_now = true;
  }
  next->generation = generation_;
  if (next->is_copy() && next->expiry == nullptr) next->expiry = std::make_shared<answer::ZoneExpiry>();
  const bool keeps = next->content() != nullptr;
  next->served = std::make_shared<answer::ServedZone>(
      key, zone->name(), zone_settings_.get(*zone), keeps ? next->served->shared_content() : nullptr,
      keeps ? next->served->recent() : nullptr, next->is_copy() ? next->expiry : nullptr);
  kept.table.put(next->served);
  KeptZone& placed = kept.zones.insert(key, std::move(next));
  events_.zone_configured({kept.settings->name, key}, placed);
  if (wants_load(placed, load_now)) jobs.push_back(job_for(kept, number, key, placed));
}

/// Views come, go or change their names: what is served is remembered for moved_here().
void ZoneKeeper::note_contents() {
  for (const KeptView& view : views_) {
    view.zones.for_each([&](uint64_t key, const KeptZone& zone) {
      if (!zone.has_file() || zone.content() == nullptr) return;
      KeptZone kept;
      kept.config = zone.config;
      kept.served = zone.served;
      kept.stamp = zone.stamp;
      kept.loaded_s = zone.loaded_s;
      if (zone.included) kept.included = std::make_unique<const KeptZone::Included>(*zone.included);
      contents_before_.emplace(key, std::move(kept));
    });
  }
}

/// A zone that is new in its view but was served from the same file in another one goes on being served.
ZoneKeeper::Zones::Owned ZoneKeeper::moved_here(const config::Zone& zone, uint64_t key) const {
  auto next = std::make_unique<KeptZone>();
  const auto [first, last] = contents_before_.equal_range(key);
  const auto same_file = std::find_if(first, last, [&](const auto& entry) {
    const config::Zone& other = *entry.second.config;
    return other.type == zone.type && other.file == zone.file && other.rr_class == zone.rr_class;
  });
  if (same_file == last) return next;
  next->served = same_file->second.served;
  next->stamp = same_file->second.stamp;
  next->loaded_s = same_file->second.loaded_s;
  if (same_file->second.included)
    next->included = std::make_unique<const KeptZone::Included>(*same_file->second.included);
  return next;
}

/// in-view: the zone of another view, served here too. What that one does not serve (root hints) is not
/// served here either.
void ZoneKeeper::link_in_views() {
  for (KeptView& view : views_) {
    for (const config::ZonePtr& zone : view.configured) {
      if (zone->type != config::ZoneType::kInView) continue;
      const auto other = std::find(view_names_.begin(), view_names_.end(), zone->in_view);
      if (other == view_names_.end()) continue;
      const Zones& zones = views_[static_cast<size_t>(other - view_names_.begin())].zones;
      const KeptZone* const found = zones.find(zone_key(zone->name()));
      if (found != nullptr) {
        view.table.put(found->served);
      } else {
        view.table.remove(zone->name());
      }
    }
  }
}

// ---- one zone

void ZoneKeeper::put(size_t view, std::span<const config::ZonePtr> zones) {
  KeptView& kept = views_[view];
  generation_++;
  tables_++;
  std::vector<VersionLog::Wanted> wanted;
  add_wanted(zones, view_names_[view], wanted);
  prepare_log(wanted);
  std::vector<LoadJob> jobs;
  for (const config::ZonePtr& zone : zones) {
    Zones before;
    const uint64_t key = zone_key(zone->name());
    if (auto old = kept.zones.extract(key)) {
      const config::ZonePtr& known = old->config;
      if (known->catalog == nullptr) kept.configured.replace(known, zone);
      if (known->catalog != nullptr) kept.listed--;
      before.insert(key, std::move(old));
    } else if (zone->catalog == nullptr) {
      kept.configured.add(zone);
    }
    take_zone(kept, view, zone, key, before, true, jobs);
    if (zone->catalog != nullptr) kept.listed++;
  }
  if (has_in_view_) link_in_views();
  publish_();
  start(std::move(jobs));
}

void ZoneKeeper::remove(size_t view, std::span<const config::ZonePtr> zones) {
  KeptView& kept = views_[view];
  tables_++;
  for (const config::ZonePtr& zone : zones) {
    const uint64_t key = zone_key(zone->name());
    kept.zones.extract(key);
    kept.table.remove(zone->name());
    if (zone->catalog != nullptr) {
      kept.listed--;
    } else {
      kept.configured.replace(zone, nullptr);
    }
    tell_removed(*zone, view_names_[view], key);
  }
  publish_();
}

const KeptZone* ZoneKeeper::find(dns::NameView name, dns::RRClass rr_class, const std::string& view,
                                 Reload& why, std::string* view_name) const {
  const KeptZone* found = nullptr;
  why = Reload::kNotFound;
  const uint64_t key = zone_key(name);
  for (size_t i = 0; i < views_.size(); i++) {
    if (!view.empty() && view != view_names_[i]) continue;
    const KeptZone* const zone = views_[i].zones.find(key);
    if (zone == nullptr || zone->config->rr_class != rr_class) continue;
    if (found != nullptr) {
      why = Reload::kAmbiguous;
      return nullptr;
    }
    found = zone;
    if (view_name != nullptr) *view_name = view_names_[i];
  }
  if (found == nullptr || found->config->type != config::ZoneType::kInView) return found;
  return find(name, rr_class, found->config->in_view, why, nullptr);
}

ZoneKeeper::Reload ZoneKeeper::reload(dns::NameView name, dns::RRClass rr_class, const std::string& view) {
  Reload why = Reload::kNotFound;
  const KeptZone* found = find(name, rr_class, view, why);
  if (found == nullptr) return why;
  const uint64_t key = zone_key(name);
  size_t number = 0;
  KeptZone* zone = views_[number].zones.find(key);
  while (zone != found) zone = views_[++number].zones.find(key);
  if (!wants_load(*zone, true)) return zone->in_flight ? Reload::kQueued : Reload::kUpToDate;
  std::vector<LoadJob> jobs;
  jobs.push_back(job_for(views_[number], number, key, *zone));
  start(std::move(jobs));
  return Reload::kQueued;
}

// ---- loads come back

void ZoneKeeper::take(std::span<LoadOutcome> outcomes) {
  std::vector<LoadJob> again;
  bool urgent = false;
  for (size_t i = 0; i < outcomes.size(); i++) {
    fetch_ahead(outcomes.subspan(i));
    urgent = urgent || outcomes[i].job.urgent;
    take_one(outcomes[i], again);
  }
  start(std::move(again));
  publish_soon(urgent || loader_.pending() == 0);
  if (loader_.pending() > 0) return;
  serving_ = true;
  done_();
}

/// At once, or when the pause since the last time is over.
void ZoneKeeper::publish_soon(bool now) {
  const uint64_t now_ms = net::monotonic_ms();
  if (!now && now_ms < published_ms_ + kPublishPause_ms) {
    later_.set(published_ms_ + kPublishPause_ms - now_ms);
    return;
  }
  later_.set(0);
  published_ms_ = now_ms;
  publish_();
}

/// The zone that a load was for; nullptr when it is gone or configured in another way since.
KeptZone* ZoneKeeper::zone_of(const LoadJob& job) {
  if (job.tables == tables_) return job.kept;
  if (job.view >= views_.size()) return nullptr;
  KeptZone* const zone = views_[job.view].zones.find(job.key);
  return zone != nullptr && zone->generation == job.generation ? zone : nullptr;
}

/// What the next outcomes will be taken into.
void ZoneKeeper::fetch_ahead(std::span<const LoadOutcome> outcomes) const {
  if (outcomes.size() <= 2 * kFetchAhead) return;
  fetch_line(outcomes[2 * kFetchAhead].job.kept);
  const LoadJob& next = outcomes[kFetchAhead].job;
  if (next.tables == tables_) fetch_line(next.kept->served.get());
}

void ZoneKeeper::take_one(LoadOutcome& outcome, std::vector<LoadJob>& again) {
  const LoadJob& job = outcome.job;
  KeptZone* const found = zone_of(job);
  if (found == nullptr) return;
  KeptView& view = views_[job.view];
  KeptZone& zone = *found;
  zone.in_flight = false;
  const zone::LoadResult& result = outcome.result;
  if (!outcome.no_copy && (!result.diagnostics.empty() || result.content == nullptr))
    log_findings(outcome, display_name(*zone.config, view_names_[job.view]), *directory_);
  if (job.thaws) {
    zone.stamp = result.stamp;
    events_.zone_thawed({view_names_[job.view], job.key}, zone, outcome);
    return;
  }
  if (result.content == nullptr && zone.is_copy() && zone.content() == nullptr) {
    events_.zone_has_no_copy({view_names_[job.view], job.key}, zone);
  }
  if (result.content != nullptr && may_replace(zone, outcome, view_names_[job.view])) {
    if ((result.change != nullptr || outcome.has_gap) && zone.config->keeps_history())
      keep_difference({view_names_[job.view], job.key}, zone, outcome);
    if (result.changed || zone.loaded_s == 0) take_content(job.view, zone, outcome);
    zone.stamp = result.stamp;
    note_included(zone, outcome);
    zone.loaded_s = std::time(nullptr);
    if (outcome.image != nullptr) {
      compare_with_file(outcome);
    } else if (result.changed && outcome.replayed == 0) {
      images_.keep(zone, view_names_[job.view], result.content);
    }
  }
  if (zone.load_again) again.push_back(job_for(view, job.view, job.key, zone));
}

/// Whoever takes differences goes by serials: a file that was changed must have a later one.
bool ZoneKeeper::may_replace(const KeptZone& zone, const LoadOutcome& outcome,
                             const std::string& view) const {
  if (outcome.result.change == nullptr || !zone.config->needs_later_serial()) return true;
  const dns::Serial from = zone.content()->serial();
  const dns::Serial to = outcome.result.content->serial();
  if (to.is_after(from)) return true;
  log_zone(LogSeverity::kError, display_name(*zone.config, view),
           fmt::format("ixfr-from-differences: new serial ({}) out of range [{} - {}]", to.value,
                       from.value + 1, from.value + 0x7fffffff));
  return false;
}

/// A serial that is not later is no step for IXFR, nor is more than IXFR is good for.
zone::RecentChangesPtr ZoneKeeper::recent_with(const KeptZone& zone, const zone::LoadResult& result) const {
  const dns::Serial from = zone.content()->serial();
  const dns::Serial to = result.content->serial();
  const size_t most = most_file_bytes(*result.content, zone.config->options->max_journal_size);
  if (!to.is_after(from)) return nullptr;
  if (result.change->removed.memory_bytes() + result.change->added.memory_bytes() > most) return nullptr;
  return zone::RecentChanges::with(zone.served->recent(), {from, to, result.change}, most);
}

/// What a file that was read again has changed is a step for IXFR and a row of the log.
void ZoneKeeper::keep_difference(const ZonePlace& place, const KeptZone& zone, LoadOutcome& outcome) {
  const zone::LoadResult& result = outcome.result;
  if (outcome.has_gap)
    log_zone(LogSeverity::kInfo, display_name(*zone.config, place.view),
             "the file was changed while it was not served: its history has a gap");
  if (result.change != nullptr) outcome.recent = recent_with(zone, result);
  const dns::Serial from = result.change != nullptr ? zone.content()->serial() : dns::Serial{};
  history_.add({place, zone.config, result.content, from, result.change}, *directory_);
}

// ---- what came from an image is compared with its file

void ZoneKeeper::compare_with_file(const LoadOutcome& outcome) {
  LoadJob job = outcome.job;
  job.previous = outcome.image;
  job.compares = true;
  job.sources = nullptr;
  std::vector<LoadJob> jobs;
  jobs.push_back(std::move(job));
  comparer_.add({directory_, std::move(jobs)}, Loader::Pace::kGently);
}

void ZoneKeeper::take_compared(const LoadOutcome& outcome) {
  const LoadJob& job = outcome.job;
  KeptZone* const found = zone_of(job);
  if (found == nullptr) return;
  KeptView& view = views_[job.view];
  KeptZone& zone = *found;
  // A file that has changed meanwhile says nothing about the image.
  if (!(outcome.result.stamp == zone.stamp) || outcome.result.content == nullptr) return;
  const std::string name = display_name(*zone.config, view_names_[job.view]);
  if (!outcome.result.diagnostics.empty()) log_findings(outcome, name, *directory_);
  if (outcome.is_wrong_copy && zone.content() == outcome.result.content.get()) {
    log_zone(LogSeverity::kError, name, "its copy is not what its primary gave: it is transferred anew");
    images_.remove(*zone.config, view_names_[job.view]);
    take_away({view_names_[job.view], job.key});
    publish_();
    return events_.zone_has_no_copy({view_names_[job.view], job.key}, zone);
  }
  if (!outcome.result.changed) return;
  images_.remove(*zone.config, view_names_[job.view]);
  if (zone.config->is_ahead_of_file()) {
    log_zone(LogSeverity::kError, name, "its image was not what its file says: restart the server");
    return;
  }
  log_zone(LogSeverity::kError, name, "its image was not what its file says: the file is loaded");
  zone.stamp = {};
  if (!wants_load(zone, true)) return;
  std::vector<LoadJob> jobs;
  jobs.push_back(job_for(view, job.view, job.key, zone));
  start(std::move(jobs));
}

void ZoneKeeper::take_content(size_t number, KeptZone& zone, const LoadOutcome& outcome) {
  const zone::ContentPtr& content = outcome.result.content;
  const std::string& view = view_names_[number];
  const zone::Content* before = zone.content();
  if (before != nullptr && before != content.get())
    log_serial(display_name(*zone.config, view), before->serial().value, content->serial().value);
  log_loaded(*zone.config, view, *content);
  if (outcome.replayed != 0)
    log_zone(LogSeverity::kInfo, display_name(*zone.config, view),
             fmt::format("{} version{} of the log applied to its file", outcome.replayed,
                         outcome.replayed == 1 ? "" : "s"));
  serve_everywhere(number, outcome.job.key, zone, content, outcome.recent);
  events_.zone_changed({view_names_[number], outcome.job.key}, zone);
}

// ---- versions from elsewhere

KeptZone* ZoneKeeper::find_at(const ZonePlace& place, size_t& view) {
  for (view = 0; view < views_.size(); view++) {
    if (view_names_[view] != place.view) continue;
    if (KeptZone* const zone = views_[view].zones.find(place.key)) return zone;
  }
  return nullptr;
}

ZonePlace ZoneKeeper::owner_of(const ZonePlace& place) const {
  const KeptZone* const zone = at(place);
  if (zone == nullptr || zone->config->type != config::ZoneType::kInView) return place;
  return {zone->config->in_view, place.key};
}

const KeptZone* ZoneKeeper::at(const ZonePlace& place) const {
  size_t view = 0;
  return const_cast<ZoneKeeper*>(this)->find_at(place, view);
}

zone::ContentPtr ZoneKeeper::content_for(const std::string& view, dns::NameView name) const {
  const auto found = std::find(view_names_.begin(), view_names_.end(), view);
  if (found == view_names_.end()) return nullptr;
  dns::HashedName hashed;
  hashed.assign(name);
  const answer::ServedZone* const zone =
      views_[static_cast<size_t>(found - view_names_.begin())].table.find_longest(hashed, hashed.labels);
  return zone != nullptr ? zone->shared_content() : nullptr;
}

void ZoneKeeper::take_version(const ZonePlace& place, zone::ContentPtr content,
                              std::vector<zone::VersionStep> steps) {
  size_t view = 0;
  KeptZone* const zone = find_at(place, view);
  if (zone == nullptr) return;
  zone::RecentChangesPtr recent;
  if (!steps.empty()) {
    if (zone->served != nullptr) recent = zone->served->recent();
    const size_t most = most_recent_bytes(*content, zone->config->options->max_journal_size);
    for (zone::VersionStep& step : steps) recent = zone::RecentChanges::with(recent, std::move(step), most);
  }
  zone->loaded_s = std::time(nullptr);
  serve_everywhere(view, place.key, *zone, std::move(content), std::move(recent));
  events_.zone_changed(place, *zone);
}

void ZoneKeeper::take_away(const ZonePlace& place) {
  size_t view = 0;
  KeptZone* const zone = find_at(place, view);
  if (zone != nullptr) serve_everywhere(view, place.key, *zone, nullptr, nullptr);
}

void ZoneKeeper::set_frozen(const ZonePlace& place, bool frozen) {
  size_t view = 0;
  if (KeptZone* const zone = find_at(place, view)) zone->frozen = frozen;
}

void ZoneKeeper::note_expiry(const ZonePlace& place, int64_t expires_s) {
  const KeptZone* const zone = at(place);
  if (zone != nullptr && zone->expiry != nullptr)
    zone->expiry->at_s.store(expires_s, std::memory_order_relaxed);
}

void ZoneKeeper::note_file(const ZonePlace& place, const os::FileStamp& stamp,
                           const zone::ContentPtr& content) {
  size_t view = 0;
  KeptZone* const zone = find_at(place, view);
  if (zone == nullptr) return;
  zone->stamp = stamp;
  zone->included.reset();
  images_.keep(*zone, place.view, content);
}

void ZoneKeeper::prune_history(const ZonePlace& place, zone::ContentPtr in_file) {
  const KeptZone* const zone = at(place);
  if (zone != nullptr) history_.prune(place, zone->config, std::move(in_file));
}

void ZoneKeeper::read_frozen(const ZonePlace& place) {
  size_t view = 0;
  KeptZone* const zone = find_at(place, view);
  if (zone == nullptr || zone->in_flight) return;
  std::vector<LoadJob> jobs;
  jobs.push_back(job_for(views_[view], view, place.key, *zone));
  jobs.back().thaws = true;
  jobs.back().sources = nullptr;  // what the file says is what is wanted
  start(std::move(jobs));
}

void ZoneKeeper::for_each(const std::function<void(const ZonePlace&, const KeptZone&)>& visit) const {
  for (size_t i = 0; i < views_.size(); i++) {
    views_[i].zones.for_each([&](uint64_t key, const KeptZone& zone) { visit({view_names_[i], key}, zone); });
  }
}

std::vector<std::shared_ptr<const answer::View>> ZoneKeeper::views() const {
  std::vector<std::shared_ptr<const answer::View>> out;
  out.reserve(views_.size());
  for (const KeptView& view : views_)
    out.push_back(std::make_shared<const answer::View>(answer::View{view.settings, view.table}));
  return out;
}

size_t ZoneKeeper::zone_count() const {
  size_t count = 0;
  for (const KeptView& view : views_) count += view.zones.size();
  return count;
}

}  // namespace nomen::server
