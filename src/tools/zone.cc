#include "tools/zone.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "config/paths.h"
#include "store/history.h"
#include "tools/rndc_client.h"
#include "tools/zone_history.h"
#include "zone/dump.h"

namespace nomen::tools {

namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  nomen zone log example.com                     versions, newest first: serial, time, who, how much\n"
    "  nomen zone show example.com --serial 41        what version 41 said, as a master file\n"
    "  nomen zone diff example.com 41 44              what came (+) and went (-) from 41 to 44\n"
    "  nomen zone blame example.com www.example.com   which versions changed a name, and who made them\n"
    "  nomen zone rollback example.com 41             a new version that says what 41 said\n\n"
    "All but rollback read the log of versions beside the server, which need not run. Zones that take "
    "updates\n"
    "have such a log.\n";

struct Options {
  ZoneChoice choice{config::kNamedConfFile, {}, {}};
  size_t count = 20;
  std::optional<uint32_t> serial;
  uint32_t from = 0;
  uint32_t to = 0;
  std::string name;
  bool json = false;
  bool full = false;
  RndcRequest control;
  std::string control_server, control_config;
  uint16_t control_port = 0;
};

int fail(const std::string& text) {
  fmt::print(stderr, "nomen zone: {}\n", text);
  return 1;
}

std::string time_text(int64_t time_us) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::localtime(static_cast<std::time_t>(time_us / 1'000'000)));
}

bool colours() {
  return ::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
}

/// Lines of a patch: what goes in red, what comes in green, where a person reads.
void print_patch(const std::string& patch, std::string_view indent) {
  const bool coloured = colours();
  size_t at = 0;
  while (at < patch.size()) {
    const size_t end = std::min(patch.find('\n', at), patch.size());
    const std::string_view line = std::string_view(patch).substr(at, end - at);
    const char* const colour = !coloured ? "" : line.starts_with('-') ? "\033[31m" : "\033[32m";
    fmt::print("{}{}{}{}\n", indent, colour, line, coloured ? "\033[0m" : "");
    at = end + 1;
  }
}

nlohmann::ordered_json json_of(dns::Serial from, dns::Serial to, int64_t time_us, const store::Actor& actor) {
  return {{"from", from.value},
          {"to", to.value},
          {"time", static_cast<double>(time_us) / 1e6},
          {"actor", store::to_string(actor)}};
}

int print_log(const ZoneHistory& history, const Options& options) {
  const auto rows = history.list(options.count);
  if (!rows) return fail(rows.error().text);
  if (options.json) {
    nlohmann::ordered_json out = nlohmann::ordered_json::array();
    for (const store::VersionInfo& row : *rows) {
      auto item = json_of(row.from, row.to, row.time_us, row.actor);
      item["removed"] = row.records_removed;
      item["added"] = row.records_added;
      out.push_back(std::move(item));
    }
    fmt::print("{}\n", out.dump(2));
    return 0;
  }
  for (const store::VersionInfo& row : *rows) {
    fmt::print("{:<10}  {}  -{} +{}  {}\n", row.to.value, time_text(row.time_us), row.records_removed,
               row.records_added, store::to_string(row.actor));
  }
  return 0;
}

int print_version(const ZoneHistory& history, const Options& options) {
  const auto content =
      history.content(options.serial ? std::optional(dns::Serial{*options.serial}) : std::nullopt);
  if (!content) return fail(content.error().text);
  const auto style = options.full ? zone::DumpStyle::kFull : zone::DumpStyle::kRelative;
  zone::dump_text(**content, style, static_cast<uint32_t>(std::time(nullptr)), [](std::string_view piece) {
    return std::fwrite(piece.data(), 1, piece.size(), stdout) == piece.size();
  });
  return 0;
}

int print_difference(const ZoneHistory& history, const Options& options) {
  const auto change = history.difference({options.from}, {options.to});
  if (!change) return fail(change.error().text);
  print_patch(store::to_patch(*change, history.zone().rr_class), "");
  return 0;
}

