#include "dns/rdata/encodings.h"

#include <algorithm>
#include <array>

namespace nomen::dns {

namespace {

constexpr std::string_view kHexDigits = "0123456789ABCDEF";
constexpr std::string_view kBase32HexDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
constexpr std::string_view kBase64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

using DigitValues = std::array<int8_t, 256>;

constexpr DigitValues values_of(std::string_view digits, bool any_case) {
  DigitValues values{};
  values.fill(-1);
  for (size_t i = 0; i < digits.size(); i++) {
    const char c = digits[i];
    values[static_cast<uint8_t>(c)] = static_cast<int8_t>(i);
    if (any_case && c >= 'A' && c <= 'Z') values[static_cast<uint8_t>(c | 0x20)] = static_cast<int8_t>(i);
  }
  return values;
}

constexpr DigitValues kHexValues = values_of(kHexDigits, true);
constexpr DigitValues kBase32HexValues = values_of(kBase32HexDigits, true);
constexpr DigitValues kBase64Values = values_of(kBase64Digits, false);

int value_in(const DigitValues& values, char c) {
  return values[static_cast<uint8_t>(c)];
}

/// Digits of so many bits, collected over several tokens into bytes.
struct HexDecoder {
  int pending = -1;  ///< the first digit of a byte that is not complete

  bool add(TextReader& in, std::string_view text) {
    RdataBuffer& out = in.out();
    if (out.size() + (text.size() + (pending < 0 ? 0 : 1)) / 2 > kMaxRdataBytes)
      return in.fail("rdata would be longer than 65535 bytes");
    uint8_t* to = out.data() + out.size();
    size_t at = pending < 0 ? whole_bytes(text, to) : 0;
    for (; at < text.size(); at++) {
      const int value = value_in(kHexValues, text[at]);
      if (value < 0) return in.fail("expected hexadecimal digits");
      if (pending < 0) {
        pending = value;
      } else {
        *to++ = static_cast<uint8_t>(pending << 4 | value);
        pending = -1;
      }
    }
    out.set_size(static_cast<size_t>(to - out.data()));
    return true;
  }

  bool finish(TextReader& in) const { return pending < 0 || in.fail("odd number of hexadecimal digits"); }

 private:
  /// Pairs of digits at a time; returns how many characters.
  static size_t whole_bytes(std::string_view text, uint8_t*& to) {
    size_t at = 0;
    for (; at + 2 <= text.size(); at += 2) {
      const int high = value_in(kHexValues, text[at]);
      const int low = value_in(kHexValues, text[at + 1]);
      if ((high | low) < 0) break;
      *to++ = static_cast<uint8_t>(high << 4 | low);
    }
    return at;
  }
};

struct Base64Decoder {
  uint32_t bits = 0;
  int digits = 0;  ///< in the group of four under way
  int pads = 0;
  bool ended = false;  ///< a padded group has been read

  bool add(TextReader& in, std::string_view text) {
    RdataBuffer& out = in.out();
    if (out.size() + (static_cast<size_t>(digits) + text.size()) / 4 * 3 > kMaxRdataBytes) {
      return in.fail("rdata would be longer than 65535 bytes");
    }
    uint8_t* to = out.data() + out.size();
    size_t at = digits == 0 && !ended ? whole_groups(text, to) : 0;
    for (; at < text.size(); at++) {
      if (!add_digit(text[at], to)) return in.fail("bad base64");
    }
    out.set_size(static_cast<size_t>(to - out.data()));
    return true;
  }

  bool finish(TextReader& in) const { return digits == 0 || in.fail("bad base64: incomplete group of four"); }

 private:
  /// Groups without padding, four characters to three bytes at a time; returns how many characters.
  static size_t whole_groups(std::string_view text, uint8_t*& to) {
    size_t at = 0;
    for (; at + 4 <= text.size(); at += 4) {
      const int a = value_in(kBase64Values, text[at]);
      const int b = value_in(kBase64Values, text[at + 1]);
      const int c = value_in(kBase64Values, text[at + 2]);
      const int d = value_in(kBase64Values, text[at + 3]);
      if ((a | b | c | d) < 0) break;
      const auto group = static_cast<uint32_t>(a << 18 | b << 12 | c << 6 | d);
      to[0] = static_cast<uint8_t>(group >> 16);
      to[1] = static_cast<uint8_t>(group >> 8);
      to[2] = static_cast<uint8_t>(group);
      to += 3;
    }
    return at;
  }

