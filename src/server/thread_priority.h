// Work that must not take time from answers runs at a lower priority. Thread rule: it is that of the calling
// thread.
#pragma once

namespace nomen::server {

/// `nice` up to 19, the lowest priority; the kernel's threads have priorities of their own.
void lower_priority(int nice);

}  // namespace nomen::server
