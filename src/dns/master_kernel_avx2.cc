// The kernel for AVX2 with BMI (2013 and later).
#if defined(__x86_64__)
#include <immintrin.h>

#include <cstring>

#include "base/bytes.h"
#include "dns/master_kernel.h"

#define KERNEL_TARGET __attribute__((target("avx2,bmi,bmi2,popcnt")))
#define KERNEL_HAS_AVX2

namespace nomen::dns {
namespace {

KERNEL_TARGET inline __m256i load(const uint8_t* p) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
}
KERNEL_TARGET inline uint32_t high_bits(__m256i v) {
  return static_cast<uint32_t>(_mm256_movemask_epi8(v));
}
KERNEL_TARGET inline uint64_t both(uint32_t low, uint32_t high) {
  return low | (uint64_t{high} << 32);
}

/// Two table look-ups by nibble: a byte is in the class when its rows share a bit. `low` and `high` are 16
/// bytes.
KERNEL_TARGET inline uint32_t classify(__m256i v, __m128i low, __m128i high) {
  const __m256i row = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(low), v);
  const __m256i upper = _mm256_and_si256(_mm256_srli_epi16(v, 4), _mm256_set1_epi8(0x0f));
  const __m256i column = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(high), upper);
  return ~high_bits(_mm256_cmpeq_epi8(_mm256_and_si256(row, column), _mm256_setzero_si256()));
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
  return both(classify(load(p), LOW_ROWS, HIGH_ROWS), classify(load(p + 32), LOW_ROWS, HIGH_ROWS));
}
KERNEL_TARGET inline uint64_t special_mask(const uint8_t* p) {
  return both(classify(load(p), LOW_ROWS_SPECIAL, HIGH_ROWS),
              classify(load(p + 32), LOW_ROWS_SPECIAL, HIGH_ROWS));
}
KERNEL_TARGET inline uint64_t host_mask(const uint8_t* p) {
  return both(classify(load(p), LOW_ROWS_HOST, HIGH_ROWS_HOST),
              classify(load(p + 32), LOW_ROWS_HOST, HIGH_ROWS_HOST));
}
KERNEL_TARGET inline uint64_t hex_mask(const uint8_t* p) {
  return both(classify(load(p), LOW_ROWS_HEX, HIGH_ROWS_HEX),
              classify(load(p + 32), LOW_ROWS_HEX, HIGH_ROWS_HEX));
}
KERNEL_TARGET inline uint64_t char_mask(const uint8_t* p, char c) {
  const __m256i wanted = _mm256_set1_epi8(c);
  return both(high_bits(_mm256_cmpeq_epi8(load(p), wanted)),
              high_bits(_mm256_cmpeq_epi8(load(p + 32), wanted)));
}
KERNEL_TARGET inline uint64_t equal_mask(const uint8_t* a, const uint8_t* b) {
  return both(high_bits(_mm256_cmpeq_epi8(load(a), load(b))),
              high_bits(_mm256_cmpeq_epi8(load(a + 32), load(b + 32))));
}

#include "dns/master_kernel.inc"

}  // namespace

const MasterKernel kAvx2Kernel{"avx2", parse_records, scan_cuts, count_lines};

}  // namespace nomen::dns
#endif
