// A name at or below a zone's apex, prepared for being looked up in that zone: the labels that it has in
// front of the apex, in lower case, and the hash of the whole name (hashed_name.h). It says less than a
// dns::HashedName, which knows all suffixes, and costs a fraction of it.
// Thread rule: values.
#pragma once
#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "dns/hashed_name.h"
#include "dns/name.h"

namespace nomen::zone {

struct OwnLabels {
  uint64_t hash;
  size_t size;  ///< octets of the labels; 0: the name is the apex
  std::array<uint8_t, dns::kMaxNameBytes + 33> lower;

  OwnLabels() = default;  // NOLINT: assign() fills it
  OwnLabels(Bytes labels, uint64_t apex_hash) { assign(labels, apex_hash); }

  /// `labels` in front of an apex whose hash is `apex_hash`.
  void assign(Bytes labels, uint64_t apex_hash) {
    size = labels.size();
    hash = apex_hash;
    if (size == 0) return;
    std::memcpy(lower.data(), labels.data(), size);
    dns::lower_padded(lower.data(), lower.data(), size);
    hash = dns::extend_hash_by(apex_hash, lower.data(), size);
  }
};

/// Octets of the labels that `name` has in front of `apex`; kNotBelow when it is not at or below it.
inline constexpr size_t kNotBelow = SIZE_MAX;
inline size_t size_in_front(dns::NameView name, dns::NameView apex) {
  if (name.size() < apex.size()) return kNotBelow;
  const size_t size = name.size() - apex.size();
  size_t at = 0;
  while (at < size) at += name.data()[at] + 1U;
  return at == size && dns::NameView(name.data() + at, apex.size()) == apex ? size : kNotBelow;
}

}  // namespace nomen::zone
