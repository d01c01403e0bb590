// Is a parsed configuration valid: ranges, names, references, clashes, combinations, files - by BIND's rules,
// with BIND's wording. The parser has already judged the shapes. Thread rule: free functions.
#pragma once
#include "base/diagnostic.h"
#include "config/disk.h"
#include "config/tree.h"

namespace nomen::config {

struct CheckOptions {
  bool check_plugins = true;       ///< false: named-checkconf -c
  bool ignore_deprecated = false;  ///< leave out warnings about deprecated settings
  bool is_one_zone = false;  ///< the other zones are not in the tree: a zone may be named that is not there
};

void check_tree(const Tree& tree, const CheckOptions& options, Disk& disk, Diagnostics& diagnostics);

}  // namespace nomen::config
