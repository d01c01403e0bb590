// From the tree to the configuration in effect. Errors that only the meaning shows (an acl that is not there,
// a bad name) are in `diagnostics`; for all of BIND's rules see check.h.
#pragma once
#include <functional>
#include <string>

#include "base/diagnostic.h"
#include "config/disk.h"
#include "config/model.h"
#include "config/parser.h"
#include "config/tree.h"

namespace nomen::config {

class ZoneMemory;

/// The model of a tree. With errors in `diagnostics` it is what could be understood, and not to be served.
Config build_config(const Tree& tree, Diagnostics& diagnostics);

struct Loaded {
  Config config;
  Diagnostics diagnostics;  ///< errors and warnings of all steps; serve only when has_error() is false
};

struct LoadOptions {
  ParseOptions parse;
  /// The file of the zones that rndc addzone made, by directory and view; unset: none is read.
  std::function<std::string(const std::string& directory, const std::string& view)> added_zones_file;
  /// What was loaded before: unchanged zones are shared with it (zone_memory.h). nullptr: nothing.
  ZoneMemory* memory = nullptr;
};

/// All that `nomen serve` needs: parse, check, build, and say what this version cannot serve (serve_check.h).
Loaded load_config(const std::string& path, const LoadOptions& options = {}, Disk& disk = real_disk());

}  // namespace nomen::config
