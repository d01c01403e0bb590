// From the configuration's model to what answer/ works with: settings of server, views and zones, with the
// address match lists compiled. Zones that share options share settings.
// Thread rule: free functions and values of the main thread.
#pragma once
#include <array>
#include <memory>
#include <unordered_map>

#include "answer/snapshot.h"
#include "config/model.h"
#include "net/address.h"
#include "server/log_channels_config.h"

namespace nomen::server {

policy::AclPtr compile(const config::MatchListRef& list);
net::IpAddress to_net(const config::IpAddress& address);

/// `secret` is the server's own random cookie secret, used when the configuration has none.
std::shared_ptr<const answer::ServerSettings> server_settings(const config::Config& config,
                                                              const crypto::SipHashKey& secret);

/// The TSIG keys of a configuration, made once: views share the global ones.
class KeyRings {
 public:
  explicit KeyRings(const config::Config& config);
  answer::KeyRing of(const config::View& view) const;

 private:
  answer::KeyRing global_;
};

std::shared_ptr<const answer::ViewSettings> view_settings(const config::Config& config,
                                                          const config::View& view, const KeyRings& keys);

/// Compiles each set of options once for each role that a zone with them has, and for a secondary once for
/// each set of primaries, and keeps it.
class ZoneSettingsCache {
 public:
  std::shared_ptr<const answer::ZoneSettings> get(const config::Zone& zone);

 private:
  struct Made {
    std::shared_ptr<const config::ZoneOptions> options;  ///< kept, so that no other has its address
    std::array<std::shared_ptr<const answer::ZoneSettings>, answer::kZoneRoles> by_role;
    std::unordered_map<std::string, std::shared_ptr<const answer::ZoneSettings>> by_primaries;
  };
  std::unordered_map<const config::ZoneOptions*, Made> made_;
  // What was asked for last is asked for again, where there are very many zones.
  const config::ZoneOptions* last_options_ = nullptr;
  answer::ZoneRole last_role_{};
  std::shared_ptr<const answer::ZoneSettings> last_;
};

/// The addresses that `localhost` and `localnets` stand for, now.
std::shared_ptr<const policy::LocalAddresses> local_addresses();

LogChannelsConfig log_channels(const config::Logging& logging);

}  // namespace nomen::server
