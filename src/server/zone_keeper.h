// The zones of all views: what the configuration wants, what is loaded, and when. Turns loads and changes of
// configuration into the zone tables of the next snapshot; a bad file or configuration leaves what is served.
// Whatever comes (a new configuration, a zone more or less, a loaded file) costs in proportion to what is
// other than before: a zone whose config::ZonePtr is the same is not looked at.
// Thread rule: the main thread.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "answer/snapshot.h"
#include "config/model.h"
#include "server/file_history.h"
#include "server/interval.h"
#include "server/kept_zone.h"
#include "server/key_table.h"
#include "server/loader.h"
#include "server/settings.h"
#include "server/version_log.h"
#include "server/zone_events.h"
#include "server/zone_images.h"
#include "server/zone_place.h"

namespace nomen::server {

class ZoneKeeper {
 public:
  /// `publish` is called when tables have changed; `done` when the last load has come back.
  /// `log` and `events` outlive it.
  ZoneKeeper(net::EventLoop& loop, unsigned threads, VersionLog& log, ZoneEvents& events,
             std::function<void()> publish, std::function<void()> done);

  /// Takes a configuration over: zones that are gone go, new and changed ones are loaded, all others stay.
  /// With `reload_all`, files that have changed are loaded too. Zones that take over nothing are SERVFAIL
  /// until their file is there. The lists of zones move from `config` to here.
  void configure(config::Config& config, bool reload_all);

  /// Zones more in a view, or in the place of those with their names; their files are loaded. They stand in
  /// the configuration, or a catalog lists them (Zone::catalog): those are not touched by configure().
  void put(size_t view, std::span<const config::ZonePtr> zones);
  /// Takes zones out of a view; they are there.
  void remove(size_t view, std::span<const config::ZonePtr> zones);

  enum class Reload : uint8_t { kQueued, kUpToDate, kNotFound, kAmbiguous };
  /// One zone (rndc reload ZONE); `view` empty: any.
  Reload reload(dns::NameView name, dns::RRClass rr_class, const std::string& view);
  /// The zone, or nullptr with the reason in `why`; an in-view zone is the other view's. `view_name`: where
  /// it stands in the configuration.
  const KeptZone* find(dns::NameView name, dns::RRClass rr_class, const std::string& view, Reload& why,
                       std::string* view_name = nullptr) const;

  // --- versions that come from elsewhere than a file

  /// Where the zone at a place is kept: for one with `in-view` that is another view.
  ZonePlace owner_of(const ZonePlace& place) const;
  /// The zone at a place, or nullptr. What changes it comes through the functions here.
  const KeptZone* at(const ZonePlace& place) const;
  /// What is served of the zone that a name is in, as a view sees it; nullptr when it is in none.
  zone::ContentPtr content_for(const std::string& view, dns::NameView name) const;
  /// A version of an update or a transfer, which is durable: served with the next publish(). `steps` lead
  /// there from what is served; empty: the zone was replaced as a whole. Nothing when the zone is gone.
  void take_version(const ZonePlace& place, zone::ContentPtr content, std::vector<zone::VersionStep> steps);
  /// A secondary's copy has expired: SERVFAIL until there is a new one.
  void take_away(const ZonePlace& place);
  void set_frozen(const ZonePlace& place, bool frozen);
  /// When a secondary's copy expires, in seconds since 1970, as workers tell it (RFC 7314); 0: not known.
  void note_expiry(const ZonePlace& place, int64_t expires_s);
  /// The zone's file was written, and says this.
  void note_file(const ZonePlace& place, const os::FileStamp& stamp, const zone::ContentPtr& content);
  /// Reads the file of a frozen zone; what it says comes with ZoneEvents::zone_thawed().
  void read_frozen(const ZonePlace& place);
  /// What the settings of a zone let be no longer goes from the log, in the background; its file has
  /// `in_file`.
  void prune_history(const ZonePlace& place, zone::ContentPtr in_file);
  void for_each(const std::function<void(const ZonePlace&, const KeptZone&)>& visit) const;
  const std::string& directory() const { return *directory_; }
  /// Makes what was taken visible to the workers: once for many versions.
  void publish() { publish_(); }

