// What of a valid configuration this version cannot serve: errors for what would be half obeyed, warnings for
// what is kept for later or ignored without harm. From the status column of the grammar.
#pragma once
#include "base/diagnostic.h"
#include "config/tree.h"

namespace nomen::config {

/// One diagnostic for each statement name (its first place, and how many more there are), in order of place.
Diagnostics serve_problems(const Tree& tree);

}  // namespace nomen::config
