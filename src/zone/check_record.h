// Checks of single records as they come out of a master file: hosts' and mailboxes' names (check-names),
// addresses where a name is meant, wildcards that do nothing, SOA and DS in the wrong place. They say the
// line. Thread rule: belongs to one thread.
#pragma once
#include "base/diagnostic.h"
#include "dns/master_file.h"
#include "zone/check.h"
#include "zone/run_ttls.h"

namespace nomen::zone {

class RecordCheck {
 public:
  /// `options` and what `apex` refers to outlive the object.
  RecordCheck(dns::NameView apex, const CheckOptions& options);

  /// Adds what is wrong with the records of `batch`, at most kMostFindings over all batches.
  void add(const dns::RecordBatch& batch, Diagnostics& diagnostics);
  /// Findings that make the zone unusable, also those not kept.
  uint64_t errors() const { return errors_; }

 private:
  struct Place;

  bool is_surely_good(const dns::RecordBatch& batch, const dns::BatchRecord& record) const;
  void check(const Place& place);
  void begin_owner(const Place& place);
  void check_owner(const Place& place);
  void refuse_wildcard(const Place& place, std::string_view type);
  void check_target(const Place& place, dns::NameView name, bool is_mailbox);
  void check_host_target(const Place& place, size_t skipped);
  bool is_good_soa(const Place& place) const;
  const uint8_t* end_of_hostname(const uint8_t* label, const uint8_t* end) const;
  void check_rdata(const Place& place);
  void check_literal(const Place& place, dns::NameView target);
  void check_ttls(const dns::RecordBatch& batch, Diagnostics& diagnostics);
  void say(const Place& place, Strictness strictness, std::string text);

  dns::Name apex_;
  const CheckOptions& options_;
  size_t known_size_;               ///< of the apex when it is a hostname, so that no owner need repeat it
  RunTtls ttls_;                    ///< where they have a limit
  bool owner_is_hostname_ = false;  ///< of the present owner
  bool owner_is_wildcard_ = false;
  uint64_t findings_ = 0;
  uint64_t errors_ = 0;
};

}  // namespace nomen::zone
