#include "tools/zone_servers.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/encoding.h"
#include "server/remotes.h"
#include "server/settings.h"
#include "server/tls_contexts.h"
#include "tools/host_lookup.h"
#include "transfer/notify_sender.h"

namespace nomen::tools {

namespace {

constexpr uint16_t kDnsPort = 53;

/// The first address of a listen-on list at which this machine can ask its own server.
std::optional<config::IpAddress> own_address(const config::MatchList& list) {
  using Kind = config::MatchElement::Kind;
  for (const config::MatchElement& element : list.elements) {
    if (element.negated) continue;
    if (element.kind == Kind::kAny || element.kind == Kind::kLocalhost) return config::parse_ip("127.0.0.1");
    if (element.kind == Kind::kPrefix && element.prefix.length == (element.prefix.address.is_v6 ? 128 : 32))
      return element.prefix.address;
    if (element.kind == Kind::kNested) {
      if (const auto inner = own_address(*element.nested)) return inner;
    }
  }
  return std::nullopt;
}

class ServerList {
 public:
  ServerList(const ZoneHistory& history, const zone::Content& content)
      : history_(history), content_(content) {
    // A listener's private key is not for everybody: who cannot read it asks without TLS only.
    auto tls = server::TlsContexts::make(history.config());
    remotes_.configure(history.config(), history.config().options.port,
                       tls ? *tls : std::make_shared<server::TlsContexts>());
  }

  void add_own() {
    const config::ServerOptions& options = history_.config().options;
    for (const auto* listens : {&options.listen_on, &options.listen_on_v6}) {
      for (const config::ListenOn& listen : *listens) {
        if (!listen.tls.empty() || !listen.http.empty()) continue;
        const auto address = own_address(*listen.addresses);
        if (!address) continue;
        config::RemoteServer server;
        server.address = *address;
        server.port = listen.port != 0 ? listen.port : options.port;
        return add("", "this server", server);
      }
    }
  }

  void add(const std::string& name, const char* role, const config::RemoteServer& server) {
    ZoneServer made;
    made.remote = remotes_.notified(history_.view(), server, *history_.zone().options);
    // Asking is neither a NOTIFY nor a transfer: it leaves from wherever the system says.
    made.remote.source = {};
    if (!known_.insert(made.remote.address.to_string()).second) return;
    made.name = name.empty() ? made.remote.address.to_string() : name;
    made.role = role;
    if (made.remote.key_missing) made.problem = "the key '" + server.key + "' is not there";
    if (made.remote.bogus) made.problem = "the server is bogus";
    if (!made.remote.tls_problem.empty()) made.problem = made.remote.tls_problem;
    servers_.push_back(std::move(made));
  }

  void add_name_server(const dns::Name& name, uint16_t port) {
    const std::string text = dns::to_string_no_dot(name);
    size_t found = 0;
    for (const std::vector<uint8_t>& octets : transfer::addresses_in_zone(content_, name)) {
      config::RemoteServer server;
      server.address.is_v6 = octets.size() == 16;
      std::copy(octets.begin(), octets.end(), server.address.bytes.begin());
      server.port = port;
      add(text, "name server", server);
      found++;
    }
    if (found > 0) return;
    const zone::HostAddresses host = find_host(name);
    for (const auto* list : {&host.ipv4, &host.ipv6}) {
      for (const std::string& address : *list) {
        const auto parsed = config::parse_ip(address);
        if (!parsed) continue;
        config::RemoteServer server;
        server.address = *parsed;
        server.port = port;
        add(text, "name server", server);
        found++;
      }
    }
    if (found > 0) return;
    ZoneServer unknown;
    unknown.name = text;
    unknown.role = "name server";
    unknown.problem = "no address is known";
    servers_.push_back(std::move(unknown));
  }

  std::vector<ZoneServer> take() { return std::move(servers_); }

 private:
  const ZoneHistory& history_;
  const zone::Content& content_;
  server::Remotes remotes_;
  std::set<std::string> known_;
  std::vector<ZoneServer> servers_;
};

}  // namespace

std::vector<ZoneServer> configured_servers(const ZoneHistory& history, const zone::Content& content,
                                           uint16_t ns_port) {
  ServerList list(history, content);
  const config::Zone& zone = history.zone();
  list.add_own();
  for (const config::RemoteServer& server : zone.primaries) list.add("", "primary", server);
  for (const config::RemoteServer& server : zone.options->also_notify) list.add("", "also-notify", server);
  std::set<std::string> names;
  const zone::RRsetView servers = content.apex_node().find(dns::RRType::kNs);
  if (servers) {
    servers.for_each([&](Bytes rdata) {
      const dns::Name name(dns::NameView(rdata.data(), rdata.size()));
      if (names.insert(dns::to_string(name.lowered())).second) list.add_name_server(name, ns_port);
    });
  }
  return list.take();
}

Result<ZoneServer> given_server(const std::string& text, const std::shared_ptr<const dns::TsigKey>& key) {
  const auto address = net::SocketAddress::parse(text, kDnsPort);
  if (!address) return failure("'" + text + "' is not an address: expected ADDRESS or ADDRESS#PORT");
  ZoneServer server;
  server.remote.address = *address;
  server.remote.key = key;
  server.name = address->to_string();
  server.role = "given";
  return server;
}

Result<std::shared_ptr<const dns::TsigKey>> parse_key(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == ':') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  if (parts.size() == 2) parts.insert(parts.begin(), "hmac-sha256");
  if (parts.size() != 3) return failure("expected [ALGORITHM:]NAME:SECRET");
  const auto algorithm = dns::Name::parse(parts[0] == "hmac-md5" ? "hmac-md5.sig-alg.reg.int" : parts[0]);
  const auto kind = algorithm ? dns::tsig_algorithm(*algorithm) : std::nullopt;
  const auto name = dns::Name::parse(parts[1]);
  auto secret = base64_decode(parts[2]);
  if (!kind) return failure("'" + parts[0] + "' is no algorithm of a key");
  if (!name) return failure("'" + parts[1] + "' is not a name");
  if (!secret) return failure("the secret is not base64");
  auto key = std::make_shared<dns::TsigKey>();
  key->name = *name;
  key->algorithm = *kind;
  key->secret = std::move(*secret);
  key->prepare();
  return key;
}

}  // namespace nomen::tools
