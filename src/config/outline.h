// What a configuration says beside its zones (Outline), from its tree. Thread rule: free functions.
#pragma once
#include <string>

#include "config/model.h"
#include "config/tree.h"

namespace nomen::config {

Outline outline_of(const Tree& tree);

/// The text of a configuration with this one zone statement, in `view` ("_default": in none).
std::string with_zone(const Outline& outline, const std::string& view, const std::string& statement);

}  // namespace nomen::config
