#include "transfer/zonemd.h"

#include <algorithm>
#include <array>

#include "dns/rdata.h"

namespace nomen::transfer {

namespace {

using dns::RRType;

constexpr uint8_t kSimple = 1;     // the scheme (RFC 8976 5.2)
constexpr size_t kFixedBytes = 6;  // serial, scheme, hash
constexpr size_t kBlockBytes = 1 << 16;

crypto::DigestAlgorithm algorithm_of(ZonemdHash hash) {
  return hash == ZonemdHash::kSha384 ? crypto::DigestAlgorithm::kSha384 : crypto::DigestAlgorithm::kSha512;
}

bool is_known(Bytes rdata) {
  return rdata.size() > kFixedBytes && rdata[4] == kSimple && (rdata[5] == 1 || rdata[5] == 2);
}

/// Feeds RRs in canonical form (RFC 4034 6.2), gathered to blocks.
class CanonicalDigest {
 public:
  CanonicalDigest(const zone::Content& content, ZonemdHash hash)
      : content_(content), digester_(algorithm_of(hash)) {
    block_.reserve(2 * kBlockBytes);
  }

  void add_node(zone::NodeView node) {
    owner_ = node.owner(content_.apex()).lowered();
    const bool is_apex = node.has(zone::NodeView::kApex);
    // By type, the signatures of all types where theirs is (RFC 8976 3.3.2).
    add_sets(node, is_apex, [](RRType type) { return dns::number(type) < dns::number(RRType::kRrsig); });
    add_sets(node, is_apex, [](RRType type) { return type == RRType::kRrsig; });
    add_sets(node, is_apex, [](RRType type) { return dns::number(type) > dns::number(RRType::kRrsig); });
  }

  crypto::DigestValue finish() {
    digester_.update(block_);
    return digester_.finish();
  }

 private:
  template <class Predicate>
  void add_sets(zone::NodeView node, bool is_apex, Predicate&& is_meant) {
    node.for_each([&](zone::RRsetView set) {
      if (!is_meant(set.type())) return;
      const RRType about = set.is_signature() ? set.covered() : set.type();
      if (is_apex && about == RRType::kZonemd) return;
      set.for_each([&](Bytes rdata) { add(set.type(), set.ttl_s(), rdata); });
    });
  }

  void add(RRType type, uint32_t ttl_s, Bytes rdata) {
    dns::canonical_rdata(type, content_.rr_class(), rdata, canonical_);
    uint8_t fixed[10];
    store_u16(fixed, dns::number(type));
    store_u16(fixed + 2, dns::number(content_.rr_class()));
    store_u32(fixed + 4, ttl_s);
    store_u16(fixed + 8, static_cast<uint16_t>(canonical_.size()));
    for (const Bytes part : {owner_.bytes(), Bytes(fixed), canonical_.bytes()})
      block_.insert(block_.end(), part.begin(), part.end());
    if (block_.size() < kBlockBytes) return;
    digester_.update(block_);
    block_.clear();
  }

  const zone::Content& content_;
  crypto::Digester digester_;
  dns::Name owner_;
  dns::RdataBuffer canonical_;
  std::vector<uint8_t> block_;
};

}  // namespace

crypto::DigestValue zone_digest(const zone::Content& content, ZonemdHash hash) {
  CanonicalDigest digest(content, hash);
  for (const zone::Ref ref : content.sorted_nodes()) digest.add_node(content.node(ref));
  return digest.finish();
}

std::vector<uint8_t> make_zonemd(const zone::Content& content, ZonemdHash hash) {
  std::vector<uint8_t> rdata(kFixedBytes);
  store_u32(rdata.data(), content.serial().value);
  rdata[4] = kSimple;
  rdata[5] = static_cast<uint8_t>(hash);
  const crypto::DigestValue value = zone_digest(content, hash);
  rdata.insert(rdata.end(), value.bytes().begin(), value.bytes().end());
  return rdata;
}

zone::Change without_zonemd(const zone::Content& content) {
  zone::Change change;
  const dns::Name apex(content.apex());
  for (const zone::RRsetView set :
       {content.apex_node().find(RRType::kZonemd), content.apex_node().find_signatures(RRType::kZonemd)}) {
    if (set) set.for_each([&](Bytes rdata) { change.removed.add(apex, set.type(), set.ttl_s(), rdata); });
  }
  return change;
}

zone::Change renewed_zonemd(const zone::Content& content) {
  const zone::RRsetView set = content.apex_node().find(RRType::kZonemd);
  if (!set) return without_zonemd(content);
  const bool is_signed = static_cast<bool>(content.apex_node().find_signatures(RRType::kZonemd));
  if (is_signed) return verify_zonemd(content) ? zone::Change{} : without_zonemd(content);
  std::array<unsigned, 3> counts{};
  size_t others = 0;
  set.for_each([&](Bytes rdata) { is_known(rdata) ? counts[rdata[5]]++ : others++; });
  const dns::Name apex(content.apex());
  zone::Change change;
  for (const ZonemdHash hash : {ZonemdHash::kSha384, ZonemdHash::kSha512}) {
    if (counts[static_cast<size_t>(hash)] != 0)
      change.added.add(apex, RRType::kZonemd, set.ttl_s(), make_zonemd(content, hash));
  }
  bool is_right = others == 0 && change.added.size() == set.count();
  set.for_each([&](Bytes rdata) {
    const auto& made = change.added.entries();
    is_right = is_right && std::any_of(made.begin(), made.end(), [&](const auto& entry) {
                 return equal(change.added.rdata(entry), rdata);
               });
  });
  if (is_right) return {};
  change.removed = without_zonemd(content).removed;
  return change;
}

Result<void> verify_zonemd(const zone::Content& content) {
  const zone::RRsetView set = content.apex_node().find(RRType::kZonemd);
  if (!set) return {};
  // Two digests of one scheme and hash say nothing (RFC 8976 2.2.4): neither is looked at.
  std::array<unsigned, 3> counts{};
  set.for_each([&](Bytes rdata) {
    if (is_known(rdata)) counts[rdata[5]]++;
  });
  if (counts[1] + counts[2] == 0) return {};
  bool is_right = false;
  bool any_serial = false;
  set.for_each([&](Bytes rdata) {
    if (is_right || !is_known(rdata) || counts[rdata[5]] != 1) return;
    if (load_u32(rdata.data()) != content.serial().value) return;
    any_serial = true;
    const crypto::DigestValue value = zone_digest(content, static_cast<ZonemdHash>(rdata[5]));
    is_right = equal(value.bytes(), rdata.subspan(kFixedBytes));
  });
  if (is_right) return {};
  return failure(any_serial ? "ZONEMD: the digest of the zone does not match"
                            : "ZONEMD: no single digest for the serial of the zone");
}

}  // namespace nomen::transfer