  /// The views for a snapshot, with the tables as they are now.
  std::vector<std::shared_ptr<const answer::View>> views() const;

  size_t zone_count() const;
  size_t pending() const { return loader_.pending(); }
  /// Files are being read, be it only to compare them with their images.
  bool is_reading() const { return loader_.pending() + comparer_.pending() > 0; }

 private:
  /// Zones by the hash of their names (dns/hashed_name.h).
  using Zones = KeyTable<KeptZone>;

  struct KeptView {
    std::shared_ptr<const answer::ViewSettings> settings;
    config::ZoneList configured;  ///< as the configuration has them
    Zones zones;
    size_t listed = 0;  ///< of them by a catalog
    answer::ZoneTable table;
  };

  void take_view(KeptView& kept, size_t number, config::View& view, bool all_anew, bool reload_all,
                 std::vector<LoadJob>& jobs);
  void take_zones(KeptView& kept, size_t number, std::span<const config::ZonePtr> zones, Zones& before,
                  bool reload_all, std::vector<LoadJob>& jobs);
  void take_zone(KeptView& kept, size_t number, const config::ZonePtr& zone, uint64_t key, Zones& before,
                 bool reload_all, std::vector<LoadJob>& jobs);
  void note_contents();
  Zones::Owned moved_here(const config::Zone& zone, uint64_t key) const;
  void link_in_views();
  bool has_changed(const KeptZone& zone) const;
  static void note_included(KeptZone& zone, const LoadOutcome& outcome);
  bool wants_load(KeptZone& zone, bool reload_all);
  LoadJob job_for(const KeptView& kept, size_t view, uint64_t key, KeptZone& zone);
  std::shared_ptr<const LoadSources> sources_of(const KeptView& kept, const LoadJob& job) const;
  void start(std::vector<LoadJob> jobs);
  void start_many(std::vector<LoadJob>& jobs);
  void take(std::span<LoadOutcome> outcomes);
  void fetch_ahead(std::span<const LoadOutcome> outcomes) const;
  void take_one(LoadOutcome& outcome, std::vector<LoadJob>& again);
  KeptZone* zone_of(const LoadJob& job);
  bool may_replace(const KeptZone& zone, const LoadOutcome& outcome, const std::string& view) const;
  zone::RecentChangesPtr recent_with(const KeptZone& zone, const zone::LoadResult& result) const;
  void keep_difference(const ZonePlace& place, const KeptZone& zone, LoadOutcome& outcome);
  void compare_with_file(const LoadOutcome& outcome);
  void take_compared(const LoadOutcome& outcome);
  void take_content(size_t number, KeptZone& zone, const LoadOutcome& outcome);
  void serve(KeptView& view, KeptZone& zone, zone::ContentPtr content, zone::RecentChangesPtr recent);
  void serve_everywhere(size_t view, uint64_t key, KeptZone& zone, zone::ContentPtr content,
                        zone::RecentChangesPtr recent);
  KeptZone* find_at(const ZonePlace& place, size_t& view);
  void prepare_log(const std::vector<VersionLog::Wanted>& wanted);
  void tell_removed(const config::Zone& zone, const std::string& view, uint64_t key);
  void publish_soon(bool now);

  VersionLog& log_;
  ZoneEvents& events_;
  std::function<void()> publish_;
  std::function<void()> done_;
  Interval later_;             ///< when what has come is published
  uint64_t published_ms_ = 0;  ///< the last time that loaded zones were
  std::shared_ptr<const std::string> directory_ = std::make_shared<const std::string>();
  std::vector<std::string> view_names_;
  std::vector<KeptView> views_;
  std::unordered_multimap<uint64_t, KeptZone> contents_before_;  ///< while views are changing
  ZoneSettingsCache zone_settings_;
  uint32_t generation_ = 0;
  uint32_t tables_ = 0;       ///< counts how often zones came or went
  bool has_in_view_ = false;  ///< some zone is another view's
  bool serving_ = false;      ///< the first load is done: from now on load gently
  ZoneImages images_;
  FileHistory history_;
  Loader loader_;
  Loader comparer_;  ///< reads what came from images, which nobody waits for
};

}  // namespace nomen::server
