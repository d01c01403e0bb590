#include "zone/check_targets.h"

#include "zone/lookup.h"

namespace nomen::zone {

namespace {

using dns::RRType;

/// The first two types of a node that is sorted by type tell: A is 1, AAAA 28.
bool has_address(NodeView node) {
  return node.find(RRType::kA) || node.find(RRType::kAaaa);
}

}  // namespace

TargetFinding find_target(const Content& content, dns::NameView target, const OwnLabels& own,
                          bool glue_counts, bool zone_has_dname) {
  const NodeView node = content.find(own);
  if (node && has_address(node)) {
    if (!node.has(NodeView::kCut | NodeView::kMaybeOccluded)) return {Target::kAddress, {}};
    if (glue_counts && !zone_has_dname) return {Target::kGlue, {}};
  }
  dns::HashedName name;
  name.assign(target);
  const Lookup found = lookup(content, name, RRType::kA);
  switch (found.kind) {
    case Lookup::Kind::kData:
      return {Target::kAddress, {}};
    case Lookup::Kind::kNoData:
      return {lookup(content, name, RRType::kAaaa).kind == Lookup::Kind::kData ? Target::kAddress
                                                                               : Target::kNothing,
              {}};
    case Lookup::Kind::kNxDomain:
      return {Target::kNothing, {}};
    case Lookup::Kind::kReferral:
      return {glue_counts && node && has_address(node) ? Target::kGlue : Target::kDelegation, {}};
    case Lookup::Kind::kCname:
      return {Target::kAlias, {}};
    case Lookup::Kind::kDname:
      return {Target::kRedirected, found.node.owner(content.apex())};
  }
  return {};
}

}  // namespace nomen::zone
