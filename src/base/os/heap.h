// Memory that will be wanted soon, in very many small pieces, by whoever allocates. Thread rule: any thread.
#pragma once
#include <cstddef>

namespace nomen::os {

/// The allocator takes the next `bytes` or so from memory that the kernel may give in large pages: then
/// touching it the first time costs a third, and reading it misses the TLB less. Costs nothing until it is
/// used, but what was used once stays with the process. For small `bytes`, and with another allocator than
/// mimalloc, nothing happens.
void reserve_heap(size_t bytes);

}  // namespace nomen::os
