// A plain lexer for the tests and fuzzers of rdata: blanks, quotes and backslashes, as a master file has them
// on one line. Parentheses and comments are not its business.
#pragma once
#include <string_view>
#include <vector>

#include "dns/rdata.h"

namespace nomen::dns {

inline std::vector<TextToken> tokens_of(std::string_view line) {
  std::vector<TextToken> tokens;
  size_t at = 0;
  while (at < line.size()) {
    if (line[at] == ' ') {
      at++;
      continue;
    }
    const bool is_quoted = line[at] == '"';
    if (is_quoted) at++;
    const size_t start = at;
    for (; at < line.size() && line[at] != '"' && (is_quoted || line[at] != ' '); at++) {
      if (line[at] == '\\' && at + 1 < line.size()) at++;
    }
    tokens.push_back({line.substr(start, at - start), is_quoted});
    if (is_quoted) at++;
  }
  return tokens;
}

}  // namespace nomen::dns
