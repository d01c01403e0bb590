// What is wrong with a text that a person wrote (a configuration, a master file), and where.
// Parsers collect several of them and go on, so that one run shows all that is wrong.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace nomen {

struct SourcePosition {
  std::string file;
  uint32_t line = 0;    ///< from 1; 0 when the whole file is meant
  uint32_t column = 0;  ///< from 1; 0 when the whole line is meant
};

enum class Severity : uint8_t { kNote, kWarning, kError };

struct Diagnostic {
  Severity severity = Severity::kError;
  SourcePosition position;
  std::string text;  ///< what is wrong and what was expected, one line
};

using Diagnostics = std::vector<Diagnostic>;

/// "file:line:column", without what is zero.
std::string to_string(const SourcePosition& position);
/// "file:line:column: text", with "warning: " or "note: " before the text where it is not an error.
std::string to_string(const Diagnostic& diagnostic);
bool has_error(const Diagnostics& diagnostics);

}  // namespace nomen
