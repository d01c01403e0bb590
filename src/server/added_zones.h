// rndc addzone, modzone and delzone: one zone more, other or less in a server that runs, at a cost that does
// not know how many there are. In BIND's words, and with its result codes. Thread rule: the main thread.
#pragma once
#include <string>
#include <unordered_map>

#include "config/model.h"
#include "control/operations.h"
#include "server/added_zones_file.h"
#include "server/zone_keeper.h"

namespace nomen::server {

class AddedZones {
 public:
  /// A new configuration is in force; the files may have been changed with it.
  void forget_files() { files_.clear(); }

  /// `statement` is what stands behind the zone's name: "{ type primary; ... };".
  control::CommandResult add(const config::Config& config, ZoneKeeper& zones,
                             const control::ZoneSelector& selector, std::string_view statement);
  control::CommandResult modify(const config::Config& config, ZoneKeeper& zones,
                                const control::ZoneSelector& selector, std::string_view statement);
  /// With `clean` the zone's files go, too.
  control::CommandResult remove(const config::Config& config, ZoneKeeper& zones,
                                const control::ZoneSelector& selector, bool clean);
  /// What the file says of a zone that was added.
  Result<std::string> statement(const config::Config& config, const config::Zone& zone,
                                const std::string& view);

 private:
  AddedZonesFile& file_of(const config::View& view);

  std::unordered_map<std::string, AddedZonesFile> files_;  ///< by view
};

}  // namespace nomen::server
