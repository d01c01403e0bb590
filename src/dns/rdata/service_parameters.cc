#include "dns/rdata/service_parameters.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include <fmt/format.h>

#include "dns/rdata/addresses.h"
#include "dns/rdata/encodings.h"
#include "dns/rdata/mnemonics.h"
#include "dns/rdata/strings.h"

namespace nomen::dns {

namespace {

using namespace service_key;

constexpr NumberWord kKeys[] = {
    {"mandatory", kMandatory}, {"alpn", kAlpn},         {"no-default-alpn", kNoDefaultAlpn},
    {"port", kPort},           {"ipv4hint", kIpv4Hint}, {"ech", kEch},
    {"ipv6hint", kIpv6Hint},   {"dohpath", kDohPath}};

/// The keys that are printed as words.
constexpr std::array<std::string_view, 7> kPrintedKeys{"mandatory", "alpn", "no-default-alpn", "port",
                                                       "ipv4hint",  "ech",  "ipv6hint"};

std::string key_text(uint16_t key) {
  return key < kPrintedKeys.size() ? std::string(kPrintedKeys[key]) : fmt::format("key{}", key);
}

/// The next item of a list with commas, which are not escaped in it.
std::string_view next_item(std::string_view& list, bool& is_last) {
  const size_t comma = list.find(',');
  is_last = comma == std::string_view::npos;
  const std::string_view item = list.substr(0, comma);
  list.remove_prefix(is_last ? list.size() : comma + 1);
  return item;
}

bool read_mandatory(TextReader& in, std::string_view list) {
  std::vector<uint16_t> keys;
  for (bool is_last = false; !is_last;) {
    uint16_t key = 0;
    bool is_generic = false;
    if (!parse_service_key(next_item(list, is_last), key, is_generic))
      return in.fail("unknown key in mandatory");
    keys.push_back(key);
  }
  std::ranges::sort(keys);
  for (const uint16_t key : keys) {
    if (!in.put_u16(key)) return false;
  }
  return true;
}

/// Protocol names with lengths. The escapes of strings are undone first, then those of lists (RFC 9460 A.1).
bool read_alpn(TextReader& in, std::string_view text) {
  std::string id;
  size_t at = 0;
  const auto put = [&] {
    if (id.empty() || id.size() > 255) return in.fail("expected protocol names of 1 to 255 bytes");
    return in.put_u8(static_cast<uint32_t>(id.size())) && in.put(as_bytes(id));
  };
  while (at < text.size()) {
    int c = unescaped_at(text, at);
    if (c == ',') {
      if (!put()) return false;
      id.clear();
      continue;
    }
    if (c == '\\') c = at < text.size() ? unescaped_at(text, at) : -1;
    if (c < 0) return in.fail("bad escape");
    id += static_cast<char>(c);
  }
  return put();
}

template <size_t kSize, bool (*kParse)(std::string_view, uint8_t*)>
bool read_hints(TextReader& in, std::string_view list) {
  for (bool is_last = false; !is_last;) {
    std::array<uint8_t, kSize> address;
    if (!kParse(next_item(list, is_last), address.data())) return in.fail("expected addresses with commas");
    if (!in.put(address)) return false;
  }
  return true;
}

bool read_port(TextReader& in, std::string_view text) {
  uint16_t port = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || stop != text.data() + text.size()) return in.fail("expected a port");
  return in.put_u16(port);
}

bool is_mandatory(Bytes value) {
  if (value.empty() || value.size() % 2 != 0) return false;
  int last = kMandatory;
  for (size_t i = 0; i < value.size(); i += 2) {
    const int key = load_u16(&value[i]);
    if (key <= last) return false;
    last = key;
  }
  return true;
}

bool is_alpn(Bytes value) {
  if (value.empty()) return false;
  for (size_t at = 0; at < value.size(); at += value[at] + 1U) {
    if (value[at] == 0 || at + value[at] >= value.size()) return false;
  }
  return true;
}

template <size_t kSize>
bool is_list_of(Bytes value) {
  return !value.empty() && value.size() % kSize == 0;
}

/// Text in UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(Bytes text) {
  for (size_t at = 0; at < text.size();) {
    const uint8_t c = text[at];
    const size_t more = c < 0x80                ? 0
                        : c >= 0xc2 && c < 0xe0 ? 1
                        : c >= 0xe0 && c < 0xf0 ? 2
                        : c >= 0xf0 && c < 0xf5 ? 3
                                                : 4;
    if (more == 4 || at + more >= text.size()) return false;
    uint32_t code = more == 0 ? c : c & (0x3fU >> more);
    for (size_t i = 1; i <= more; i++) {
      if ((text[at + i] & 0xc0) != 0x80) return false;
      code = code << 6 | (text[at + i] & 0x3fU);
    }
    constexpr std::array<uint32_t, 4> kLeast{0, 0x80, 0x800, 0x10000};
    if (code < kLeast[more] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return false;
    at += more + 1;
  }
  return true;
}

/// Whether the list of variables of a template expression, its operator first, names "dns" (RFC 6570 2.3).
bool names_dns(std::string_view expression) {
  constexpr std::string_view kOperators = "+#./;?&=,!@|";
  if (!expression.empty() && kOperators.contains(expression[0])) expression.remove_prefix(1);
  for (bool is_last = false; !is_last;) {
    const std::string_view variable = next_item(expression, is_last);
    if (variable.substr(0, variable.find_first_of(":*")) == "dns") return true;
  }
  return false;
}

/// RFC 9461 5: a relative URI template with the variable "dns".
bool is_doh_path(Bytes value) {
  std::string_view text = as_text(value);
  if (!is_utf8(value) || !text.starts_with('/')) return false;
  for (size_t open = text.find('{'); open != std::string_view::npos; open = text.find('{')) {
    text.remove_prefix(open + 1);
    const size_t close = text.find('}');
    if (close == std::string_view::npos) return false;
    if (names_dns(text.substr(0, close))) return true;
    text.remove_prefix(close + 1);
  }
  return false;
}

std::string mandatory_text(Bytes value) {
  std::string text;
  for (size_t i = 0; i < value.size(); i += 2) text += (i == 0 ? "" : ",") + key_text(load_u16(&value[i]));
  return text;
}

template <size_t kSize, std::string (*kText)(const uint8_t*)>
std::string hints_text(Bytes value) {
  std::string text;
  for (size_t i = 0; i < value.size(); i += kSize) text += (i == 0 ? "" : ",") + kText(&value[i]);
  return text;
}

void append_quoted(Bytes value, std::string& out) {
  const RdataStyle style;
  TextWriter(style, out).quoted(value);
}

void append_alpn(Bytes value, std::string& out) {
  std::string list;
  for (size_t at = 0; at < value.size(); at += value[at] + 1U) {
    if (at > 0) list += ',';
    for (const uint8_t c : value.subspan(at + 1, value[at])) {
      if (c == ',' || c == '\\') list += '\\';
      list += static_cast<char>(c);
    }
  }
  append_quoted(as_bytes(list), out);
}

}  // namespace

