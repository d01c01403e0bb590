#include "server/remotes.h"

#include <fmt/format.h>
#include <net/if.h>

#include <algorithm>
#include <array>
#include <utility>

#include "server/settings.h"

namespace nomen::server {

namespace {

net::SocketAddress to_socket_address(const config::IpAddress& address, uint16_t port) {
  const uint32_t scope = address.scope.empty() ? 0 : ::if_nametoindex(address.scope.c_str());
  return {to_net(address), port, scope};
}

bool is_set(const config::SourceAddress& source) {
  return source.address.has_value() || source.port != 0;
}

/// A statement that says where messages to a server start from: it may stand in a `server` and in a zone.
struct SourceStatement {
  config::SourceAddress config::Server::* of_server;
  config::SourceAddress config::ZoneOptions::* of_zone;
};
/// For IPv4 and IPv6.
using SourceStatements = std::array<SourceStatement, 2>;
constexpr SourceStatements kTransferSource = {{
    {&config::Server::transfer_source, &config::ZoneOptions::transfer_source},
    {&config::Server::transfer_source_v6, &config::ZoneOptions::transfer_source_v6},
}};
constexpr SourceStatements kNotifySource = {{
    {&config::Server::notify_source, &config::ZoneOptions::notify_source},
    {&config::Server::notify_source_v6, &config::ZoneOptions::notify_source_v6},
}};

/// Where from: what the `server` statement says, or else the zone.
net::SocketAddress source_for(const SourceStatements& statements, bool is_v6, const config::Server* said,
                              const config::ZoneOptions& options) {
  const SourceStatement& statement = statements[is_v6 ? 1 : 0];
  const bool server_says = said != nullptr && is_set(said->*statement.of_server);
  const config::SourceAddress& source = server_says ? said->*statement.of_server : options.*statement.of_zone;
  if (!is_set(source)) return {};
  if (source.address) return to_socket_address(*source.address, source.port);
  return {net::IpAddress::any(is_v6 ? net::IpFamily::kV6 : net::IpFamily::kV4), source.port};
}

const config::Server* find_server(const std::vector<config::Server>& servers, Bytes address) {
  const config::Server* best = nullptr;
  for (const config::Server& server : servers) {
    const net::IpPrefix prefix{to_net(server.prefix.address), server.prefix.length};
    const bool is_closer = best == nullptr || server.prefix.length > best->prefix.length;
    if (is_closer && policy::in_prefix(address, prefix)) best = &server;
  }
  return best;
}

}  // namespace

std::string Remote::source_text() const {
  const net::IpAddress from =
      source.family() == net::IpFamily::kNone ? net::IpAddress::any(address.family()) : source.address();
  return fmt::format("(source {}#{})", from.to_string(), source.port());
}

void Remotes::configure(const config::Config& config, uint16_t port, std::shared_ptr<TlsContexts> tls) {
  port_ = port;
  tls_port_ = config.options.tls_port;
  tls_ = std::move(tls);
  views_.clear();
  const KeyRings keys(config);
  for (const config::View& view : config.views) views_.push_back({view.name, keys.of(view), view.servers});
}

const Remotes::View* Remotes::find(const std::string& view) const {
  const auto found =
      std::find_if(views_.begin(), views_.end(), [&](const View& known) { return known.name == view; });
  return found != views_.end() ? &*found : nullptr;
}

/// The `server` statement about it, or nullptr.
const config::Server* Remotes::said_of(const View* view, const Remote& remote) {
  return view != nullptr ? find_server(view->servers, remote.address.address_bytes()) : nullptr;
}

Remote Remotes::primary(const std::string& view, const config::RemoteServer& server,
                        const config::ZoneOptions& options) const {
  const View* const known = find(view);
  Remote made = remote(known, server);
  made.source = source_for(kTransferSource, made.address.is_v6(), said_of(known, made), options);
  return made;
}

Remote Remotes::notified(const std::string& view, const config::RemoteServer& server,
                         const config::ZoneOptions& options) const {
  const View* const known = find(view);
  Remote made = remote(known, server);
  made.source = source_for(kNotifySource, made.address.is_v6(), said_of(known, made), options);
  return made;
}

Remote Remotes::remote(const View* view, const config::RemoteServer& server) const {
  Remote remote;
  const uint16_t usual_port = server.tls.empty() ? port_ : tls_port_;
  remote.address = to_socket_address(server.address, server.port != 0 ? server.port : usual_port);
  if (!server.tls.empty()) {
    const Result<TlsContexts::ContextPtr>& tls = tls_->for_server(server.tls);
    if (tls) {
      remote.tls = *tls;
    } else {
      remote.tls_problem = tls.error().text;
    }
  }
  if (view == nullptr) return remote;
  std::string key = server.key;
  if (const config::Server* const said = said_of(view, remote)) {
    if (key.empty() && !said->keys.empty()) key = said->keys.front();
    remote.bogus = said->bogus.value_or(false);
    remote.edns = said->edns.value_or(true);
    remote.tcp_only = said->tcp_only.value_or(false);
    remote.request_ixfr = said->request_ixfr;
    remote.request_expire = said->request_expire;
    remote.transfers = said->transfers;
  }
  if (key.empty()) return remote;
  const auto name = dns::Name::parse(key);
  const auto found = name ? view->keys.find(*name) : view->keys.end();
  remote.key_missing = found == view->keys.end();
  if (!remote.key_missing) remote.key = found->second;
  return remote;
}

}  // namespace nomen::server
