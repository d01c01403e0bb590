// The zones of all views: what the configuration wants, what is loaded, and when. Turns loads and changes of
// configuration into the zone tables of the next snapshot; a bad file or configuration leaves what is served.
// Thread rule: the main thread.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "answer/snapshot.h"
#include "base/os/file.h"
#include "config/model.h"
#include "server/loader.h"
#include "server/settings.h"

namespace nomen::server {

/// One zone as the server knows it.
struct KeptZone {
  config::Zone config;
  std::shared_ptr<const answer::ServedZone> served;
  os::FileStamp stamp;    ///< of the file that is loaded
  os::FileStamp loading;  ///< of the file that is being loaded
  int64_t asked_ns = 0;   ///< when that load was asked for, since 1970
  /// The files that $INCLUDE brought in.
  std::vector<std::pair<std::string, os::FileStamp>> included;
  int64_t loaded_s = 0;  ///< seconds since 1970; 0: never
  uint64_t generation = 0;
  bool in_flight = false;   ///< a load is under way
  bool load_again = false;  ///< and another one was asked for
};

class ZoneKeeper {
 public:
  /// `publish` is called when tables have changed; `done` when the last load has come back.
  ZoneKeeper(net::EventLoop& loop, unsigned threads, std::function<void()> publish,
             std::function<void()> done);

  /// Takes a configuration over: zones that are gone go, new and changed ones are loaded, all others stay.
  /// With `reload_all`, files that have changed are loaded too. Zones that take over nothing are SERVFAIL
  /// until their file is there.
  void configure(const config::Config& config, bool reload_all);

  enum class Reload : uint8_t { kQueued, kUpToDate, kNotFound, kAmbiguous };
  /// One zone (rndc reload ZONE); `view` empty: any.
  Reload reload(dns::NameView name, dns::RRClass rr_class, const std::string& view);
  /// The zone, or nullptr with the reason in `why`; an in-view zone is the other view's. `view_name`: where
  /// it stands in the configuration.
  const KeptZone* find(dns::NameView name, dns::RRClass rr_class, const std::string& view, Reload& why,
                       std::string* view_name = nullptr) const;

  /// The views for a snapshot, with the tables as they are now.
  std::vector<std::shared_ptr<const answer::View>> views() const;

  size_t zone_count() const;
  size_t pending() const { return loader_.pending(); }

 private:
  struct KeptView {
    std::shared_ptr<const answer::ViewSettings> settings;
    std::unordered_map<std::string, KeptZone> zones;  ///< by lower-cased wire name
    answer::ZoneTable table;
  };

  void take_view(KeptView& kept, size_t number, const config::Config& config, const config::View& view,
                 bool reload_all, std::vector<LoadJob>& jobs);
  void note_contents();
  KeptZone moved_here(const config::Zone& zone, const std::string& key) const;
  void link_in_views(const config::Config& config);
  bool has_changed(const KeptZone& zone) const;
  void note_included(KeptZone& zone, const std::vector<std::string>& paths) const;
  bool wants_load(KeptZone& zone, bool reload_all);
  LoadJob job_for(size_t view, const std::string& key, KeptZone& zone);
  void take(std::vector<LoadOutcome> outcomes);
  void take_one(LoadOutcome& outcome, std::vector<LoadJob>& again);
  void take_content(KeptView& view, KeptZone& zone, const LoadJob& job, const zone::ContentPtr& content,
                    const std::string& name);
  void serve(KeptView& view, KeptZone& zone, zone::ContentPtr content);
  std::string path_of(const config::Zone& zone) const;

  std::function<void()> publish_;
  std::function<void()> done_;
  std::string directory_;
  std::vector<std::string> view_names_;
  std::vector<KeptView> views_;
  std::unordered_multimap<std::string, KeptZone> contents_before_;  ///< by key; while views are changing
  ZoneSettingsCache zone_settings_;
  uint64_t generation_ = 0;
  bool serving_ = false;  ///< the first load is done: from now on load gently
  Loader loader_;
};

}  // namespace nomen::server
