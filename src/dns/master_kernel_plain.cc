// The kernel for any machine, and the proof's other side; and the choice among the kernels.
#include <array>
#include <bit>
#include <cstring>

#include "base/bytes.h"
#include "dns/master_kernel.h"

#define KERNEL_TARGET

namespace nomen::dns {
namespace {

constexpr bool is_special(uint8_t c) {
  return c == '"' || c == '(' || c == ')' || c == ';' || c == '\\';
}

template <class Test>
uint64_t mask_of(Test test) {
  uint64_t mask = 0;
  for (size_t i = 0; i < 64; i++) mask |= uint64_t{test(i)} << i;
  return mask;
}

constexpr std::array<uint8_t, 256> kStops = [] {
  std::array<uint8_t, 256> stops{};
  for (size_t c = 0; c < 256; c++) stops[c] = c <= ' ' || is_special(static_cast<uint8_t>(c));
  return stops;
}();

uint64_t stop_mask(const uint8_t* p) {
  return mask_of([p](size_t i) { return kStops[p[i]] != 0; });
}
uint64_t special_mask(const uint8_t* p) {
  return mask_of([p](size_t i) { return is_special(p[i]); });
}
uint64_t host_mask(const uint8_t* p) {
  return mask_of([p](size_t i) {
    const uint8_t letter = p[i] | 0x20;
    return (letter >= 'a' && letter <= 'z') || (p[i] >= '0' && p[i] <= '9') || p[i] == '-';
  });
}
uint64_t hex_mask(const uint8_t* p) {
  return mask_of([p](size_t i) {
    const uint8_t letter = p[i] | 0x20;
    return (p[i] >= '0' && p[i] <= '9') || (letter >= 'a' && letter <= 'f');
  });
}
uint64_t char_mask(const uint8_t* p, char c) {
  return mask_of([p, c](size_t i) { return p[i] == static_cast<uint8_t>(c); });
}
uint64_t equal_mask(const uint8_t* a, const uint8_t* b) {
  return mask_of([a, b](size_t i) { return a[i] == b[i]; });
}

#include "dns/master_kernel.inc"

}  // namespace

const MasterKernel kPlainKernel{"plain", parse_records, scan_cuts, count_lines};

std::span<const MasterKernel* const> usable_master_kernels() {
  static const MasterKernel* const all[] = {
      &kPlainKernel,
#if defined(__x86_64__)
      &kSse42Kernel,
      &kAvx2Kernel,
      &kAvx512Kernel,
#endif
  };
  size_t count = 1;
#if defined(__x86_64__)
  const bool has_sse42 = __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt");
  const bool has_avx2 = has_sse42 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
                        __builtin_cpu_supports("bmi2");
  const bool has_avx512 = has_avx2 && __builtin_cpu_supports("avx512f") &&
                          __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
  count += size_t{has_sse42} + size_t{has_avx2} + size_t{has_avx512};
#endif
  return {all, count};
}

const MasterKernel& best_master_kernel() {
  static const MasterKernel& best = *usable_master_kernels().back();
  return best;
}

}  // namespace nomen::dns
