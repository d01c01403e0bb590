#include "dns/rdata/name_text.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif
#include <array>
#include <bit>
#include <cstring>

namespace nomen::dns {

namespace {

/// Copies 1 to 254 bytes; most names fit the first two ways.
inline void copy_short(uint8_t* to, const char* from, size_t size) {
#if defined(__SSE2__)
  if (size >= 16 && size <= 32) {
    const __m128i first = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    const __m128i last = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + size - 16));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), first);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + size - 16), last);
    return;
  }
#endif
  if (size >= 8 && size <= 16) {
    uint64_t first;
    uint64_t last;
    std::memcpy(&first, from, 8);
    std::memcpy(&last, from + size - 8, 8);
    std::memcpy(to, &first, 8);
    std::memcpy(to + size - 8, &last, 8);
    return;
  }
  if (size < 8) {
    for (size_t i = 0; i < size; i++) to[i] = static_cast<uint8_t>(from[i]);
    return;
  }
  std::memcpy(to, from, size);
}

struct BlockMasks {
  uint32_t dots;
  bool has_backslash;
};

/// Where dots stand in the next 16 bytes at `p`, of which `size` count; all 16 are readable.
inline BlockMasks scan_block(const uint8_t* p, size_t size) {
#if defined(__SSE2__)
  const uint32_t wanted = size >= 16 ? 0xffffU : (1U << size) - 1;
  const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  const auto dots = static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8('.'))));
  const auto escapes = static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8('\\'))));
  return {dots & wanted, (escapes & wanted) != 0};
#else
  BlockMasks masks{0, false};
  for (size_t i = 0; i < size && i < 16; i++) {
    masks.dots |= static_cast<uint32_t>(p[i] == '.') << i;
    masks.has_backslash |= p[i] == '\\';
  }
  return masks;
#endif
}

/// Room that the short way may use: text, length bytes, a whole origin, and reading ahead by a block.
constexpr size_t kShortWayRoom = 2 * kMaxNameBytes + 16;

/// The text is copied behind a byte for the first length; every dot then becomes the length of the label
/// that follows it. Returns the size of the name, 0 when the text is not for the short way.
inline size_t short_way(std::string_view text, NameView origin, uint8_t* wire) {
  const size_t size = text.size();
  if (size == 0 || size > kMaxNameBytes - 1) return 0;
  copy_short(wire + 1, text.data(), size);
  size_t label = 0;
  for (size_t block = 0; block < size; block += 16) {
    BlockMasks masks = scan_block(wire + 1 + block, size - block);
    if (masks.has_backslash) return 0;
    for (; masks.dots != 0; masks.dots &= masks.dots - 1) {
      const size_t dot = block + static_cast<size_t>(std::countr_zero(masks.dots));
      const size_t length = dot - label;
      if (length - 1 >= kMaxLabelBytes) return 0;
      wire[label] = static_cast<uint8_t>(length);
      label = dot + 1;
    }
  }
  if (label == size) {
    wire[size] = 0;
    return size + 1;
  }
  const size_t length = size - label;
  if (length > kMaxLabelBytes || size + 1 + origin.size() > kMaxNameBytes) return 0;
  if (size == 1 && text[0] == '@') return 0;
  wire[label] = static_cast<uint8_t>(length);
  std::memcpy(wire + size + 1, origin.data(), origin.size());
  return size + 1 + origin.size();
}

}  // namespace

bool append_name(std::string_view text, NameView origin, RdataBuffer& out) {
  if (out.size() + kShortWayRoom <= kMaxRdataBytes) [[likely]] {
    if (const size_t size = short_way(text, origin, out.data() + out.size())) {
      out.set_size(out.size() + size);
      return true;
    }
  }
  const auto name = Name::parse(text, origin);
  return name && out.append(name->bytes());
}

std::string_view name_error(std::string_view text, NameView origin) {
  const auto name = Name::parse(text, origin);
  if (name) return "rdata would be longer than 65535 bytes";
  constexpr std::array<std::string_view, 6> kReasons{"empty label", "label too long", "name too long",
                                                     "bad escape",  "empty name",     "bad label type"};
  for (const std::string_view reason : kReasons) {
    if (name.error().text.starts_with(reason)) return reason;
  }
  return "bad name";
}

}  // namespace nomen::dns
