// The commands of the control channel: BIND's words, arguments and restrictions. A command that this version
// does not have yet is in the table, so that it is answered with a clear failure rather than "unknown".
// Thread rule: free functions; run_command in the thread of its Operations.
#pragma once
#include <span>
#include <string_view>

#include "control/operations.h"

namespace nomen::control {

struct CommandInfo {
  std::string_view name;
  std::string_view arguments;  ///< "zone [class [view]]"
  std::string_view help;       ///< one sentence without full stop
  bool available = false;      ///< this version can do it
  bool read_only = false;      ///< also on a channel with `read-only yes`
};

/// All commands, by name.
std::span<const CommandInfo> commands();
/// nullptr when there is no such command; the case of letters is ignored, as BIND does.
const CommandInfo* find_command(std::string_view name);

/// Runs one command line: "reload example.com IN internal". Words may stand in double quotes. `key` is the
/// name of the key that it came with. Logs the command as BIND does.
CommandResult run_command(Operations& operations, std::string_view command_line, bool read_only_channel,
                          std::string_view key);

}  // namespace nomen::control
