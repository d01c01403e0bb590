#include "answer/plain_referral.h"

#include "answer/server_writing.h"
#include "answer/servers_in_zone.h"

namespace nomen::answer {

namespace {

using dns::RRType;
using zone::NodeView;
using zone::RRsetView;

/// The addresses of one server. False: there is more to it than an RR each that fits.
bool put_addresses(const Query& query, NodeView node, size_t name_at, PlainReply& reply) {
  const auto owner = static_cast<uint16_t>(kPointer | name_at);
  RRsetView set(node.first_rrset());
  for (size_t left = node.rrset_count(); left > 0; left--, set = RRsetView(set.end())) {
    const RRType type = set.type();
    if (type == RRType::kRrsig && query.edns.dnssec_ok) return false;
    if (type != RRType::kA && type != RRType::kAaaa) continue;
    if (set.count() != 1 || !reply.put(owner, set)) return false;
    reply.counts += PlainReply::kAdditional;
  }
  return true;
}

/// The glue, first that which lies below the cut (RFC 9471), then that of siblings.
bool put_glue(const Query& query, const ServerPlaces& places, PlainReply& reply) {
  const zone::Content& content = *query.found_in;
  const dns::HashedName& name = query.question.name;
  const size_t owner_bytes = name.suffix(query.found.labels).size();
  bool has_siblings = false;
  for (bool below = true;; below = false) {
    const bool is_simple = for_each_server_in_zone(
        content, name, query.found.labels, query.found.rrset, [&](const ServerInZone& server) {
          if ((server.shared == owner_bytes) != below) {
            has_siblings = true;
            return true;
          }
          const NodeView node = content.find_below(name, server.labels, server.own()).node;
          return !node || put_addresses(query, node, places[server.number], reply);
        });
    if (!is_simple || !below || !has_siblings) return is_simple;
  }
}

}  // namespace

// These two are kept out of the loop that all questions go through: in a small zone there is nothing to
// fetch.
[[gnu::noinline]] void fetch_glue_lines(Query& query) {
  const zone::Content& content = *query.found_in;
  const dns::HashedName& name = query.question.name;
  for_each_server_in_zone(
      content, name, query.found.labels, query.found.rrset, [&](const ServerInZone& server) {
        if (query.glue_count == kMostServers) return false;
        const uint64_t hash = zone::Content::hash_below(name, server.labels, server.own());
        content.prefetch_line(hash);
        query.glue_hashes[query.glue_count++] = hash;
        return true;
      });
}

[[gnu::noinline]] void fetch_glue_nodes(const Query& query) {
  for (size_t i = 0; i < query.glue_count; i++) query.found_in->prefetch_node(query.glue_hashes[i]);
}

bool put_plain_referral(const Query& query, FastRandom& random, PlainReply& reply) {
  const zone::Lookup& found = query.found;
  const RRsetView set = found.rrset;
  const size_t count = set.count();
  const size_t most = reply.at + most_server_bytes(set);
  if (count > kMostServers || most > reply.out.size() || most - kCopyStep > reply.end) return false;
  if (count > 1 && !query.view->settings->rrset_order.empty()) return false;
  if (query.edns.dnssec_ok && query.found_in->is_signed()) return false;
  FastRandom drawn = random;  // whoever takes the longer way draws from the beginning
  ServerOrder order = servers_in_order();
  shuffle_servers(order, count, drawn);
  ServerPlaces places;
  const Question& question = query.question;
  reply.at = put_servers(reply.out.data(), reply.at, pointer_to_suffix(question, found.labels),
                         reply.rr_class, kHeaderBytes + question.name.size, set, order, places);
  reply.counts += count * PlainReply::kAuthority;
  if (found.node.has(NodeView::kMaybeGlue) && !put_glue(query, places, reply)) return false;
  random = drawn;
  return true;
}

}  // namespace nomen::answer
