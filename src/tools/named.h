// The server by BIND's name and flags: named.
#pragma once

namespace nomen::tools {

/// As named(8): parses the flags, serves, and returns the exit status. `as_serve`: called as `nomen serve`.
int named_main(int argc, char** argv, bool as_serve);

}  // namespace nomen::tools
