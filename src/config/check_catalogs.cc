#include "config/check_catalogs.h"

#include <algorithm>
#include <unordered_set>

namespace nomen::config {

namespace {

std::string wire_of(dns::NameView name) {
  return std::string(as_text(dns::Name(name).lowered().bytes()));
}

void check_view(const View& view, Diagnostics& diagnostics) {
  std::unordered_set<std::string> generated;
  for (const ZonePtr& zone : view.particular) {
    if (zone->generates_catalog) generated.insert(wire_of(zone->name()));
  }
  std::unordered_set<const ZoneOptions*> seen;
  const auto check = [&](const ZonePtr& zone) {
    const bool is_listed = zone->type == ZoneType::kPrimary || zone->type == ZoneType::kSecondary;
    const std::string& wanted = zone->options->catalog_zone;
    if (!is_listed || wanted.empty() || !seen.insert(zone->options.get()).second) return;
    const auto name = dns::Name::parse(wanted);
    if (!name || generated.contains(wire_of(*name))) return;
    diagnostics.push_back({zone->added ? Severity::kWarning : Severity::kError,
                           {},
                           "zone '" + dns::to_string_no_dot(zone->name()) + "': 'catalog-zone \"" + wanted +
                               "\"' is no zone of view '" + view.name + "' with 'catalog-generate yes'"});
  };
  if (view.zone_options->catalog_zone.empty()) {
    std::for_each(view.particular.begin(), view.particular.end(), check);
  } else {
    std::for_each(view.zones.begin(), view.zones.end(), check);
  }
}

}  // namespace

Diagnostics catalog_problems(const Config& config) {
  Diagnostics diagnostics;
  for (const View& view : config.views) check_view(view, diagnostics);
  return diagnostics;
}

}  // namespace nomen::config
