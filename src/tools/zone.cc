#include "tools/zone.h"

#include <CLI/CLI.hpp>

#include "tools/zone_commands.h"

namespace nomen::tools {

namespace {

constexpr const char* kZoneExamples =
    "Examples:\n"
    "  nomen zone log example.com                     versions, newest first: serial, time, who, how much\n"
    "  nomen zone show example.com --serial 41        what version 41 said, as a master file\n"
    "  nomen zone diff example.com 41 44              what came (+) and went (-) from 41 to 44\n"
    "  nomen zone blame example.com www.example.com   which versions changed a name, and who made them\n"
    "  nomen zone rollback example.com 41             a new version that says what 41 said\n\n"
    "  nomen zone plan example.com new.zone           what would change if the zone said what new.zone says\n"
    "  nomen zone plan example.com new.zone -o plan   the same, kept as a plan\n"
    "  nomen zone apply example.com plan              do just that, unless the zone has changed meanwhile\n"
    "  nomen zone edit example.com                    edit the zone in $EDITOR, look at the difference, "
    "apply it\n\n"
    "  nomen zone status example.com                  which servers have which serial, and the same data\n"
    "  nomen zone wait example.com --timeout 60       wait until all of them have the newest one\n\n"
    "  nomen zone digest example.com                  its ZONEMD record, for the file or beside the one it "
    "has\n\n"
    "What only looks (log, show, diff, blame, plan) reads the server's log of versions and its files, and "
    "the\n"
    "server need not run; rollback, apply and edit go through its control channel. Zones that take updates\n"
    "have such a log.\n";

}  // namespace

int zone_main(int argc, char** argv) {
  CLI::App app("The versions of a zone: shows and compares them, makes new ones, and sees them arrive.",
               "nomen zone");
  app.footer(kZoneExamples);
  app.require_subcommand(1);
  ZoneCommands commands;
  add_history_commands(app, commands);
  add_change_commands(app, commands);
  add_convergence_commands(app, commands);
  add_digest_commands(app, commands);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  for (const ZoneCommand& command : commands) {
    if (command.app->parsed()) return command.run();
  }
  return 2;
}

}  // namespace nomen::tools
