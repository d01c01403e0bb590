// Brings a zone that was read from its file up to the newest version in the log: what was acknowledged is in
// the log, the file is only written now and then. Thread rule: any thread.
#pragma once
#include <cstdint>

#include "base/result.h"
#include "store/version_store.h"
#include "zone/content.h"
#include "zone/recent_changes.h"

namespace nomen::server {

struct Replayed {
  zone::ContentPtr content;
  zone::RecentChangesPtr recent;  ///< the newest steps, those older than the file, too
  uint64_t versions = 0;          ///< that the file did not have
};

/// The newest version of the zone. Fails when the log does not know the file's serial (it was edited while
/// the server kept newer versions, or is another file), or when a change does not fit the file: nothing is
/// served then, and both stay as they are.
Result<Replayed> replay(store::VersionStore& log, store::ZoneId zone, zone::ContentPtr from_file);

/// Memory that the steps kept for IXFR may take: of a zone with this content, by max-journal-size.
size_t most_recent_bytes(const zone::Content& content, std::optional<uint64_t> max_journal_size);

}  // namespace nomen::server
