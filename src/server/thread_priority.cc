#include "server/thread_priority.h"

#include <sys/resource.h>
#include <unistd.h>

namespace nomen::server {

void lower_priority(int nice) {
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), nice);
}

}  // namespace nomen::server
