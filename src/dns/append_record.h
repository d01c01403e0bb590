// Batches of records that are made from something other than a master file: a transfer, a version.
// Thread rule: values.
#pragma once
#include "dns/master_file.h"

namespace nomen::dns {

/// Readable bytes behind the last used one of a batch.
inline constexpr size_t kBatchPadding = 64;

/// Adds a record; whoever is done with the batch appends kBatchPadding bytes to its `bytes`.
inline void append_record(RecordBatch& batch, NameView owner, RRType type, RRClass rr_class, uint32_t ttl_s,
                          Bytes rdata) {
  BatchRecord record{};
  const auto put = [&](Bytes bytes) {
    const auto at = static_cast<uint32_t>(batch.bytes.size());
    batch.bytes.insert(batch.bytes.end(), bytes.begin(), bytes.end());
    return at;
  };
  record.same_owner =
      !batch.records.empty() && equal(batch.owner(batch.records.back()).bytes(), owner.bytes());
  record.owner_at = record.same_owner ? batch.records.back().owner_at : put(owner.bytes());
  record.owner_size = static_cast<uint8_t>(owner.size());
  record.rdata_at = put(rdata);
  record.rdata_size = static_cast<uint16_t>(rdata.size());
  record.ttl_s = ttl_s;
  record.type = number(type);
  record.rr_class = number(rr_class);
  batch.records.push_back(record);
}

}  // namespace nomen::dns
