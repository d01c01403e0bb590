// The catalog zones (RFC 9432) whose members this server takes: when a new version of a catalog is served,
// the zones that it lists come, go, or change here, as `rndc addzone` and `delzone` would have it, in
// proportion to what is other than before and in pieces, so that nobody waits for 100,000 of them. Members
// are secondaries (catalog_member.h) that stand in no configuration: after a restart the catalog's saved copy
// lists them again, and their own copies are served.
//
// Who is first keeps a name: a configured zone, or a member of another catalog until that names a new owner
// (4.3.1). What goes is cleared away (saved copy, rows of the version log) before the name may come back.
// A member in a group of which the configuration says something (catalog-group-options) is as that says, but
// for properties of its own. A broken catalog changes nothing. Log lines are BIND's. Thread rule: the main
// thread.
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "config/model.h"
#include "net/event_loop.h"
#include "server/catalog_member.h"
#include "server/interval.h"
#include "server/secondaries.h"
#include "server/version_log.h"
#include "server/zone_keeper.h"
#include "transfer/catalog.h"

namespace nomen::server {

class Catalogs {
 public:
  /// All of them outlive it.
  Catalogs(net::EventLoop& loop, ZoneKeeper& zones, VersionLog& log, Secondaries& secondaries)
      : loop_(loop), keeper_(zones), log_(log), secondaries_(secondaries) {}

  /// A configuration that the keeper has taken over.
  void configure(const config::Config& config);

  // --- what happens to zones (zone_events.h)
  void zone_changed(const ZonePlace& place, const KeptZone& zone);
  void zone_configured(const ZonePlace& place, const KeptZone& zone);
  void zone_removed(const ZonePlace& place);

  /// What a member's catalog says of it, for reports.
  std::optional<transfer::CatalogMember> listing(const ZonePlace& place) const;

 private:
  struct Member {
    std::string label;
    std::shared_ptr<const MemberSettings> settings;
    config::ZonePtr zone;
  };
  struct State {
    State(net::EventLoop& loop, const config::CatalogZone& configured, ZonePlace at,
          std::function<void()> take);

    const ZonePlace place;
    config::CatalogZone configured;
    bool in_memory = false;                              ///< asked for, or there is no directory for copies
    size_t view = 0;                                     ///< its number in the configuration
    std::shared_ptr<const config::ZoneOptions> options;  ///< what zones of the view inherit
    const std::shared_ptr<const std::string> name;
    transfer::Catalog listed;
    std::optional<dns::Serial> serial;             ///< of what is in `listed`; nullopt: to be read as a whole
    std::unordered_map<uint64_t, Member> members;  ///< by the hash of their names
    std::unordered_map<uint64_t, std::string> refused;  ///< names that somebody else has
    std::vector<std::string> missing;                   ///< members that somebody has deleted
    std::deque<std::string> waiting;                    ///< zones that are to be looked at
    std::vector<config::CatalogGroup> groups;           ///< of the view
    /// Of members without options of their own, by their group ("": those without one that is known).
    std::unordered_map<std::string, std::shared_ptr<const MemberSettings>> common;
    Interval later;  ///< takes a version that came too soon
    uint64_t not_before_ms = 0;
    bool due = false;      ///< a new version waits to be taken
    bool working = false;  ///< waiting is being worked off
    bool ending = false;   ///< it is configured no more: its members go
    bool swept = false;    ///< what an earlier run has left behind is cleared away
  };
  using States = std::unordered_map<ZonePlace, std::unique_ptr<State>, ZonePlaceHash>;
  struct Round {
    std::vector<config::ZonePtr> put, removed, to_clean;
  };

  State* find(const ZonePlace& place) const;
  State* owner_of(const config::Zone& zone) const;
  State& configure_one(const config::View& view, size_t number, const config::CatalogZone& configured);
  void schedule(State& state);
  void take(const ZonePlace& place);
  void read(State& state, const KeptZone& kept);
  void queue(State& state, std::string zone);
  void begin_work(State& state);
  void work(const ZonePlace& place);
  void decide(State& state, const std::string& wire, Round& round);
  void drop_member(State& state, uint64_t key, Round& round);
  void add_member(State& state, const transfer::CatalogMember& wanted, const KeptZone* kept, Round& round);
  void take_over(State& from, State& to, const transfer::CatalogMember& wanted, Round& round);
  void refuse(State& state, dns::NameView zone, std::string_view why);
  State* new_owner_of(const State& state, const transfer::CatalogMember& member) const;
  void tell_new_owner(const State& state, const transfer::CatalogMember& member);
  static const config::CatalogGroup* group_of(const State& state, const transfer::CatalogMember& member);
  std::shared_ptr<const MemberSettings> settings_of(State& state, const transfer::CatalogMember& member);
  static std::string file_of(const State& state, dns::NameView zone);
  void move_copy(const config::Zone& before, const config::Zone& now);
  void clean(const State& state, const std::vector<config::ZonePtr>& zones);
  void sweep(State& state);
  void clear_left(const State& state, const std::vector<store::KnownZone>& known);
  void cleaned(const std::string& view, dns::NameView zone);

  net::EventLoop& loop_;
  ZoneKeeper& keeper_;
  VersionLog& log_;
  Secondaries& secondaries_;
  States states_;
  std::unordered_set<ZonePlace, ZonePlaceHash> cleaning_;
  bool removing_ = false;  ///< what the keeper tells is ours
};

}  // namespace nomen::server
