#include "answer/proofs.h"

#include <algorithm>

namespace nomen::answer {

using dns::RRType;

dns::Name Proofs::wildcard_of(size_t labels) const {
  static constexpr uint8_t kStar[] = {'*'};
  const auto name = dns::Name(name_.suffix(labels)).with_label(Bytes(kStar, 1));
  // A name too long for a wildcard below it has no such name to deny: deny what is there.
  return name ? *name : dns::Name(name_.suffix(labels));
}

/// The RRset of `type` at a node and its signatures, once.
void Proofs::add_node(zone::Ref ref, RRType type) {
  if (ref == 0 ||
      std::find(added_.begin(), added_.begin() + added_count_, ref) != added_.begin() + added_count_)
    return;
  if (added_count_ < kMostProofs) added_[added_count_++] = ref;
  const zone::NodeView node = content_.node(ref);
  const dns::Name owner = node.owner(content_.apex());
  dns::HashedName hashed;
  hashed.assign(owner);
  if (response_.has(hashed.full_hash(), type)) return;  // proven already, for a name before on the chain
  const zone::RRsetView set = node.find(type);
  const zone::RRsetView signatures = node.find_signatures(type);
  if (!response_.add(Section::kAuthority, owner, hashed, set, set.ttl_s()) ||
      (signatures && !response_.add(Section::kAuthority, owner, hashed, signatures, signatures.ttl_s()))) {
    response_.set_truncated();
  }
}

void Proofs::add_nsec(zone::Ref ref) {
  add_node(ref, RRType::kNsec);
}

zone::Nsec3Hash Proofs::hash_of_suffix(size_t labels) const {
  return zone::nsec3_hash(name_.suffix(labels), content_.denial()->nsec3_parameters());
}

bool Proofs::add_nsec3_matching(size_t labels) {
  const zone::Ref ref = content_.denial()->nsec3_matching(hash_of_suffix(labels));
  if (ref == 0) return false;
  add_node(ref, RRType::kNsec3);
  return true;
}

void Proofs::add_nsec3_covering(const zone::Nsec3Hash& hash) {
  add_node(content_.denial()->nsec3_covering(hash), RRType::kNsec3);
}

size_t Proofs::add_closest_encloser_proof(size_t labels) {
  while (labels > content_.apex_labels() && content_.denial()->nsec3_matching(hash_of_suffix(labels)) == 0)
    labels--;
  add_nsec3_matching(labels);
  if (labels < name_.labels) add_nsec3_covering(hash_of_suffix(labels + 1));
  return labels;
}

bool Proofs::add_stand_in() {
  const zone::Denial& denial = *content_.denial();
  if (!denial.uses_nsec3() || !denial.is_excessive()) return false;
  add_node(denial.nsec3_of_apex(), RRType::kNsec3);
  return true;
}

void Proofs::name_error(const zone::Lookup& found) {
  if (add_stand_in()) return;
  if (content_.denial()->uses_nsec3()) {
    // In an opt-out zone the closest encloser may have no NSEC3; the wildcard is denied below the one that
    // has.
    const dns::Name denied = wildcard_of(add_closest_encloser_proof(found.labels));
    add_nsec3_covering(zone::nsec3_hash(denied, content_.denial()->nsec3_parameters()));
    return;
  }
  const dns::Name wildcard = wildcard_of(found.labels);
  add_nsec(content_.denial()->nsec_at_or_before(content_, name_.view()));
  add_nsec(content_.denial()->nsec_at_or_before(content_, wildcard));
}

void Proofs::no_data(const zone::Lookup& found) {
  if (add_stand_in()) return;
  if (content_.denial()->uses_nsec3()) {
    if (found.is_wildcard) {
      add_closest_encloser_proof(found.labels);
      const zone::Ref ref = content_.denial()->nsec3_matching(
          zone::nsec3_hash(wildcard_of(found.labels), content_.denial()->nsec3_parameters()));
      add_node(ref, RRType::kNsec3);
    } else if (!add_nsec3_matching(name_.labels)) {
      add_closest_encloser_proof(name_.labels - 1U);  // in an opt-out span (RFC 5155 7.2.4)
    }
    return;
  }
  add_nsec(content_.denial()->nsec_at_or_before(content_, name_.view()));
  if (found.is_wildcard) add_nsec(content_.denial()->nsec_at_or_before(content_, wildcard_of(found.labels)));
}

void Proofs::wildcard_answer(const zone::Lookup& found) {
  if (add_stand_in()) return;
  if (content_.denial()->uses_nsec3()) {
    add_nsec3_covering(hash_of_suffix(found.labels + 1U));  // the encloser is known from the RRSIG's labels
    return;
  }
  add_nsec(content_.denial()->nsec_at_or_before(content_, name_.view()));
}

void Proofs::no_ds(const zone::Lookup& referral) {
  if (add_stand_in()) return;
  if (!content_.denial()->uses_nsec3()) {
    if (referral.node.find(RRType::kNsec)) {
      add_nsec(content_.denial()->nsec_at_or_before(content_, name_.suffix(referral.labels)));
    }
    return;
  }
  if (add_nsec3_matching(referral.labels)) return;
  add_closest_encloser_proof(referral.labels - 1U);
}

}  // namespace nomen::answer
