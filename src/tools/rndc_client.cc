#include "tools/rndc_client.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/os/clock.h"
#include "base/os/file.h"
#include "base/random.h"
#include "net/descriptor.h"

namespace nomen::tools {

namespace {

using Note = std::function<void(const std::string&)>;

bool file_exists(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0;
}

bool same_name(const std::string& a, const std::string& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// The configuration file, or the key file in its place.
struct Loaded {
  RndcConfig config;
  bool key_only = false;
};

Result<Loaded> load(const RndcRequest& request, Diagnostics& diagnostics, const Note& note) {
  Loaded loaded;
  std::string path = request.config_file;
  if (!file_exists(path)) {
    if (request.config_file_given) return failure(path + " does not exist");
    path = request.key_file;
    loaded.key_only = true;
    if (!file_exists(path))
      return failure(fmt::format("neither {} nor {} was found", request.config_file, request.key_file));
  } else if (!request.config_file_given && file_exists(request.key_file)) {
    diagnostics.push_back({Severity::kWarning,
                           {},
                           fmt::format("key file ({}) exists, but using default configuration file ({})",
                                       request.key_file, path)});
  }
  note("reading " + path);
  loaded.config = read_rndc_config(path, diagnostics);
  if (has_error(diagnostics)) return failure("could not load rndc configuration");
  return loaded;
}

const RndcServerStatement* find_server(const RndcConfig& config, const std::string& name) {
  const auto found = std::find_if(config.servers.begin(), config.servers.end(),
                                  [&](const RndcServerStatement& s) { return same_name(s.name, name); });
  return found == config.servers.end() ? nullptr : &*found;
}

Result<control::RndcKey> find_key(const RndcRequest& request, const Loaded& loaded,
                                  const RndcServerStatement* server) {
  const RndcConfig& config = loaded.config;
  if (loaded.key_only) {
    if (config.keys.empty()) return failure("get key: not found");
    return to_key(config.keys.front());
  }
  std::optional<std::string> name = request.key_name;
  if (!name && server != nullptr) name = server->key;
  if (!name) name = config.default_key;
  if (!name && config.has_options) return failure("get default key: not found");
  if (!name) return failure("no key for server and no default");
  const auto key = std::find_if(config.keys.begin(), config.keys.end(),
                                [&](const RndcKeyStatement& k) { return same_name(k.name, *name); });
  if (key == config.keys.end()) return failure("no key definition for name " + *name);
  return to_key(*key);
}

Result<void> add_addresses(RndcTarget& target, const RndcServerAddress& where, uint16_t port,
                           const RndcRequest& request) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_family = request.use_v4 && request.use_v6 ? AF_UNSPEC : request.use_v4 ? AF_INET : AF_INET6;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(where.host.c_str(), nullptr, &hints, &found);
  if (error != 0) {
    const bool family = error == EAI_ADDRFAMILY || error == EAI_FAMILY;
    return failure(fmt::format("couldn't get address for '{}': {}", where.host,
                               family ? "address family not supported" : "not found"));
  }
  for (const addrinfo* info = found; info != nullptr; info = info->ai_next) {
    net::SocketAddress address(info->ai_addr);
    address.set_port(where.port.value_or(port));
    target.addresses.push_back(address);
  }
  ::freeaddrinfo(found);
  return {};
}

/// BIND's words for what the system says.
std::string reason(int error_number) {
  switch (error_number) {
    case ECONNREFUSED:
      return "connection refused";
    case ECONNRESET:
      return "connection reset";
    case ETIMEDOUT:
      return "timed out";
    case EHOSTUNREACH:
      return "host unreachable";
    case ENETUNREACH:
      return "network unreachable";
    case EADDRNOTAVAIL:
      return "address not available";
    case EADDRINUSE:
      return "address in use";
    case EACCES:
    case EPERM:
      return "permission denied";
    default:
      return os::system_error_text(error_number);
  }
}

/// Waits for the socket; false (with errno) when it takes too long.
bool wait_for(const net::Descriptor& socket, short events) {
  pollfd wait{socket.get(), events, 0};
  int n = 0;
  while ((n = ::poll(&wait, 1, kRndcTimeout_ms)) < 0 && errno == EINTR) {
  }
  if (n == 0) errno = ETIMEDOUT;
  return n > 0;
}

Result<net::Descriptor> connect_to(const net::SocketAddress& address, const RndcSources& sources) {
  const auto failed = [&](int error_number) {
    return failure(fmt::format("connect failed: {}: {}", address.to_string(), reason(error_number)));
  };
  net::Descriptor socket(::socket(address.raw()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return failed(errno);
  const std::optional<net::SocketAddress>& source = address.is_v4() ? sources.v4 : sources.v6;
  if (source && ::bind(socket.get(), source->raw(), source->raw_size()) != 0)
    return failure(fmt::format("bind failed: {}: {}", source->to_string(), reason(errno)));
  if (::connect(socket.get(), address.raw(), address.raw_size()) == 0) return socket;
  if (errno != EINPROGRESS || !wait_for(socket, POLLOUT)) return failed(errno);
  int error_number = 0;
  socklen_t size = sizeof error_number;
  ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error_number, &size);
  if (error_number != 0) return failed(error_number);
  return socket;
}

Result<void> send_all(const net::Descriptor& socket, Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n > 0) {
      bytes = bytes.subspan(static_cast<size_t>(n));
    } else if (errno != EINTR && (errno != EAGAIN || !wait_for(socket, POLLOUT))) {
      return failure("send failed: " + reason(errno));
    }
  }
  return {};
}

constexpr const char* kClosedByServer =
    "connection to remote host closed.\n"
    "* This may be because the server does not know the key or its algorithm,\n"
    "* because the clocks of the two hosts are not the same,\n"
    "* because this host is not allowed to connect,\n"
    "* or because the server speaks another version of the protocol.";

/// The next bytes of the server; never none.
Result<std::vector<uint8_t>> receive(const net::Descriptor& socket) {
  std::vector<uint8_t> bytes(65536);
  while (true) {
    const ssize_t n = ::recv(socket.get(), bytes.data(), bytes.size(), 0);
    if (n > 0) {
      bytes.resize(static_cast<size_t>(n));
      return bytes;
    }
    if (n == 0) return failure(kClosedByServer);
    if (errno != EINTR && (errno != EAGAIN || !wait_for(socket, POLLIN)))
      return failure("recv failed: " + reason(errno));
  }
}

}  // namespace

