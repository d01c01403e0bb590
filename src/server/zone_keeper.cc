#include "server/zone_keeper.h"

#include <algorithm>
#include <ctime>

#include "base/log.h"
#include "server/zone_check.h"

namespace nomen::server {

namespace {

std::string key_of(dns::NameView name) {
  std::string key(reinterpret_cast<const char*>(name.data()), name.size());
  for (char& c : key) c = static_cast<char>(dns::lower(static_cast<uint8_t>(c)));
  return key;
}

bool has_file(const config::Zone& zone) { return zone.type == config::ZoneType::kPrimary && !zone.file.empty(); }

/// "example.com/IN", with "/view" behind it where views have names.
std::string display_name(const config::Zone& zone, const std::string& view) {
  return view == "_default" ? zone.display_name() : zone.display_name() + "/" + view;
}

void log_diagnostics(const zone::LoadResult& result) {
  for (const Diagnostic& diagnostic : result.diagnostics) {
    const bool error = diagnostic.severity == Severity::kError;
    log(LogCategory::kGeneral, error ? LogSeverity::kError : LogSeverity::kWarning, "zone", "{}", to_string(diagnostic));
  }
}

}  // namespace

ZoneKeeper::ZoneKeeper(net::EventLoop& loop, unsigned threads, std::function<void()> publish, std::function<void()> done)
    : publish_(std::move(publish)),
      done_(std::move(done)),
      loader_(loop, threads, [this](std::vector<LoadOutcome> outcomes) { take(std::move(outcomes)); }) {}

std::string ZoneKeeper::path_of(const config::Zone& zone) const {
  if (zone.file.empty() || zone.file.front() == '/' || directory_.empty()) return zone.file;
  return directory_ + "/" + zone.file;
}

/// Whether the zone's file is to be read now. A load under way is asked to be followed by another one.
bool ZoneKeeper::wants_load(KeptZone& zone, bool reload_all) {
  if (!has_file(zone.config)) return false;
  const bool loaded = zone.served != nullptr && zone.served->content() != nullptr;
  if (loaded && !reload_all) return false;
  if (zone.in_flight) {
    zone.load_again = true;
    return false;
  }
  if (!loaded) return true;
  const auto stamp = os::file_stamp(path_of(zone.config));
  return !stamp || !(*stamp == zone.stamp);
}

LoadJob ZoneKeeper::job_for(size_t view, const std::string& key, KeptZone& zone) {
  LoadJob job;
  job.view = view;
  job.key = key;
  job.generation = zone.generation;
  job.request.path = path_of(zone.config);
  job.request.apex = dns::Name(zone.config.name());
  job.request.rr_class = zone.config.rr_class;
  job.request.limits = {zone.config.options->max_records, zone.config.options->max_records_per_type, zone.config.options->max_types_per_name};
  job.request.max_ttl_s = zone.config.options->max_zone_ttl_s;
  job.request.previous = zone.served != nullptr ? zone.served->shared_content() : nullptr;
  zone.loading = os::file_stamp(job.request.path).value_or(os::FileStamp{});
  zone.in_flight = true;
  zone.load_again = false;
  return job;
}

void ZoneKeeper::serve(KeptView& view, KeptZone& zone, zone::ContentPtr content) {
  zone.served = std::make_shared<const answer::ServedZone>(zone.config.name(), zone_settings_.get(zone.config.options), std::move(content));
  view.table.put(zone.served);
}

void ZoneKeeper::configure(const config::Config& config, bool reload_all) {
  generation_++;
  directory_ = config.options.directory;
  zone_settings_ = {};
  std::vector<LoadJob> jobs;
  std::vector<KeptView> views(config.views.size());
  for (size_t i = 0; i < config.views.size(); i++) {
    // A view keeps its zones by its name; views may come, go and change places.
    const auto old = std::find(view_names_.begin(), view_names_.end(), config.views[i].name);
    if (old != view_names_.end()) views[i] = std::move(views_[static_cast<size_t>(old - view_names_.begin())]);
    take_view(views[i], i, config, config.views[i], reload_all, jobs);
  }
  views_ = std::move(views);
  view_names_.clear();
  for (const config::View& view : config.views) view_names_.push_back(view.name);
  link_in_views(config);
  publish_();
  const bool idle = jobs.empty() && loader_.pending() == 0;
  loader_.add(std::move(jobs), serving_);
  if (idle) {
    serving_ = true;
    done_();
  }
}

void ZoneKeeper::take_view(KeptView& kept, size_t number, const config::Config& config, const config::View& view, bool reload_all, std::vector<LoadJob>& jobs) {
  kept.settings = view_settings(config, view);
  std::unordered_map<std::string, KeptZone> before = std::move(kept.zones);
  kept.zones.clear();
  kept.zones.reserve(view.zones.size());
  for (const config::Zone& zone : view.zones) {
    if (zone.type == config::ZoneType::kHint) continue;
    std::string key = key_of(zone.name());
    KeptZone next;
    if (auto old = before.extract(key)) {
      next = std::move(old.mapped());
      const bool same_source = next.config.file == zone.file && next.config.type == zone.type && next.config.rr_class == zone.rr_class;
      if (!same_source) next = KeptZone{};
    }
    next.config = zone;
    // A load under way was asked for under the old configuration: what comes back is not taken, the load is asked
    // for again.
    const bool interrupted = next.in_flight;
    if (interrupted) {
      next.in_flight = false;
      next.stamp = {};
    }
    next.generation = generation_;
    serve(kept, next, next.served != nullptr ? next.served->shared_content() : nullptr);
    const auto placed = kept.zones.emplace(std::move(key), std::move(next)).first;
    if (wants_load(placed->second, reload_all || interrupted)) jobs.push_back(job_for(number, placed->first, placed->second));
  }
  for (const auto& [key, zone] : before) kept.table.remove(zone.config.name());
}

/// in-view: the zone of another view, served here too.
void ZoneKeeper::link_in_views(const config::Config& config) {
  for (size_t i = 0; i < config.views.size(); i++) {
    for (const config::Zone& zone : config.views[i].zones) {
      if (zone.type != config::ZoneType::kInView) continue;
      const auto other = std::find(view_names_.begin(), view_names_.end(), zone.in_view);
      if (other == view_names_.end()) continue;
      const auto& zones = views_[static_cast<size_t>(other - view_names_.begin())].zones;
      const auto found = zones.find(key_of(zone.name()));
      if (found != zones.end()) views_[i].table.put(found->second.served);
    }
  }
}

const KeptZone* ZoneKeeper::find(dns::NameView name, dns::RRClass rr_class, const std::string& view, Reload& why, std::string* view_name) const {
  const KeptZone* found = nullptr;
  why = Reload::kNotFound;
  const std::string key = key_of(name);
  for (size_t i = 0; i < views_.size(); i++) {
    if (!view.empty() && view != view_names_[i]) continue;
    const auto at = views_[i].zones.find(key);
    if (at == views_[i].zones.end() || at->second.config.rr_class != rr_class) continue;
    if (found != nullptr) {
      why = Reload::kAmbiguous;
      return nullptr;
    }
    found = &at->second;
    if (view_name != nullptr) *view_name = view_names_[i];
  }
  return found;
}

ZoneKeeper::Reload ZoneKeeper::reload(dns::NameView name, dns::RRClass rr_class, const std::string& view) {
  Reload why = Reload::kNotFound;
  std::string view_name;
  if (find(name, rr_class, view, why, &view_name) == nullptr) return why;
  const auto number = static_cast<size_t>(std::find(view_names_.begin(), view_names_.end(), view_name) - view_names_.begin());
  const auto at = views_[number].zones.find(key_of(name));
  if (!wants_load(at->second, true)) return at->second.in_flight ? Reload::kQueued : Reload::kUpToDate;
  std::vector<LoadJob> jobs;
  jobs.push_back(job_for(number, at->first, at->second));
  loader_.add(std::move(jobs), serving_);
  return Reload::kQueued;
}

void ZoneKeeper::take(std::vector<LoadOutcome> outcomes) {
  std::vector<LoadJob> again;
  for (LoadOutcome& outcome : outcomes) take_one(outcome, again);
  publish_();
  loader_.add(std::move(again), serving_);
  if (loader_.pending() > 0) return;
  serving_ = true;
  done_();
}

void ZoneKeeper::take_one(LoadOutcome& outcome, std::vector<LoadJob>& again) {
  const LoadJob& job = outcome.job;
  if (job.view >= views_.size()) return;
  KeptView& view = views_[job.view];
  const auto at = view.zones.find(job.key);
  if (at == view.zones.end() || at->second.generation != job.generation) return;
  KeptZone& zone = at->second;
  zone.in_flight = false;
  const std::string name = display_name(zone.config, view_names_[job.view]);
  zone::LoadResult& result = outcome.result;
  check_loaded_zone(zone.config, name, result);
  log_diagnostics(result);
  if (result.content == nullptr) {
    log(LogCategory::kGeneral, LogSeverity::kError, "zone", "zone {}: not loaded due to errors.", name);
  } else {
    if (result.changed || zone.loaded_s == 0) {
      log(LogCategory::kGeneral, LogSeverity::kInfo, "zone", "zone {}: loaded serial {}{}", name, result.content->serial().value,
          result.content->is_signed() ? " (DNSSEC signed)" : "");
      serve(view, zone, result.content);
      for (size_t i = 0; i < views_.size(); i++) {
        // Views that share the zone (in-view) see the new version too.
        const auto shared = views_[i].zones.find(job.key);
        if (shared == views_[i].zones.end() || shared->second.config.type != config::ZoneType::kInView) continue;
        if (shared->second.config.in_view == view_names_[job.view]) views_[i].table.put(zone.served);
      }
    }
    zone.stamp = zone.loading;
    zone.loaded_s = std::time(nullptr);
  }
  if (zone.load_again) again.push_back(job_for(job.view, job.key, zone));
}

std::vector<std::shared_ptr<const answer::View>> ZoneKeeper::views() const {
  std::vector<std::shared_ptr<const answer::View>> out;
  out.reserve(views_.size());
  for (const KeptView& view : views_) out.push_back(std::make_shared<const answer::View>(answer::View{view.settings, view.table}));
  return out;
}

size_t ZoneKeeper::zone_count() const {
  size_t count = 0;
  for (const KeptView& view : views_) count += view.zones.size();
  return count;
}

}  // namespace nomen::server
