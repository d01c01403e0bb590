// TTLs of RRs that are one RRset but were written with different ones (RFC 2181 5.2). BIND's rule, and ours:
// among records of one owner, in one spelling, that stand together (a run), the first of a type says the TTL
// and a warning is given for each that says another; when the file comes back to an RRset further down, the
// later run's TTL is the RRset's. The first half is here, the second is with those who collect RRsets.
// Thread rule: belongs to one reader.
#pragma once
#include <cstdint>
#include <vector>

#include "base/diagnostic.h"
#include "dns/master_file.h"

namespace nomen::zone {

class RunTtls {
 public:
  /// The next batch is of another file.
  void begin_file() {
    ttls_s_.clear();
    open_run_.clear();
  }
  /// Looks at the next batch of a file; warns of TTLs that give way to an earlier one.
  void begin(const dns::RecordBatch& batch, Diagnostics& diagnostics);

  /// The TTL that record number `i` of the batch has by its run.
  uint32_t ttl_s(const dns::RecordBatch& batch, size_t i) const {
    return ttls_s_.empty() ? batch.records[i].ttl_s : ttls_s_[i];
  }

 private:
  struct KindTtl {
    uint32_t kind;  ///< the type, and with RRSIG the type that is covered
    uint32_t ttl_s;
  };

  using KindTtls = std::vector<KindTtl>;  ///< in order of their kinds

  static bool add(KindTtls& run, KindTtl now, uint32_t& ttl_s);
  bool continues(const dns::RecordBatch& batch, size_t i) const;
  size_t settle_run(const dns::RecordBatch& batch, size_t first, Diagnostics& diagnostics);
  void keep_last_run(const dns::RecordBatch& batch);

  std::vector<uint32_t> ttls_s_;  ///< of each record of the batch; empty when all are as they were written
  KindTtls run_;                  ///< what the run has so far
  dns::Name open_owner_;          ///< of the run that the batch before ended with,
  KindTtls open_run_;             ///< and its types and TTLs
};

}  // namespace nomen::zone
