// The canonical text of a tree, as `named-checkconf -p` prints it: included files merged, statements in the
// order of the grammar, values normalised, tabs. Parsing it again gives the same text. Thread rule: free
// functions.
#pragma once
#include <string>

#include "config/tree.h"

namespace nomen::config {

struct PrintOptions {
  bool hide_secrets = false;  ///< question marks instead of secrets, as many as they are long
  bool one_line = false;      ///< blanks instead of new lines and tabs, as rndc showzone prints
};

std::string print_tree(const Tree& tree, const PrintOptions& options = {});

/// One statement with its final ";" and, unless on one line, a new line.
std::string print_statement(const Node& statement, const PrintOptions& options = {});

/// Only the value of a statement, on one line: "{ none; }", "yes", "port 53 { any; }".
std::string print_value(const Node& statement);

}  // namespace nomen::config
