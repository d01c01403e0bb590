// The composition root: from a configuration to listeners, workers, zones and control channels, and from
// signals and commands to their changes. One main thread runs it; workers and the loader have their own.
// Thread rule: all of it on the thread that calls run().
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/build.h"
#include "config/paths.h"
#include "config/zone_memory.h"
#include "control/operations.h"
#include "control/rndc_listener.h"
#include "net/event_loop.h"
#include "net/interfaces.h"
#include "server/added_zones.h"
#include "server/catalog_producer.h"
#include "server/catalogs.h"
#include "server/interval.h"
#include "server/listeners.h"
#include "server/log_channels.h"
#include "server/notifier.h"
#include "server/process.h"
#include "server/remotes.h"
#include "server/secondaries.h"
#include "server/session_key.h"
#include "server/signals.h"
#include "server/snapshot_slot.h"
#include "server/staged_changes.h"
#include "server/tls_contexts.h"
#include "server/update_desk.h"
#include "server/update_relay.h"
#include "server/version_log.h"
#include "server/worker.h"
#include "server/zone_digests.h"
#include "server/zone_events.h"
#include "server/zone_files.h"
#include "server/zone_keeper.h"

namespace nomen::server {

/// What the command line says (named's flags).
struct ServeOptions {
  std::string config_file = config::kNamedConfFile;
  std::optional<uint16_t> port;          ///< -p
  std::optional<uint16_t> tls_port;      ///< -p tls=PORT
  unsigned workers = 0;                  ///< -n; 0: as many as there are cores
  int debug_level = 0;                   ///< -d
  bool foreground = false;               ///< -f or -g
  bool log_to_stderr = false;            ///< -g
  std::string log_file;                  ///< -L
  std::string user;                      ///< -u
  std::string root_directory;            ///< -t
  std::optional<std::string> lock_file;  ///< -X; "none" takes no lock
  ListenFamilies families;               ///< -4, -6
};

class Server final : public control::Operations, private ZoneEvents {
 public:
  /// `background` is told when the server is ready.
  Server(ServeOptions options, Background& background);
  ~Server() override;

  /// Until it is stopped; the process's exit status.
  int run();

  control::CommandResult status() override;
  control::CommandResult reload_all() override;
  control::CommandResult reload_zone(const control::ZoneSelector& zone) override;
  control::CommandResult reconfig() override;
  control::CommandResult stop() override;
  control::CommandResult halt() override;
  int process_id() const override;
  control::CommandResult zone_status(const control::ZoneSelector& zone) override;
  control::CommandResult query_log(std::optional<bool> on) override;
  control::CommandResult trace(std::optional<int> level) override;
  control::CommandResult show_zone(const control::ZoneSelector& zone) override;
  control::CommandResult freeze(const std::optional<control::ZoneSelector>& zone) override;
  control::CommandResult thaw(const std::optional<control::ZoneSelector>& zone) override;
  control::CommandResult sync(const std::optional<control::ZoneSelector>& zone, bool clean) override;
  control::CommandResult rollback(const control::ZoneSelector& zone, dns::Serial serial) override;
  control::CommandResult stage(std::string_view key, std::string_view id, uint64_t at,
                               std::string_view base64) override;
  control::CommandResult apply(const control::ZoneSelector& zone, std::string_view key, std::string_view id,
                               dns::Serial from) override;
  control::CommandResult applied(std::string_view key, std::string_view id) override;
  control::CommandResult scan() override;
  control::CommandResult add_zone(const control::ZoneSelector& zone, std::string_view statement) override;
  control::CommandResult modify_zone(const control::ZoneSelector& zone, std::string_view statement) override;
  control::CommandResult delete_zone(const control::ZoneSelector& zone, bool clean) override;
  control::CommandResult write_statistics() override;
  control::CommandResult refresh(const control::ZoneSelector& zone) override;
  control::CommandResult notify(const control::ZoneSelector& zone) override;
  control::CommandResult retransfer(const control::ZoneSelector& zone) override;

