// The fields of an SOA record that transfers go by (RFC 1035 3.3.13).
// Thread rule: values and free functions.
#pragma once
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "dns/types.h"
#include "zone/change.h"
#include "zone/content.h"

namespace nomen::transfer {

struct Soa {
  dns::Serial serial;
  uint32_t refresh_s = 0;
  uint32_t retry_s = 0;
  uint32_t expire_s = 0;
  uint32_t minimum_s = 0;
};

/// Of well-formed rdata.
inline Soa read_soa(Bytes rdata) {
  const uint8_t* numbers = rdata.data() + rdata.size() - 20;
  return {{load_u32(numbers)},
          load_u32(numbers + 4),
          load_u32(numbers + 8),
          load_u32(numbers + 12),
          load_u32(numbers + 16)};
}

/// The SOA of a version; nothing when it has none (such a zone cannot be transferred).
inline std::optional<Soa> soa_of(const zone::Content& content) {
  const zone::RRsetView set = content.apex_node().find(dns::RRType::kSoa);
  if (!set || set.first_rdata().size() < 22) return std::nullopt;
  return read_soa(set.first_rdata());
}

/// The first SOA record of a list; nullptr when there is none.
inline const zone::RecordList::Entry* find_soa(const zone::RecordList& list) {
  for (const auto& entry : list.entries()) {
    if (entry.type == dns::number(dns::RRType::kSoa) && entry.rdata_size >= 22) return &entry;
  }
  return nullptr;
}

}  // namespace nomen::transfer
