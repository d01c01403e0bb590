#include "base/diagnostic.h"

#include <algorithm>

namespace nomen {

std::string to_string(const SourcePosition& position) {
  std::string out = position.file;
  if (position.line != 0) out += ":" + std::to_string(position.line);
  if (position.column != 0) out += ":" + std::to_string(position.column);
  return out;
}

std::string to_string(const Diagnostic& diagnostic) {
  std::string out = to_string(diagnostic.position);
  if (!out.empty()) out += ": ";
  if (diagnostic.severity == Severity::kWarning) out += "warning: ";
  if (diagnostic.severity == Severity::kNote) out += "note: ";
  return out + diagnostic.text;
}

bool has_error(const Diagnostics& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& d) { return d.severity == Severity::kError; });
}

}  // namespace nomen
