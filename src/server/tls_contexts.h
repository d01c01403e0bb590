// What the tls blocks of a configuration make of TLS: for addresses that are listened on, and for servers
// that are talked to. Made anew with every reading of the configuration, so that new certificates hold from
// then on. Thread rule: the main thread; the contexts themselves go everywhere.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "config/model.h"
#include "crypto/tls_context.h"

namespace nomen::server {

class TlsContexts {
 public:
  using ContextPtr = std::shared_ptr<const crypto::TlsContext>;

  /// Reads the files of all blocks that the configuration makes use of: afterwards the process may become
  /// somebody who cannot. An error when an address that is listened on cannot have its TLS; of servers that
  /// are talked to that is told when it is their turn.
  static Result<std::shared_ptr<TlsContexts>> make(const config::Config& config);

  /// Of a listener. Only names that listen-on has.
  ContextPtr of_listener(const std::string& name) const { return listeners_.at(name); }
  /// For a server that is talked to, by the name of its block; the same with each call.
  const Result<ContextPtr>& for_server(const std::string& name);

 private:
  Result<ContextPtr> make_client(const std::string& name) const;

  std::map<std::string, crypto::TlsSettings> blocks_;
  std::map<std::string, ContextPtr> listeners_;
  std::map<std::string, Result<ContextPtr>> servers_;
};

}  // namespace nomen::server
