// A zone goes back to what an earlier version said, as a new version with a later serial: what came between
// stays in the log. Thread rule: the main thread.
#pragma once
#include "control/operations.h"
#include "server/update_desk.h"
#include "server/version_log.h"
#include "server/zone_keeper.h"

namespace nomen::server {

/// The answer comes when the change is made; whether it reached the disk stands in the server's log.
control::CommandResult roll_back(const ZonePlace& place, dns::Serial serial, ZoneKeeper& zones,
                                 VersionLog& log, UpdateDesk& updates);

}  // namespace nomen::server
