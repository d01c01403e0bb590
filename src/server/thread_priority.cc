#include "server/thread_priority.h"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

namespace nomen::server {

void lower_priority(int nice) {
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), nice);
}

void take_idle_time_only() {
  constexpr int kLowest = 19;
  const sched_param none{};
  if (::sched_setscheduler(0, SCHED_IDLE, &none) != 0) lower_priority(kLowest);
}

}  // namespace nomen::server
