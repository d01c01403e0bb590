// Full integrity: hosts outside of the zone, and glue against what the child says, asked through HostLookup.
// Each host is complained of once. Thread rule: belongs to one thread.
#pragma once
#include <unordered_map>
#include <unordered_set>

#include "zone/check_findings.h"

namespace nomen::zone {

class ExternalCheck {
 public:
  ExternalCheck(const Content& content, const CheckOptions& options, Findings& findings)
      : content_(content), options_(options), findings_(findings) {}

  /// The `target` of an RR of `type` at `node`; `glue` is the target's node when the zone has addresses for
  /// it.
  void check(NodeView node, dns::RRType type, dns::NameView target, NodeView glue);

 private:
  using Names = std::unordered_set<dns::Name, dns::NameHash, dns::NameEqual>;

  const HostAddresses& addresses(dns::NameView target);
  void compare_glue(const dns::Name& owner, const std::string& subject, NodeView glue,
                    const HostAddresses& known);

  const Content& content_;
  const CheckOptions& options_;
  Findings& findings_;
  std::unordered_map<dns::Name, HostAddresses, dns::NameHash, dns::NameEqual> known_;
  Names complained_;
};

}  // namespace nomen::zone
