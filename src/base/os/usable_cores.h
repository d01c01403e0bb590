// How many of the machine's cores this process may run on: fewer than there are under taskset, cpusets and
// CPUAffinity= (std::thread::hardware_concurrency counts those that are there). Thread rule: any thread.
#pragma once

namespace nomen::os {

/// Of the calling thread; at least 1.
unsigned usable_cores();

}  // namespace nomen::os
