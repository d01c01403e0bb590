#include "base/random.h"

#include <sys/random.h>

#include <array>

#include "base/contract.h"

namespace nomen {

void fill_random(MutableBytes out) {
  while (!out.empty()) {
    const ssize_t n = ::getrandom(out.data(), out.size(), 0);
    NOMEN_ENSURE(n > 0);
    out = out.subspan(static_cast<size_t>(n));
  }
}

uint64_t random_u64() {
  std::array<uint8_t, 8> bytes{};
  fill_random(bytes);
  return load_u64(bytes.data());
}

}  // namespace nomen
