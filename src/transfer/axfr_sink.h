// Takes the records of an AXFR as they come and makes a version of them (RFC 5936). With a version that is
// there already, only what differs from it costs memory (zone/reload.h); when too little is common to both,
// the zone is built anew, so that memory stays below that of the two versions.
// Thread rule: belongs to one thread.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "dns/master_file.h"
#include "zone/content.h"
#include "zone/content_writer.h"
#include "zone/reload.h"

namespace nomen::transfer {

class AxfrSink {
 public:
  /// `current` may be nullptr.
  AxfrSink(dns::NameView apex, dns::RRClass rr_class, zone::ContentPtr current,
           const zone::ContentLimits& limits);
  ~AxfrSink();

  /// A record at or below the apex; its rdata is well-formed and uncompressed.
  void add(dns::NameView owner, dns::RRType type, uint32_t ttl_s, Bytes rdata);
  /// To be called at the end of each message, so that no more than one waits.
  Result<void> flush();

  struct Version {
    zone::ContentPtr content;
    /// What leads there from the current version; nullptr when the zone was built anew.
    std::shared_ptr<const zone::Change> change;
  };
  /// Spent afterwards.
  Result<Version> finish();

 private:
  void build_anew();
  Result<Version> finish_difference();

  dns::Name apex_;
  dns::RRClass rr_class_;
  zone::ContentPtr current_;
  zone::ContentLimits limits_;
  std::optional<zone::Difference> difference_;  ///< one of these two
  std::optional<zone::ContentWriter> writer_;
  dns::RecordBatch batch_;
  std::string source_;  ///< stands for the file in diagnostics
  Diagnostics diagnostics_;
};

}  // namespace nomen::transfer
