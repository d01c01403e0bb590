// Which addresses are listened on: what listen-on and listen-on-v6 say, applied to the addresses that this
// host has now. Looks again when interfaces change and after a reload; opens and closes only what differs.
// Every worker has a UDP and a TCP socket of its own on each address; with TLS, a TCP socket only.
// Thread rule: the main thread.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "config/model.h"
#include "server/family_counts.h"
#include "server/tls_contexts.h"
#include "server/worker.h"

namespace nomen::server {

struct ListenFamilies {
  bool v4 = true;  ///< cleared by -6
  bool v6 = true;  ///< cleared by -4
};

class Listeners {
 public:
  Listeners(std::vector<std::unique_ptr<Worker>>& workers, net::ConnectionQuota& quota,
            ListenFamilies families);

  /// `port` (not 0) takes the place of the configuration's. Addresses that were open get the certificates of
  /// `tls`. Failures of single addresses are logged and counted; returns how many addresses could not be
  /// opened.
  size_t update(const config::ServerOptions& options, uint16_t port, const policy::LocalAddresses& local,
                const TlsContexts& tls);
  size_t size() const { return open_.size(); }
  bool is_open(const net::SocketAddress& address) const { return open_.contains(address); }
  /// Sockets that were opened and given up, a worker's share of one counted by itself; those of TLS are
  /// TCP's.
  struct SocketCounts {
    FamilyCounts opened;
    FamilyCounts closed;
  };
  const SocketCounts& udp_sockets() const { return udp_sockets_; }
  const SocketCounts& tcp_sockets() const { return tcp_sockets_; }
  /// At the server's end: the log says of each address that it is given up.
  void log_end() const;

 private:
  /// What is listened on, each with its TLS, or nullptr: none.
  using Addresses = std::map<net::SocketAddress, TlsContexts::ContextPtr>;

  Addresses wanted(const config::ServerOptions& options, uint16_t port, const policy::LocalAddresses& local,
                   const TlsContexts& tls) const;
  void close(const net::SocketAddress& address, bool is_tls, bool at_once);
  Result<void> open(const net::SocketAddress& address, const TlsContexts::ContextPtr& tls,
                    const config::ServerOptions& options);
  Result<ListenerPair> open_pair(Worker& worker, const net::SocketAddress& address,
                                 const TlsContexts::ContextPtr& tls,
                                 const config::ServerOptions& options) const;

  std::vector<std::unique_ptr<Worker>>& workers_;
  net::ConnectionQuota& quota_;
  ListenFamilies families_;
  Addresses open_;
  std::optional<bool> reuse_port_;  ///< as it was when the first address was opened
  SocketCounts udp_sockets_;
  SocketCounts tcp_sockets_;
};

}  // namespace nomen::server
