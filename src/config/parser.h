// named.conf's text to its tree. Errors do not stop it: it goes on behind the next ';' or '}', so that one
// run shows all that is wrong. The wording is BIND's. A tree made with errors holds what was understood.
#pragma once
#include <memory>
#include <string>

#include "base/diagnostic.h"
#include "config/disk.h"
#include "config/tree.h"

namespace nomen::config {

class ZoneRecall;

struct ParseOptions {
  /// Where relative include paths start until a `directory` statement names another; empty: the process's.
  std::string directory;
  /// Whether a `directory` that does not exist is an error, as it is for BIND.
  bool check_directory = true;
  /// Leave out the warnings about deprecated statements (named-checkconf -i).
  bool ignore_deprecated = false;
  /// Zone statements that it knows are left out of the tree (zone_memory.h); nullptr: all are parsed.
  ZoneRecall* recall = nullptr;
};

std::unique_ptr<Tree> parse_file(const std::string& path, const ParseOptions& options, Disk& disk,
                                 Diagnostics& diagnostics);

/// The same for a text in memory; `name` stands for the file in messages.
std::unique_ptr<Tree> parse_text(const std::string& name, std::string text, const ParseOptions& options,
                                 Disk& disk, Diagnostics& diagnostics);

/// The statements of another text, as they may stand in `place`: in the memory of `tree`, but not yet among
/// its statements. The first of them, or nullptr.
const Node* parse_more(Tree& tree, Place place, const std::string& name, std::string text,
                       const ParseOptions& options, Disk& disk, Diagnostics& diagnostics);

}  // namespace nomen::config
