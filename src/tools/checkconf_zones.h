// named-checkconf -z: loads the primary zones of a configuration on trial, as the server would.
// Thread rule: the program's one thread.
#pragma once
#include "tools/checkconf.h"

namespace nomen::tools {

ZoneTester zone_tester();

}  // namespace nomen::tools
