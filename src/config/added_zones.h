// Zones that rndc addzone made stand in a file for each view; a configuration is read as if they stood at the
// end of their views. Thread rule: free functions.
#pragma once
#include "base/diagnostic.h"
#include "config/build.h"
#include "config/disk.h"
#include "config/tree.h"

namespace nomen::config {

/// Appends the added zones of each view that allows them. A zone that the configuration has itself is left
/// out, with a warning.
void append_added_zones(Tree& tree, const LoadOptions& options, Disk& disk, Diagnostics& diagnostics);

}  // namespace nomen::config
