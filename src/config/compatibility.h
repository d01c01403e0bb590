// The reference of all statements, made from the grammar: docs/compatibility.md is this text, and a test
// keeps it so.
#pragma once
#include <string>

namespace nomen::config {

std::string compatibility_reference();

}  // namespace nomen::config
