// Fills batches of records and hands on the full ones. Buffers begin small and grow with the zone, up to what
// a second-level cache holds; they are used again and again. Thread rule: one thread at a time.
#pragma once
#include <string>

#include "dns/master_file.h"
#include "dns/master_kernel.h"

namespace nomen::dns {

/// Takes a full batch and gives back one to go on with, whose buffers may be used again.
class BatchSink {
 public:
  virtual ~BatchSink() = default;
  virtual RecordBatch deliver(RecordBatch batch) = 0;
};

class BatchWriter {
 public:
  /// Batches of at most so many bytes and records, unless one record alone needs more.
  static constexpr uint32_t kMaxBytes = 256 << 10;
  static constexpr uint32_t kMaxRecords = 4096;

  /// `batch` is the first one; its buffers are used.
  explicit BatchWriter(BatchSink& sink, RecordBatch batch = {}) : sink_(sink), batch_(std::move(batch)) {}

  /// The records that follow stand in `file`; about `text_size` bytes of text are coming.
  void begin(const std::string& file, size_t text_size);
  /// Room for one record with `rdata_size` bytes of rdata: grows the batch, or delivers it.
  void make_room(size_t rdata_size);
  /// One record; make_room() has been called for it. The owner is stored unless it is the current one.
  void add(NameView owner, RRType type, RRClass rr_class, uint32_t ttl_s, uint32_t line, Bytes rdata);
  /// Delivers what there is.
  void flush();

  /// What a kernel writes to; kernels move it on.
  RecordRun& run() { return run_; }
  /// The owner of the last record, when it is still in the batch: owner_size of run() is not 0.
  NameView current_owner() const { return {run_.bytes + run_.owner_at, run_.owner_size}; }
  /// The current owner is kept by somebody else from now on.
  void forget_owner() { run_.owner_size = 0; }
  uint64_t records() const { return delivered_ + run_.count; }
  /// After flush(): the buffers, for use elsewhere.
  RecordBatch take_batch() { return std::move(batch_); }

 private:
  void attach(size_t bytes, size_t records);
  bool has_room(size_t bytes) const;

  BatchSink& sink_;
  RecordBatch batch_;
  RecordRun run_;
  uint64_t delivered_ = 0;
};

}  // namespace nomen::dns
