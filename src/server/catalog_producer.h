// Catalog zones (RFC 9432) that this server generates: a primary zone with `catalog-generate` lists the
// zones of its view that name it in `catalog-zone`, with their groups. When zones come, go or change, the
// next version of the catalog is made as an edit (update_desk.h), and so is in the log of versions, served
// and told to secondaries like any other change. What it lists lives in the zone itself: a zone's label is
// drawn when it is listed, and is another one when it went and comes back. Members of other catalogs are not
// listed. Thread rule: the main thread.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "net/event_loop.h"
#include "server/interval.h"
#include "server/update_desk.h"
#include "server/zone_keeper.h"
#include "transfer/catalog.h"

namespace nomen::server {

class CatalogProducer {
 public:
  /// All of them outlive it.
  CatalogProducer(net::EventLoop& loop, ZoneKeeper& zones, UpdateDesk& updates)
      : loop_(loop), keeper_(zones), updates_(updates) {}

  // --- what happens to zones (zone_events.h)
  void zone_changed(const ZonePlace& place, const KeptZone& zone);
  void zone_configured(const ZonePlace& place, const KeptZone& zone);
  void zone_removed(const ZonePlace& place);

 private:
  struct State {
    State(net::EventLoop& loop, dns::NameView name, std::function<void()> again)
        : listed(name), later(loop, std::move(again)) {}

    bool is_generated = false;  ///< such a zone is configured
    transfer::Catalog listed;
    std::optional<dns::Serial> serial;  ///< of what is in `listed`; nullopt: to be read as a whole
    std::unordered_map<uint64_t, config::ZonePtr> wanted;  ///< by the hash of their names
    std::unordered_set<std::string> dirty;                 ///< zones to be compared, in wire form
    Interval later;                                        ///< tries again what did not go
    bool due = false;                                      ///< an edit is about to be made
  };
  using States = std::unordered_map<ZonePlace, std::unique_ptr<State>, ZonePlaceHash>;

  State& state_of(const ZonePlace& place, dns::NameView name);
  void unlist(const ZonePlace& place);
  void schedule(const ZonePlace& place, State& state);
  void make_version(const ZonePlace& place);
  Result<zone::Change> change_for(State& state, const zone::Content& content) const;

  net::EventLoop& loop_;
  ZoneKeeper& keeper_;
  UpdateDesk& updates_;
  States states_;
  std::unordered_map<ZonePlace, ZonePlace, ZonePlaceHash> catalog_of_;  ///< of each zone that one lists
};

}  // namespace nomen::server
