// Addresses of the names that an answer's RRs point to (RFC 1034 4.3.2 step 6; RFC 2782, RFC 9460): from
// the same zone, or from the zone of the view that has them. Glue of a referral is a matter of its own:
// without in-domain glue a referral does not help, so it must fit or the answer is truncated (RFC 9471).
// Thread rule: belongs to one worker.
#pragma once
#include <vector>

#include "answer/query.h"
#include "answer/response.h"
#include "dns/hashed_name.h"

namespace nomen::answer {

class Additional {
 public:
  void clear() { targets_.clear(); }

  /// Remembers the targets of the set's RRs, when its type has any.
  void collect(zone::RRsetView set);
  /// Adds the addresses of what was collected, as far as the zone that answers has them.
  void add_addresses(const Query& query, const zone::Content& content, Response& response);
  /// Adds the glue for the NS set of a zone cut which is the suffix of `cut_labels` labels of the question.
  void add_glue(const Query& query, const zone::Content& content, const dns::HashedName& name,
                size_t cut_labels, zone::RRsetView ns_set, Response& response);

 private:
  std::vector<const uint8_t*> targets_;  ///< wire names in rdata of the snapshot's zones
  dns::HashedName hashed_;
};

}  // namespace nomen::answer
