// BIND's rndc-confgen: makes the key of a control channel, and the files or the text that use it.
#pragma once

namespace nomen::tools {

/// Returns the exit code: 0 done, 1 for all else.
int rndc_confgen_main(int argc, char** argv);

}  // namespace nomen::tools
