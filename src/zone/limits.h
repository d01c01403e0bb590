// Limits of zones, with the reasons.
#pragma once
#include <cstddef>
#include <cstdint>

namespace nomen::zone {

/// What a zone may hold; 0 is "no limit". Defaults are BIND 9.18's.
struct ContentLimits {
  uint64_t max_records = 0;             ///< max-records: of the whole zone
  uint32_t max_records_per_type = 100;  ///< max-records-per-type: of one RRset
  uint32_t max_types_per_name = 100;    ///< max-types-per-name: RRsets of one name
};

/// What was within limits when it was accepted is not measured again.
inline constexpr ContentLimits kNoLimits{
    .max_records = 0, .max_records_per_type = 0, .max_types_per_name = 0};

/// Validators take a zone with more additional NSEC3 iterations as unsigned (RFC 9276 3.2; BIND 9.18 from 151
/// on), so nothing is proven by such hashes: none is computed for a query.
inline constexpr uint16_t kMostNsec3Iterations = 150;

/// A node above this size is not merged again and again while a file is read.
inline constexpr size_t kSpillNodeBytes = 4096;

/// A zone of at most so many nodes is a megabyte or two, which stays in the caches of a core.
inline constexpr size_t kNodesInCache = 16384;

/// What a caller may put into the image of a zone beside the zone: stamps and names of files.
inline constexpr size_t kMaxNoteBytes = size_t{1} << 20;

/// CNAME and DNAME links that one answer follows: as many as BIND's max-query-restarts default, 11.
inline constexpr unsigned kMaxChainLinks = 11;

}  // namespace nomen::zone
