#include "zone/lookup.h"

#include <algorithm>

namespace nomen::zone {

namespace {

using dns::RRType;
using Kind = Lookup::Kind;

/// Types that stand beside a CNAME (RFC 4035 2.5, RFC 2181 10.1): a question for them is not redirected.
bool stands_beside_cname(RRType type) {
  return type == RRType::kNsec || type == RRType::kKey || type == RRType::kRrsig || type == RRType::kSig ||
         type == RRType::kNxt;
}

bool has_signatures(NodeView node) {
  bool found = false;
  node.for_each([&](RRsetView set) { found |= set.is_signature(); });
  return found;
}

/// What the RRsets of a node say to a question for `type`.
void match_type(Lookup& result, RRType type) {
  const NodeView node = result.node;
  if (type == RRType::kAny) {
    result.kind = node.is_empty() ? Kind::kNoData : Kind::kData;
    return;
  }
  if (type == RRType::kRrsig) {
    result.kind = has_signatures(node) ? Kind::kData : Kind::kNoData;
    return;
  }
  result.rrset = node.find(type);
  if (result.rrset) {
    result.kind = Kind::kData;
  } else if (node.has(NodeView::kHasCname) && !stands_beside_cname(type)) {
    result.rrset = node.find(RRType::kCname);
    result.kind = Kind::kCname;
  } else {
    result.kind = Kind::kNoData;
  }
}

/// Sets `result` to the topmost zone cut or DNAME between the apex and the suffix of `deepest` labels (both
/// included; a zone's own apex is no cut). False when there is none.
bool find_occluder(const Content& content, const dns::HashedName& name, size_t deepest, Lookup& result) {
  for (size_t labels = content.apex_labels(); labels <= deepest; labels++) {
    const NodeView node = content.find(name, labels);
    if (!node) return false;
    if (!node.has(NodeView::kCut | NodeView::kDname)) continue;
    const bool is_cut = node.has(NodeView::kCut);
    result.kind = is_cut ? Kind::kReferral : Kind::kDname;
    result.labels = static_cast<uint8_t>(labels);
    result.node = node;
    result.rrset = node.find(is_cut ? RRType::kNs : RRType::kDname);
    return true;
  }
  return false;
}

/// Labels of the longest suffix that exists, whose node is `encloser` then; whether the name above the whole
/// one exists is known: `encloser` is its node or empty. All shorter names exist too, so a deep one is
/// searched by halves.
size_t closest_encloser(const Content& content, const dns::HashedName& name, NodeView& encloser) {
  if (encloser) return name.labels - 1U;
  size_t exists = content.apex_labels();
  size_t missing = std::max<size_t>(name.labels - 1U, exists + 1);
  while (missing - exists > 1) {
    // Near ones are tried from the name upwards; from far off, halve the distance.
    const size_t middle = missing - exists <= 4 ? missing - 1 : exists + (missing - exists) / 2;
    const NodeView node = content.find(name, middle);
    if (node) {
      exists = middle;
      encloser = node;
    } else {
      missing = middle;
    }
  }
  if (!encloser) encloser = content.apex_node();
  return exists;
}

}  // namespace

Lookup lookup_missing(const Content& content, const dns::HashedName& name, RRType type, NodeView parent) {
  Lookup result;
  NodeView encloser = parent;
  const size_t labels = closest_encloser(content, name, encloser);
  if (encloser.is_sure_cut()) return referral_to(encloser, labels);
  result.labels = static_cast<uint8_t>(labels);
  if (encloser.has(NodeView::kCut | NodeView::kDname | NodeView::kMaybeOccluded) &&
      find_occluder(content, name, result.labels, result)) {
    return result;
  }
  if (!encloser.has(NodeView::kHasWildcard)) return result;
  result.node = content.find_wildcard(name, result.labels);
  result.is_wildcard = true;
  match_type(result, type);
  return result;
}

Lookup lookup_from(const Content& content, const dns::HashedName& name, RRType type, NodeView node) {
  Lookup result;
  result.node = node;
  if (result.node.has(NodeView::kCut | NodeView::kMaybeOccluded)) {
    if (node.is_sure_cut() && type != RRType::kDs) return referral_to(node, name.labels);
    // The cut's own DS belongs to the parent (RFC 4035 3.1.4.1); all else at and below it does not.
    const size_t deepest =
        type == RRType::kDs || !result.node.has(NodeView::kCut) ? name.labels - 1U : name.labels;
    if (find_occluder(content, name, deepest, result)) return result;
  }
  result.labels = name.labels;
  match_type(result, type);
  return result;
}

}  // namespace nomen::zone
