// The inner loops of the master-file parser: finding places where a text may be cut, and reading the plain
// one-line records that make up nearly all of a large zone. One source (master_kernel.inc), compiled as a
// whole for each instruction set so that everything inlines; the best one for this machine is picked once. A
// kernel may decline any record (the general reader of master_record.h takes it); what it accepts it reads
// exactly as the general reader does, and all kernels accept the same (master_kernel_test.cc,
// master_file_fuzz.cc). Thread rule: free functions over the caller's data.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "dns/master_file.h"

namespace nomen::dns {

/// Kernels look up to this far behind the text's end; what stands there does not matter.
inline constexpr size_t kTextPadding = 192;
/// A record read by a kernel takes at most this many bytes of a batch (slack for padded stores included).
inline constexpr size_t kKernelRecordBytes = 2048;
/// RFC 2181 8; a record above it is declined.
inline constexpr uint32_t kMaxTtl = 0x7fffffff;

/// What parse_records reads and moves on. The text from `at` to `end` ends in a newline.
struct RecordRun {
  const uint8_t* end = nullptr;
  uint8_t* bytes = nullptr;             ///< the batch's bytes
  BatchRecord* records = nullptr;       ///< the batch's records
  const uint8_t* origin = nullptr;      ///< wire form, 255 + 64 readable bytes
  const uint8_t* owner_text = nullptr;  ///< what the current owner was read from, when that is still known
  uint32_t owner_text_size = 0;
  uint32_t used = 0;        ///< of bytes
  uint32_t used_limit = 0;  ///< stop when `used` is above; kKernelRecordBytes more are writable
  uint32_t count = 0;       ///< of records
  uint32_t count_limit = 0;
  uint32_t line = 0;  ///< of the text at `at`
  uint32_t origin_size = 0;
  uint32_t owner_at = 0;            ///< the current owner, in `bytes`
  uint32_t owner_size = 0;          ///< 0: the current owner is not in `bytes`
  uint32_t implicit_ttl_s = 0;      ///< for a record without a TTL
  uint32_t last_ttl_s = 0;          ///< the last TTL that was written in a record
  bool origin_is_host = false;      ///< the origin is a host's name
  bool owner_is_host = false;       ///< the current owner is known to be one
  bool implicit_ttl_known = false;  ///< else a record without a TTL is declined
  bool implicit_is_last = false;    ///< RFC 1035: a written TTL becomes the implicit one
  bool last_ttl_known = false;
};

/// Where a text may be cut: at a line start outside of parentheses and quotes.
struct CutScan {
  static constexpr size_t kNone = SIZE_MAX;
  size_t at = 0;              ///< scanned so far
  size_t safe = kNone;        ///< the last safe line start behind the first byte
  size_t safe_owner = kNone;  ///< the last one where an owner name is written (no blank, comment ...)
  uint32_t depth = 0;         ///< open parentheses
  bool quoted = false;
  bool comment = false;
  bool escaped = false;
  bool line_start = true;     ///< `at` is a safe line start
  bool stop_at_line = false;  ///< return at the next safe line start
};

struct MasterKernel {
  const char* name;
  /// Reads records until one must be declined, the batch is full or the text ends; returns where it stands.
  const uint8_t* (*parse_records)(RecordRun& run, const uint8_t* at);
  /// Scans on from scan.at to `size`, or to a '$' at a safe line start (scan.at then stands on it and
  /// scan.line_start is set; go on with line_start cleared), or to the line asked for by stop_at_line.
  void (*scan_cuts)(CutScan& scan, const uint8_t* text, size_t size);
  uint32_t (*count_lines)(const uint8_t* text, size_t size);
};

extern const MasterKernel kPlainKernel;
#if defined(__x86_64__)
extern const MasterKernel kSse42Kernel;
extern const MasterKernel kAvx2Kernel;
extern const MasterKernel kAvx512Kernel;
#endif

/// Those that this machine can run, the best one last.
std::span<const MasterKernel* const> usable_master_kernels();
const MasterKernel& best_master_kernel();

}  // namespace nomen::dns
