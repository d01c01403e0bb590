#include "zone/reload.h"

#include <algorithm>
#include <utility>

#include "dns/append_record.h"
#include "dns/rdata.h"
#include "zone/denial.h"

namespace nomen::zone {

namespace {

using dns::RRType;

constexpr size_t kWalkedRRs = 64;  // a larger RRset is searched by halves

/// What tells the RRsets of a zone apart, with the hash of the owner.
uint64_t set_key(uint64_t owner_hash, RRType type, Bytes rdata) {
  uint64_t kind = dns::number(type);
  if (type == RRType::kRrsig && rdata.size() >= 2) kind |= uint64_t{load_u16(rdata.data())} << 16;
  return dns::fold_multiply(owner_hash ^ kind, 0x9E3779B97F4A7C15ULL);
}

RRsetView find_set(NodeView node, RRType type, Bytes rdata) {
  if (type != RRType::kRrsig || rdata.size() < 2) return node.find(type);
  return node.find_signatures(static_cast<RRType>(load_u16(rdata.data())));
}

}  // namespace

Difference::LargeSet& Difference::large_set(RRsetView set) {
  LargeSet& large = large_sets_[set.data().data()];
  if (large.rrs.empty()) set.for_each([&](Bytes rdata) { large.rrs.push_back(rdata); });
  return large;
}

Difference::Difference(ContentPtr base)
    : base_(std::move(base)), ticks_(base_->end_ref() * Arena::kUnitBytes / 2) {}

/// The node of `name_`.
void Difference::find_node(bool nsec3) {
  node_ref_ = base_->ref_of(name_, nsec3);
  node_ = node_ref_ != 0 ? base_->node(node_ref_) : NodeView();
}

/// Finds the RR in the node and marks it as seen; false when the node does not have it like this. `ttl_s` is
/// what the RR's run says; settle_ttls() mends what a later run makes of it.
bool Difference::tick_off(RRType type, Bytes rdata, uint32_t ttl_s) {
  const RRsetView set = node_ ? find_set(node_, type, rdata) : RRsetView();
  size_t found = 0;
  bool any_ticked = false;
  LargeSet* const large = set && set.count() > kWalkedRRs ? &large_set(set) : nullptr;
  if (large != nullptr) {
    any_ticked = large->any_ticked;
    const auto order = [&](Bytes a, Bytes b) { return dns::compare_rdata(type, base_->rr_class(), a, b); };
    const auto at = std::lower_bound(large->rrs.begin(), large->rrs.end(), rdata,
                                     [&](Bytes a, Bytes b) { return order(a, b) < 0; });
    if (at != large->rrs.end() && order(*at, rdata) == 0) found = place(at->data());
  } else if (set) {
    set.for_each([&](Bytes own) {
      any_ticked = any_ticked || ticks_[place(own.data())];
      if (found == 0 && (equal(own, rdata) || dns::compare_rdata(type, base_->rr_class(), own, rdata) == 0))
        found = place(own.data());
    });
  }
  const auto own = new_ttls_.find(set_key(name_.full_hash(), type, rdata));
  if (own != new_ttls_.end()) {
    ttls_changed_ = ttls_changed_ || own->second != ttl_s;
    own->second = ttl_s;
  }
  if (found != 0 && ttl_s == set.ttl_s()) {
    ticks_[found] = true;
    if (large != nullptr) large->any_ticked = true;
    return true;
  }
  if (own == new_ttls_.end()) new_ttls_.emplace(set_key(name_.full_hash(), type, rdata), ttl_s);
  ttls_changed_ = ttls_changed_ || (any_ticked && ttl_s != set.ttl_s());
  return false;
}

void Difference::add(const dns::RecordBatch& batch, Diagnostics& diagnostics) {
  ttls_.begin(batch, diagnostics);
  bool in_zone = false;
  for (size_t i = 0; i < batch.records.size(); i++) {
    const dns::BatchRecord& record = batch.records[i];
    const auto type = static_cast<RRType>(record.type);
    const dns::NameView owner = batch.owner(record);
    const Bytes rdata = batch.rdata(record);
    const bool nsec3 = belongs_to_nsec3(type, rdata);
    if (!record.same_owner || nsec3 != last_nsec3_ || i == 0) {
      in_zone = owner.is_at_or_below(base_->apex());
      if (in_zone) {
        name_.assign_padded(owner);
        find_node(nsec3);
      } else {
        diagnostics.push_back({Severity::kWarning,
                               {*batch.file, record.line, 0},
                               "ignoring out-of-zone data (" + dns::to_string_no_dot(owner) + ")"});
      }
      last_nsec3_ = nsec3;
    }
    const uint32_t ttl_s = ttls_.ttl_s(batch, i);
    if (!in_zone || tick_off(type, rdata, ttl_s)) continue;
    change_.added.add(owner, type, ttl_s, rdata);
  }
}

/// Where the file has given an RRset two TTLs, what was said of it before the second is put right.
void Difference::settle_ttls() {
  if (!std::exchange(ttls_changed_, false)) return;
  const RecordList added = std::exchange(change_.added, {});
  for (const auto& entry : added.entries()) {
    const auto type = static_cast<RRType>(entry.type);
    const dns::NameView owner = added.owner(entry);
    const Bytes rdata = added.rdata(entry);
    name_.assign(owner);
    find_node(belongs_to_nsec3(type, rdata));
    const uint32_t ttl_s = new_ttls_.at(set_key(name_.full_hash(), type, rdata));
    const RRsetView set = node_ ? find_set(node_, type, rdata) : RRsetView();
    if (set && ttl_s != set.ttl_s()) add_ticked(owner, set, ttl_s);
    if (!tick_off(type, rdata, ttl_s)) change_.added.add(owner, type, ttl_s, rdata);
  }
}

/// All RRs of the set get another TTL: those that were ticked off go, and come with it.
void Difference::add_ticked(dns::NameView owner, RRsetView set, uint32_t ttl_s) {
  set.for_each([&](Bytes rdata) {
    if (!ticks_[place(rdata.data())]) return;
    ticks_[place(rdata.data())] = false;
    change_.added.add(owner, set.type(), ttl_s, rdata);
  });
}

void Difference::replay(const dns::ConsumeBatch& consume) {
  settle_ttls();
  constexpr size_t kBatchRecords = 4096;
  const std::string file;
  dns::RecordBatch batch;
  batch.file = &file;
  const auto hand_on = [&] {
    batch.bytes.resize(batch.bytes.size() + dns::kBatchPadding);
    if (!batch.records.empty()) consume(batch);
    batch.bytes.clear();
    batch.records.clear();
  };
  const auto put = [&](dns::NameView owner, RRType type, uint32_t ttl_s, Bytes rdata) {
    dns::append_record(batch, owner, type, base_->rr_class(), ttl_s, rdata);
    if (batch.records.size() == kBatchRecords) hand_on();
  };
  base_->for_each_node([&](NodeView node, Ref ref) {
    const size_t node_at = static_cast<size_t>(ref) * Arena::kUnitBytes;
    const dns::Name owner = node.owner(base_->apex());
    node.for_each([&](RRsetView set) {
      set.for_each([&](Bytes rdata) {
        if (ticks_[(node_at + static_cast<size_t>(rdata.data() - node.data())) / 2])
          put(owner, set.type(), set.ttl_s(), rdata);
      });
    });
  });
  const RecordList added = std::exchange(change_.added, {});
  for (const auto& entry : added.entries())
    put(added.owner(entry), static_cast<RRType>(entry.type), entry.ttl_s, added.rdata(entry));
  hand_on();
}

Change Difference::finish() {
  settle_ttls();
  base_->for_each_node([&](NodeView node, Ref ref) {
    const size_t node_at = static_cast<size_t>(ref) * Arena::kUnitBytes;
    node.for_each([&](RRsetView set) {
      set.for_each([&](Bytes rdata) {
        if (ticks_[(node_at + static_cast<size_t>(rdata.data() - node.data())) / 2]) return;
        change_.removed.add(node.owner(base_->apex()), set.type(), set.ttl_s(), rdata);
      });
    });
  });
  return std::move(change_);
}

}  // namespace nomen::zone
