#include "server/zone_checks.h"

namespace nomen::server {

namespace {

zone::Strictness strictness(config::CheckMode mode) {
  switch (mode) {
    case config::CheckMode::kIgnore:
      return zone::Strictness::kIgnore;
    case config::CheckMode::kWarn:
      return zone::Strictness::kWarn;
    case config::CheckMode::kFail:
      return zone::Strictness::kFail;
  }
  return zone::Strictness::kWarn;
}

}  // namespace

zone::CheckOptions check_options(const config::Zone& zone) {
  const config::ZoneOptions& options = *zone.options;
  zone::CheckOptions checks;
  checks.integrity = options.check_integrity;
  checks.sibling_glue = options.check_sibling;
  checks.names = strictness(zone.check_names());
  checks.mx_addresses = strictness(options.check_mx);
  checks.mx_cname = strictness(options.check_mx_cname);
  checks.srv_cname = strictness(options.check_srv_cname);
  checks.duplicate_records = strictness(options.check_dup_records);
  checks.wildcard = options.check_wildcard;
  checks.max_ttl_s = options.max_zone_ttl_s.value_or(0);
  if (zone.is_copy()) {  // the primary has judged what belongs together
    checks.integrity = checks.wildcard_cuts = false;
    checks.mx_addresses = checks.mx_cname = checks.srv_cname = checks.duplicate_records =
        checks.apex_servers = zone::Strictness::kIgnore;
  }
  checks.spf = options.check_spf != config::CheckMode::kIgnore;
  return checks;
}

}  // namespace nomen::server
