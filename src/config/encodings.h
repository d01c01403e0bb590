// Secrets as a configuration writes them: base16 and base64 (RFC 4648).
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace nomen::config {

/// Pairs of hexadecimal digits; nullopt when anything else is there.
std::optional<std::vector<uint8_t>> from_hex(std::string_view text);
/// Base64 with its padding; white space is skipped; nullopt when anything else is there.
std::optional<std::vector<uint8_t>> from_base64(std::string_view text);

}  // namespace nomen::config
