// BIND's raw zone format, versions 0 and 1: a header, then RRset by RRset in wire form, all numbers
// big-endian.
//   header: format (2), version, time of the dump; version 1 adds flags, source serial, last transfer
//   RRset:  bytes of it all, class, type, covered type, TTL, number of RRs, owner, and each rdata; owner and
//           rdata with a length of two bytes in front
// Reading treats the bytes as untrusted: every length is checked, every rdata is checked against its type.
// Thread rule: pure functions; callbacks on the caller's thread.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "dns/master_file.h"
#include "zone/content.h"
#include "zone/dump.h"

namespace nomen::zone {

struct RawHeader {
  uint32_t version = 1;                   ///< 0 or 1
  uint32_t dumped_at_s = 0;               ///< seconds since 1970
  std::optional<uint32_t> source_serial;  ///< version 1: the serial of the zone this one was signed from
  std::optional<uint32_t> transferred_at_s;
};

/// `spellings` as with dump_text(). False when the sink wanted no more.
bool write_raw(const Content& content, const RawHeader& header, const DumpSink& sink,
               const Spellings* spellings = nullptr);

/// Reads records in the order of the file; what was read before an error has been handed on.
/// `name` stands for the file in messages.
Result<RawHeader> read_raw(Bytes bytes, dns::NameView apex, dns::RRClass rr_class, const std::string& name,
                           const dns::ConsumeBatch& consume);

}  // namespace nomen::zone
