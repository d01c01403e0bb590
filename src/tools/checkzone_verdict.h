// What named-checkzone and named-checkconf -z print about one zone, line by line as BIND's.
// Thread rule: the program's one thread.
#pragma once
#include <cstdio>

#include "tools/checkzone_options.h"
#include "tools/checkzone_trial.h"

namespace nomen::tools {

void print_verdict(const CheckzoneOptions& options, const Trial& trial, std::FILE* to);

}  // namespace nomen::tools
