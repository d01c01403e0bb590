#include "base/os/heap.h"

#include <mimalloc.h>
#include <sys/mman.h>

#include <cstdint>

// Only programs that are linked with mimalloc have it (cmake/layers.cmake).
#pragma weak mi_manage_os_memory

namespace nomen::os {

namespace {

/// What mimalloc gives to a thread at a time, and how that is aligned.
constexpr size_t kSegmentBytes = size_t{32} << 20;

}  // namespace

void reserve_heap(size_t bytes) {
  const size_t size = bytes / kSegmentBytes * kSegmentBytes;
  if (size == 0 || mi_manage_os_memory == nullptr) return;
  // One more, to be able to align. Both ends stay mapped: nobody touches them.
  void* const mapped = ::mmap(nullptr, size + kSegmentBytes, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) return;
  const auto at = (reinterpret_cast<uintptr_t>(mapped) + kSegmentBytes - 1) & ~(kSegmentBytes - 1);
  void* const begin = reinterpret_cast<void*>(at);
  ::madvise(begin, size, MADV_HUGEPAGE);
  constexpr bool kIsCommitted = true, kIsLarge = false, kIsZero = true;
  constexpr int kAnyNode = -1;
  mi_manage_os_memory(begin, size, kIsCommitted, kIsLarge, kIsZero, kAnyNode);
}

}  // namespace nomen::os
