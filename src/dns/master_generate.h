// $GENERATE, BIND's extension (BIND 9 Administrator Reference Manual, "BIND Primary File Extension").
// Thread rule: values.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace nomen::dns {

/// "start-stop" or "start-stop/step".
struct GenerateRange {
  uint32_t start = 0;
  uint32_t stop = 0;
  uint32_t step = 1;
};
Result<GenerateRange> parse_generate_range(std::string_view text);

/// `text` with $ and ${offset[,width[,base]]} replaced; $$ is a dollar sign, an escaped character stays
/// escaped. Bases are d, o, x, X and n, N (nibbles, the last digit first, with dots between).
Result<std::string> expand_generate(std::string_view text, uint32_t value);

}  // namespace nomen::dns
