#include "zone/content.h"

#include <algorithm>

#include "zone/node_order.h"

namespace nomen::zone {

namespace {

/// Of the name at the begin of `wire`; 0 when there is no valid one.
size_t size_of_name(Bytes wire) {
  size_t at = 0;
  for (; at < wire.size() && wire[at] != 0; at += wire[at] + 1U) {
    if (wire[at] > dns::kMaxLabelBytes) return 0;
  }
  return at < std::min(wire.size(), dns::kMaxNameBytes) ? at + 1 : 0;
}

}  // namespace

Content::Content(Maker, dns::NameView apex, dns::RRClass rr_class)
    : apex_(apex),
      rr_class_(rr_class),
      apex_labels_(static_cast<uint8_t>(apex.label_count())),
      apex_hash_(OwnLabels(apex.bytes().first(apex.size() - 1), dns::root_hash()).hash) {}

size_t Content::memory_bytes() const {
  return sizeof *this + arena_.memory_bytes() + index_.memory_bytes() + nsec3_index_.memory_bytes();
}

NodeView Content::find(dns::NameView name) const {
  OwnLabels own;
  return prepare(name, own) ? find(own) : NodeView();
}

NodeView Content::find_wildcard(const dns::HashedName& name, size_t labels) const {
  static constexpr uint8_t kLabel[48] = {1, '*'};
  return find_below(name, labels, {kLabel, 2}).node;
}

NodeView Content::find_nsec3(dns::NameView owner) const {
  OwnLabels own;
  if (!prepare(owner, own) || own.size == 0) return {};
  const Ref ref = find_ref(nsec3_index_, own);
  return ref == 0 ? NodeView() : node(ref);
}

std::vector<Ref> Content::sorted_nodes() const {
  std::vector<Ref> refs;
  const auto collect = [&](Ref ref) {
    if (!node(ref).is_empty()) refs.push_back(ref);
  };
  index_.for_each(collect);
  nsec3_index_.for_each(collect);
  sort_canonically(*this, refs);
  return refs;
}

void Content::note_soa() {
  serial_ = {};
  soa_names_ = {};
  const RRsetView soa = apex_node().find(dns::RRType::kSoa);
  if (!soa || soa.first_rdata().size() < 22) return;
  const Bytes rdata = soa.first_rdata();
  serial_ = {load_u32(rdata.data() + rdata.size() - 20)};
  const size_t mname_size = size_of_name(rdata);
  const size_t rname_size = size_of_name(rdata.subspan(mname_size));
  if (mname_size == 0 || rname_size == 0) return;
  const auto own = [&](const uint8_t* name, size_t size) {
    const size_t in_front = size_in_front({name, size}, apex_);
    return in_front == kNotBelow ? SoaNames::kNotBelow : static_cast<uint8_t>(in_front);
  };
  soa_names_ = {own(rdata.data(), mname_size), static_cast<uint8_t>(mname_size),
                own(rdata.data() + mname_size, rname_size), static_cast<uint8_t>(rname_size)};
}

}  // namespace nomen::zone
