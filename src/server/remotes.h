// The servers that this one talks to about zones: where they are, where from, and what the `server`
// statements and keys of a view say of them. Thread rule: made and asked on the main thread; a Remote is a
// value.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "answer/snapshot.h"
#include "config/model.h"
#include "dns/tsig.h"
#include "net/address.h"
#include "server/tls_contexts.h"

namespace nomen::server {

struct Remote {
  net::SocketAddress address;
  net::SocketAddress source;                ///< of family kNone: what the kernel chooses
  std::shared_ptr<const dns::TsigKey> key;  ///< signs what is sent; nullptr: nothing is signed
  bool key_missing = false;                 ///< a key is named that is not there: nothing may be sent
  TlsContexts::ContextPtr tls;              ///< it is talked to over TLS only; nullptr: without
  std::string tls_problem;                  ///< why its TLS cannot be had: nothing may be sent
  bool bogus = false;                       ///< not to be talked to
  bool edns = true;
  bool tcp_only = false;
  std::optional<bool> request_ixfr, request_expire;
  std::optional<uint32_t> transfers;  ///< at once from this server
  bool operator==(const Remote&) const = default;

  /// Whether what the configuration wants of messages to it can be had.
  bool is_usable() const { return !bogus && !key_missing && tls_problem.empty(); }

  /// "(source 192.0.2.7#0)", as BIND's lines have it.
  std::string source_text() const;
};

class Remotes {
 public:
  /// `port` is where servers are that are named without one, and without TLS.
  void configure(const config::Config& config, uint16_t port, std::shared_ptr<TlsContexts> tls);

  Remote primary(const std::string& view, const config::RemoteServer& server,
                 const config::ZoneOptions& options) const;
  Remote notified(const std::string& view, const config::RemoteServer& server,
                  const config::ZoneOptions& options) const;

 private:
  struct View {
    std::string name;
    answer::KeyRing keys;
    std::vector<config::Server> servers;
  };
  Remote remote(const View* view, const config::RemoteServer& server) const;
  const View* find(const std::string& view) const;
  static const config::Server* said_of(const View* view, const Remote& remote);

  uint16_t port_ = 53;
  uint16_t tls_port_ = 853;
  std::shared_ptr<TlsContexts> tls_;
  std::vector<View> views_;
};

}  // namespace nomen::server
