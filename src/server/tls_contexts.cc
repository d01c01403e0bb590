#include "server/tls_contexts.h"

#include <set>

namespace nomen::server {

namespace {

void add_names(const std::vector<config::RemoteServer>& servers, std::set<std::string>& names) {
  for (const config::RemoteServer& server : servers) {
    if (!server.tls.empty()) names.insert(server.tls);
  }
}

/// The blocks by which other servers are talked to.
std::set<std::string> names_of_servers(const config::Config& config) {
  std::set<std::string> names;
  for (const config::View& view : config.views) {
    if (!view.zones.empty()) add_names(view.zone_options->also_notify, names);
    for (const config::ZonePtr& zone : view.particular) {
      add_names(zone->primaries, names);
      add_names(zone->options->also_notify, names);
    }
  }
  return names;
}

std::string in_block(const std::string& name, const Error& error) {
  return "tls '" + name + "': " + error.text;
}

}  // namespace

Result<std::shared_ptr<TlsContexts>> TlsContexts::make(const config::Config& config) {
  auto made = std::make_shared<TlsContexts>();
  made->blocks_.emplace("ephemeral", crypto::TlsSettings{});
  for (const config::Tls& block : config.tls) made->blocks_.emplace(block.name, block.settings);
  for (const auto* statements : {&config.options.listen_on, &config.options.listen_on_v6}) {
    for (const config::ListenOn& statement : *statements) {
      if (statement.tls.empty() || made->listeners_.contains(statement.tls)) continue;
      auto context = crypto::TlsContext::for_server(made->blocks_.at(statement.tls));
      if (!context) return failure(in_block(statement.tls, context.error()));
      made->listeners_.emplace(statement.tls, std::move(*context));
    }
  }
  for (const std::string& name : names_of_servers(config)) made->for_server(name);
  return made;
}

Result<TlsContexts::ContextPtr> TlsContexts::make_client(const std::string& name) const {
  const auto block = blocks_.find(name);
  if (block == blocks_.end()) return failure("tls '" + name + "' is not defined");
  auto context = crypto::TlsContext::for_client(block->second);
  if (!context) return failure(in_block(name, context.error()));
  return std::move(*context);
}

const Result<TlsContexts::ContextPtr>& TlsContexts::for_server(const std::string& name) {
  const auto known = servers_.find(name);
  return known != servers_.end() ? known->second : servers_.emplace(name, make_client(name)).first->second;
}

}  // namespace nomen::server
