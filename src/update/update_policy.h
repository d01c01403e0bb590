// update-policy: who may change which names and types of a zone (RFC 3007 3; the rules are BIND's). The first
// rule that matches decides; without one the update is refused. What a daemon says of an update (external
// rules) is asked before by somebody else and stands in the Requester. Rules of Kerberos and Windows (ms-*,
// krb5-*) are refused where the configuration is read.
// Thread rule: constant after it is made; any thread may ask.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "dns/name.h"
#include "dns/types.h"
#include "update/request.h"
#include "zone/content.h"

namespace nomen::update {

enum class RuleMatch : uint8_t {
  kName,       ///< the very name
  kSubdomain,  ///< the name and all below; zonesub is this with the zone's name
  kWildcard,   ///< what a wildcard in that place would match
  kSelf,       ///< the name of the key itself
  kSelfSub,    ///< that and all below
  kSelfWild,   ///< only what is below
  kTcpSelf,    ///< over TCP: the reverse name of the client's address
  k6to4Self,   ///< over TCP: the 6to4 reverse zone of the client's network (RFC 3056)
  kLocal,      ///< the name and all below, for a client on this host ("update-policy local")
  kExternal,   ///< what the daemon that the identity names grants, with or without a key
};
std::string_view to_string(RuleMatch match);  ///< "selfsub", as it is written in the configuration

struct PolicyRule {
  struct TypeLimit {
    dns::RRType type;
    uint32_t most = 0;  ///< RRs of this type that a name may have: "A(3)"; 0: no limit
  };
  bool grants = true;
  RuleMatch match = RuleMatch::kName;
  dns::Name identity;            ///< of the key, or of the reverse name; may be a wildcard
  dns::Name name;                ///< for kName, kSubdomain, kWildcard and kLocal
  std::vector<TypeLimit> types;  ///< ANY for all; none: all but NS, SOA, RRSIG, NSEC and NSEC3

  /// How many RRs of `type` a name may have by this rule; 0: no limit.
  uint32_t most(dns::RRType type) const;
};

/// What the daemon of an external rule is to decide.
struct ExternalQuestion {
  size_t rule = 0;  ///< its index
  dns::Name name;
  dns::RRType type{};
  bool operator==(const ExternalQuestion&) const = default;
};

/// Who sent the update, as far as rules look at it.
struct Requester {
  std::optional<dns::Name> key;  ///< of a good TSIG
  std::array<uint8_t, 16> address{};
  uint8_t address_size = 0;  ///< 4, 16, or 0 when there is none
  bool over_tcp = false;
  bool is_local = false;                       ///< the address is one of this host
  std::vector<ExternalQuestion> granted = {};  ///< by daemons, for this update
};

/// "1.2.0.192.in-addr.arpa." or the like under ip6.arpa of the address; the root when there is none.
dns::Name reverse_name(const Requester& requester);
/// The reverse zone of the 6to4 network of an IPv4 address, or of the first 48 bits of an IPv6 address.
dns::Name six_to_four_name(const Requester& requester);

class UpdatePolicy {
 public:
  explicit UpdatePolicy(std::vector<PolicyRule> rules) : rules_(std::move(rules)) {}

  struct Verdict {
    bool granted = false;
    const PolicyRule* rule = nullptr;  ///< the one that decided; nullptr: none matched
    size_t rule_number = 0;            ///< from 1, in the order of the configuration; 0: none matched
  };
  Verdict judge(const Requester& requester, dns::NameView name, dns::RRType type) const;

  /// Judges each record of the update section: the rules that granted them, in order, or REFUSED. A record
  /// that deletes all RRsets of a name must be granted for each type there is, but RRSIG and NSEC.
  std::expected<std::vector<const PolicyRule*>, Refusal> judge_all(const Requester& requester,
                                                                   const UpdateRequest& request,
                                                                   const zone::Content& content) const;
  /// What daemons are to be asked before judge_all(): what it would come to, as far as other rules let it,
  /// with the names that are deleted as `content` has them. Each question once.
  std::vector<ExternalQuestion> external_questions(const Requester& requester, const UpdateRequest& request,
                                                   const zone::Content& content) const;
  const std::vector<PolicyRule>& rules() const { return rules_; }

 private:
  void collect_questions(const Requester& requester, dns::NameView name, dns::RRType type,
                         std::vector<ExternalQuestion>& questions) const;

  std::vector<PolicyRule> rules_;
};

/// In words, for whoever asks why: "rule 2 (grant ddns. subdomain example.) grants it", "no rule matches".
std::string explain(const UpdatePolicy::Verdict& verdict);

}  // namespace nomen::update
