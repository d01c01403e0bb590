// The first load of a zone that BIND has served: what its journal has goes into our log. Thread rule: any
// thread; waits for the disk.
#pragma once
#include <string>

#include "base/result.h"
#include "store/version_store.h"
#include "zone/content.h"

namespace nomen::server {

/// Nothing to do when there is no journal, or the zone has rows in the log already. Fails, with what to do,
/// when the journal cannot be read or does not know the file's serial: serving the file alone would lose
/// updates.
Result<void> take_bind_journal(store::VersionStore& log, store::ZoneId zone, const std::string& path,
                               const zone::Content& from_file);

}  // namespace nomen::server
