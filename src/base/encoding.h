// Bytes as text and back: base64 (RFC 4648 4), base32hex (RFC 4648 7, as NSEC3 owner names have it) and hex.
// Decoders take what people write: blanks and line ends between the characters are skipped; everything else
// that is not of the alphabet, and padding that does not fit, is an error. Base64 wants its padding, as BIND
// does. Thread rule: free functions, any thread.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace nomen {

std::string base64_encode(Bytes bytes);
Result<std::vector<uint8_t>> base64_decode(std::string_view text);

/// Without padding, in upper case: how RFC 5155 3.3 shows a hashed owner name.
std::string base32hex_encode(Bytes bytes);
/// Both cases; without padding.
Result<std::vector<uint8_t>> base32hex_decode(std::string_view text);

/// Lower case.
std::string hex_encode(Bytes bytes);
Result<std::vector<uint8_t>> hex_decode(std::string_view text);

}  // namespace nomen
