// `nomen checkconf`, and `named-checkconf` by BIND's flags, wording and exit codes.
#pragma once
#include <functional>
#include <string>

#include "config/model.h"

namespace nomen::tools {

/// Loads one zone on trial and prints what BIND's named-checkconf -z prints about it; false when it has
/// errors. `use_journal` is -j.
using ZoneTester =
    std::function<bool(const config::Config&, const config::View&, const config::Zone&, bool use_journal)>;

/// Returns the exit code: 0 for a valid configuration, 1 for all else. `as_bind`: started as named-checkconf,
/// which judges validity only; without it, serve's refusals are shown as errors, and fail the check with
/// --strict. Without a tester, -z is refused with an error.
int checkconf_main(int argc, char** argv, bool as_bind, const ZoneTester& test_zone = {});

}  // namespace nomen::tools
