// The digest of a whole zone (ZONEMD, RFC 8976): verified in what a transfer brings, made on demand.
// Scheme SIMPLE with SHA-384 or SHA-512. Thread rule: free functions over constant data, any thread.
#pragma once
#include <cstdint>
#include <vector>

#include "base/result.h"
#include "crypto/digest.h"
#include "zone/change.h"
#include "zone/content.h"

namespace nomen::transfer {

/// Hash algorithms of ZONEMD (RFC 8976 5.3).
enum class ZonemdHash : uint8_t { kSha384 = 1, kSha512 = 2 };

/// The digest of all of the zone but its ZONEMD RRset and the signatures of that (RFC 8976 3).
crypto::DigestValue zone_digest(const zone::Content& content, ZonemdHash hash);

/// The rdata of a ZONEMD record that is right for this version; the SOA's serial is in it.
std::vector<uint8_t> make_zonemd(const zone::Content& content, ZonemdHash hash);

/// The change that takes the ZONEMD RRset and its signatures out; empty when there is none.
zone::Change without_zonemd(const zone::Content& content);

/// The change that makes the ZONEMD RRset right for this version: its records of a scheme and hash known here
/// are made anew, one each, and all others go. A signed one that is not right goes as a whole: only who has
/// the key could renew it. Empty when all is right.
zone::Change renewed_zonemd(const zone::Content& content);

/// Fails when the zone has ZONEMD records of a scheme and hash known here and none of them is right (RFC 8976
/// 4). A zone without them passes, as does one that has only others.
Result<void> verify_zonemd(const zone::Content& content);

}  // namespace nomen::transfer