Result<RndcTarget> find_target(const RndcRequest& request, Diagnostics& diagnostics, const Note& note) {
  const Result<Loaded> loaded = load(request, diagnostics, note);
  if (!loaded) return std::unexpected(loaded.error());
  const RndcConfig& config = loaded->config;

  RndcTarget target;
  std::optional<std::string> name = request.server ? request.server : config.default_server;
  if (!name && loaded->key_only) name = "127.0.0.1";
  if (!name) return failure("no server specified and no default");
  target.name = *name;
  const RndcServerStatement* server = find_server(config, *name);

  Result<control::RndcKey> key = find_key(request, *loaded, server);
  if (!key) return std::unexpected(key.error());
  target.key = std::move(*key);
  note(fmt::format("using key {}", target.key.name));

  target.sources = request.sources;
  const RndcSources& of_server = server != nullptr ? server->sources : config.default_sources;
  if (!target.sources.v4) target.sources.v4 = of_server.v4 ? of_server.v4 : config.default_sources.v4;
  if (!target.sources.v6) target.sources.v6 = of_server.v6 ? of_server.v6 : config.default_sources.v6;

  uint16_t port = kRndcPort;
  if (config.default_port) port = *config.default_port;
  if (server != nullptr && server->port) port = *server->port;
  if (request.port) port = *request.port;
  std::vector<RndcServerAddress> places = {{*name, std::nullopt}};
  if (server != nullptr && !server->addresses.empty()) places = server->addresses;
  for (const RndcServerAddress& place : places)
    if (Result<void> added = add_addresses(target, place, port, request); !added)
      return std::unexpected(added.error());
  return target;
}

Result<control::RndcReply> ask_server(const RndcTarget& target, const std::string& command,
                                      const Note& note) {
  Result<net::Descriptor> socket = failure("no address for " + target.name);
  for (const net::SocketAddress& address : target.addresses) {
    note(fmt::format("using server {} ({})", target.name, address.to_string()));
    socket = connect_to(address, target.sources);
    if (socket) break;
  }
  if (!socket) return std::unexpected(socket.error());

  control::RndcExchange exchange(target.key, command, static_cast<uint32_t>(random_u64()));
  control::RndcExchange::Step step{exchange.start(os::unix_time_s()), std::nullopt};
  while (!step.reply) {
    if (Result<void> sent = send_all(*socket, step.send); !sent) return std::unexpected(sent.error());
    const Result<std::vector<uint8_t>> bytes = receive(*socket);
    if (!bytes) return std::unexpected(bytes.error());
    Result<control::RndcExchange::Step> next = exchange.receive(*bytes, os::unix_time_s());
    if (!next) return failure("recv failed: " + next.error().text);
    step = std::move(*next);
  }
  note("reply received");
  return *step.reply;
}

}  // namespace nomen::tools
