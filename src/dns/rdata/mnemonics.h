// Numbers that master files may write as words: DNSSEC algorithms, key flags, certificate types ...
// Thread rule: constant data and free functions.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "dns/rdata/text_reader.h"

namespace nomen::dns {

struct NumberWord {
  std::string_view word;  ///< in upper case
  uint16_t number;
};

/// IANA "DNS Security Algorithm Numbers", as BIND spells them.
std::span<const NumberWord> security_algorithms();

bool equal_ignoring_case(std::string_view a, std::string_view b);
std::optional<uint16_t> number_of(std::span<const NumberWord> words, std::string_view text);
/// Empty when `number` has no word.
std::string_view word_of(std::span<const NumberWord> words, uint16_t number);
/// The next token: a decimal number up to `max`, or one of the words.
bool read_number_or_word(TextReader& in, std::span<const NumberWord> words, uint32_t max, uint32_t& value);

}  // namespace nomen::dns
