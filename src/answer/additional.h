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

/// Whether RRs of this type name hosts whose addresses go along.
bool names_hosts(dns::RRType type);

class Additional {
 public:
  void clear() { targets_.clear(); }

  /// Remembers the targets of the set's RRs, when its type has any. `owner` is kept as a target, too: it
  /// stays where it is until the addresses are added.
  void collect(zone::RRsetView set, dns::NameView owner);
  /// Adds the addresses of what was collected, as far as the zone that answers has them, and follows the
  /// aliases of SVCB and HTTPS there (RFC 9460 4.1).
  void add_addresses(const Query& query, const zone::Content& content, Response& response);
  /// Adds the addresses of the name servers in `ns_set`, which was added last and whose owner is the suffix
  /// of `owner_labels` labels of `name`: for a referral the glue, else what the zone itself has.
  void add_server_addresses(const Query& query, const zone::Content& content, const dns::HashedName& name,
                            size_t owner_labels, zone::RRsetView ns_set, bool is_referral,
                            Response& response);

 private:
  /// Whose addresses: the name, its hash, and where it stands in the message (0: nobody knows).
  struct Owner {
    dns::NameView name;
    uint64_t hash;
    size_t offset;
  };
  /// With its signatures, if they are wanted; false when the set did not fit.
  bool add_set(const Query& query, zone::NodeView node, zone::RRsetView set, const Owner& owner,
               Response& response);
  /// Adds the address sets of a node that are not there yet; false when one did not fit.
  bool add_address_sets(const Query& query, zone::NodeView node, const Owner& owner, Response& response);

  struct Target {
    const uint8_t* name;   ///< wire form, in rdata of the snapshot's zones, or an owner
    dns::RRType alias_of;  ///< SVCB or HTTPS: an RR of it leads here, and what it leads to goes along; else 0
  };
  std::vector<Target> targets_;
  dns::HashedName hashed_;
};

}  // namespace nomen::answer
