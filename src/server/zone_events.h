// What happens to zones, told to whoever does something about it: NOTIFY is sent for new versions,
// secondaries begin when their saved copy is there (or is not). Thread rule: called on the main thread.
#pragma once
#include "server/kept_zone.h"
#include "server/loader.h"
#include "server/zone_place.h"

namespace nomen::server {

class ZoneEvents {
 public:
  /// A new version of the zone is served: from its file, by updates, by a transfer.
  virtual void zone_changed(const ZonePlace& place, const KeptZone& zone) = 0;
  /// A zone of a secondary has no saved copy, or one that cannot be read.
  virtual void zone_has_no_copy(const ZonePlace& place, const KeptZone& zone) = 0;
  /// The file of a frozen zone was read; whoever listens makes a version of it, or says what is wrong.
  virtual void zone_thawed(const ZonePlace& place, const KeptZone& zone, const LoadOutcome& outcome) = 0;
  /// The zone is new, or its configuration is other than before; its content (if it has any) stays.
  virtual void zone_configured(const ZonePlace& place, const KeptZone& zone) = 0;
  /// The zone is no more.
  virtual void zone_removed(const ZonePlace& place) = 0;

 protected:
  ~ZoneEvents() = default;
};

}  // namespace nomen::server
