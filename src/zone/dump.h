// A zone as text, as named-checkzone -D and named's dumps write it: "full" has all of each record on one
// line, "relative" is for people: $ORIGIN and $TTL lines, owners only where they change, comments in SOA and
// keys. Written piece by piece: nothing is held but the order of the nodes. Thread rule: pure functions over
// constant data; the sink is called on the caller's thread.
#pragma once
#include <cstdint>
#include <functional>
#include <string_view>

#include "zone/content.h"
#include "zone/spellings.h"

namespace nomen::zone {

enum class DumpStyle : uint8_t { kFull, kRelative };

/// Takes the next piece of output; false ends the dump (nobody reads it any more).
using DumpSink = std::function<bool(std::string_view)>;

/// Writes everything, NSEC3 names last, SOA and NS first at each name. `now_s` is the time as seconds since
/// 1970, for signatures that begin later. Owners are spelled as `spellings` says; nullptr: as the content has
/// them. False when the sink wanted no more.
bool dump_text(const Content& content, DumpStyle style, uint32_t now_s, const DumpSink& sink,
               const Spellings* spellings = nullptr);

/// visit(NodeView) in the order of dumps.
void for_each_node_in_dump_order(const Content& content, const std::function<bool(NodeView)>& visit);

/// The owner of one of the node's RRsets; `spellings` as above.
dns::Name spelled_owner(const Content& content, NodeView node, RRsetView set, const Spellings* spellings);

/// A node's RRsets in the order of dumps.
std::vector<RRsetView> rrsets_in_dump_order(NodeView node);

}  // namespace nomen::zone
