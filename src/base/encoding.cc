#include "base/encoding.h"

#include <array>

namespace nomen {

namespace {

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase32Hex = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
constexpr std::string_view kHex = "0123456789abcdef";

constexpr uint8_t kBad = 0xff;
constexpr uint8_t kBlank = 0xfe;

using DecodeTable = std::array<uint8_t, 256>;

constexpr DecodeTable make_table(std::string_view alphabet, bool both_cases) {
  DecodeTable table{};
  table.fill(kBad);
  for (const char blank : std::string_view(" \t\r\n")) table[static_cast<uint8_t>(blank)] = kBlank;
  for (size_t i = 0; i < alphabet.size(); ++i) {
    const auto c = static_cast<uint8_t>(alphabet[i]);
    table[c] = static_cast<uint8_t>(i);
    if (!both_cases) continue;
    if (c >= 'A' && c <= 'Z') table[c + 32U] = static_cast<uint8_t>(i);
    if (c >= 'a' && c <= 'z') table[c - 32U] = static_cast<uint8_t>(i);
  }
  return table;
}

constexpr DecodeTable kFromBase64 = make_table(kBase64, false);
constexpr DecodeTable kFromBase32Hex = make_table(kBase32Hex, true);
constexpr DecodeTable kFromHex = make_table(kHex, true);

/// Groups of `bits` from the front of the bytes; the last one is filled up with zero bits.
std::string encode(Bytes bytes, std::string_view alphabet, unsigned bits) {
  std::string out;
  out.reserve((bytes.size() * 8 + bits - 1) / bits + 3);
  uint32_t pending = 0;
  unsigned have = 0;
  for (const uint8_t byte : bytes) {
    pending = (pending << 8) | byte;
    have += 8;
    while (have >= bits) {
      have -= bits;
      out.push_back(alphabet[(pending >> have) & ((1U << bits) - 1)]);
    }
  }
  if (have > 0) out.push_back(alphabet[(pending << (bits - have)) & ((1U << bits) - 1)]);
  return out;
}

struct Decoded {
  std::vector<uint8_t> bytes;
  size_t digits = 0;       ///< characters of the alphabet that were read
  size_t rest = 0;         ///< where reading stopped: at '=' or at the end
  unsigned left_bits = 0;  ///< bits that did not fill a byte
  uint32_t left = 0;       ///< their value; zero in a text that an encoder wrote
};

Result<Decoded> decode(std::string_view text, const DecodeTable& table, unsigned bits, const char* what) {
  Decoded out;
  out.bytes.reserve(text.size() * bits / 8);
  uint32_t pending = 0;
  unsigned have = 0;
  size_t i = 0;
  for (; i < text.size() && text[i] != '='; ++i) {
    const uint8_t value = table[static_cast<uint8_t>(text[i])];
    if (value == kBlank) continue;
    if (value == kBad) return failure(std::string("bad ") + what + " encoding");
    pending = (pending << bits) | value;
    have += bits;
    ++out.digits;
    if (have >= 8) {
      have -= 8;
      out.bytes.push_back(static_cast<uint8_t>(pending >> have));
    }
    pending &= (1U << have) - 1;
  }
  out.rest = i;
  out.left_bits = have;
  out.left = pending;
  return out;
}

}  // namespace

std::string base64_encode(Bytes bytes) {
  std::string out = encode(bytes, kBase64, 6);
  while (out.size() % 4 != 0) out.push_back('=');
  return out;
}

Result<std::vector<uint8_t>> base64_decode(std::string_view text) {
  Result<Decoded> decoded = decode(text, kFromBase64, 6, "base64");
  if (!decoded) return std::unexpected(decoded.error());
  size_t padding = 0;
  for (const char c : text.substr(decoded->rest)) {
    if (c == '=') {
      ++padding;
    } else if (kFromBase64[static_cast<uint8_t>(c)] != kBlank) {
      return failure("bad base64 encoding");
    }
  }
  if ((decoded->digits + padding) % 4 != 0 || padding > 2 || decoded->left != 0)
    return failure("bad base64 encoding");
  return std::move(decoded->bytes);
}

std::string base32hex_encode(Bytes bytes) {
  return encode(bytes, kBase32Hex, 5);
}

Result<std::vector<uint8_t>> base32hex_decode(std::string_view text) {
  Result<Decoded> decoded = decode(text, kFromBase32Hex, 5, "base32hex");
  if (!decoded) return std::unexpected(decoded.error());
  if (decoded->rest != text.size() || decoded->left_bits >= 5 || decoded->left != 0)
    return failure("bad base32hex encoding");
  return std::move(decoded->bytes);
}

std::string hex_encode(Bytes bytes) {
  return encode(bytes, kHex, 4);
}

Result<std::vector<uint8_t>> hex_decode(std::string_view text) {
  Result<Decoded> decoded = decode(text, kFromHex, 4, "hex");
  if (!decoded) return std::unexpected(decoded.error());
  if (decoded->rest != text.size() || decoded->left_bits != 0) return failure("bad hex encoding");
  return std::move(decoded->bytes);
}

}  // namespace nomen
