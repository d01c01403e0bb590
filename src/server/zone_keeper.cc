#include "server/zone_keeper.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "base/log.h"
#include "dns/idn_text.h"
#include "server/zone_checks.h"

namespace nomen::server {

namespace {

std::string key_of(dns::NameView name) {
  std::string key(reinterpret_cast<const char*>(name.data()), name.size());
  for (char& c : key) c = static_cast<char>(dns::lower(static_cast<uint8_t>(c)));
  return key;
}

bool has_file(const config::Zone& zone) {
  return zone.type == config::ZoneType::kPrimary && !zone.file.empty();
}

/// "example.com/IN", with "/view" behind it where views have names.
std::string display_name(const config::Zone& zone, const std::string& view) {
  return view == "_default" ? zone.display_name() : zone.display_name() + "/" + view;
}

int64_t now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

void log_zone(LogSeverity severity, const std::string& name, const std::string& text) {
  log(LogCategory::kGeneral, severity, "zone", "{}",
      dns::with_idn_shown(fmt::format("zone {}: {}", name, text)));
}

void log_removed(const config::Zone& zone, const std::string& view) {
  if (zone.type == config::ZoneType::kInView) return;
  log_zone(LogSeverity::kInfo, display_name(zone, view),
           fmt::format("({}) removed", config::to_string(zone.type)));
}

/// RFC 1982: secondaries compare serials in a circle.
bool is_older(uint32_t serial, uint32_t than) {
  return serial != than && static_cast<int32_t>(serial - than) < 0;
}

/// A new content whose serial does not say that it is new will not reach the secondaries.
void log_serial(const std::string& name, uint32_t before, uint32_t now) {
  if (now == before) {
    log_zone(LogSeverity::kError, name,
             fmt::format("zone serial ({}) unchanged. zone may fail to transfer to secondaries.", now));
  } else if (is_older(now, before)) {
    log_zone(LogSeverity::kError, name, fmt::format("zone serial ({}/{}) has gone backwards", now, before));
  }
}

/// Why a file could not be taken, in a few words: it cannot be read, or its first error.
std::string reason_of(const LoadJob& job, const zone::LoadResult& result) {
  if (::access(job.request.path.c_str(), R_OK) != 0) return os::system_error_text(errno);
  for (const Diagnostic& diagnostic : result.diagnostics) {
    if (diagnostic.severity == Severity::kError) return diagnostic.text;
  }
  return "failure";
}

void log_diagnostics(const zone::LoadResult& result) {
  for (const Diagnostic& diagnostic : result.diagnostics) {
    const bool error = diagnostic.severity == Severity::kError;
    if (error && diagnostic.position.file.empty() && result.records_read == 0)
      continue;  // said as a whole: reason_of()
    log(LogCategory::kGeneral, error ? LogSeverity::kError : LogSeverity::kWarning, "zone", "{}",
        dns::with_idn_shown(to_string(diagnostic)));
  }
}

}  // namespace

ZoneKeeper::ZoneKeeper(net::EventLoop& loop, unsigned threads, std::function<void()> publish,
                       std::function<void()> done)
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
  return has_changed(zone);
}

/// Whether the file or one that it includes is another than what was loaded.
bool ZoneKeeper::has_changed(const KeptZone& zone) const {
  const auto differs = [](const std::string& path, const os::FileStamp& loaded) {
    const auto stamp = os::file_stamp(path);
    return !stamp || !(*stamp == loaded);
  };
  return differs(path_of(zone.config), zone.stamp) ||
         std::any_of(zone.included.begin(), zone.included.end(),
                     [&](const auto& file) { return differs(file.first, file.second); });
}

/// A file that was changed while it may have been read counts as changed since.
void ZoneKeeper::note_included(KeptZone& zone, const std::vector<std::string>& paths) const {
  zone.included.clear();
  for (const std::string& path : paths) {
    const os::FileStamp stamp = os::file_stamp(path).value_or(os::FileStamp{});
    zone.included.emplace_back(path, stamp.mtime_ns < zone.asked_ns ? stamp : os::FileStamp{});
  }
}

