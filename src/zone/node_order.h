// Puts nodes in canonical order of their owners (RFC 4034 6.1), fast also for millions: each node gets a key
// of sixteen bytes that orders most of them; only where keys are equal are the names themselves looked at.
// Thread rule: pure function.
#pragma once
#include <vector>

#include "zone/content.h"

namespace nomen::zone {

void sort_canonically(const Content& content, std::vector<Ref>& refs);

/// Labels that two owners have in common, counted from the apex downwards.
size_t common_labels(NodeView a, NodeView b);

}  // namespace nomen::zone
