#include "base/os/usable_cores.h"

#include <sched.h>

#include <algorithm>
#include <thread>

namespace nomen::os {

unsigned usable_cores() {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  // A machine with more cores than a cpu_set_t has room for is EINVAL.
  if (::sched_getaffinity(0, sizeof cores, &cores) != 0)
    return std::max(1U, std::thread::hardware_concurrency());
  return std::max(1U, static_cast<unsigned>(CPU_COUNT(&cores)));
}

}  // namespace nomen::os