 private:
  void zone_changed(const ZonePlace& place, const KeptZone& zone) override;
  void zone_has_no_copy(const ZonePlace& place, const KeptZone& zone) override;
  void zone_thawed(const ZonePlace& place, const KeptZone& zone, const LoadOutcome& outcome) override;
  void zone_configured(const ZonePlace& place, const KeptZone& zone) override;
  void zone_removed(const ZonePlace& place) override;
  void send_replies(ForwardedUpdates updates);
  Result<void> take_place();
  Result<void> start();
  Result<config::Config> read_configuration();
  LogChannelsConfig first_channels() const;
  Result<void> configure_logging(const config::Config& config);
  Result<void> take_lock();
  void add_session_key();
  void tell_session_key(const control::ZoneSelector& zone);
  Result<void> make_workers();
  void open_controls();
  void on_signal(int number);
  void shut_down();
  Result<void> apply_configuration(bool reload_all);
  control::CommandResult take_configuration(bool reload_zones);
  void configure_transfers();
  void publish();
  void loaded();
  void ready();
  void rescan();
  void prune_histories();
  void watch_interfaces();
  /// A command about one zone or about all.
  control::CommandResult with_place(
      const std::optional<control::ZoneSelector>& zone,
      const std::function<control::CommandResult(const std::optional<ZonePlace>&)>& command);
  const KeptZone* select(const control::ZoneSelector& zone, control::CommandResult& problem,
                         std::string* view = nullptr);

  ServeOptions options_;
  std::optional<UserIds> user_;  ///< who the server becomes
  config::Config config_;        ///< in force; the lists of zones are in zones_
  config::ZoneMemory zone_memory_;
  LogChannels logs_;
  Background& background_;
  PidFile pid_file_;
  LockFile lock_file_;
  crypto::SipHashKey cookie_secret_{};
  bool query_log_ = false;
  bool running_ = false;  ///< "running" was said
  /// What is to be said when all loads under way have come back.
  enum class Loading : uint8_t { kNothing, kAtStart, kAllZones, kNewZones };
  Loading loading_ = Loading::kAtStart;
  int64_t boot_s_ = 0;
  int64_t configured_s_ = 0;

  std::unique_ptr<net::EventLoop> loop_;
  SnapshotSlot snapshots_;
  std::shared_ptr<const answer::ServerSettings> settings_;
  std::shared_ptr<const policy::LocalAddresses> local_;
  std::unique_ptr<net::ConnectionQuota> quota_;
  TransferQuota transfers_;
  ZoneDigests digests_;
  UpdateInbox update_inbox_{[this] { loop_->post([this] { updates_->work(); }); }};
  std::unique_ptr<const Worker::Shared> shared_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::shared_ptr<TlsContexts> tls_;
  std::unique_ptr<Listeners> listeners_;
  std::unique_ptr<VersionLog> versions_;
  std::unique_ptr<ZoneKeeper> zones_;
  WaitingNotifies waiting_notifies_;
  std::unique_ptr<UpdateDesk> updates_;
  std::unique_ptr<StagedChanges> staged_;
  std::unique_ptr<ZoneFiles> zone_files_;
  Remotes remotes_;
  std::unique_ptr<Secondaries> secondaries_;
  std::unique_ptr<UpdateRelay> relay_;
  std::unique_ptr<Notifier> notifier_;
  std::unique_ptr<Catalogs> catalogs_;
  std::unique_ptr<CatalogProducer> catalog_producer_;
  AddedZones added_zones_;
  SessionKey session_key_;
  std::unique_ptr<Signals> signals_;
  std::unique_ptr<net::InterfaceWatcher> interfaces_;
  std::unique_ptr<Interval> rescans_;
  std::unique_ptr<Interval> prunings_;
  control::ReplayGuard replays_;
  std::vector<std::unique_ptr<control::RndcListener>> controls_;
};

}  // namespace nomen::server