LoadJob ZoneKeeper::job_for(size_t view, const std::string& key, KeptZone& zone) {
  LoadJob job;
  job.view = view;
  job.key = key;
  job.generation = zone.generation;
  job.request.path = path_of(zone.config);
  job.request.apex = dns::Name(zone.config.name());
  job.request.rr_class = zone.config.rr_class;
  job.request.limits = {zone.config.options->max_records, zone.config.options->max_records_per_type,
                        zone.config.options->max_types_per_name};
  job.request.max_ttl_s = zone.config.options->max_zone_ttl_s;
  job.request.is_raw = zone.config.format() == config::MasterFormat::kRaw;
  job.request.checks = check_options(zone.config);
  job.request.previous = zone.served != nullptr ? zone.served->shared_content() : nullptr;
  zone.loading = os::file_stamp(job.request.path).value_or(os::FileStamp{});
  zone.asked_ns = now_ns();
  zone.in_flight = true;
  zone.load_again = false;
  return job;
}

void ZoneKeeper::serve(KeptView& view, KeptZone& zone, zone::ContentPtr content) {
  zone.served = std::make_shared<const answer::ServedZone>(
      zone.config.name(), zone_settings_.get(zone.config.options), std::move(content));
  view.table.put(zone.served);
}

void ZoneKeeper::configure(const config::Config& config, bool reload_all) {
  generation_++;
  directory_ = config.options.directory;
  zone_settings_ = {};
  std::vector<LoadJob> jobs;
  std::vector<std::string> names;
  for (const config::View& view : config.views) names.push_back(view.name);
  if (names != view_names_) note_contents();
  std::vector<KeptView> views(config.views.size());
  for (size_t i = 0; i < config.views.size(); i++) {
    // A view keeps its zones by its name; views may come, go and change places.
    const auto old = std::find(view_names_.begin(), view_names_.end(), names[i]);
    if (old != view_names_.end())
      views[i] = std::move(views_[static_cast<size_t>(old - view_names_.begin())]);
    take_view(views[i], i, config, config.views[i], reload_all, jobs);
  }
  for (size_t i = 0; i < views_.size(); i++) {
    for (const auto& [key, zone] : views_[i].zones) log_removed(zone.config, view_names_[i]);
  }
  views_ = std::move(views);
  view_names_ = std::move(names);
  contents_before_.clear();
  link_in_views(config);
  publish_();
  const bool idle = jobs.empty() && loader_.pending() == 0;
  loader_.add(std::move(jobs), serving_);
  if (idle) {
    serving_ = true;
    done_();
  }
}

void ZoneKeeper::take_view(KeptView& kept, size_t number, const config::Config& config,
                           const config::View& view, bool reload_all, std::vector<LoadJob>& jobs) {
  kept.settings = view_settings(config, view, KeyRings(config));
  std::unordered_map<std::string, KeptZone> before = std::move(kept.zones);
  kept.zones.clear();
  kept.zones.reserve(view.zones.size());
  for (const config::Zone& zone : view.zones) {
    if (zone.type == config::ZoneType::kHint) continue;
    std::string key = key_of(zone.name());
    KeptZone next;
    bool load_now = reload_all;
    if (auto old = before.extract(key)) {
      next = std::move(old.mapped());
      const bool comparable = next.config.type == zone.type && next.config.rr_class == zone.rr_class;
      if (!comparable) next = KeptZone{};
      // What another file said is served until this one is there.
      if (comparable && next.config.file != zone.file) {
        next.stamp = {};
        next.loaded_s = 0;
        load_now = true;
      }
    } else {
      next = moved_here(zone, key);
    }
    next.config = zone;
    // A load under way was asked for under the old configuration: what comes back is not taken, the load is
    // asked for again.
    if (next.in_flight) {
      next.in_flight = false;
      next.stamp = {};
      load_now = true;
    }
    next.generation = generation_;
    serve(kept, next, next.served != nullptr ? next.served->shared_content() : nullptr);
    const auto placed = kept.zones.emplace(std::move(key), std::move(next)).first;
    if (wants_load(placed->second, load_now)) jobs.push_back(job_for(number, placed->first, placed->second));
  }
  for (const auto& [key, zone] : before) {
    log_removed(zone.config, view.name);
    kept.table.remove(zone.config.name());
  }
}

