// One piece of work in so many threads.
// Thread rule: any thread; `work` is called by several at once.
#pragma once
#include <cstddef>
#include <functional>

namespace nomen::os {

/// work(number) for each number below `count`, all at once: 0 on the caller's thread, the others on threads
/// that live as long as the call.
void run_in_parallel(size_t count, const std::function<void(size_t)>& work);

}  // namespace nomen::os
