// Text with master-file escapes (RFC 1035 5.1) to bytes. Thread rule: free functions.
#pragma once
#include <string>
#include <string_view>

#include "dns/rdata/text_reader.h"

namespace nomen::dns {

/// One character of `text` at `at`, \X and \DDD undone; `at` moves behind it. -1 for a bad escape.
int unescaped_at(std::string_view text, size_t& at);

/// Writes `text` with a length byte in front; at most 255 bytes.
bool put_string(TextReader& in, std::string_view text);

/// Writes `text` without a length.
bool put_long_string(TextReader& in, std::string_view text);

}  // namespace nomen::dns