/// Views come, go or change their names: what is served is remembered for moved_here().
void ZoneKeeper::note_contents() {
  for (const KeptView& view : views_) {
    for (const auto& [key, zone] : view.zones) {
      if (has_file(zone.config) && zone.served != nullptr && zone.served->content() != nullptr)
        contents_before_.emplace(key, zone);
    }
  }
}

/// A zone that is new in its view but was served from the same file in another one goes on being served.
KeptZone ZoneKeeper::moved_here(const config::Zone& zone, const std::string& key) const {
  const auto [first, last] = contents_before_.equal_range(key);
  const auto same_file = std::find_if(first, last, [&](const auto& entry) {
    const config::Zone& other = entry.second.config;
    return has_file(zone) && other.file == zone.file && other.rr_class == zone.rr_class;
  });
  KeptZone next;
  if (same_file == last) return next;
  next.served = same_file->second.served;
  next.stamp = same_file->second.stamp;
  next.included = same_file->second.included;
  next.loaded_s = same_file->second.loaded_s;
  return next;
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

const KeptZone* ZoneKeeper::find(dns::NameView name, dns::RRClass rr_class, const std::string& view,
                                 Reload& why, std::string* view_name) const {
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
  if (found == nullptr || found->config.type != config::ZoneType::kInView) return found;
  const config::Zone& shared = found->config;
  return find(name, rr_class, shared.in_view, why, nullptr);
}

ZoneKeeper::Reload ZoneKeeper::reload(dns::NameView name, dns::RRClass rr_class, const std::string& view) {
  Reload why = Reload::kNotFound;
  const KeptZone* found = find(name, rr_class, view, why);
  if (found == nullptr) return why;
  const std::string key = key_of(name);
  size_t number = 0;
  auto at = views_[number].zones.find(key);
  while (at == views_[number].zones.end() || &at->second != found) at = views_[++number].zones.find(key);
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
  const bool readable = result.content != nullptr;
  log_diagnostics(result);
  if (result.content == nullptr) {
    if (!readable) {
      log_zone(
          LogSeverity::kError, name,
          fmt::format("loading from master file {} failed: {}", zone.config.file, reason_of(job, result)));
    }
    log_zone(LogSeverity::kError, name, "not loaded due to errors.");
  } else {
    if (result.changed || zone.loaded_s == 0) take_content(view, zone, job, result.content, name);
    zone.stamp = zone.loading;
    note_included(zone, result.included);
    zone.loaded_s = std::time(nullptr);
  }
  if (zone.load_again) again.push_back(job_for(job.view, job.key, zone));
}

/// Serves a new content, in the views that share the zone (in-view), too.
void ZoneKeeper::take_content(KeptView& view, KeptZone& zone, const LoadJob& job,
                              const zone::ContentPtr& content, const std::string& name) {
  const uint32_t serial = content->serial().value;
  const zone::Content* before = zone.served != nullptr ? zone.served->content() : nullptr;
  if (before != nullptr && before != content.get()) log_serial(name, before->serial().value, serial);
  log_zone(LogSeverity::kInfo, name,
           fmt::format("loaded serial {}{}", serial, content->is_signed() ? " (DNSSEC signed)" : ""));
  serve(view, zone, content);
  for (KeptView& other : views_) {
    const auto shared = other.zones.find(job.key);
    if (shared == other.zones.end() || shared->second.config.type != config::ZoneType::kInView) continue;
    if (shared->second.config.in_view == view_names_[job.view]) other.table.put(zone.served);
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
