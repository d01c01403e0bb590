// The kernel for AVX-512 with byte operations (2017 and later): a mask of 64 bytes is one comparison.
#if defined(__x86_64__)
#if defined(__GNUC__) && !defined(__clang__)
// Of gcc 12's own header: _mm512_undefined_epi32. With a sanitizer it is sure where it else supposes.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#include <immintrin.h>

#include <cstring>

#include "base/bytes.h"
#include "dns/master_kernel.h"

#define KERNEL_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx2,bmi,bmi2,popcnt")))
#define KERNEL_HAS_AVX2

namespace nomen::dns {
namespace {

KERNEL_TARGET inline __m512i load(const uint8_t* p) {
  return _mm512_loadu_si512(p);
}

/// Two table look-ups by nibble: a byte is in the class when its rows share a bit. `low` and `high` are 16
/// bytes.
KERNEL_TARGET inline uint64_t classify(__m512i v, __m128i low, __m128i high) {
  const __m512i row = _mm512_shuffle_epi8(_mm512_broadcast_i32x4(low), v);
  const __m512i upper = _mm512_and_si512(_mm512_srli_epi16(v, 4), _mm512_set1_epi8(0x0f));
  const __m512i column = _mm512_shuffle_epi8(_mm512_broadcast_i32x4(high), upper);
  return _mm512_test_epi8_mask(row, column);
}

// Bit 1: control characters; 2: blank " ( ); 4: semicolon; 8: backslash.
#define LOW_ROWS _mm_setr_epi8(3, 1, 3, 1, 1, 1, 1, 1, 3, 3, 1, 5, 9, 1, 1, 1)
#define LOW_ROWS_SPECIAL _mm_setr_epi8(0, 0, 2, 0, 0, 0, 0, 0, 2, 2, 0, 4, 8, 0, 0, 0)
#define HIGH_ROWS _mm_setr_epi8(1, 1, 2, 4, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
// Bit 1: digits; 2: letters up to the 15th of the alphabet; 4: the other ones; 8: hyphen.
#define LOW_ROWS_HOST _mm_setr_epi8(5, 7, 7, 7, 7, 7, 7, 7, 7, 7, 6, 2, 2, 10, 2, 2)
#define HIGH_ROWS_HOST _mm_setr_epi8(0, 0, 8, 1, 2, 4, 2, 4, 0, 0, 0, 0, 0, 0, 0, 0)
// Bit 1: digits; 2: letters from a to f.
#define LOW_ROWS_HEX _mm_setr_epi8(1, 3, 3, 3, 3, 3, 3, 1, 1, 1, 0, 0, 0, 0, 0, 0)
#define HIGH_ROWS_HEX _mm_setr_epi8(0, 0, 0, 1, 2, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0)

KERNEL_TARGET inline uint64_t stop_mask(const uint8_t* p) {
  return classify(load(p), LOW_ROWS, HIGH_ROWS);
}
KERNEL_TARGET inline uint64_t special_mask(const uint8_t* p) {
  return classify(load(p), LOW_ROWS_SPECIAL, HIGH_ROWS);
}
KERNEL_TARGET inline uint64_t host_mask(const uint8_t* p) {
  return classify(load(p), LOW_ROWS_HOST, HIGH_ROWS_HOST);
}
KERNEL_TARGET inline uint64_t hex_mask(const uint8_t* p) {
  return classify(load(p), LOW_ROWS_HEX, HIGH_ROWS_HEX);
}
KERNEL_TARGET inline uint64_t char_mask(const uint8_t* p, char c) {
  return _mm512_cmpeq_epi8_mask(load(p), _mm512_set1_epi8(c));
}
KERNEL_TARGET inline uint64_t equal_mask(const uint8_t* a, const uint8_t* b) {
  return _mm512_cmpeq_epi8_mask(load(a), load(b));
}

#include "dns/master_kernel.inc"

}  // namespace

const MasterKernel kAvx512Kernel{"avx512", parse_records, scan_cuts, count_lines};

}  // namespace nomen::dns
#endif
