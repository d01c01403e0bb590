// Checks of a zone, as named does them when it loads a primary zone and named-checkzone on demand. Those of
// the content as a whole are here; those of single records, which can say the line of the master file, are in
// check_record.h. Texts are BIND's, so that who greps for them finds them.
// Thread rule: pure functions over constant data; HostLookup is called on the caller's thread.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "zone/content.h"

namespace nomen::zone {

enum class Strictness : uint8_t { kIgnore, kWarn, kFail };

/// What the world knows about a host outside of the zone or below a zone cut.
struct HostAddresses {
  enum class State : uint8_t { kFound, kNone, kIsAlias, kFailed };
  State state = State::kNone;
  std::string detail;             ///< why the search failed, or what the alias stands for
  std::vector<std::string> ipv4;  ///< in text
  std::vector<std::string> ipv6;
};
using HostLookup = std::function<HostAddresses(dns::NameView)>;

/// What to look at and what it leads to. The defaults are named's for a primary zone.
struct CheckOptions {
  bool integrity = true;                             ///< check-integrity: NS, MX and SRV targets, glue
  bool sibling_glue = true;                          ///< check-sibling
  HostLookup external;                               ///< for full integrity; empty: only the zone's own names
  Strictness names = Strictness::kFail;              ///< check-names
  Strictness ns_addresses = Strictness::kWarn;       ///< NS that look like an address
  Strictness apex_servers = Strictness::kFail;       ///< the apex's servers have addresses in the zone
  Strictness mx_addresses = Strictness::kWarn;       ///< check-mx
  Strictness mx_cname = Strictness::kWarn;           ///< check-mx-cname
  Strictness srv_cname = Strictness::kWarn;          ///< check-srv-cname
  Strictness duplicate_records = Strictness::kWarn;  ///< check-dup-records
  bool wildcard = true;                              ///< check-wildcard
  bool wildcard_cuts = true;                         ///< NS and NSEC3 of a wildcard are errors
  bool spf = true;                                   ///< check-spf
  uint32_t max_ttl_s = 0;                            ///< max-zone-ttl; 0: no limit
  bool repeated_origin = true;                       ///< names that end in the zone's name twice
};

struct CheckResult {
  bool usable = true;  ///< false: named would not load this zone
  Diagnostics
      diagnostics;  ///< at most kMostFindings and one that counts the rest, in canonical order of names
};

inline constexpr size_t kMostFindings = 1000;

/// Memory that one check after another uses again. Thread rule: for one check at a time.
struct CheckBuffers {
  std::vector<Ref> referring;
};

/// Checks everything that `options` ask for. One pass over the nodes, NS, MX and SRV targets looked up.
/// `buffers` nullptr: memory of its own. A large zone is shared out among so many `threads`, the caller's one
/// of them, but not where hosts are looked up.
CheckResult check_content(const Content& content, const CheckOptions& options,
                          CheckBuffers* buffers = nullptr, unsigned threads = 1);

/// Whether a resolver would see a signed zone: a zone key, and NSEC with its signature or NSEC3PARAM at the
/// apex.
bool is_dnssec_signed(const Content& content);

/// "zone example.com/IN: ", what begins each line about a zone.
std::string zone_prefix(dns::NameView apex, dns::RRClass rr_class);

}  // namespace nomen::zone
