// The subcommands of `nomen zone`, family by family: each family adds its own to the command line and says
// what to run. Thread rule: one thread.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tools/rndc_client.h"
#include "tools/zone_history.h"
#include "tools/zone_plan.h"

namespace CLI {
class App;
}

namespace nomen::tools {

struct ZoneCommand {
  CLI::App* app;
  std::function<int()> run;  ///< the exit status
};
using ZoneCommands = std::vector<ZoneCommand>;

void add_history_commands(CLI::App& app, ZoneCommands& commands);      ///< log, show, diff, blame, rollback
void add_change_commands(CLI::App& app, ZoneCommands& commands);       ///< plan, apply, edit
void add_convergence_commands(CLI::App& app, ZoneCommands& commands);  ///< status, wait
void add_digest_commands(CLI::App& app, ZoneCommands& commands);       ///< digest

// --- what they share

/// A subcommand with the options that say which zone is meant. `choice` outlives it.
CLI::App* add_zone_command(CLI::App& app, ZoneChoice& choice, const char* name, const char* help);

/// How the server is told: its control channel.
struct ControlChoice {
  std::string server, config_file;
  std::string key_file;
  uint16_t port = 0;
};
void add_control_options(CLI::App& command, ControlChoice& choice);
Result<RndcTarget> target_of(const ControlChoice& choice);
/// The reply's text, or what the server says is wrong.
Result<std::string> tell_server(const RndcTarget& target, const std::string& command);
/// "ZONE IN VIEW" of a command.
std::string zone_words(const ZoneChoice& choice);

/// Hands a plan's change over, has it made, and waits until it is served: "serial N".
Result<std::string> hand_over(const Plan& plan, const ControlChoice& control);

/// Says what is wrong; the exit status for it.
int fail(const std::string& text);
std::string time_text(int64_t time_us);
/// Lines of a patch: what goes in red, what comes in green, where a person reads.
void print_patch(const std::string& patch, std::string_view indent);

}  // namespace nomen::tools
