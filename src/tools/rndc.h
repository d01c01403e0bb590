// BIND's rndc, by its flags, files, messages and exit codes.
#pragma once

namespace nomen::tools {

/// Returns the exit code: 0 for a command that the server carried out, 1 for all else.
int rndc_main(int argc, char** argv);

}  // namespace nomen::tools
