// nomen ctl: asks a running server to do something, over the same channel as rndc, for people who do not know
// rndc.
#pragma once

namespace nomen::tools {

/// argv[0] is the subcommand's name. Returns the exit code: 0 done, 1 the server said no or was not reached,
/// 2 the command line makes no sense.
int ctl_main(int argc, char** argv);

}  // namespace nomen::tools
