#include "zone/difference.h"

#include "dns/rdata.h"

namespace nomen::zone {

namespace {

/// One RRset in two versions, either of which may be empty; both are in canonical order.
class SetDifference {
 public:
  SetDifference(dns::NameView old_owner, dns::NameView owner, dns::RRClass rr_class, Change& change)
      : old_owner_(old_owner), owner_(owner), rr_class_(rr_class), change_(change) {}

  void write(RRsetView before, RRsetView after) const {
    if (before && after && before.ttl_s() == after.ttl_s()) {
      if (!equal(before.data(), after.data())) merge(before, after);
      return;
    }
    if (before) before.for_each([&](Bytes rdata) { remove(before, rdata); });
    if (after) after.for_each([&](Bytes rdata) { add(after, rdata); });
  }

 private:
  void remove(RRsetView set, Bytes rdata) const {
    change_.removed.add(old_owner_, set.type(), set.ttl_s(), rdata);
  }
  void add(RRsetView set, Bytes rdata) const { change_.added.add(owner_, set.type(), set.ttl_s(), rdata); }

  void merge(RRsetView before, RRsetView after) const {
    std::vector<Bytes> now;
    now.reserve(after.count());
    after.for_each([&](Bytes rdata) { now.push_back(rdata); });
    auto at = now.begin();
    before.for_each([&](Bytes rdata) {
      auto order = std::strong_ordering::greater;
      while (at != now.end() && (order = dns::compare_rdata(before.type(), rr_class_, *at, rdata)) < 0)
        add(after, *at++);
      if (at == now.end() || order > 0) {
        remove(before, rdata);
        return;
      }
      if (!equal(*at, rdata)) {
        remove(before, rdata);
        add(after, *at);
      }
      ++at;
    });
    for (; at != now.end(); ++at) add(after, *at);
  }

  dns::NameView old_owner_;
  dns::NameView owner_;
  dns::RRClass rr_class_;
  Change& change_;
};

RRsetView counterpart(NodeView node, RRsetView set) {
  if (!node) return {};
  return set.is_signature() ? node.find_signatures(set.covered()) : node.find(set.type());
}

}  // namespace

Change difference_at(const Content& before, const Content& after, std::span<const dns::NameView> names) {
  Change change;
  dns::HashedName hashed;
  for (const dns::NameView name : names) {
    if (!name.is_at_or_below(after.apex())) continue;
    hashed.assign(name);
    const NodeView old_node = before.find(hashed, hashed.labels);
    const NodeView node = after.find(hashed, hashed.labels);
    const dns::Name old_owner = old_node ? old_node.owner(before.apex()) : dns::Name(name);
    const dns::Name owner = node ? node.owner(after.apex()) : dns::Name(name);
    const SetDifference difference(old_owner, owner, after.rr_class(), change);
    if (old_node) old_node.for_each([&](RRsetView set) { difference.write(set, counterpart(node, set)); });
    if (!node) continue;
    node.for_each([&](RRsetView set) {
      if (!counterpart(old_node, set)) difference.write({}, set);
    });
  }
  return change;
}

}  // namespace nomen::zone
