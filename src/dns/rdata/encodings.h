// Base 16, 32 and 64 (RFC 4648) in both directions, as rdata writes them. Thread rule: free functions.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "dns/rdata/text_reader.h"

namespace nomen::dns {

/// A hex digit's value, -1 for another character.
int hex_digit(char c);

/// Hex digits of one text to `out`'s wire; an even number of them.
bool read_hex_word(TextReader& in, std::string_view text);
/// All tokens that are left, their digits joined. An empty blob is well-formed here.
bool read_hex_rest(TextReader& in);
bool read_base64_word(TextReader& in, std::string_view text);
bool read_base64_rest(TextReader& in);
/// Base32 with extended hex alphabet, without padding (RFC 5155 3.3).
bool read_base32hex_word(TextReader& in, std::string_view text);

/// In words of `width` characters with `between` between them; 0: one word. Upper-case digits.
void append_hex(Bytes bytes, size_t width, std::string_view between, std::string& out);
void append_base64(Bytes bytes, size_t width, std::string_view between, std::string& out);
void append_base32hex(Bytes bytes, std::string& out);

}  // namespace nomen::dns
