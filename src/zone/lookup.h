// The search of RFC 1034 4.3.2 steps 3a-3c in one zone, with wildcards (RFC 4592), zone cuts, DNAME
// (RFC 6672) and names that those occlude. The result is a value that says what was found and where;
// what goes into which section is for answer/ to decide.
// Thread rule: pure functions over constant data.
#pragma once
#include <cstdint>

#include "dns/hashed_name.h"
#include "dns/types.h"
#include "zone/content.h"

namespace nomen::zone {

struct Lookup {
  enum class Kind : uint8_t {
    kData,      ///< `rrset` answers; for ANY and RRSIG questions `rrset` is empty and the node's sets answer
    kNoData,    ///< the name exists (or a wildcard covers it), the type does not
    kNxDomain,  ///< the name does not exist
    kReferral,  ///< `node` is the zone cut, `rrset` its NS
    kCname,     ///< `rrset` is the CNAME
    kDname,     ///< `node` is above the name and `rrset` is its DNAME
  };
  Kind kind = Kind::kNxDomain;
  bool is_wildcard = false;  ///< `node` is the source of synthesis (RFC 4592 3.3.1)
  /// Labels of the name where `node` stands: the cut, the DNAME owner, the name itself; for wildcards and
  /// non-existing names the closest encloser's (RFC 4592 3.3.1).
  uint8_t labels = 0;
  NodeView node;  ///< empty only for kNxDomain
  RRsetView rrset;
};

/// `name` is at or below the content's apex.
inline Lookup lookup(const Content& content, const dns::HashedName& name, dns::RRType type);

/// The rest of the search, for a name whose node is `node`.
Lookup lookup_from(const Content& content, const dns::HashedName& name, dns::RRType type, NodeView node);
/// The rest of the search, for a name that has no node; `parent` is that of the name above it, if it has one.
Lookup lookup_missing(const Content& content, const dns::HashedName& name, dns::RRType type, NodeView parent);
/// A referral to `cut`, the node of the suffix of `labels` labels.
inline Lookup referral_to(NodeView cut, size_t labels) {
  return {.kind = Lookup::Kind::kReferral,
          .is_wildcard = false,
          .labels = static_cast<uint8_t>(labels),
          .node = cut,
          .rrset = cut.find(dns::RRType::kNs)};
}

// What most questions find, a plain hit or a zone cut at the name or above it, is found without a call.
[[gnu::always_inline]] inline Lookup lookup(const Content& content, const dns::HashedName& name,
                                            dns::RRType type) {
  const NodeView node = content.find(name, name.labels);
  if (!node) {
    const size_t above = name.labels - 1U;
    const NodeView parent = above > content.apex_labels() ? content.find(name, above) : NodeView();
    if (parent && parent.is_sure_cut()) return referral_to(parent, above);
    return lookup_missing(content, name, type, parent);
  }
  Lookup result;
  result.labels = name.labels;
  result.node = node;
  const bool is_cut = node.has(NodeView::kCut);
  result.rrset = node.find(is_cut ? dns::RRType::kNs : type);
  if (node.has(NodeView::kMaybeOccluded) || !result.rrset || type == dns::RRType::kRrsig ||
      (is_cut && type == dns::RRType::kDs)) {
    return lookup_from(content, name, type, node);
  }
  result.kind = is_cut ? Lookup::Kind::kReferral : Lookup::Kind::kData;
  return result;
}

}  // namespace nomen::zone
