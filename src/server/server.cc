#include "server/server.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/log.h"
#include "base/os/clock.h"
#include "base/os/file.h"
#include "base/os/usable_cores.h"
#include "base/random.h"
#include "config/printer.h"
#include "server/control_access.h"
#include "server/privileges.h"
#include "server/roll_back.h"
#include "server/settings.h"
#include "server/statistics.h"
#include "server/status_text.h"

namespace nomen::server {

namespace {

/// How often versions that have become too old are looked for.
constexpr uint64_t kPruningPause_ms = 10 * 60 * 1000;

template <class... Args>
void say(LogSeverity severity, fmt::format_string<Args...> format, Args&&... args) {
  log(LogCategory::kGeneral, severity, "server", format, std::forward<Args>(args)...);
}

net::StreamTimeouts stream_timeouts(const config::ServerOptions& options) {
  return {options.tcp_initial_timeout_ds * 100, options.tcp_idle_timeout_ds * 100,
          options.tcp_keepalive_timeout_ds * 100, options.tcp_idle_timeout_ds * 100};
}

/// Changes to the directory of the configuration, from which relative names of files start.
Result<void> enter_directory(const std::string& directory) {
  if (directory.empty()) return {};
  if (::chdir(directory.c_str()) != 0) {
    return failure("change directory to '" + directory + "' failed: " + os::system_error_text(errno));
  }
  say(LogSeverity::kInfo, "the working directory is now '{}'", directory);
  return {};
}

bool query_log_at_start(const config::Config& config) {
  if (config.options.querylog) return *config.options.querylog;
  return std::any_of(config.logging.categories.begin(), config.logging.categories.end(),
                     [](const config::LogCategoryRule& rule) {
                       return rule.category == LogCategory::kQueries && !rule.channels.empty();
                     });
}

}  // namespace

Server::Server(ServeOptions options, Background& background)
    : options_(std::move(options)), background_(background) {
  fill_random(cookie_secret_);
  boot_s_ = std::time(nullptr);
}

Server::~Server() {
  set_log_sink(nullptr);
}

// ---- start and end

int Server::run() {
  logs_.set_debug_level(options_.debug_level);
  // Names of files are those of the new root, the log's too.
  const Result<void> placed = take_place();
  if (auto ready = logs_.configure(first_channels()); !ready) {
    fmt::print(stderr, "named: {}\n", ready.error().text);
    return 1;
  }
  set_log_sink(&logs_);
  say(LogSeverity::kNotice, "starting Nomen {} (pid {})", NOMEN_VERSION, ::getpid());
  if (user_ && !options_.log_file.empty()) give_to(options_.log_file, *user_);
  if (auto started = placed ? start() : placed; !started) {
    say(LogSeverity::kCritical, "{}", started.error().text);
    say(LogSeverity::kCritical, "exiting (due to fatal error)");
    logs_.flush();
    // Who starts a server by hand looks here, not into syslog.
    if (!options_.log_to_stderr) fmt::print(stderr, "named: {}\n", started.error().text);
    return 1;
  }
  loop_->run();
  shut_down();
  say(LogSeverity::kNotice, "exiting");
  logs_.flush();
  if (zones_->is_reading()) {
    // A huge zone is being read; nobody waits for it any more, and the system takes the memory back.
    pid_file_.remove();
    lock_file_.remove();
    std::_Exit(0);
  }
  return 0;
}

Result<config::Config> Server::read_configuration() {
  say(LogSeverity::kInfo, "loading configuration from '{}'", options_.config_file);
  config::LoadOptions options;
  options.added_zones_file = added_zones_path;
  options.memory = &zone_memory_;
  config::Loaded loaded = config::load_config(options_.config_file, options);
  for (const Diagnostic& diagnostic : loaded.diagnostics) {
    const bool error = diagnostic.severity == Severity::kError;
    log(LogCategory::kConfig, error ? LogSeverity::kError : LogSeverity::kWarning, "config", "{}",
        to_string(diagnostic));
  }
  if (has_error(loaded.diagnostics)) return failure("loading configuration: failure");
  if (options_.tls_port) loaded.config.options.tls_port = *options_.tls_port;
  return std::move(loaded.config);
}

/// Where lines go until the configuration says it.
LogChannelsConfig Server::first_channels() const {
  if (options_.log_to_stderr) return foreground_channels();
  return options_.log_file.empty() ? with_default_channels({}) : file_channels(options_.log_file);
}

Result<void> Server::configure_logging(const config::Config& config) {
  if (options_.log_to_stderr) {
    say(LogSeverity::kInfo, "not using config file logging statement for logging due to -g option");
    return logs_.configure(foreground_channels());
  }
  if (!options_.log_file.empty() && !config.logging.given)
    return logs_.configure(file_channels(options_.log_file));
  return logs_.configure(log_channels(config.logging));
}

/// Learns what only the old root can tell (users, the time zone) and enters the new one.
Result<void> Server::take_place() {
  ::tzset();
  if (!options_.user.empty()) {
    auto found = find_user(options_.user);
    if (!found) return std::unexpected(found.error());
    user_ = std::move(*found);
  }
  if (!options_.root_directory.empty()) {
    if (auto entered = enter_root(options_.root_directory); !entered) return entered;
  }
  // The configuration's `directory` changes what a relative name means; a reload must find the same file.
  std::error_code error;
  if (const auto path = std::filesystem::absolute(options_.config_file, error); !error)
    options_.config_file = path.lexically_normal().string();
  return {};
}

Result<void> Server::start() {
  raise_file_limit();
  auto config = read_configuration();
  if (!config) return std::unexpected(config.error());
  config_ = std::move(*config);
  if (auto entered = enter_directory(config_.options.directory); !entered) return entered;
  if (auto locked = take_lock(); !locked) return locked;
  auto loop = net::EventLoop::create();
  if (!loop) return std::unexpected(loop.error());
  loop_ = std::move(*loop);
  auto signals = Signals::create(*loop_, [this](int number) { on_signal(number); });
  if (!signals) return std::unexpected(signals.error());
  signals_ = std::move(*signals);
  quota_ = std::make_unique<net::ConnectionQuota>(config_.options.tcp_clients);
  local_ = local_addresses();
  settings_ = server_settings(config_, cookie_secret_);
  query_log_ = query_log_at_start(config_);
  if (auto made = make_workers(); !made) return made;
  listeners_ = std::make_unique<Listeners>(workers_, *quota_, options_.families);
  auto tls = TlsContexts::make(config_);
  if (!tls) return failure("loading configuration: " + tls.error().text);
  tls_ = std::move(*tls);
  const size_t failed = listeners_->update(config_.options, options_.port.value_or(0), *local_, *tls_);
  if (listeners_->size() == 0 && failed > 0) return failure("unable to listen on any configured interfaces");
  open_controls();
  // From here on as the user that the server runs as: files that it makes, log files first, belong to that
  // user.
  if (user_) {
    if (config_.options.pid_file) make_directory_for(*config_.options.pid_file, *user_);
    if (auto done = become_user(*user_); !done) return done;
  }
  if (auto configured = configure_logging(config_); !configured) return configured;
  rescans_ = std::make_unique<Interval>(*loop_, [this] { rescan(); });
  prunings_ = std::make_unique<Interval>(*loop_, [this] { prune_histories(); });
  prunings_->set(kPruningPause_ms);
  watch_interfaces();
  versions_ = std::make_unique<VersionLog>(*loop_);
  zones_ = std::make_unique<ZoneKeeper>(
      *loop_, static_cast<unsigned>(workers_.size()), *versions_, static_cast<ZoneEvents&>(*this),
      [this] { publish(); }, [this] { loaded(); });
  updates_ =
      std::make_unique<UpdateDesk>(*loop_, *zones_, *versions_, update_inbox_,
                                   [this](ForwardedUpdates updates) { send_replies(std::move(updates)); });
  staged_ = std::make_unique<StagedChanges>(*zones_, *updates_);
  zone_files_ = std::make_unique<ZoneFiles>(*loop_, *zones_, *updates_, *versions_);
  auto secondaries = Secondaries::create(*loop_, *zones_, *versions_, remotes_);
  if (!secondaries) return std::unexpected(secondaries.error());
  secondaries_ = std::move(*secondaries);
  relay_ =
      std::make_unique<UpdateRelay>(*zones_, remotes_, secondaries_->client(),
                                    [this](ForwardedUpdates updates) { send_replies(std::move(updates)); });
  notifier_ = std::make_unique<Notifier>(
      *loop_, *zones_, remotes_,
      [this](const net::SocketAddress& address) { return listeners_->is_open(address); });
  catalogs_ = std::make_unique<Catalogs>(*loop_, *zones_, *versions_, *secondaries_);
  catalog_producer_ = std::make_unique<CatalogProducer>(*loop_, *zones_, *updates_);
  configure_transfers();
  publish();
  for (const auto& worker : workers_) worker->start();
  configured_s_ = std::time(nullptr);
  add_session_key();
  zones_->configure(config_, false);
  catalogs_->configure(config_);
  return {};
}

void Server::add_session_key() {
  if (user_ && config_.options.session_keyfile) make_directory_for(*config_.options.session_keyfile, *user_);
  if (auto added = session_key_.add_to(config_); !added) say(LogSeverity::kError, "{}", added.error().text);
}

/// Before anything is opened: a second server of the same configuration ends here.
Result<void> Server::take_lock() {
  const std::optional<std::string>& configured = config_.options.lock_file;
  if (options_.lock_file && configured)
    say(LogSeverity::kWarning, "'lock-file' has no effect because the server was run with -X");
  const std::optional<std::string>& path = options_.lock_file ? options_.lock_file : configured;
  if (!path || *path == "none") return {};
  if (user_) make_directory_for(*path, *user_);
  if (auto locked = lock_file_.acquire(*path); !locked) return locked;
  if (user_) give_to(*path, *user_);
  return {};
}

Result<void> Server::make_workers() {
  const unsigned count = options_.workers != 0 ? options_.workers : os::usable_cores();
  shared_ = std::make_unique<const Worker::Shared>(
      Worker::Shared{snapshots_, *quota_, transfers_, update_inbox_,
                     [this](ForwardedUpdates updates) {
                       auto shared = std::make_shared<ForwardedUpdates>(std::move(updates));
                       loop_->post([this, shared] { relay_->take(std::move(*shared)); });
                     },
                     [this](std::vector<ForwardedNotify> notifies) {
                       loop_->post([this, notifies = std::move(notifies)] {
                         waiting_notifies_.count -= notifies.size();
                         secondaries_->take(notifies);
                       });
                     },
                     waiting_notifies_, digests_});
  for (unsigned i = 0; i < count; i++) {
    auto worker = Worker::create(*shared_, i, stream_timeouts(config_.options));
    if (!worker) return std::unexpected(worker.error());
    workers_.push_back(std::move(*worker));
  }
  return {};
}

/// Channels that stay keep their sockets and connections and get their new keys and rights.
void Server::open_controls() {
  std::vector<std::unique_ptr<control::RndcListener>> before = std::move(controls_);
  controls_.clear();
  std::vector<ControlAddress> added;
  for (ControlAddress& wanted : control_addresses(config_, local_)) {
    const auto kept = std::find_if(before.begin(), before.end(),
                                   [&](const auto& old) { return old && old->address() == wanted.address; });
    if (kept == before.end()) {
      added.push_back(std::move(wanted));
      continue;
    }
    (*kept)->set_policy(std::move(wanted.policy));
    controls_.push_back(std::move(*kept));
  }
  before.clear();
  for (ControlAddress& wanted : added) {
    auto opened =
        control::RndcListener::open(*loop_, wanted.address, std::move(wanted.policy), *this, replays_,
                                    [] { return static_cast<uint32_t>(os::unix_time_s()); });
    if (opened) {
      controls_.push_back(std::move(*opened));
    } else {
      say(LogSeverity::kWarning, "couldn't add command channel {}: {}", wanted.address.to_string(),
          opened.error().text);
    }
  }
}

void Server::on_signal(int number) {
  if (number == SIGHUP) {
    say(LogSeverity::kInfo, "received SIGHUP signal to reload zones");
    reload_all();
    return;
  }
  loop_->stop();
}

void Server::shut_down() {
  listeners_->log_end();
  say(LogSeverity::kInfo, "shutting down");
  notify_service_manager("STOPPING=1");
  controls_.clear();
  interfaces_.reset();
  rescans_.reset();
  prunings_.reset();
  for (const auto& worker : workers_) worker->stop();
  if (!config_.options.flush_zones_on_shutdown) return;
  if (const auto written = zone_files_->sync(std::nullopt, false); !written.text.empty())
    say(LogSeverity::kError, "{}", written.text);
}

// ---- what changes while it runs

void Server::publish() {
  auto snapshot = std::make_shared<answer::Snapshot>();
  auto settings = std::make_shared<answer::ServerSettings>(*settings_);
  settings->query_log = query_log_;
  snapshot->server = std::move(settings);
  snapshot->local = local_;
  if (zones_) snapshot->set_views(zones_->views());
  snapshots_.publish(std::move(snapshot));
  for (const auto& worker : workers_) worker->refresh();
  snapshots_.collect();
}

/// All loads that were asked for have come back.
void Server::loaded() {
  switch (std::exchange(loading_, Loading::kNothing)) {
    case Loading::kAtStart:
    case Loading::kAllZones:
      say(LogSeverity::kNotice, "all zones loaded");
      break;
    case Loading::kNewZones:
      say(LogSeverity::kInfo, "any newly configured zones are now loaded");
      break;
    case Loading::kNothing:
      snapshots_.collect();
      return;
  }
  if (!running_) ready();
  say(LogSeverity::kNotice, "running");
  // Workers let go of the old snapshot within their next round; then its memory goes back.
  snapshots_.collect();
}

/// The word to all who wait for the server: it is up, whoever asks is answered.
void Server::ready() {
  running_ = true;
  if (config_.options.pid_file) {
    if (auto written = pid_file_.write(*config_.options.pid_file); !written)
      say(LogSeverity::kError, "{}", written.error().text);
  }
  notify_service_manager("READY=1");
  background_.ready();
}

/// Takes the configuration file over as it is now, or says what is wrong and changes nothing.
Result<void> Server::apply_configuration(bool reload_all) {
  auto config = read_configuration();
  if (!config) return std::unexpected(config.error());
  if (auto entered = enter_directory(config->options.directory); !entered) return entered;
  const auto go_back = [this](std::string why) -> Result<void> {
    if (auto back = enter_directory(config_.options.directory); !back)
      say(LogSeverity::kError, "{}", back.error().text);
    return failure(std::move(why));
  };
  auto tls = TlsContexts::make(*config);
  if (!tls) {
    say(LogSeverity::kError, "{}", tls.error().text);
    return go_back(tls.error().text);
  }
  if (auto configured = configure_logging(*config); !configured) return go_back(configured.error().text);
  tls_ = std::move(*tls);
  if (!options_.lock_file && config->options.lock_file != config_.options.lock_file)
    say(LogSeverity::kInfo, "changing 'lock-file' has no effect until the server is restarted");
  config_ = std::move(*config);
  local_ = local_addresses();
  settings_ = server_settings(config_, cookie_secret_);
  for (const auto& worker : workers_) worker->set_timeouts(stream_timeouts(config_.options));
  quota_->set_limit(config_.options.tcp_clients);
  watch_interfaces();
  listeners_->update(config_.options, options_.port.value_or(0), *local_, *tls_);
  configured_s_ = std::time(nullptr);
  say(LogSeverity::kInfo, "reloading configuration succeeded");
  say(LogSeverity::kInfo, "{}", reload_all ? "reloading zones succeeded" : "scheduled loading new zones");
  // Whatever is still being loaded is awaited with the rest.
  if (loading_ != Loading::kAtStart)
    loading_ = reload_all || loading_ == Loading::kAllZones ? Loading::kAllZones : Loading::kNewZones;
  added_zones_.forget_files();
  add_session_key();
  configure_transfers();
  zones_->configure(config_, reload_all);
  catalogs_->configure(config_);
  // The channel that brought the command is answered first; then channels change.
  loop_->post([this] { open_controls(); });
  return {};
}

/// What zones are told by and transferred by, before the zones themselves.
void Server::configure_transfers() {
  remotes_.configure(config_, options_.port.value_or(config_.options.port), tls_);
  secondaries_->configure(config_.options);
  notifier_->configure(config_.options);
}

/// Interfaces are looked at when the kernel has news of them and every interface-interval.
void Server::watch_interfaces() {
  rescans_->set(uint64_t{config_.options.interface_interval_s} * 1000);
  if (!config_.options.automatic_interface_scan) {
    interfaces_.reset();
  } else if (!interfaces_) {
    if (auto watcher = net::InterfaceWatcher::create(*loop_, [this] { rescan(); }))
      interfaces_ = std::move(*watcher);
  }
}

void Server::rescan() {
  local_ = local_addresses();
  listeners_->update(config_.options, options_.port.value_or(0), *local_, *tls_);
  publish();
}

/// What grows too old while nothing happens to a zone (zone-history-age).
void Server::prune_histories() {
  if (!versions_->has_zones()) return;
  zones_->for_each([this](const ZonePlace& place, const KeptZone& zone) {
    if (!zone.config->options->zone_history_age_s) return;
    if (zone.is_copy()) return secondaries_->prune_history(place);
    if (!zone.config->is_written() || zone_files_->has_all(place))
      zones_->prune_history(place, zone.served != nullptr ? zone.served->shared_content() : nullptr);
  });
}

// ---- what happens to zones

void Server::zone_changed(const ZonePlace& place, const KeptZone& zone) {
  zone_files_->changed(place, zone);
  secondaries_->zone_changed(place, zone);
  notifier_->zone_changed(place, zone, loading_ == Loading::kAtStart);
  catalogs_->zone_changed(place, zone);
  catalog_producer_->zone_changed(place, zone);
}

void Server::zone_thawed(const ZonePlace& place, const KeptZone& zone, const LoadOutcome& outcome) {
  zone_files_->thawed(place, zone, outcome);
}

void Server::zone_has_no_copy(const ZonePlace& place, const KeptZone& zone) {
  secondaries_->zone_has_no_copy(place, zone);
}

void Server::zone_configured(const ZonePlace& place, const KeptZone& zone) {
  secondaries_->zone_configured(place, zone);
  catalogs_->zone_configured(place, zone);
  catalog_producer_->zone_configured(place, zone);
}

void Server::zone_removed(const ZonePlace& place) {
  secondaries_->zone_removed(place);
  notifier_->zone_removed(place);
  updates_->forget_settings(place);
  zone_files_->removed(place);
  catalogs_->zone_removed(place);
  catalog_producer_->zone_removed(place);
}

/// Each worker gets its own.
void Server::send_replies(ForwardedUpdates updates) {
  if (updates.empty()) return;
  if (workers_.size() == 1) return workers_.front()->send_late(std::move(updates));
  std::vector<ForwardedUpdates> by_worker(workers_.size());
  for (ForwardedUpdatePtr& update : updates) by_worker[update->reply.worker].push_back(std::move(update));
  for (size_t i = 0; i < by_worker.size(); i++) {
    if (!by_worker[i].empty()) workers_[i]->send_late(std::move(by_worker[i]));
  }
}

// ---- commands

control::CommandResult Server::take_configuration(bool reload_zones) {
  auto applied = apply_configuration(reload_zones);
  if (applied) return control::CommandResult::success();
  say(LogSeverity::kError, "reloading configuration failed: failure");
  return {control::ResultCode::kFailure, applied.error().text};
}

control::CommandResult Server::reload_all() {
  control::CommandResult result = take_configuration(true);
  if (result.code == control::ResultCode::kSuccess) result.text = "server reload successful";
  return result;
}

control::CommandResult Server::reconfig() {
  return take_configuration(false);
}

const KeptZone* Server::select(const control::ZoneSelector& zone, control::CommandResult& problem,
                               std::string* view) {
  ZoneKeeper::Reload why = ZoneKeeper::Reload::kNotFound;
  const KeptZone* found =
      zones_->find(zone.name, zone.rr_class.value_or(dns::RRClass::kIn), zone.view.value_or(""), why, view);
  if (found == nullptr) {
    problem = why == ZoneKeeper::Reload::kAmbiguous
                  ? control::CommandResult{control::ResultCode::kFailure,
                                           "zone '" + zone.name_text + "' was found in multiple views"}
                  : control::CommandResult{control::ResultCode::kNotFound,
                                           "no matching zone '" + zone.name_text + "' in " +
                                               (zone.view ? "view '" + *zone.view + "'" : "any view")};
  }
  return found;
}

control::CommandResult Server::reload_zone(const control::ZoneSelector& zone) {
  control::CommandResult problem;
  std::string view;
  const KeptZone* const kept = select(zone, problem, &view);
  if (kept == nullptr) return problem;
  if (kept->is_copy()) return refresh(zone);
  const auto result =
      zones_->reload(zone.name, zone.rr_class.value_or(dns::RRClass::kIn), zone.view.value_or(""));
  return control::CommandResult::success(result == ZoneKeeper::Reload::kQueued ? "zone reload queued"
                                                                               : "zone reload up-to-date");
}

control::CommandResult Server::refresh(const control::ZoneSelector& zone) {
  control::CommandResult problem;
  std::string view;
  const KeptZone* const kept = select(zone, problem, &view);
  if (kept == nullptr) return problem;
  if (!kept->is_copy()) return {control::ResultCode::kFailure, "not a secondary, mirror, or stub zone"};
  secondaries_->refresh(zones_->owner_of({view, zone_key(zone.name)}));
  return control::CommandResult::success("zone refresh queued");
}

control::CommandResult Server::notify(const control::ZoneSelector& zone) {
  control::CommandResult problem;
  std::string view;
  if (select(zone, problem, &view) == nullptr) return problem;
  notifier_->notify_again(zones_->owner_of({view, zone_key(zone.name)}));
  return control::CommandResult::success("zone notify queued");
}

control::CommandResult Server::retransfer(const control::ZoneSelector& zone) {
  control::CommandResult problem;
  std::string view;
  const KeptZone* const kept = select(zone, problem, &view);
  if (kept == nullptr) return problem;
  if (!kept->is_copy()) {
    return {control::ResultCode::kFailure,
            fmt::format("retransfer: inappropriate zone type: {}", config::to_string(kept->config->type))};
  }
  secondaries_->retransfer(zones_->owner_of({view, zone_key(zone.name)}));
  return control::CommandResult::success();
}

control::CommandResult Server::stop() {
  if (const auto written = zone_files_->sync(std::nullopt, false); !written.text.empty())
    say(LogSeverity::kError, "{}", written.text);
  return halt();
}

control::CommandResult Server::halt() {
  loop_->post([this] { loop_->stop(); });
  return control::CommandResult::success();
}

control::CommandResult Server::with_place(
    const std::optional<control::ZoneSelector>& zone,
    const std::function<control::CommandResult(const std::optional<ZonePlace>&)>& command) {
  if (!zone) return command(std::nullopt);
  control::CommandResult problem;
  std::string view;
  if (select(*zone, problem, &view) == nullptr) return problem;
  return command(zones_->owner_of({view, zone_key(zone->name)}));
}

control::CommandResult Server::freeze(const std::optional<control::ZoneSelector>& zone) {
  return with_place(zone, [this](const auto& place) { return zone_files_->freeze(place); });
}

control::CommandResult Server::thaw(const std::optional<control::ZoneSelector>& zone) {
  return with_place(zone, [this](const auto& place) { return zone_files_->thaw(place); });
}

control::CommandResult Server::sync(const std::optional<control::ZoneSelector>& zone, bool clean) {
  return with_place(zone, [this, clean](const auto& place) { return zone_files_->sync(place, clean); });
}

control::CommandResult Server::rollback(const control::ZoneSelector& zone, dns::Serial serial) {
  return with_place(
      zone, [&](const auto& place) { return roll_back(*place, serial, *zones_, *versions_, *updates_); });
}

control::CommandResult Server::stage(std::string_view key, std::string_view id, uint64_t at,
                                     std::string_view base64) {
  return staged_->stage(key, id, at, base64);
}

control::CommandResult Server::apply(const control::ZoneSelector& zone, std::string_view key,
                                     std::string_view id, dns::Serial from) {
  return with_place(zone, [&](const auto& place) { return staged_->apply(*place, key, id, from); });
}

control::CommandResult Server::applied(std::string_view key, std::string_view id) {
  return staged_->applied(key, id);
}

int Server::process_id() const {
  return ::getpid();
}

control::CommandResult Server::status() {
  StatusFacts facts;
  facts.boot_s = boot_s_;
  facts.configured_s = configured_s_;
  facts.config_file = options_.config_file;
  facts.workers = workers_.size();
  facts.zones = zones_->zone_count();
  facts.debug_level = logs_.debug_level();
  facts.query_log = query_log_;
  facts.version = settings_->version;
  facts.version_given = config_.options.version.kind != config::Identity::Kind::kDefault;
  facts.recursive_clients_limit = config_.options.recursive_clients;
  facts.tcp_clients = quota_->used();
  facts.tcp_clients_most = quota_->high_water();
  facts.tcp_clients_limit = config_.options.tcp_clients;
  facts.loads_pending = zones_->pending();
  facts.transfers_running = secondaries_->transfers_running();
  facts.transfers_waiting = secondaries_->transfers_waiting();
  facts.soa_queries = secondaries_->soa_queries_running();
  return control::CommandResult::success(status_text(facts));
}

control::CommandResult Server::zone_status(const control::ZoneSelector& zone) {
  control::CommandResult problem;
  std::string view;
  const KeptZone* kept = select(zone, problem, &view);
  if (kept == nullptr) return problem;
  const ZonePlace place = zones_->owner_of({view, zone_key(zone.name)});
  const auto times = secondaries_->times(place);
  if (times && kept->content() == nullptr) return {control::ResultCode::kFailure, "zone not loaded"};
  return control::CommandResult::success(zone_status_text(*kept, times, catalogs_->listing(place)));
}

control::CommandResult Server::query_log(std::optional<bool> on) {
  query_log_ = on.value_or(!query_log_);
  say(LogSeverity::kInfo, "query logging is now {}", query_log_ ? "on" : "off");
  publish();
  return control::CommandResult::success();
}

control::CommandResult Server::trace(std::optional<int> level) {
  logs_.set_debug_level(level.value_or(logs_.debug_level() + 1));
  say(LogSeverity::kInfo, "debug level is now {}", logs_.debug_level());
  return control::CommandResult::success();
}

control::CommandResult Server::show_zone(const control::ZoneSelector& zone) {
  control::CommandResult problem;
  std::string view;
  const KeptZone* kept = select(zone, problem, &view);
  if (kept == nullptr) return problem;
  if (kept->config->catalog != nullptr) return control::CommandResult::success(statement_text(*kept->config));
  const auto text = kept->config->added
                        ? added_zones_.statement(config_, *kept->config, view)
                        : zone_statement_text(options_.config_file, kept->config->name(), view);
  if (!text) return {control::ResultCode::kFailure, text.error().text};
  return control::CommandResult::success(*text);
}

control::CommandResult Server::add_zone(const control::ZoneSelector& zone, std::string_view statement) {
  control::CommandResult result = added_zones_.add(config_, *zones_, zone, statement);
  tell_session_key(zone);
  return result;
}

control::CommandResult Server::modify_zone(const control::ZoneSelector& zone, std::string_view statement) {
  control::CommandResult result = added_zones_.modify(config_, *zones_, zone, statement);
  tell_session_key(zone);
  return result;
}

void Server::tell_session_key(const control::ZoneSelector& zone) {
  control::CommandResult problem;
  const KeptZone* const kept = select(zone, problem);
  if (kept == nullptr) return;
  if (auto told = session_key_.needed_by(*kept->config); !told)
    say(LogSeverity::kError, "{}", told.error().text);
}

control::CommandResult Server::delete_zone(const control::ZoneSelector& zone, bool clean) {
  const auto place =
      with_place(zone, [&](const auto& at) { return control::CommandResult::success(at->view); });
  control::CommandResult result = added_zones_.remove(config_, *zones_, zone, clean);
  // With the zone's files goes what is known of its versions.
  if (clean && result.code == control::ResultCode::kSuccess)
    versions_->forget({place.text, zone_key(zone.name)});
  return result;
}

control::CommandResult Server::write_statistics() {
  StatisticsFacts facts;
  facts.now_s = std::time(nullptr);
  for (const auto& worker : workers_) facts.counters.add(worker->counters());
  facts.tcp_clients_most = quota_->high_water();
  facts.updates = updates_->counts();
  facts.relayed_updates = relay_->counts();
  facts.notifies_sent = notifier_->sent();
  facts.secondaries = secondaries_->counts();
  facts.udp_sockets = listeners_->udp_sockets();
  facts.tcp_sockets = listeners_->tcp_sockets();
  for (const config::View& view : config_.views) facts.views.push_back(view.name);
  const std::string& path = config_.options.statistics_file;
  if (const auto written = os::append_file(path, as_bytes(statistics_text(facts))); !written) {
    say(LogSeverity::kError, "could not open statistics dump file '{}': {}", path, written.error().text);
    return {control::ResultCode::kFailure, written.error().text};
  }
  say(LogSeverity::kInfo, "dumpstats complete");
  return control::CommandResult::success();
}

control::CommandResult Server::scan() {
  rescan();
  return control::CommandResult::success();
}

}  // namespace nomen::server
