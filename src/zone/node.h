// How a name's RRsets lie in the arena. A node, aligned to 8 bytes:
//
//   u16 RRsets | u8 flags | u8 size of the owner's labels below the apex | u32 children
//   those labels in wire form, in the case of the zone file, padded to 4 bytes
//   per RRset, padded to 4 bytes:
//     u16 type | u16 RRs | u32 TTL in seconds | u32 bytes of data
//     data: per RR a big-endian u16 length and the rdata, in canonical order - ready to be sent
//     of NS: what server_names.h says, counted among the bytes of data
//
// RRsets are sorted by type; the RRSIGs that cover a type are an RRset of their own and follow the RRset
// they cover. Numbers but the rdata lengths are in the machine's order.
// Thread rule: views of constant bytes.
#pragma once
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/bytes.h"
#include "dns/name.h"
#include "dns/types.h"
#include "zone/server_names.h"

namespace nomen::zone {

/// One RRset in its node. Empty (no data) when there is none.
class RRsetView {
 public:
  RRsetView() = default;
  explicit RRsetView(const uint8_t* at) : at_(at) {}

  explicit operator bool() const { return at_ != nullptr; }
  dns::RRType type() const { return static_cast<dns::RRType>(load<uint16_t>(0)); }
  size_t count() const { return load<uint16_t>(2); }
  uint32_t ttl_s() const { return load<uint32_t>(4); }
  /// All RRs: length and rdata, one after the other.
  Bytes data() const {
    const size_t behind = type() == dns::RRType::kNs ? ServerNames::bytes(count()) : 0;
    return {at_ + kHeaderBytes, load<uint32_t>(8) - behind};
  }
  /// Of an NS RRset.
  ServerNames server_names() const {
    return ServerNames(at_ + kHeaderBytes + load<uint32_t>(8) - ServerNames::bytes(count()));
  }
  /// The type that an RRSIG RRset covers.
  dns::RRType covered() const { return static_cast<dns::RRType>(load_u16(at_ + kHeaderBytes + 2)); }
  bool is_signature() const { return type() == dns::RRType::kRrsig; }

  size_t padded_size() const { return (kHeaderBytes + load<uint32_t>(8) + 3) & ~size_t{3}; }
  const uint8_t* end() const { return at_ + padded_size(); }

  /// visit(Bytes rdata) for each RR.
  template <class Visit>
  void for_each(Visit&& visit) const {
    const uint8_t* p = at_ + kHeaderBytes;
    for (size_t i = count(); i > 0; i--) {
      const size_t size = load_u16(p);
      visit(Bytes(p + 2, size));
      p += 2 + size;
    }
  }
  Bytes first_rdata() const { return {at_ + kHeaderBytes + 2, load_u16(at_ + kHeaderBytes)}; }

  static constexpr size_t kHeaderBytes = 12;

 private:
  template <class T>
  T load(size_t offset) const {
    T value;
    std::memcpy(&value, at_ + offset, sizeof value);
    return value;
  }
  const uint8_t* at_ = nullptr;
};

class NodeView {
 public:
  enum Flag : uint8_t {
    kCut = 1,    ///< has NS and is not the apex: a zone cut
    kDname = 2,  ///< has DNAME: names below are rewritten
    kMaybeOccluded =
        4,             ///< a name above is or was a zone cut or DNAME: look there before believing this node
    kHasWildcard = 8,  ///< the child "*" exists
    kMixedCase = 16,   ///< the owner's labels have upper-case letters
    kApex = 32,
    kHasCname = 64,
    kMaybeGlue = 128,  ///< a zone cut with a name server whose name may be in the zone: there may be glue
  };

  NodeView() = default;
  explicit NodeView(const uint8_t* at) : at_(at) {}

  explicit operator bool() const { return at_ != nullptr; }
  const uint8_t* data() const { return at_; }
  size_t rrset_count() const { return load<uint16_t>(0); }
  uint8_t flags() const { return at_[2]; }
  bool has(uint8_t any_of) const { return (at_[2] & any_of) != 0; }
  bool is_empty() const { return rrset_count() == 0; }
  /// A zone cut that no other one or DNAME can be above of.
  bool is_sure_cut() const { return (at_[2] & (kCut | kMaybeOccluded)) == kCut; }
  uint32_t children() const { return load<uint32_t>(4); }
  /// The owner's labels below the apex, without a root label.
  Bytes labels() const { return {at_ + kHeaderBytes, at_[3]}; }
  /// The owner's full name.
  dns::Name owner(dns::NameView apex) const;

  const uint8_t* first_rrset() const { return at_ + kHeaderBytes + ((size_t{at_[3]} + 3) & ~size_t{3}); }

  /// The RRset of `type` (not RRSIG), or an empty view.
  RRsetView find(dns::RRType type) const {
    const uint8_t* p = first_rrset();
    for (size_t i = rrset_count(); i > 0; i--) {
      const RRsetView set(p);
      if (set.type() == type) return set;
      p = set.end();
    }
    return {};
  }
  /// The RRSIGs that cover `type`, or an empty view.
  RRsetView find_signatures(dns::RRType type) const {
    const uint8_t* p = first_rrset();
    for (size_t i = rrset_count(); i > 0; i--) {
      const RRsetView set(p);
      if (set.is_signature() && set.covered() == type) return set;
      p = set.end();
    }
    return {};
  }
  /// visit(RRsetView) for each RRset, the RRSIGs among them.
  template <class Visit>
  void for_each(Visit&& visit) const {
    const uint8_t* p = first_rrset();
    for (size_t i = rrset_count(); i > 0; i--) {
      const RRsetView set(p);
      visit(set);
      p = set.end();
    }
  }
  /// Bytes that the node takes in the arena.
  size_t size() const {
    const uint8_t* p = first_rrset();
    for (size_t i = rrset_count(); i > 0; i--) p = RRsetView(p).end();
    return (static_cast<size_t>(p - at_) + 7) & ~size_t{7};
  }

  /// Whether the owner's labels are the first `size` bytes of `lower`, a lower-cased name (readable up to 15
  /// bytes further).
  bool is_named(const uint8_t* lower, size_t size) const {
    if (at_[3] != size) return false;
    return has(kMixedCase) ? is_named_slowly(lower, size) : begins_with(at_ + kHeaderBytes, lower, size);
  }

  static constexpr size_t kHeaderBytes = 8;

 private:
  template <class T>
  T load(size_t offset) const {
    T value;
    std::memcpy(&value, at_ + offset, sizeof value);
    return value;
  }
  static bool begins_with(const uint8_t* own, const uint8_t* lower, size_t size) {
#if defined(__SSE2__)
    const auto differing = [&] {
      const __m128i a = _mm_loadu_si128(reinterpret_cast<const __m128i*>(own));
      const __m128i b = _mm_loadu_si128(reinterpret_cast<const __m128i*>(lower));
      return ~static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(a, b)));
    };
    for (; size > 16; size -= 16, own += 16, lower += 16) {
      if ((differing() & 0xffff) != 0) return false;
    }
    return (differing() & ((uint32_t{1} << size) - 1)) == 0;
#else
    return std::memcmp(own, lower, size) == 0;
#endif
  }
  bool is_named_slowly(const uint8_t* lower, size_t size) const;

  const uint8_t* at_ = nullptr;
};

}  // namespace nomen::zone
