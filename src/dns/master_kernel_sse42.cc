// The kernel for SSE4.2 (2008 and later).
#if defined(__x86_64__)
#include <immintrin.h>

#include <cstring>

#include "base/bytes.h"
#include "dns/master_kernel.h"

#define KERNEL_TARGET __attribute__((target("sse4.2,popcnt")))

namespace nomen::dns {
namespace {

KERNEL_TARGET inline __m128i load(const uint8_t* p) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
}

/// Sixteen bytes to sixteen bits, four times.
template <class Step>
KERNEL_TARGET __attribute__((always_inline)) inline uint64_t four(Step step) {
  return uint64_t{step(0)} | (uint64_t{step(16)} << 16) | (uint64_t{step(32)} << 32) |
         (uint64_t{step(48)} << 48);
}
KERNEL_TARGET inline uint16_t high_bits(__m128i v) {
  return static_cast<uint16_t>(_mm_movemask_epi8(v));
}

/// Two table look-ups by nibble: a byte is in the class when its rows share a bit.
KERNEL_TARGET inline uint16_t classify(__m128i v, __m128i low, __m128i high) {
  const __m128i row = _mm_shuffle_epi8(low, v);
  const __m128i column = _mm_shuffle_epi8(high, _mm_and_si128(_mm_srli_epi16(v, 4), _mm_set1_epi8(0x0f)));
  return static_cast<uint16_t>(~high_bits(_mm_cmpeq_epi8(_mm_and_si128(row, column), _mm_setzero_si128())));
}

struct ClassStep {  // bit 1: control characters; 2: blank " ( ); 4: semicolon; 8: backslash
  const uint8_t* p;
  bool with_blanks;
  KERNEL_TARGET __attribute__((always_inline)) uint16_t operator()(size_t i) const {
    const __m128i all = _mm_setr_epi8(3, 1, 3, 1, 1, 1, 1, 1, 3, 3, 1, 5, 9, 1, 1, 1);
    const __m128i special = _mm_setr_epi8(0, 0, 2, 0, 0, 0, 0, 0, 2, 2, 0, 4, 8, 0, 0, 0);
    const __m128i high = _mm_setr_epi8(1, 1, 2, 4, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    return classify(load(p + i), with_blanks ? all : special, high);
  }
};
struct HostStep {  // bit 1: digits; 2: letters up to the 15th of the alphabet; 4: the other ones; 8: hyphen
  const uint8_t* p;
  KERNEL_TARGET __attribute__((always_inline)) uint16_t operator()(size_t i) const {
    const __m128i low = _mm_setr_epi8(5, 7, 7, 7, 7, 7, 7, 7, 7, 7, 6, 2, 2, 10, 2, 2);
    const __m128i high = _mm_setr_epi8(0, 0, 8, 1, 2, 4, 2, 4, 0, 0, 0, 0, 0, 0, 0, 0);
    return classify(load(p + i), low, high);
  }
};
struct HexStep {  // bit 1: digits; 2: letters from a to f
  const uint8_t* p;
  KERNEL_TARGET __attribute__((always_inline)) uint16_t operator()(size_t i) const {
    const __m128i low = _mm_setr_epi8(1, 3, 3, 3, 3, 3, 3, 1, 1, 1, 0, 0, 0, 0, 0, 0);
    const __m128i high = _mm_setr_epi8(0, 0, 0, 1, 2, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    return classify(load(p + i), low, high);
  }
};
struct EqualStep {
  const uint8_t* a;
  const uint8_t* b;
  KERNEL_TARGET __attribute__((always_inline)) uint16_t operator()(size_t i) const {
    return high_bits(_mm_cmpeq_epi8(load(a + i), load(b + i)));
  }
};
struct CharStep {
  const uint8_t* p;
  char c;
  KERNEL_TARGET __attribute__((always_inline)) uint16_t operator()(size_t i) const {
    return high_bits(_mm_cmpeq_epi8(load(p + i), _mm_set1_epi8(c)));
  }
};

KERNEL_TARGET inline uint64_t stop_mask(const uint8_t* p) {
  return four(ClassStep{p, true});
}
KERNEL_TARGET inline uint64_t special_mask(const uint8_t* p) {
  return four(ClassStep{p, false});
}
KERNEL_TARGET inline uint64_t host_mask(const uint8_t* p) {
  return four(HostStep{p});
}
KERNEL_TARGET inline uint64_t hex_mask(const uint8_t* p) {
  return four(HexStep{p});
}
KERNEL_TARGET inline uint64_t char_mask(const uint8_t* p, char c) {
  return four(CharStep{p, c});
}
KERNEL_TARGET inline uint64_t equal_mask(const uint8_t* a, const uint8_t* b) {
  return four(EqualStep{a, b});
}

#include "dns/master_kernel.inc"

}  // namespace

const MasterKernel kSse42Kernel{"sse4.2", parse_records, scan_cuts, count_lines};

}  // namespace nomen::dns
#endif
