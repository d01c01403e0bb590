// Fetching memory into the cache ahead of its use.
// Thread rule: pure.
#pragma once

namespace nomen {

/// Begins to fetch the cache line that `at` points into, which need not be readable, and waits for nothing.
inline void fetch_line(const void* at) {
  __builtin_prefetch(at);
  // A function that does nothing but fetch ahead has no effect that GCC knows of, and with the whole program
  // before it, it leaves the calls of such functions out. This is an effect, and no instruction.
  asm volatile("" : : "r"(at));
}

}  // namespace nomen
