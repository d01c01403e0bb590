// The journal that BIND keeps beside the file of a zone that takes updates (FILE.jnl): read when a server is
// moved over, so that nothing that BIND has acknowledged is lost. Formats "V9" and "V9.2", all numbers
// big-endian:
//   header, 64 bytes: format (16), begin and end (serial and offset each), entries of the index,
//     source serial, flags; then the index, which is passed over
//   transaction: bytes of its records, in V9.2 their number, serial before, serial after; then the records
//   record: bytes of it, owner, type, class, TTL, length of rdata, rdata; the first one is the SOA that goes,
//     what follows goes, too, until the SOA that comes, and what follows that comes
// The bytes are checked as if they were a stranger's. Thread rule: pure functions.
#pragma once
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "dns/name.h"
#include "zone/version_step.h"

namespace nomen::store {

/// The steps from one version to the next, a chain from the journal's begin to its end. Fails when the bytes
/// are no journal of that zone, or are cut off.
Result<std::vector<zone::VersionStep>> read_bind_journal(Bytes bytes, dns::NameView apex,
                                                         dns::RRClass rr_class);

}  // namespace nomen::store
