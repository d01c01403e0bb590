// Hexadecimal digits by table, for the kernels of the master-file parser.
// Thread rule: constant data.
#pragma once
#include <array>
#include <cstdint>

namespace nomen::dns {

inline constexpr uint32_t kNoHexDigit = 0x80;

/// The value of a digit; kNoHexDigit for any other character. NUL counts as 0: the kernels pad with it.
inline constexpr std::array<uint8_t, 256> kHexDigits = [] {
  std::array<uint8_t, 256> digits{};
  for (size_t c = 0; c < 256; c++) {
    digits[c] = static_cast<uint8_t>(c >= '0' && c <= '9'   ? c - '0'
                                     : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                     : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                     : c == 0               ? 0
                                                            : kNoHexDigit);
  }
  return digits;
}();

}  // namespace nomen::dns
