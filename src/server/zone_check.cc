#include "server/zone_check.h"

namespace nomen::server {

void check_loaded_zone(const config::Zone&, const std::string& name, zone::LoadResult& result) {
  if (result.content == nullptr || !result.changed) return;
  const auto refuse = [&](const char* text) {
    result.diagnostics.push_back({Severity::kError, {}, "zone " + name + ": " + text});
    result.content = nullptr;
  };
  const zone::NodeView apex = result.content->apex_node();
  const zone::RRsetView soa = apex.find(dns::RRType::kSoa);
  if (!soa || soa.count() != 1) return refuse(soa ? "has more than one SOA record" : "has 0 SOA records");
  if (!apex.find(dns::RRType::kNs)) return refuse("has no NS records");
}

}  // namespace nomen::server