int print_blame(const ZoneHistory& history, const Options& options) {
  const auto name = dns::Name::parse(options.name);
  if (!name) return fail("'" + options.name + "' is not a name: " + name.error().text);
  const auto versions = history.versions();
  if (!versions) return fail(versions.error().text);
  const auto found = store::blame(*versions, *name);
  if (options.json) {
    nlohmann::ordered_json out = nlohmann::ordered_json::array();
    for (const store::Blame& blame : found) {
      auto item = json_of(blame.from, blame.to, blame.time_us, blame.actor);
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

int roll_back(const Options& options) {
  RndcRequest request = options.control;
  if (!options.control_server.empty()) request.server = options.control_server;
  if (options.control_port != 0) request.port = options.control_port;
  if (!options.control_config.empty()) {
    request.config_file = options.control_config;
    request.config_file_given = true;
  }
  const auto quiet = [](const std::string&) {};
  Diagnostics diagnostics;
  const auto target = find_target(request, diagnostics, quiet);
  if (!target) return fail(target.error().text);
  std::string command = fmt::format("rollback {} {}", options.from, options.choice.zone);
  if (!options.choice.view.empty()) command += " IN " + options.choice.view;
  const auto reply = ask_server(*target, command, quiet);
  if (!reply) return fail(reply.error().text);
  if (reply->error) return fail(*reply->error + (reply->text.empty() ? "" : ": " + reply->text));
  fmt::print("{}\n", reply->text);
  return 0;
}

CLI::App* add_command(CLI::App& app, Options& options, const char* name, const char* help) {
  CLI::App* const command = app.add_subcommand(name, help);
  command->add_option("zone", options.choice.zone, "the zone's name")->required();
  command->add_option("-c,--config", options.choice.config_file, "the server's configuration")
      ->capture_default_str();
  command->add_option("--view", options.choice.view, "the view, where several have the zone");
  return command;
}

}  // namespace

int zone_main(int argc, char** argv) {
  CLI::App app("Shows the versions of a zone, compares them, and goes back to one.", "nomen zone");
  app.footer(kExamples);
  app.require_subcommand(1);
  Options options;
  CLI::App* const log = add_command(app, options, "log", "list versions, newest first");
  log->add_option("-n,--count", options.count, "how many")->capture_default_str();
  log->add_flag("--json", options.json, "as JSON");
  CLI::App* const show = add_command(app, options, "show", "print a version as a master file");
  show->add_option("--serial", options.serial, "which version (default: the newest)");
  show->add_flag("--full", options.full, "all of each record on one line");
  CLI::App* const diff = add_command(app, options, "diff", "print what differs between two versions");
  diff->add_option("from", options.from, "serial of the one version")->required();
  diff->add_option("to", options.to, "serial of the other version")->required();
  CLI::App* const blame = add_command(app, options, "blame", "show who changed a name");
  blame->add_option("name", options.name, "the name")->required();
  blame->add_flag("--json", options.json, "as JSON");
  CLI::App* const back =
      add_command(app, options, "rollback", "make a new version that says what another said");
  back->add_option("serial", options.from, "serial of the version to go back to")->required();
  back->add_option("-s,--server", options.control_server, "the server's control channel (as nomen ctl)");
  back->add_option("-p,--port", options.control_port, "its port");
  back->add_option("--rndc-config", options.control_config, "rndc.conf with its key");
  back->add_option("-k,--key-file", options.control.key_file, "file with its key")->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (back->parsed()) return roll_back(options);
  const auto history = ZoneHistory::open(options.choice);
  if (!history) return fail(history.error().text);
  if (log->parsed()) return print_log(*history, options);
  if (show->parsed()) return print_version(*history, options);
  if (diff->parsed()) return print_difference(*history, options);
  return print_blame(*history, options);
}

}  // namespace nomen::tools
