#include "tools/zone_commands.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace nomen::tools {

CLI::App* add_zone_command(CLI::App& app, ZoneChoice& choice, const char* name, const char* help) {
  CLI::App* const command = app.add_subcommand(name, help);
  command->add_option("zone", choice.zone, "the zone's name")->required();
  command->add_option("-c,--config", choice.config_file, "the server's configuration")->capture_default_str();
  command->add_option("--view", choice.view, "the view, where several have the zone");
  return command;
}

void add_control_options(CLI::App& command, ControlChoice& choice) {
  choice.key_file = config::kRndcKeyFile;
  command.add_option("-s,--server", choice.server, "the server's control channel (as nomen ctl)");
  command.add_option("-p,--port", choice.port, "its port");
  command.add_option("--rndc-config", choice.config_file, "rndc.conf with its key");
  command.add_option("-k,--key-file", choice.key_file, "file with its key")->capture_default_str();
}

Result<RndcTarget> target_of(const ControlChoice& choice) {
  RndcRequest request;
  request.key_file = choice.key_file;
  if (!choice.server.empty()) request.server = choice.server;
  if (choice.port != 0) request.port = choice.port;
  if (!choice.config_file.empty()) {
    request.config_file = choice.config_file;
    request.config_file_given = true;
  }
  Diagnostics diagnostics;
  return find_target(request, diagnostics, [](const std::string&) {});
}

Result<std::string> tell_server(const RndcTarget& target, const std::string& command) {
  const auto reply = ask_server(target, command, [](const std::string&) {});
  if (!reply) return std::unexpected(reply.error());
  if (reply->error) return failure(reply->text.empty() ? *reply->error : reply->text);
  return reply->text;
}

std::string zone_words(const ZoneChoice& choice) {
  return choice.view.empty() ? choice.zone : choice.zone + " IN " + choice.view;
}

int fail(const std::string& text) {
  fmt::print(stderr, "nomen zone: {}\n", text);
  return 1;
}

std::string time_text(int64_t time_us) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::localtime(static_cast<std::time_t>(time_us / 1'000'000)));
}

void print_patch(const std::string& patch, std::string_view indent) {
  const bool coloured = ::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
  size_t at = 0;
  while (at < patch.size()) {
    const size_t end = std::min(patch.find('\n', at), patch.size());
    const std::string_view line = std::string_view(patch).substr(at, end - at);
    const char* const colour = !coloured ? "" : line.starts_with('-') ? "\033[31m" : "\033[32m";
    fmt::print("{}{}{}{}\n", indent, colour, line, coloured ? "\033[0m" : "");
    at = end + 1;
  }
}

}  // namespace nomen::tools
