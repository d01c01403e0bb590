#include "server/control_access.h"

#include <algorithm>

#include "base/log.h"
#include "config/build.h"
#include "config/disk.h"
#include "config/paths.h"
#include "server/settings.h"

namespace nomen::server {

namespace {

void warn_of_control(const std::string& text) {
  log(LogCategory::kGeneral, LogSeverity::kWarning, "server", "{}", text);
}

bool same_name(const std::string& a, const std::string& b) {
  const auto x = dns::Name::parse(a);
  const auto y = dns::Name::parse(b);
  return x && y && *x == *y;
}

bool add_key(const config::Key& key, std::vector<control::RndcKey>& keys) {
  const auto algorithm = control::parse_hmac_name(key.algorithm);
  if (!algorithm) return false;
  keys.push_back({key.name, *algorithm, key.secret});
  return true;
}

/// The keys of rndc.key; empty when there is no such file.
std::vector<control::RndcKey> keys_of_file() {
  std::vector<control::RndcKey> keys;
  if (!config::real_disk().exists(config::kRndcKeyFile)) return keys;
  Diagnostics diagnostics;
  const auto tree = config::parse_file(config::kRndcKeyFile, {}, config::real_disk(), diagnostics);
  if (!tree || has_error(diagnostics)) {
    warn_of_control(std::string("ignoring ") + config::kRndcKeyFile + ": it has errors");
    return keys;
  }
  const config::Config config = config::build_config(*tree, diagnostics);
  for (const config::Key& key : config.keys) add_key(key, keys);
  return keys;
}

std::shared_ptr<const control::ChannelAccess> access_of(const config::Config& config,
                                                        const config::ControlChannel& channel) {
  auto access = std::make_shared<control::ChannelAccess>();
  access->read_only = channel.read_only;
  for (const std::string& name : channel.keys) {
    const auto found = std::find_if(config.keys.begin(), config.keys.end(),
                                    [&](const config::Key& key) { return same_name(key.name, name); });
    if (found == config.keys.end() || !add_key(*found, access->keys)) {
      warn_of_control("couldn't find key '" + name + "' for use with command channel");
    }
  }
  if (channel.keys.empty()) access->keys = keys_of_file();
  return access;
}

}  // namespace

std::vector<ControlAddress> control_addresses(const config::Config& config,
                                              const std::shared_ptr<const policy::LocalAddresses>& local) {
  std::vector<ControlAddress> out;
  const auto add = [&](const net::IpAddress& address, uint16_t port, policy::AclPtr allow,
                       std::shared_ptr<const control::ChannelAccess> access) {
    const net::SocketAddress where(address, port);
    if (access->keys.empty()) {
      warn_of_control("no key for command channel " + where.to_string() + ": it is not opened");
      return;
    }
    const auto allows = [allow = std::move(allow), local](const net::SocketAddress& peer) {
      return allow->allows({peer.address_bytes(), nullptr}, *local);
    };
    out.push_back({where, {std::move(access), allows}});
  };
  if (!config.controls.given) {
    auto access = std::make_shared<control::ChannelAccess>();
    access->keys = keys_of_file();
    if (access->keys.empty()) return out;
    add(net::IpAddress::v4(127, 0, 0, 1), 953, policy::Acl::any(), access);
    add(*net::IpAddress::parse("::1"), 953, policy::Acl::any(), access);
    return out;
  }
  for (const config::ControlChannel& channel : config.controls.channels) {
    if (channel.is_unix) continue;  // the checker has said that it is not there any more
    const net::IpAddress address =
        channel.address ? to_net(*channel.address) : net::IpAddress::any(net::IpFamily::kV4);
    add(address, channel.port, compile(channel.allow), access_of(config, channel));
  }
  return out;
}

}  // namespace nomen::server
