#include "zone/content.h"

#include "zone/node_order.h"

namespace nomen::zone {

Content::Content(dns::NameView apex, dns::RRClass rr_class) : apex_(apex), rr_class_(rr_class) {
  dns::HashedName name;
  name.assign(apex);
  apex_labels_ = name.labels;
  apex_hash_ = name.full_hash();
}

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
  const auto mname = dns::Name::from_wire(rdata);
  if (!mname) return;
  const auto rname = dns::Name::from_wire(rdata.subspan(mname->size()));
  if (!rname) return;
  const dns::NameView apex = apex_;
  const auto own = [&](dns::NameView name) {
    return name.is_at_or_below(apex) ? static_cast<uint8_t>(name.size() - apex.size()) : SoaNames::kNotBelow;
  };
  soa_names_ = {own(*mname), static_cast<uint8_t>(mname->size()), own(*rname),
                static_cast<uint8_t>(rname->size())};
}

}  // namespace nomen::zone
