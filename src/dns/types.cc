#include "dns/types.h"

#include <array>
#include <charconv>

#include "dns/name.h"
#include "dns/rr_table.h"

namespace nomen::dns {

namespace {

template <class T>
struct Word {
  std::string_view text;
  T value;
};

constexpr std::array<Word<RRClass>, 7> kClasses{{{"IN", RRClass::kIn},
                                                 {"CH", RRClass::kCh},
                                                 {"HS", RRClass::kHs},
                                                 {"NONE", RRClass::kNone},
                                                 {"ANY", RRClass::kAny},
                                                 {"CHAOS", RRClass::kCh},
                                                 {"HESIOD", RRClass::kHs}}};

constexpr std::array<Word<Opcode>, 6> kOpcodes{{{"QUERY", Opcode::kQuery},
                                                {"IQUERY", Opcode::kIquery},
                                                {"STATUS", Opcode::kStatus},
                                                {"NOTIFY", Opcode::kNotify},
                                                {"UPDATE", Opcode::kUpdate},
                                                {"DSO", Opcode::kDso}}};

constexpr std::array<Word<Rcode>, 19> kRcodes{{{"NOERROR", Rcode::kNoError},
                                               {"FORMERR", Rcode::kFormErr},
                                               {"SERVFAIL", Rcode::kServFail},
                                               {"NXDOMAIN", Rcode::kNxDomain},
                                               {"NOTIMP", Rcode::kNotImp},
                                               {"REFUSED", Rcode::kRefused},
                                               {"YXDOMAIN", Rcode::kYxDomain},
                                               {"YXRRSET", Rcode::kYxRrset},
                                               {"NXRRSET", Rcode::kNxRrset},
                                               {"NOTAUTH", Rcode::kNotAuth},
                                               {"NOTZONE", Rcode::kNotZone},
                                               {"BADVERS", Rcode::kBadVers},
                                               {"BADKEY", Rcode::kBadKey},
                                               {"BADTIME", Rcode::kBadTime},
                                               {"BADMODE", Rcode::kBadMode},
                                               {"BADNAME", Rcode::kBadName},
                                               {"BADALG", Rcode::kBadAlg},
                                               {"BADTRUNC", Rcode::kBadTrunc},
                                               {"BADCOOKIE", Rcode::kBadCookie}}};

constexpr char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 0x20) : c;
}

/// `word` is in upper case.
bool is_word(std::string_view text, std::string_view word) {
  if (text.size() != word.size()) return false;
  for (size_t i = 0; i < text.size(); i++) {
    if (upper(text[i]) != word[i]) return false;
  }
  return true;
}

template <class T, size_t kSize>
std::string name_or_number(const std::array<Word<T>, kSize>& words, T value, std::string_view otherwise) {
  for (const auto& word : words) {
    if (word.value == value) return std::string(word.text);
  }
  return std::string(otherwise) + std::to_string(static_cast<unsigned>(value));
}

/// "TYPE123" with `prefix` "TYPE" (RFC 3597 5).
std::optional<uint16_t> parse_numbered(std::string_view text, std::string_view prefix) {
  if (text.size() <= prefix.size() || !is_word(text.substr(0, prefix.size()), prefix)) return std::nullopt;
  const char* end = text.data() + text.size();
  uint16_t value = 0;
  const auto [stop, error] = std::from_chars(text.data() + prefix.size(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

/// Seconds in a unit of time, 0 for a letter that is none.
constexpr uint32_t unit_seconds(char letter) {
  switch (upper(letter)) {
    case 'W':
      return 7 * 24 * 3600;
    case 'D':
      return 24 * 3600;
    case 'H':
      return 3600;
    case 'M':
      return 60;
    case 'S':
      return 1;
    default:
      return 0;
  }
}

}  // namespace

std::string to_string(RRType type) {
  if (const RRTypeRow* row = find_row(type)) return std::string(row->mnemonic);
  return "TYPE" + std::to_string(number(type));
}

std::optional<RRType> parse_type(std::string_view text) {
  if (const RRTypeRow* row = find_row(text)) return row->type;
  if (const auto value = parse_numbered(text, "TYPE")) return RRType{*value};
  return std::nullopt;
}

bool is_meta_type(RRType type) {
  const uint16_t n = number(type);
  return n == 0 || n == number(RRType::kOpt) || (n >= 128 && n <= 255);  // RFC 6895 3.1
}

std::string to_string(RRClass rr_class) {
  return name_or_number(kClasses, rr_class, "CLASS");
}

std::optional<RRClass> parse_class(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  for (const auto& word : kClasses) {
    if (is_word(text, word.text)) return word.value;
  }
  if (const auto value = parse_numbered(text, "CLASS")) return RRClass{*value};
  return std::nullopt;
}

std::string to_string(Opcode opcode) {
  return name_or_number(kOpcodes, opcode, "RESERVED");
}

std::string to_string(Rcode rcode) {
  return name_or_number(kRcodes, rcode, "RESERVED");
}

std::optional<uint32_t> parse_ttl(std::string_view text) {
  uint64_t total = 0;
  size_t at = 0;
  do {
    uint64_t value = 0;
    const size_t start = at;
    for (; at < text.size() && is_digit(static_cast<uint8_t>(text[at])); at++) {
      value = value * 10 + static_cast<uint64_t>(text[at] - '0');
      if (value > UINT32_MAX) return std::nullopt;
    }
    if (at == start) return std::nullopt;
    if (at == text.size()) return start == 0 ? std::optional(static_cast<uint32_t>(value)) : std::nullopt;
    const uint32_t unit = unit_seconds(text[at++]);
    if (unit == 0) return std::nullopt;
    total += value * unit;
    if (total > UINT32_MAX) return std::nullopt;
  } while (at < text.size());
  return static_cast<uint32_t>(total);
}

}  // namespace nomen::dns
