// nomen zone log, show, diff, blame and rollback.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <ctime>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/os/clock.h"
#include "config/paths.h"
#include "store/history.h"
#include "tools/zone_commands.h"
#include "zone/content_writer.h"
#include "zone/dump.h"

namespace nomen::tools {

namespace {

struct HistoryOptions {
  ZoneChoice choice{config::kNamedConfFile, {}, {}};
  size_t count = 20;
  std::optional<uint32_t> serial;
  uint32_t from = 0;
  uint32_t to = 0;
  std::string name;
  bool json = false;
  bool full = false;
  bool raise = false;
  ControlChoice control;
};

nlohmann::ordered_json version_json(dns::Serial from, dns::Serial to, int64_t time_us,
                                    const store::Actor& actor) {
  return {{"from", from.value},
          {"to", to.value},
          {"time", static_cast<double>(time_us) / 1e6},
          {"actor", store::to_string(actor)}};
}

/// How much a version changed; what IXFR and `diff` do not lead over is said.
std::string size_text(const store::VersionInfo& row) {
  if (row.is_gap) return fmt::format("gap: what changed after {} is not kept", row.from.value);
  std::string text = fmt::format("-{} +{}", row.records_removed, row.records_added);
  if (!row.to.is_after(row.from)) text += fmt::format(" (serial not later than {})", row.from.value);
  return text;
}

int print_log(const ZoneHistory& history, const HistoryOptions& options) {
  const auto rows = history.list(options.count);
  if (!rows) return fail(rows.error().text);
  if (options.json) {
    nlohmann::ordered_json out = nlohmann::ordered_json::array();
    for (const store::VersionInfo& row : *rows) {
      auto item = version_json(row.from, row.to, row.time_us, row.actor);
      item["removed"] = row.records_removed;
      item["added"] = row.records_added;
      if (row.is_gap) item["gap"] = true;
      out.push_back(std::move(item));
    }
    fmt::print("{}\n", out.dump(2));
    return 0;
  }
  for (const store::VersionInfo& row : *rows)
    fmt::print("{:<10}  {}  {}  {}\n", row.to.value, time_text(row.time_us), size_text(row),
               store::to_string(row.actor));
  if (rows->empty())
    fmt::print(stderr, "no change of the zone is logged: 'show' prints what its file says\n");
  return 0;
}

Result<zone::ContentPtr> with_serial(const zone::Content& content, dns::Serial serial) {
  zone::Change change;
  const zone::RRsetView soa = content.apex_node().find(dns::RRType::kSoa);
  for (zone::RecordList* const list : {&change.removed, &change.added})
    list->add(content.apex(), soa.type(), soa.ttl_s(), soa.first_rdata());
  const auto renumbered = store::with_serial(change, serial);
  if (!renumbered) return std::unexpected(renumbered.error());
  zone::ContentWriter writer(content, {});
  if (auto applied = writer.apply(*renumbered); !applied) return std::unexpected(applied.error());
  Diagnostics diagnostics;
  return writer.finish(diagnostics);
}

int print_zone_version(const ZoneHistory& history, const HistoryOptions& options) {
  auto content = history.content(options.serial ? std::optional(dns::Serial{*options.serial}) : std::nullopt);
  if (!content) return fail(content.error().text);
  if (options.raise) {
    const auto newest = history.content(std::nullopt);
    if (!newest) return fail(newest.error().text);
    content = with_serial(**content, {(*newest)->serial().value + 1});
    if (!content) return fail(content.error().text);
  }
  const auto style = options.full ? zone::DumpStyle::kFull : zone::DumpStyle::kRelative;
  zone::dump_text(**content, style, static_cast<uint32_t>(os::unix_time_s()), [](std::string_view piece) {
    return std::fwrite(piece.data(), 1, piece.size(), stdout) == piece.size();
  });
  return 0;
}

int print_difference(const ZoneHistory& history, const HistoryOptions& options) {
  const auto change = history.difference({options.from}, {options.to});
  if (!change) return fail(change.error().text);
  print_patch(store::to_patch(*change, history.zone().rr_class), "");
  return 0;
}

int print_blame(const ZoneHistory& history, const HistoryOptions& options) {
  const auto name = dns::Name::parse(options.name);
  if (!name) return fail("'" + options.name + "' is not a name: " + name.error().text);
  const auto versions = history.versions();
  if (!versions) return fail(versions.error().text);
  const auto found = store::blame(*versions, *name);
  for (const store::Version& version : *versions) {
    if (version.is_gap)
      fmt::print(stderr, "what changed from {} to {} is not kept\n", version.from.value, version.to.value);
  }
  if (options.json) {
    nlohmann::ordered_json out = nlohmann::ordered_json::array();
    for (const store::Blame& blame : found) {
      auto item = version_json(blame.from, blame.to, blame.time_us, blame.actor);
      item["patch"] = store::to_patch(blame.change, history.zone().rr_class);
      out.push_back(std::move(item));
    }
    fmt::print("{}\n", out.dump(2));
    return 0;
  }
  if (found.empty()) fmt::print("no version in the log has changed {}\n", options.name);
  for (const store::Blame& blame : found) {
    fmt::print("{}  {}  {}\n", blame.to.value, time_text(blame.time_us), store::to_string(blame.actor));
    print_patch(store::to_patch(blame.change, history.zone().rr_class), "    ");
  }
  return 0;
}

int roll_back(const HistoryOptions& options) {
  const auto target = target_of(options.control);
  if (!target) return fail(target.error().text);
  const auto text =
      tell_server(*target, fmt::format("rollback {} {}", options.from, zone_words(options.choice)));
  if (!text) return fail(text.error().text);
  fmt::print("{}\n", *text);
  return 0;
}

}  // namespace

void add_history_commands(CLI::App& app, ZoneCommands& commands) {
  const auto options = std::make_shared<HistoryOptions>();
  const auto add = [&](const char* name, const char* help,
                       int (*run)(const ZoneHistory&, const HistoryOptions&)) {
    CLI::App* const command = add_zone_command(app, options->choice, name, help);
    commands.push_back({command, [options, run] {
                          const auto history = ZoneHistory::open(options->choice);
                          return history ? run(*history, *options) : fail(history.error().text);
                        }});
    return command;
  };
  CLI::App* const log = add("log", "list versions, newest first", print_log);
  log->add_option("-n,--count", options->count, "how many")->capture_default_str();
  log->add_flag("--json", options->json, "as JSON");
  CLI::App* const show = add("show", "print a version as a master file", print_zone_version);
  show->add_option("--serial", options->serial, "which version (default: the newest)");
  show->add_flag("--raise", options->raise,
                 "with a serial later than the newest, as a file to go back to it");
  show->add_flag("--full", options->full, "all of each record on one line");
  CLI::App* const diff = add("diff", "print what differs between two versions", print_difference);
  diff->add_option("from", options->from, "serial of the one version")->required();
  diff->add_option("to", options->to, "serial of the other version")->required();
  CLI::App* const blame = add("blame", "show who changed a name", print_blame);
  blame->add_option("name", options->name, "the name")->required();
  blame->add_flag("--json", options->json, "as JSON");
  CLI::App* const back =
      add_zone_command(app, options->choice, "rollback", "make a new version that says what another said");
  back->add_option("serial", options->from, "serial of the version to go back to")->required();
  add_control_options(*back, options->control);
  commands.push_back({back, [options] { return roll_back(*options); }});
}

}  // namespace nomen::tools
