// Work that must not take time from answers runs at a lower priority. Thread rule: it is that of the calling
// thread.
#pragma once

namespace nomen::server {

/// `nice` up to 19, the lowest priority; the kernel's threads have priorities of their own.
void lower_priority(int nice);

/// Only time that no other thread wants; for good. Who wakes up goes in front of the thread at once, whereas
/// one of the lowest `nice` ends its slice of some milliseconds first. Where the system refuses, it is that.
void take_idle_time_only();

}  // namespace nomen::server
