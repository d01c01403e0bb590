// What rndc status, zonestatus and showzone print, in BIND's layout.
// Thread rule: free functions.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "dns/name.h"
#include "server/secondaries.h"
#include "server/zone_keeper.h"
#include "transfer/catalog.h"

namespace nomen::server {

struct StatusFacts {
  int64_t boot_s = 0;
  int64_t configured_s = 0;
  std::string config_file;
  size_t workers = 0;
  size_t zones = 0;
  int debug_level = 0;
  bool query_log = false;
  std::optional<std::string> version;  ///< what version.bind says; nullopt: nothing
  bool version_given = false;          ///< the configuration says it
  uint32_t recursive_clients_limit = 0;
  uint32_t tcp_clients = 0;
  uint32_t tcp_clients_most = 0;
  uint32_t tcp_clients_limit = 0;
  size_t loads_pending = 0;
  size_t transfers_running = 0;
  size_t transfers_waiting = 0;
  size_t soa_queries = 0;
};

std::string status_text(const StatusFacts& facts);
/// `times` only of a secondary.
std::string zone_status_text(const KeptZone& zone, const std::optional<Secondaries::Times>& times,
                             const std::optional<transfer::CatalogMember>& listing);

/// The zone's statement as it stands in the configuration file now, on one line.
Result<std::string> zone_statement_text(const std::string& config_file, dns::NameView name,
                                        const std::string& view);

}  // namespace nomen::server