  bool add_digit(char c, uint8_t*& to) {
    if (ended) return false;
    if (c == '=') {
      pads++;
      if (digits < 2) return false;
    } else if (pads > 0 || value_in(kBase64Values, c) < 0) {
      return false;
    }
    bits = bits << 6 | static_cast<uint32_t>(c == '=' ? 0 : value_in(kBase64Values, c));
    if (++digits < 4) return true;
    // The bits that no byte takes are zero, so that each blob has one text only.
    if ((pads == 1 && (bits & 0xff) != 0) || (pads == 2 && (bits & 0xffff) != 0)) return false;
    for (int shift = 16; shift >= pads * 8; shift -= 8) *to++ = static_cast<uint8_t>(bits >> shift);
    ended = pads > 0;
    bits = 0;
    digits = 0;
    return true;
  }
};

template <class Decoder>
bool read_rest(TextReader& in) {
  Decoder decoder;
  while (!in.at_end()) {
    std::string_view text;
    if (!in.word(text) || !decoder.add(in, text)) return false;
  }
  return decoder.finish(in);
}

template <class Decoder>
bool read_word(TextReader& in, std::string_view text) {
  Decoder decoder;
  return decoder.add(in, text) && decoder.finish(in);
}

/// Puts `between` before every character that begins a word, but the first.
class WordSplitter {
 public:
  WordSplitter(size_t width, size_t group, std::string_view between)
      : groups_per_word_(std::max<size_t>(width / group, 1)), is_split_(width > 0), between_(between) {}

  void before_group(std::string& out) {
    if (is_split_ && groups_ == groups_per_word_) {
      out += between_;
      groups_ = 0;
    }
    groups_++;
  }

 private:
  size_t groups_per_word_;
  size_t groups_ = 0;
  bool is_split_;
  std::string_view between_;
};

}  // namespace

int hex_digit(char c) {
  return value_in(kHexValues, c);
}

bool read_hex_word(TextReader& in, std::string_view text) {
  return read_word<HexDecoder>(in, text);
}
bool read_hex_rest(TextReader& in) {
  return read_rest<HexDecoder>(in);
}
bool read_base64_word(TextReader& in, std::string_view text) {
  return read_word<Base64Decoder>(in, text);
}
bool read_base64_rest(TextReader& in) {
  return read_rest<Base64Decoder>(in);
}

bool read_base32hex_word(TextReader& in, std::string_view text) {
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const int value = value_in(kBase32HexValues, c);
    if (value < 0) return in.fail("bad base32hex");
    bits = (bits << 5 | static_cast<uint32_t>(value)) & 0xfff;
    count += 5;
    if (count >= 8) {
      count -= 8;
      if (!in.put_u8(bits >> count & 0xff)) return false;
    }
  }
  if (count >= 5 || (bits & ((1U << count) - 1)) != 0) return in.fail("bad base32hex");
  return true;
}

void append_hex(Bytes bytes, size_t width, std::string_view between, std::string& out) {
  WordSplitter splitter(width, 2, between);
  for (const uint8_t byte : bytes) {
    splitter.before_group(out);
    out += kHexDigits[byte >> 4];
    out += kHexDigits[byte & 15];
  }
}

void append_base64(Bytes bytes, size_t width, std::string_view between, std::string& out) {
  WordSplitter splitter(width, 4, between);
  for (size_t at = 0; at < bytes.size(); at += 3) {
    splitter.before_group(out);
    const size_t count = std::min<size_t>(bytes.size() - at, 3);
    uint32_t group = static_cast<uint32_t>(bytes[at]) << 16;
    if (count > 1) group |= static_cast<uint32_t>(bytes[at + 1]) << 8;
    if (count > 2) group |= bytes[at + 2];
    for (size_t i = 0; i < 4; i++) out += i <= count ? kBase64Digits[group >> (18 - 6 * i) & 63] : '=';
  }
}

void append_base32hex(Bytes bytes, std::string& out) {
  uint32_t bits = 0;
  int count = 0;
  for (const uint8_t byte : bytes) {
    bits = (bits << 8 | byte) & 0xfff;
    count += 8;
    while (count >= 5) {
      count -= 5;
      out += kBase32HexDigits[bits >> count & 31];
    }
  }
  if (count > 0) out += kBase32HexDigits[bits << (5 - count) & 31];
}

}  // namespace nomen::dns
