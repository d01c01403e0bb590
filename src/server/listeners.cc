#include "server/listeners.h"

#include <sys/socket.h>

#include "base/log.h"
#include "net/interfaces.h"
#include "net/socket_options.h"
#include "server/settings.h"

namespace nomen::server {

namespace {

/// With SO_REUSEPORT another server of the same user could share the address unnoticed: see first whether the
/// address is free, as a single socket would.
Result<void> expect_free(const net::SocketAddress& address, bool only_streams) {
  for (const int type : {SOCK_STREAM, SOCK_DGRAM}) {
    if (type == SOCK_DGRAM && only_streams) continue;
    const auto probe = net::bound_socket(type, address, {}, [](int, const net::SocketAddress&) {});
    if (!probe) return std::unexpected(probe.error());
  }
  return {};
}

void log_closing(const net::SocketAddress& address) {
  log(LogCategory::kNetwork, LogSeverity::kInfo, "server", "no longer listening on {}", address.to_string());
}

std::string interface_of(const net::IpAddress& address,
                         const std::vector<net::InterfaceAddress>& interfaces) {
  for (const net::InterfaceAddress& one : interfaces) {
    if (one.prefix.address == address) return one.interface;
  }
  return "?";
}

}  // namespace

Listeners::Listeners(std::vector<std::unique_ptr<Worker>>& workers, net::ConnectionQuota& quota,
                     ListenFamilies families)
    : workers_(workers), quota_(quota), families_(families) {}

Listeners::Addresses Listeners::wanted(const config::ServerOptions& options, uint16_t port,
                                       const policy::LocalAddresses& local, const TlsContexts& tls) const {
  Addresses out;
  const auto interfaces = net::list_interface_addresses();
  if (!interfaces) return open_;
  const auto add = [&](const std::vector<config::ListenOn>& statements, bool v6) {
    for (const config::ListenOn& statement : statements) {
      const policy::AclPtr list = compile(statement.addresses);
      const TlsContexts::ContextPtr context =
          statement.tls.empty() ? nullptr : tls.of_listener(statement.tls);
      const uint16_t plain_port = port != 0 ? port : options.port;
      const uint16_t usual_port = context != nullptr ? options.tls_port : plain_port;
      const uint16_t wanted_port = statement.port != 0 ? statement.port : usual_port;
      for (const net::InterfaceAddress& one : *interfaces) {
        if (!one.up || one.prefix.address.is_v6() != v6) continue;
        if (list->allows({one.prefix.address.bytes(), nullptr}, local))
          out.try_emplace({one.prefix.address, wanted_port, one.scope_id}, context);
      }
    }
  };
  if (families_.v4) add(options.listen_on, false);
  if (families_.v6) add(options.listen_on_v6, true);
  return out;
}

Result<ListenerPair> Listeners::open_pair(Worker& worker, const net::SocketAddress& address,
                                          const TlsContexts::ContextPtr& tls,
                                          const config::ServerOptions& options) const {
  net::UdpOptions udp;
  udp.address = address;
  udp.bind.reuse_port = *reuse_port_ && workers_.size() > 1;
  if (options.udp_receive_buffer != 0)
    udp.receive_buffer_bytes = static_cast<int>(options.udp_receive_buffer);
  if (options.udp_send_buffer != 0) udp.send_buffer_bytes = static_cast<int>(options.udp_send_buffer);
  std::unique_ptr<net::UdpListener> udp_listener;
  if (tls == nullptr) {
    auto made = net::UdpListener::create(udp, worker.udp_batch(), worker.datagram_handler());
    if (!made) return std::unexpected(made.error());
    udp_listener = std::move(*made);
  }
  net::TcpOptions tcp;
  tcp.address = address;
  tcp.bind = udp.bind;
  tcp.backlog = static_cast<int>(options.tcp_listen_queue);
  tcp.receive_buffer_bytes = static_cast<int>(options.tcp_receive_buffer);
  tcp.send_buffer_bytes = static_cast<int>(options.tcp_send_buffer);
  tcp.tls = tls;
  auto tcp_listener = net::TcpListener::create(tcp, worker.stream_handler());
  if (!tcp_listener) return std::unexpected(tcp_listener.error());
  return ListenerPair{address, std::move(udp_listener), std::move(*tcp_listener)};
}

/// With `reuseport` each worker has sockets of its own and the kernel spreads the clients; without it, all
/// wait at the first one's.
Result<void> Listeners::open(const net::SocketAddress& address, const TlsContexts::ContextPtr& tls,
                             const config::ServerOptions& options) {
  if (!reuse_port_) reuse_port_ = options.reuseport;
  if (*reuse_port_ && workers_.size() > 1) {
    if (auto free = expect_free(address, tls != nullptr); !free) return free;
  }
  std::vector<ListenerPair> pairs;
  for (const auto& worker : workers_) {
    if (*reuse_port_ || pairs.empty()) {
      auto pair = open_pair(*worker, address, tls, options);
      if (!pair) return std::unexpected(pair.error());
      pairs.push_back(std::move(*pair));
      continue;
    }
    std::unique_ptr<net::UdpListener> udp;
    if (const auto& first = pairs.front().udp; first != nullptr) {
      auto shared = first->share(worker->udp_batch(), worker->datagram_handler());
      if (!shared) return std::unexpected(shared.error());
      udp = std::move(*shared);
    }
    auto tcp = pairs.front().tcp->share(worker->stream_handler());
    if (!tcp) return std::unexpected(tcp.error());
    pairs.push_back({address, std::move(udp), std::move(*tcp)});
  }
  for (size_t i = 0; i < pairs.size(); i++) workers_[i]->add_listener(std::move(pairs[i]));
  tcp_sockets_.opened.add(address, workers_.size());
  if (tls == nullptr) udp_sockets_.opened.add(address, workers_.size());
  return {};
}

/// `at_once`: when it returns, the address is free.
void Listeners::close(const net::SocketAddress& address, bool is_tls, bool at_once) {
  log_closing(address);
  for (const auto& worker : workers_) worker->remove_listener(address, at_once);
  tcp_sockets_.closed.add(address, workers_.size());
  if (!is_tls) udp_sockets_.closed.add(address, workers_.size());
}

size_t Listeners::update(const config::ServerOptions& options, uint16_t port,
                         const policy::LocalAddresses& local, const TlsContexts& tls) {
  const Addresses now = wanted(options, port, local, tls);
  const auto interfaces = net::list_interface_addresses().value_or(std::vector<net::InterfaceAddress>{});
  if (reuse_port_ && *reuse_port_ != options.reuseport)
    log(LogCategory::kGeneral, LogSeverity::kError, "server",
        "changing reuseport value requires server restart");
  size_t failed = 0;
  for (auto at = open_.begin(); at != open_.end();) {
    const auto wanted = now.find(at->first);
    const bool stays = wanted != now.end() && (wanted->second == nullptr) == (at->second == nullptr);
    if (!stays) {
      close(at->first, at->second != nullptr, wanted != now.end());
      at = open_.erase(at);
      continue;
    }
    if (at->second != wanted->second) {
      log(LogCategory::kNetwork, LogSeverity::kInfo, "server", "updating TLS context on {}",
          at->first.to_string());
      for (const auto& worker : workers_) worker->set_listener_tls(at->first, wanted->second);
      at->second = wanted->second;
    }
    ++at;
  }
  for (const auto& [address, context] : now) {
    if (open_.contains(address)) continue;
    log(LogCategory::kNetwork, LogSeverity::kInfo, "server", "listening on {} interface {}, {}",
        address.is_v6() ? "IPv6" : "IPv4", interface_of(address.address(), interfaces), address.to_string());
    if (const auto opened = open(address, context, options); !opened) {
      log(LogCategory::kNetwork, LogSeverity::kError, "server", "could not listen on {}: {}",
          address.to_string(), opened.error().text);
      failed++;
      continue;
    }
    open_.emplace(address, context);
  }
  return failed;
}

void Listeners::log_end() const {
  for (const auto& [address, context] : open_) log_closing(address);
}

}  // namespace nomen::server