bool parse_service_key(std::string_view text, uint16_t& key, bool& is_generic) {
  for (const NumberWord& known : kKeys) {
    if (text != known.word) continue;
    key = known.number;
    is_generic = false;
    return true;
  }
  if (!text.starts_with("key")) return false;
  const std::string_view digits = text.substr(3);
  if (digits.size() > 1 && digits[0] == '0') return false;
  is_generic = true;
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), key);
  return error == std::errc() && stop == digits.data() + digits.size();
}

bool read_service_value(TextReader& in, uint16_t key, bool is_generic, std::string_view text) {
  if (is_generic) return put_long_string(in, text);
  if (key == kNoDefaultAlpn) return text.empty() || in.fail("no-default-alpn has no value");
  if (text.empty() && key != kEch) return in.fail("expected a value for the key");
  switch (key) {
    case kMandatory:
      return read_mandatory(in, text);
    case kAlpn:
      return read_alpn(in, text);
    case kPort:
      return read_port(in, text);
    case kIpv4Hint:
      return read_hints<4, parse_ipv4>(in, text);
    case kEch:
      return read_base64_word(in, text);
    case kIpv6Hint:
      return read_hints<16, parse_ipv6>(in, text);
    default:
      return put_long_string(in, text);
  }
}

bool is_service_value(uint16_t key, Bytes value) {
  switch (key) {
    case kMandatory:
      return is_mandatory(value);
    case kAlpn:
      return is_alpn(value);
    case kNoDefaultAlpn:
      return value.empty();
    case kPort:
      return value.size() == 2;
    case kIpv4Hint:
      return is_list_of<4>(value);
    case kIpv6Hint:
      return is_list_of<16>(value);
    case kDohPath:
      return is_doh_path(value);
    default:
      return true;
  }
}

std::string service_parameter_text(uint16_t key, Bytes value) {
  std::string text = key_text(key);
  if (value.empty()) return text;
  text += '=';
  switch (key) {
    case kMandatory:
      return text + mandatory_text(value);
    case kAlpn:
      append_alpn(value, text);
      return text;
    case kPort:
      return text + std::to_string(load_u16(value.data()));
    case kIpv4Hint:
      return text + hints_text<4, ipv4_text>(value);
    case kEch:
      append_base64(value, 0, "", text);
      return text;
    case kIpv6Hint:
      return text + hints_text<16, ipv6_text>(value);
    default:
      append_quoted(value, text);
      return text;
  }
}

}  // namespace nomen::dns
