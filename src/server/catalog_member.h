// What a catalog (RFC 9432) lists, as zones of this server: a secondary each, with the primaries and the
// access lists that the member, the catalog, or the configuration names, in this order, and BIND's name for
// its saved copy. Thread rule: pure functions and values.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "config/model.h"
#include "transfer/catalog.h"

namespace nomen::server {

/// What members have in common; most of a catalog's members share one.
struct MemberSettings {
  std::vector<config::RemoteServer> primaries;
  std::shared_ptr<const config::ZoneOptions> options;
  bool operator==(const MemberSettings& other) const {
    return primaries == other.primaries && (options == other.options || *options == *other.options);
  }
};

/// `own` are the member's properties, `of_catalog` those of all members; `options` are what the view's zones
/// inherit, and `group` what the configuration says of the member's group (nullptr: nothing).
MemberSettings member_settings(const config::CatalogZone& catalog, const transfer::CatalogOptions& of_catalog,
                               const transfer::CatalogOptions& own,
                               const std::shared_ptr<const config::ZoneOptions>& options,
                               const config::CatalogGroup* group = nullptr);

/// Where the member's saved copy is: DIRECTORY/__catz__VIEW_CATALOG_ZONE.db, or, when that is no good name
/// for a file, with a SHA-256 digest of its parts; as BIND has it. Empty for in-memory members.
std::string member_file(const config::CatalogZone& catalog, const std::string& view, dns::NameView zone);

config::ZonePtr member_zone(dns::NameView zone, const std::shared_ptr<const std::string>& catalog,
                            const MemberSettings& settings, std::string file);

/// The zone statement that would say the same, on one line.
std::string statement_text(const config::Zone& zone);

}  // namespace nomen::server
