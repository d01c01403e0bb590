// One record of a master file cut into tokens (RFC 1035 5.1): the general way, for whatever the kernels
// decline. A record ends at a line end outside of parentheses. What is wrong on the way is kept and the
// record is read to its end all the same, so that the next one begins at a sane place. A quote ends the token
// before it: key="value" is two tokens, the second right behind the first's end. The cut scan of
// master_kernel.h walks through a text by the same rules. Thread rule: values.
#pragma once
#include <string_view>
#include <vector>

#include "dns/rdata.h"

namespace nomen::dns {

struct LexedRecord {
  std::vector<TextToken> tokens;   ///< views into the text
  bool leading_blank = false;      ///< the line begins with a blank: the owner is the one before
  const char* error = nullptr;     ///< the first thing wrong, in BIND's words: "unbalanced quotes"
  const char* error_at = nullptr;  ///< where
};

/// Reads the record at `at`; returns where the next one begins (at most `end`).
const char* lex_record(const char* at, const char* end, LexedRecord& record);

}  // namespace nomen::dns
