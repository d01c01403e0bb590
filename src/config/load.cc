#include <utility>

#include "config/build.h"
#include "config/check.h"
#include "config/serve_check.h"

namespace nomen::config {

Loaded load_config(const std::string& path, const ParseOptions& options, Disk& disk) {
  Loaded loaded;
  const auto tree = parse_file(path, options, disk, loaded.diagnostics);
  if (!tree) return loaded;
  // Errors of the shapes do not keep the checks from saying what else is wrong.
  check_tree(*tree, {}, disk, loaded.diagnostics);
  if (has_error(loaded.diagnostics)) return loaded;
  loaded.config = build_config(*tree, loaded.diagnostics);
  for (Diagnostic& problem : serve_problems(*tree)) loaded.diagnostics.push_back(std::move(problem));
  return loaded;
}

}  // namespace nomen::config
