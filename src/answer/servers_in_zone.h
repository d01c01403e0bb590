// The name servers of an NS RRset whose names lie in the zone itself: those whose addresses, or glue, the
// zone may have. What their names share with the question's is known beforehand (zone/server_names.h), so
// that of each only the labels of its own remain to be looked for. Thread rule: pure functions over constant
// data.
#pragma once
#include "base/bytes.h"
#include "dns/hashed_name.h"
#include "zone/content.h"

namespace nomen::answer {

struct ServerInZone {
  size_t number;  ///< of its RR in the set's order
  Bytes name;     ///< in wire form
  size_t shared;  ///< octets of the name that are a suffix of the question's name
  size_t labels;  ///< of that suffix
  /// The labels in front of it.
  Bytes own() const { return name.first(name.size() - shared); }
};

/// visit(const ServerInZone&) for each in the set's order, as long as it says true; returns what it said
/// last. The owner of `set` is the suffix of `owner_labels` labels of `name`, which is at or below the apex.
template <class Visit>
bool for_each_server_in_zone(const zone::Content& content, const dns::HashedName& name, size_t owner_labels,
                             zone::RRsetView set, Visit&& visit) {
  const size_t apex_bytes = name.suffix(content.apex_labels()).size();
  const zone::ServerNames names = set.server_names();
  const size_t count = set.count();
  const uint8_t* rr = set.data().data();
  for (size_t i = 0; i < count; i++) {
    const Bytes target(rr + 2, load_u16(rr));
    rr += 2 + target.size();
    const size_t shared = target.size() - names.own(i);
    if (shared < apex_bytes) continue;
    size_t labels = owner_labels;
    while (name.suffix(labels).size() != shared) labels--;
    if (!visit(ServerInZone{i, target, shared, labels})) return false;
  }
  return true;
}

}  // namespace nomen::answer
