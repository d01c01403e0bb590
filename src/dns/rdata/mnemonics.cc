#include "dns/rdata/mnemonics.h"

#include "dns/name.h"

namespace nomen::dns {

namespace {

constexpr NumberWord kSecurityAlgorithms[] = {
    {"RSAMD5", 1},           {"DH", 2},        {"DSA", 3},        {"RSASHA1", 5},    {"NSEC3DSA", 6},
    {"NSEC3RSASHA1", 7},     {"RSASHA256", 8}, {"RSASHA512", 10}, {"ECCGOST", 12},   {"ECDSAP256SHA256", 13},
    {"ECDSAP384SHA384", 14}, {"ED25519", 15},  {"ED448", 16},     {"INDIRECT", 252}, {"PRIVATEDNS", 253},
    {"PRIVATEOID", 254},
};

}  // namespace

std::span<const NumberWord> security_algorithms() {
  return kSecurityAlgorithms;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); i++) {
    if (lower(static_cast<uint8_t>(a[i])) != lower(static_cast<uint8_t>(b[i]))) return false;
  }
  return true;
}

std::optional<uint16_t> number_of(std::span<const NumberWord> words, std::string_view text) {
  for (const NumberWord& word : words) {
    if (equal_ignoring_case(text, word.word)) return word.number;
  }
  return std::nullopt;
}

std::string_view word_of(std::span<const NumberWord> words, uint16_t number) {
  for (const NumberWord& word : words) {
    if (word.number == number) return word.word;
  }
  return {};
}

bool read_number_or_word(TextReader& in, std::span<const NumberWord> words, uint32_t max, uint32_t& value) {
  if (!in.at_end() && !in.peek().text.empty() && in.peek().text[0] >= '0' && in.peek().text[0] <= '9') {
    return in.number(value, max);
  }
  std::string_view text;
  if (!in.word(text)) return false;
  const auto number = number_of(words, text);
  if (!number || *number > max) return in.fail("unknown mnemonic");
  value = *number;
  return true;
}

}  // namespace nomen::dns
