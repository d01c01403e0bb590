// Brings a zone that was read from its file up to the newest version in the log: what was acknowledged is in
// the log, the file is only written now and then. Thread rule: any thread.
#pragma once
#include <cstdint>

#include "base/result.h"
#include "config/model.h"
#include "store/version_store.h"
#include "zone/content.h"
#include "zone/recent_changes.h"

namespace nomen::server {

struct Replayed {
  zone::ContentPtr content;
  zone::RecentChangesPtr recent;  ///< the newest steps, those older than the file, too
  uint64_t versions = 0;          ///< that the file did not have
  bool is_gap = false;  ///< `content` is no version of the log: the file was changed while nobody looked
};

/// The newest version of a zone whose file may be behind its log. A file that was changed while the zone
/// still followed it, and nobody looked, is what counts: a gap. Fails when the log does not know
/// the file's serial (it was edited while the server kept newer versions, or is another file), or when a
/// change does not fit the file: nothing is served then, and both stay as they are.
Result<Replayed> replay(store::VersionStore& log, store::ZoneId zone, zone::ContentPtr from_file);

/// The same of a zone that follows its file, where whatever does not fit is a gap. It has newer versions than
/// its file only when it took updates before. `is_known`: the file is the one that the newest row was made
/// from, and is not compared with it.
Result<Replayed> follow_file(store::VersionStore& log, store::ZoneId zone, zone::ContentPtr from_file,
                             bool is_known);

/// The row of a gap: from here on the history is that of `content`. Waits for the disk.
Result<void> append_gap(store::VersionStore& log, store::ZoneId zone, const zone::Content& content);

/// Drops the oldest rows of a zone whose file says the version `in_file`: what is beyond the limits, but
/// nothing that the file does not have. Any thread; waits for the disk.
Result<void> prune(store::VersionStore& log, store::ZoneId zone, dns::Serial in_file,
                   const store::Retention& retention);
/// What is kept of a zone's rows in the log: as configured, or enough for people to look back.
store::Retention retention_of(const zone::Content& content, const config::ZoneOptions& options,
                              int64_t now_us);

/// Memory that the steps kept for IXFR may take: of a zone with this content, by max-journal-size.
size_t most_recent_bytes(const zone::Content& content, std::optional<uint64_t> max_journal_size);
/// The same of a zone that follows its file. There may be very many of them: no more than an IXFR may have
/// before the whole zone is shorter.
size_t most_file_bytes(const zone::Content& content, std::optional<uint64_t> max_journal_size);

}  // namespace nomen::server
