// Master files (RFC 1035 5, RFC 2308 4 for $TTL, RFC 3597; $GENERATE as BIND has it): text to records.
// One of the two hot parsers: SIMD kernels chosen at run time with a plain fallback that is proven equal
// (master_scan.h); a large file is cut at safe places and parsed on several threads.
// A wrong record is reported and skipped; the rest is still read. Records come in batches, in file order.
// Thread rule: read_master_file may be called from any thread; `consume` is called on the caller's thread.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/diagnostic.h"
#include "base/os/sequential_file.h"
#include "base/result.h"
#include "dns/name.h"
#include "dns/rdata.h"
#include "dns/types.h"

namespace nomen::dns {

/// One record of a batch; offsets are into RecordBatch::bytes.
struct BatchRecord {
  uint32_t owner_at;  ///< uncompressed wire name
  uint32_t rdata_at;  ///< uncompressed rdata
  uint32_t ttl_s;
  uint32_t line;      ///< where the record begins, from 1
  uint16_t type;      ///< RRType
  uint16_t rr_class;  ///< RRClass
  uint16_t rdata_size;
  uint8_t owner_size;
  bool same_owner : 1;      ///< same owner bytes as the record before it in this batch (owner_at is equal)
  bool owner_is_host : 1;   ///< the owner is a host's name (hostname.h); not set: nobody has looked
  bool target_is_host : 1;  ///< so is the name that this NS, CNAME, PTR, MX or SRV ends in, both of an SOA;
                            ///< not set: as above
};

/// Some thousand records of one file. `bytes` has at least 64 readable bytes after its last used one.
struct RecordBatch {
  std::vector<uint8_t> bytes;
  std::vector<BatchRecord> records;
  const std::string* file = nullptr;  ///< the file (or included file) they stand in

  NameView owner(const BatchRecord& r) const { return {bytes.data() + r.owner_at, r.owner_size}; }
  Bytes rdata(const BatchRecord& r) const { return {bytes.data() + r.rdata_at, r.rdata_size}; }
};

/// Memory that reading one file after another uses again: who reads many small files keeps one of these.
/// Thread rule: for one file at a time.
struct MasterBuffers {
  RecordBatch batch;
  std::vector<std::shared_ptr<std::vector<uint8_t>>> texts;
  std::unique_ptr<RdataBuffer> rdata;
  std::vector<TextToken> tokens;
};

struct MasterFileOptions {
  Name origin;                            ///< the zone's name: origin at the start of the file
  RRClass rr_class = RRClass::kIn;        ///< the zone's class; a record of another class is an error
  std::optional<uint32_t> default_ttl_s;  ///< as if the file began with $TTL
  unsigned threads = 1;                   ///< parser threads for a large file
  size_t max_diagnostics = 1000;          ///< errors kept beyond this are only counted
  std::string include_directory;     ///< relative $INCLUDE files are found from here; "" = current directory
  MasterBuffers* buffers = nullptr;  ///< outlives the reading; nullptr: memory of its own
};

struct MasterFileSummary {
  uint64_t records = 0;
  uint64_t errors = 0;      ///< all of them, also those not kept in `diagnostics`
  Diagnostics diagnostics;  ///< in file order
  std::vector<std::string>
      included;  ///< the files that $INCLUDE brought in, as opened; some of them more than once
};

using ConsumeBatch = std::function<void(const RecordBatch&)>;

/// Reads the file; fails only when it cannot be opened at all. Whether the zone is good is summary.errors ==
/// 0.
Result<MasterFileSummary> read_master_file(const std::string& path, const MasterFileOptions& options,
                                           const ConsumeBatch& consume);

/// The same of a file that is open already, to its end; `path` is its name in diagnostics.
MasterFileSummary read_master_file(os::SequentialFile& file, const std::string& path,
                                   const MasterFileOptions& options, const ConsumeBatch& consume);

/// The same over text in memory, `name` standing for the file's name in diagnostics.
MasterFileSummary read_master_text(std::string_view text, const std::string& name,
                                   const MasterFileOptions& options, const ConsumeBatch& consume);

}  // namespace nomen::dns
