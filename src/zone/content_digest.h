// A digest of all RRs of one version, by which servers find out whether they have the same data. It does not
// depend on any order: the SHA-256 of each RR, added up modulo 2^256, so that it is made in one walk without
// sorting. An RR goes in as RFC 4034 6.2 has it: owner in lower case, type, class, TTL, length and canonical
// rdata. It tells an accident, not an attack: whoever may choose the RRs of a zone can make two zones with
// one digest (ZONEMD is the digest against that).
// Thread rule: free functions over constant data, any thread.
#pragma once
#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "zone/content.h"

namespace nomen::zone {

struct ContentDigest {
  static constexpr size_t kBytes = 32;
  std::array<uint8_t, kBytes> value{};  ///< the sum, its most significant octet first

  Bytes bytes() const { return value; }
  bool operator==(const ContentDigest&) const = default;
};

/// About half a microsecond for each RR.
ContentDigest digest_of(const Content& content);

}  // namespace nomen::zone
