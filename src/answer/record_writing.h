// Records whose wire form is known beforehand, written in one go: heads with a pointer as owner, the SOA of a
// negative answer, our OPT; the NS RRset of a referral is in server_writing.h. The caller has seen that there
// is room. Thread rule: pure functions over the caller's memory.
#pragma once
#include <cstdint>
#include <cstring>

#include "answer/limits.h"
#include "base/bytes.h"
#include "dns/types.h"
#include "zone/content.h"
#include "zone/node.h"

namespace nomen::answer {

/// Whether the rdata of a type goes out as the zone holds it: only the names in NS, MD, MF, CNAME, SOA, MB,
/// MG, MR, PTR, MINFO and MX may be compressed (RFC 3597 4).
inline bool is_sent_as_it_is(dns::RRType type) {
  constexpr uint32_t kNamed = 1U << 2 | 1U << 3 | 1U << 4 | 1U << 5 | 1U << 6 | 1U << 7 | 1U << 8 | 1U << 9 |
                              1U << 12 | 1U << 14 | 1U << 15;
  return dns::number(type) >= 16 || (kNamed >> dns::number(type) & 1) == 0;
}

/// Copies what is mostly an address to its place in `out`: without a call where there is room behind it.
/// `data` has kCopyStep readable bytes.
inline void copy_in_steps(uint8_t* to, Bytes data, MutableBytes out) {
  if (data.size() <= kCopyStep && to + kCopyStep <= out.data() + out.size()) {
    std::memcpy(to, data.data(), kCopyStep);
  } else {
    std::memcpy(to, data.data(), data.size());
  }
}

/// All of an RR in front of its rdata but the length; returns where that goes.
inline uint8_t* put_head(uint8_t* p, uint16_t owner, dns::RRType type, uint16_t rr_class, uint32_t ttl_s) {
  store_u16(p, owner);
  store_u16(p + 2, dns::number(type));
  store_u16(p + 4, rr_class);
  store_u32(p + 6, ttl_s);
  return p + kPointedHeadBytes;
}

/// How many octets put_soa() writes.
inline size_t soa_bytes(zone::Content::SoaNames names) {
  return kOwnerAndHeadBytes + names.mname_own + 2U + names.rname_own + 2U + 20U;
}

/// The SOA `set`, both of whose names lie in the zone; `apex` is a pointer to the zone's name.
inline void put_soa(uint8_t* p, uint16_t apex, uint16_t rr_class, uint32_t ttl_s, zone::RRsetView set,
                    zone::Content::SoaNames names) {
  const uint8_t* rdata = set.first_rdata().data();
  p = put_head(p, apex, dns::RRType::kSoa, rr_class, ttl_s);
  store_u16(p, static_cast<uint16_t>(soa_bytes(names) - kOwnerAndHeadBytes));
  p += 2;
  std::memcpy(p, rdata, names.mname_own);
  store_u16(p + names.mname_own, apex);
  p += names.mname_own + 2;
  std::memcpy(p, rdata + names.mname_size, names.rname_own);
  store_u16(p + names.rname_own, apex);
  p += names.rname_own + 2;
  std::memcpy(p, rdata + names.mname_size + names.rname_size, 20);
}

/// Our OPT (RFC 6891 6.1.2) with `options`, which are coded. Returns where it ends.
inline uint8_t* put_opt(uint8_t* p, uint16_t udp_size, uint16_t rcode, bool dnssec_ok, Bytes options) {
  p[0] = 0;
  store_u16(p + 1, dns::number(dns::RRType::kOpt));
  store_u16(p + 3, udp_size);
  store_u32(p + 5, static_cast<uint32_t>(rcode >> 4) << 24 | (dnssec_ok ? 0x8000U : 0U));
  store_u16(p + 9, static_cast<uint16_t>(options.size()));
  if (!options.empty()) std::memcpy(p + kOptBytes, options.data(), options.size());
  return p + kOptBytes + options.size();
}

}  // namespace nomen::answer
