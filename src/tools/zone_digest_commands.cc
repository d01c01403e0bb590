// nomen zone digest: the ZONEMD record of a zone (RFC 8976), made or verified.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "config/paths.h"
#include "dns/rdata.h"
#include "server/loader.h"
#include "tools/zone_commands.h"
#include "transfer/zonemd.h"
#include "zone/load.h"

namespace nomen::tools {

namespace {

struct DigestOptions {
  ZoneChoice choice{config::kNamedConfFile, {}, {}};
  std::string file;
  std::string hash = "sha384";
  bool apply = false;
  ControlChoice control;

  transfer::ZonemdHash algorithm() const {
    return hash == "sha512" ? transfer::ZonemdHash::kSha512 : transfer::ZonemdHash::kSha384;
  }
};

/// What is digested: the zone's newest version, or what a file says.
Result<zone::ContentPtr> content_of(const Result<ZoneHistory>& history, const DigestOptions& options) {
  if (!history) return std::unexpected(history.error());
  if (options.file.empty()) return history->content(std::nullopt);
  zone::LoadRequest request = server::load_request(history->zone(), history->directory());
  request.path = options.file;
  request.is_raw = false;
  zone::LoadResult loaded = zone::load_zone(request);
  for (const Diagnostic& diagnostic : loaded.diagnostics) fmt::print(stderr, "{}\n", to_string(diagnostic));
  if (loaded.content == nullptr) return failure("'" + options.file + "' has errors");
  return std::move(loaded.content);
}

/// Has a version made that has the record: it goes to the server as it would be for the version before, and
/// the server makes it right for the new one.
int apply(const ZoneHistory& history, const zone::Content& zone, const DigestOptions& options) {
  const std::vector<uint8_t> made = transfer::make_zonemd(zone, options.algorithm());
  Plan plan{.zone = dns::to_string_no_dot(zone.apex()),
            .view = history.view(),
            .rr_class = zone.rr_class(),
            .from = zone.serial(),
            .digest = {},
            .change = {}};
  bool is_there = false;
  const zone::RRsetView set = zone.apex_node().find(dns::RRType::kZonemd);
  const zone::RRsetView soa = zone.apex_node().find(dns::RRType::kSoa);
  if (set) {
    set.for_each([&](Bytes rdata) {
      is_there = is_there || equal(rdata, Bytes(made));
      if (rdata.size() > 5 && rdata[4] == made[4] && rdata[5] == made[5])
        plan.change.removed.add(zone.apex(), dns::RRType::kZonemd, set.ttl_s(), rdata);
    });
  }
  if (is_there) {
    fmt::print("{}: its ZONEMD record is right, serial {}\n", plan.zone, plan.from.value);
    return 0;
  }
  plan.change.added.add(zone.apex(), dns::RRType::kZonemd, set ? set.ttl_s() : soa.ttl_s(), made);
  const auto outcome = hand_over(plan, options.control);
  if (!outcome) return fail(outcome.error().text);
  fmt::print("{}: {} is served, with its ZONEMD record\n", plan.zone, *outcome);
  return 0;
}

int run_digest(const DigestOptions& options) {
  const auto history = ZoneHistory::open_any(options.choice);
  const auto content = content_of(history, options);
  if (!content) return fail(content.error().text);
  const zone::Content& zone = **content;
  if (options.apply) return apply(*history, zone, options);
  const auto hash = options.algorithm();
  const zone::RRsetView soa = zone.apex_node().find(dns::RRType::kSoa);
  fmt::print("{} {} {} ZONEMD {}\n", dns::to_string(zone.apex()), soa ? soa.ttl_s() : 0,
             dns::to_string(zone.rr_class()),
             dns::rdata_to_text(dns::RRType::kZonemd, zone.rr_class(), transfer::make_zonemd(zone, hash)));
  if (!zone.apex_node().find(dns::RRType::kZonemd)) {
    fmt::print(stderr, "the zone has no ZONEMD record yet\n");
    return 0;
  }
  if (const auto verified = transfer::verify_zonemd(zone); !verified) return fail(verified.error().text);
  fmt::print(stderr, "the zone's ZONEMD record is right\n");
  return 0;
}

}  // namespace

void add_digest_commands(CLI::App& app, ZoneCommands& commands) {
  const auto options = std::make_shared<DigestOptions>();
  CLI::App* const digest = add_zone_command(app, options->choice, "digest",
                                            "print the zone's ZONEMD record, and verify the one it has");
  digest->add_option("--file", options->file, "of what this master file says");
  digest->add_option("--hash", options->hash, "the hash of the record")
      ->check(CLI::IsMember({"sha384", "sha512"}))
      ->capture_default_str();
  digest->add_flag("--apply", options->apply,
                   "of a zone that takes updates: make a version that has the record");
  add_control_options(*digest, options->control);
  digest->footer(
      "The record is good for the zone as it is, serial included: put it into the file with that serial. In "
      "a "
      "zone\nthat takes updates (--apply) the server makes it anew with each of them. The exit status is 1 "
      "when "
      "the zone\nhas such a record and it does not match.");
  commands.push_back({digest, [options] { return run_digest(*options); }});
}

}  // namespace nomen::tools
