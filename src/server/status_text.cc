#include "server/status_text.h"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "base/os/usable_cores.h"
#include "config/disk.h"
#include "config/parser.h"
#include "config/printer.h"
#include "config/tree.h"

namespace nomen::server {

namespace {

/// "Fri, 20 Nov 2026 23:17:36 GMT"
std::string http_time(int64_t time_s) {
  const std::time_t when = time_s;
  std::tm parts{};
  ::gmtime_r(&when, &parts);
  std::array<char, 64> text{};
  std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return text.data();
}

bool is_zone(const config::Node& statement, dns::NameView name) {
  if (statement.name() != "zone" || statement.value() == nullptr) return false;
  const auto written = dns::Name::parse(statement.value()->text);
  return written && written->view() == name;
}

/// What version.bind is made to say stands behind the real version.
std::string said_version(const StatusFacts& facts) {
  if (!facts.version_given) return {};
  return fmt::format(" ({})", facts.version.value_or("version.bind/txt/ch disabled"));
}

/// Above it BIND begins to drop the oldest of the clients that wait for recursion.
uint32_t soft_limit(uint32_t limit) {
  if (limit <= 1000) return static_cast<uint32_t>(uint64_t{limit} * 90 / 100);
  return limit - std::max(100U, os::usable_cores() + 1);
}

}  // namespace

std::string status_text(const StatusFacts& facts) {
  utsname machine{};
  ::uname(&machine);
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return fmt::format(
      "version: Nomen {} <id:{}>{}\n"
      "running on {}: {} {} {} {}\n"
      "boot time: {}\n"
      "last configured: {}\n"
      "configuration file: {}\n"
      "CPUs found: {}\n"
      "worker threads: {}\n"
      "UDP listeners per interface: {}\n"
      "number of zones: {} (0 automatic)\n"
      "debug level: {}\n"
      "xfers running: {}\n"
      "xfers deferred: {}\n"
      "soa queries in progress: {}\n"
      "query logging is {}\n"
      "recursive clients: 0/{}/{}\n"
      "tcp clients: {}/{}\n"
      "TCP high-water: {}\n"
      "{}server is up and running",
      NOMEN_VERSION, NOMEN_VERSION, said_version(facts), host.data(), machine.sysname, machine.machine,
      machine.release, machine.version, http_time(facts.boot_s), http_time(facts.configured_s),
      facts.config_file, os::usable_cores(), facts.workers, facts.workers, facts.zones, facts.debug_level,
      facts.transfers_running, facts.transfers_waiting, facts.soa_queries, facts.query_log ? "ON" : "OFF",
      soft_limit(facts.recursive_clients_limit), facts.recursive_clients_limit, facts.tcp_clients,
      facts.tcp_clients_limit, facts.tcp_clients_most,
      facts.loads_pending != 0 ? fmt::format("zones loading: {}\n", facts.loads_pending) : "");
}

std::string zone_status_text(const KeptZone& zone, const std::optional<Secondaries::Times>& times,
                             const std::optional<transfer::CatalogMember>& listing) {
  const zone::Content* content = zone.content();
  std::string text = fmt::format("name: {}\ntype: {}\n", dns::to_string_no_dot(zone.config->name()),
                                 config::to_string(zone.config->type));
  if (!zone.config->file.empty()) text += fmt::format("files: {}\n", zone.config->file);
  if (zone.config->catalog != nullptr) text += fmt::format("catalog: {}\n", *zone.config->catalog);
  if (listing && !listing->properties.groups.empty())
    text += fmt::format("groups: {}\n", fmt::join(listing->properties.groups, ", "));
  if (content == nullptr) return text + "loaded: no";
  text += fmt::format("serial: {}\nnodes: {}\n", content->serial().value, content->name_count());
  if (zone.loaded_s != 0) text += fmt::format("last loaded: {}\n", http_time(zone.loaded_s));
  if (times && times->refresh_s != 0) text += fmt::format("next refresh: {}\n", http_time(times->refresh_s));
  if (times && times->expires_s != 0) text += fmt::format("expires: {}\n", http_time(times->expires_s));
  text += fmt::format("secure: {}\n", content->is_signed() ? "yes" : "no");
  text += fmt::format("dynamic: {}\n", zone.config->is_dynamic() ? "yes" : "no");
  if (zone.config->is_dynamic()) text += fmt::format("frozen: {}\n", zone.frozen ? "yes" : "no");
  return text + fmt::format("reconfigurable via modzone: {}", zone.config->added ? "yes" : "no");
}

Result<std::string> zone_statement_text(const std::string& config_file, dns::NameView name,
                                        const std::string& view) {
  Diagnostics diagnostics;
  const auto tree = config::parse_file(config_file, {}, config::real_disk(), diagnostics);
  if (!tree || has_error(diagnostics)) return failure("the configuration file has errors now");
  for (const config::Node& statement : tree->statements()) {
    if (is_zone(statement, name))
      return config::print_statement(statement, {.hide_secrets = true, .one_line = true});
    if (statement.name() != "view" || statement.value() == nullptr || statement.value()->text != view)
      continue;
    for (const config::Node& inner : statement.block()) {
      if (is_zone(inner, name))
        return config::print_statement(inner, {.hide_secrets = true, .one_line = true});
    }
  }
  return failure("the zone is not in the configuration file any more");
}

}  // namespace nomen::server
