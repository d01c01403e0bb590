#include "dns/master_generate.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace nomen::dns {

namespace {

constexpr size_t kMaxWidth = 127;             // of one number
constexpr size_t kMaxExpansionBytes = 65536;  // of one side

/// Takes a number off the front of `text`.
template <class Number>
std::optional<Number> take_number(std::string_view& text) {
  if (std::is_signed_v<Number> && text.starts_with('+')) text.remove_prefix(1);
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return value;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

/// What stands in ${...}.
struct Modifier {
  int32_t offset = 0;
  uint32_t width = 0;
  char base = 'd';
};

Result<Modifier> take_modifier(std::string_view& text) {
  const auto bad = [] {
    return failure(
        "syntax error: expected ${offset}, ${offset,width} or ${offset,width,base} with base d, o, x, X, n "
        "or N");
  };
  Modifier modifier;
  const auto offset = take_number<int32_t>(text);
  if (!offset) return bad();
  modifier.offset = *offset;
  if (take(text, ',')) {
    const auto width = take_number<uint32_t>(text);
    if (!width) return bad();
    modifier.width = *width;
    if (take(text, ',')) {
      if (text.empty() || std::string_view("doxXnN").find(text[0]) == std::string_view::npos) return bad();
      modifier.base = text[0];
      text.remove_prefix(1);
    }
  }
  if (!take(text, '}')) return bad();
  if (modifier.width > kMaxWidth) return failure("ran out of space: the width is above 127");
  return modifier;
}

/// Nibbles, the lowest first; `width` counts digits and dots.
std::string nibbles(uint32_t value, uint32_t width, bool capitals) {
  std::string out;
  do {
    out += (capitals ? "0123456789ABCDEF" : "0123456789abcdef")[value & 15];
    value >>= 4;
    if (value != 0 || out.size() < width) out += '.';
  } while (value != 0 || out.size() < width);
  return out;
}

std::string format_number(const Modifier& modifier, uint32_t value) {
  const uint32_t shifted = value + static_cast<uint32_t>(modifier.offset);
  switch (modifier.base) {
    case 'o':
      return fmt::format("{:0{}o}", shifted, modifier.width);
    case 'x':
      return fmt::format("{:0{}x}", shifted, modifier.width);
    case 'X':
      return fmt::format("{:0{}X}", shifted, modifier.width);
    case 'n':
    case 'N':
      return nibbles(shifted, modifier.width, modifier.base == 'N');
    default:
      return fmt::format("{:0{}}", static_cast<int32_t>(shifted), modifier.width);
  }
}

}  // namespace

Result<GenerateRange> parse_generate_range(std::string_view text) {
  const auto bad = [&] {
    return failure(fmt::format("invalid range '{}', expected start-stop or start-stop/step", text));
  };
  std::string_view rest = text;
  GenerateRange range;
  const auto start = take_number<uint32_t>(rest);
  if (!start || !take(rest, '-')) return bad();
  const auto stop = take_number<uint32_t>(rest);
  if (!stop || *stop < *start) return bad();
  range.start = *start;
  range.stop = *stop;
  if (take(rest, '/')) {
    const auto step = take_number<uint32_t>(rest);
    if (!step || *step == 0) return bad();
    range.step = *step;
  }
  return range;  // what follows the numbers is ignored, as BIND does
}

Result<std::string> expand_generate(std::string_view text, uint32_t value) {
  std::string out;
  while (!text.empty()) {
    if (out.size() > kMaxExpansionBytes) return failure("ran out of space");
    const char c = text[0];
    text.remove_prefix(1);
    if (c == '\\') {
      out += c;
      if (text.empty()) break;
      out += text[0];
      text.remove_prefix(1);
    } else if (c != '$') {
      out += c;
    } else if (take(text, '$')) {
      out += '$';
    } else if (take(text, '{')) {
      const auto modifier = take_modifier(text);
      if (!modifier) return std::unexpected(modifier.error());
      out += format_number(*modifier, value);
    } else {
      out += format_number({}, value);
    }
  }
  return out;
}

}  // namespace nomen::dns
