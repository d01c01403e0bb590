#include "tools/checkconf_zones.h"

#include <fmt/format.h>

#include <cstdio>

#include "config/disk.h"
#include "server/zone_checks.h"
#include "tools/checkzone_verdict.h"

namespace nomen::tools {

namespace {

bool try_one(const config::Config& config, const config::Zone& zone, bool use_journal) {
  if (zone.type != config::ZoneType::kPrimary || zone.file.empty()) return true;
  CheckzoneOptions options;
  options.zone = dns::Name(zone.name());
  options.zone_text = dns::to_string_no_dot(zone.name());
  options.rr_class = zone.rr_class;
  options.file = config::path_in(config.options.directory, zone.file);
  options.input = zone.format() == config::MasterFormat::kRaw ? ZoneFormat::kRaw : ZoneFormat::kText;
  options.checks = server::check_options(zone);
  const std::string journal =
      zone.journal.empty() ? options.file + ".jnl" : config::path_in(config.options.directory, zone.journal);
  if (use_journal && config::real_disk().exists(journal)) {
    fmt::print("zone {}/{}: the journal '{}' cannot be read: this version does not read journals\n",
               options.zone_text, dns::to_string(zone.rr_class), journal);
    return false;
  }
  const Trial trial = try_zone(options);
  print_verdict(options, trial, stdout);
  return trial.is_good;
}

}  // namespace

ZoneTester zone_tester() {
  return [](const config::Config& config, const config::View&, const config::Zone& zone, bool use_journal) {
    return try_one(config, zone, use_journal);
  };
}

}  // namespace nomen::tools
