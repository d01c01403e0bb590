#include "dns/master_batch.h"

#include <algorithm>

namespace nomen::dns {

namespace {
// Beside the limit: one record of a kernel, and 64 bytes that readers may look at.
constexpr size_t kSlack = kKernelRecordBytes + 64;
constexpr uint32_t kMinBytes = 2048;
constexpr uint32_t kMinRecords = 32;
}  // namespace

void BatchWriter::begin(const std::string& file, size_t text_size) {
  batch_.file = &file;
  const auto wanted = [&](uint32_t least, uint32_t most) {
    return std::clamp(static_cast<uint32_t>(std::min<size_t>(text_size, most)), least, most);
  };
  const size_t bytes = wanted(kMinBytes, kMaxBytes) + kSlack;
  const size_t records = wanted(kMinRecords * 32, kMaxRecords * 32) / 32;
  if (batch_.bytes.size() < bytes) batch_.bytes.resize(bytes);
  if (batch_.records.size() < records) batch_.records.resize(records);
  // Of buffers that were larger before, no more than this file needs is cleared again and again.
  attach(bytes, records);
}

void BatchWriter::attach(size_t bytes, size_t records) {
  run_.bytes = batch_.bytes.data();
  run_.records = batch_.records.data();
  run_.used_limit = static_cast<uint32_t>(bytes - kSlack);
  run_.count_limit = static_cast<uint32_t>(records);
}

bool BatchWriter::has_room(size_t bytes) const {
  return run_.count < run_.count_limit && run_.used + bytes <= run_.used_limit + kKernelRecordBytes;
}

void BatchWriter::make_room(size_t rdata_size) {
  const size_t needed = std::max(rdata_size + kMaxNameBytes, kKernelRecordBytes);
  if (has_room(needed)) return;
  const bool may_grow = run_.used_limit < kMaxBytes && run_.count_limit < kMaxRecords;
  if (!may_grow) flush();
  if (!may_grow && has_room(needed)) return;
  const size_t grown =
      std::max<size_t>(std::min<size_t>(size_t{run_.used_limit} * 2, kMaxBytes), run_.used + needed);
  if (batch_.bytes.size() < grown + kSlack) batch_.bytes.resize(grown + kSlack);
  const size_t records = std::clamp<size_t>(size_t{run_.count_limit} * 2, kMinRecords, kMaxRecords);
  if (batch_.records.size() < records) batch_.records.resize(records);
  attach(grown + kSlack, records);
}

void BatchWriter::add(NameView owner, RRType type, RRClass rr_class, uint32_t ttl_s, uint32_t line,
                      Bytes rdata) {
  const bool is_current = run_.owner_size == owner.size() && equal(current_owner().bytes(), owner.bytes());
  const bool same_owner = is_current && run_.count != 0;
  if (!is_current) {
    std::memcpy(run_.bytes + run_.used, owner.data(), owner.size());
    run_.owner_at = run_.used;
    run_.owner_size = static_cast<uint32_t>(owner.size());
    run_.owner_is_host = false;
    run_.used += run_.owner_size;
  }
  run_.records[run_.count++] = {.owner_at = run_.owner_at,
                                .rdata_at = run_.used,
                                .ttl_s = ttl_s,
                                .line = line,
                                .type = number(type),
                                .rr_class = number(rr_class),
                                .rdata_size = static_cast<uint16_t>(rdata.size()),
                                .owner_size = static_cast<uint8_t>(run_.owner_size),
                                .same_owner = same_owner,
                                .owner_is_host = run_.owner_is_host,
                                .target_is_host = false};
  if (!rdata.empty()) std::memcpy(run_.bytes + run_.used, rdata.data(), rdata.size());
  run_.used += static_cast<uint32_t>(rdata.size());
}

void BatchWriter::flush() {
  if (run_.count != 0) {
    const std::string* file = batch_.file;
    batch_.records.resize(run_.count);
    delivered_ += run_.count;
    batch_ = sink_.deliver(std::move(batch_));
    batch_.file = file;
    // A batch that came back small (or empty) is as large as the ones before.
    if (batch_.bytes.size() < run_.used_limit + kSlack) batch_.bytes.resize(run_.used_limit + kSlack);
    if (batch_.records.size() < run_.count_limit) batch_.records.resize(run_.count_limit);
  }
  run_.used = 0;
  run_.count = 0;
  run_.owner_size = 0;
  run_.bytes = batch_.bytes.data();
  run_.records = batch_.records.data();
}

}  // namespace nomen::dns
