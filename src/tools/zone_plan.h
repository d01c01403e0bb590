// A plan: what would change a zone from the version that it was made against into what a master file says.
// As a file it is a patch with a head in comments, for people to read and to keep:
//
//   ; nomen plan 1
//   ; zone example.com IN view _default
//   ; from serial 41 digest 5f0c...   (zone/content_digest.h)
//   -www.example.com. 300 IN A 192.0.2.1
//   +www.example.com. 300 IN A 192.0.2.2
//
// Thread rule: values and free functions.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/diagnostic.h"
#include "tools/zone_history.h"
#include "zone/change.h"
#include "zone/content.h"
#include "zone/content_digest.h"

namespace nomen::tools {

struct Plan {
  std::string zone;  ///< "example.com"
  std::string view;
  dns::RRClass rr_class = dns::RRClass::kIn;
  dns::Serial from;
  zone::ContentDigest digest;  ///< of the version it was made against
  zone::Change change;         ///< the serial in it is the one that the file has, or `from`

  bool empty() const { return change.empty(); }
  /// The serial that the new version is to have; nothing: the server's serial-update-method chooses it.
  std::optional<dns::Serial> to() const;
};

/// RRs but the SOA that go for good, and that come; an RR whose TTL changes does neither.
struct PlanCounts {
  uint64_t removed = 0;
  uint64_t added = 0;
};
PlanCounts count(const Plan& plan);

/// What a file says against a version.
struct PlanFromFile {
  std::optional<Plan> plan;  ///< nothing: the file has errors
  /// The file's serial, where it is older than the zone's: it does not count.
  std::optional<dns::Serial> old_serial;
  Diagnostics diagnostics;  ///< with file and line
};
PlanFromFile plan_from_file(const ZoneHistory& history, const zone::ContentPtr& against,
                            const std::string& path);

std::string to_text(const Plan& plan);
bool is_plan(std::string_view text);
/// Errors name the line.
Result<Plan> parse_plan(std::string_view text);

/// The brake: fails when the plan removes more than `percent` of the RRs of `against`.
Result<void> check_removal(const Plan& plan, const zone::Content& against, double percent);

}  // namespace nomen::tools
