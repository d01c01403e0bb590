// Asks this machine's resolver for the addresses of a host: what full integrity checks know of other zones.
// Thread rule: any thread; blocks until the resolver answers.
#pragma once
#include "zone/check.h"

namespace nomen::tools {

zone::HostAddresses find_host(dns::NameView name);

}  // namespace nomen::tools
