#include "server/renew_zonemd.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "server/zone_log.h"
#include "transfer/zonemd.h"
#include "zone/content_writer.h"
#include "zone/difference.h"

namespace nomen::server {

namespace {

/// Up to so many records updates wait for the digest: that is about 20 ms for all that came meanwhile.
constexpr uint64_t kMostRecords = 20'000;

/// `change` with what happens at the apex taken from `apex_change`.
zone::Change with_apex(const zone::Change& change, zone::Change apex_change, dns::NameView apex) {
  const auto copy = [&](const zone::RecordList& from, zone::RecordList& to) {
    for (const auto& entry : from.entries()) {
      if (!(from.owner(entry) == apex))
        to.add(from.owner(entry), static_cast<dns::RRType>(entry.type), entry.ttl_s, from.rdata(entry));
    }
  };
  copy(change.removed, apex_change.removed);
  copy(change.added, apex_change.added);
  return apex_change;
}

}  // namespace

void renew_zonemd(const zone::Content& before, zone::ContentPtr& after, zone::Change& change, ZonemdCost cost,
                  const std::string& name) {
  if (!after->apex_node().find(dns::RRType::kZonemd)) return;
  const bool is_renewed = cost == ZonemdCost::kAny || after->record_count() <= kMostRecords;
  const zone::Change fix = is_renewed ? transfer::renewed_zonemd(*after) : transfer::without_zonemd(*after);
  if (fix.empty()) return;
  if (!is_renewed) {
    log_zone(
        LogSeverity::kNotice, name,
        fmt::format("its ZONEMD record goes with this update: the digest of {} records would be made for "
                    "each one; 'nomen zone digest --apply' makes it anew",
                    after->record_count()));
  } else if (fix.added.empty()) {
    log_zone(LogSeverity::kNotice, name,
             "its ZONEMD record goes with this change: it is signed, and only who has the key can renew it");
  }
  zone::ContentWriter writer(*after, zone::kNoLimits);
  if (!writer.apply(fix)) return;
  Diagnostics diagnostics;
  after = writer.finish(diagnostics);
  const dns::Name apex(after->apex());
  const std::array<dns::NameView, 1> names{apex.view()};
  change = with_apex(change, zone::difference_at(before, *after, names), apex);
}

}  // namespace nomen::server
