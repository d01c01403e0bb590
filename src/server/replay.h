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

/// The newest steps of a zone that follows its file, if they end at what the file says. If not, the file was
/// changed while nobody looked: the rows tell of another past, and all of them go.
Result<zone::RecentChangesPtr> recent_of_file(store::VersionStore& log, store::ZoneId zone,
                                              const zone::Content& content);

/// Drops the oldest rows of a zone whose file says the version `in_file`: what is beyond the size of a
/// journal (max-journal-size), but nothing that the file does not have. Any thread; waits for the disk.
Result<void> prune(store::VersionStore& log, store::ZoneId zone, dns::Serial in_file, uint64_t most_bytes);
/// The size that a zone's rows may have in the log: as configured, or enough for people to look back.
uint64_t most_logged_bytes(const zone::Content& content, std::optional<uint64_t> max_journal_size);

/// Memory that the steps kept for IXFR may take: of a zone with this content, by max-journal-size.
size_t most_recent_bytes(const zone::Content& content, std::optional<uint64_t> max_journal_size);

}  // namespace nomen::server
