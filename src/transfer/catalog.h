// Catalog zones (RFC 9432): a zone that lists other zones. Read: what members it has, with group, change of
// ownership, and BIND's custom properties. Compared: what has come, gone or changed since the version before.
// Produced: the records by which a member is listed.
// Schema version 2 with properties below "ext", and version 1, where BIND's stand beside "zones".
// Thread rule: values and free functions over constant data.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "dns/name.h"
#include "zone/change.h"
#include "zone/content.h"

namespace nomen::transfer {

/// A primary as BIND's property names it: addresses, and the key that goes with them.
struct CatalogPrimary {
  std::string label;                            ///< that it is listed by; empty: none
  std::vector<std::vector<uint8_t>> addresses;  ///< IPv4 (4 bytes) and IPv6 (16 bytes)
  std::string key;  ///< the TXT beside the addresses: a TSIG key's name; empty: none
  bool operator==(const CatalogPrimary&) const = default;
};

/// One item of an address prefix list (APL, RFC 3123), which BIND uses for allow-query and allow-transfer.
struct CatalogPrefix {
  std::vector<uint8_t> address;  ///< 4 or 16 bytes
  uint8_t bits = 0;
  bool is_negated = false;
  bool operator==(const CatalogPrefix&) const = default;
};

/// BIND's custom properties: of the whole catalog, or of one member, where they come before those.
struct CatalogOptions {
  std::vector<CatalogPrimary> primaries;  ///< in the order of their labels
  std::optional<std::vector<CatalogPrefix>> allow_query;
  std::optional<std::vector<CatalogPrefix>> allow_transfer;
  bool operator==(const CatalogOptions&) const = default;
};

struct CatalogMember {
  dns::Name zone;
  /// The label below "zones" by which it is listed, in lower case. A member that comes back under another
  /// label is a new one: what is kept of it is reset (RFC 9432 5.4).
  std::string label;
  std::vector<std::string> groups;
  /// coo: the catalog that may take the member over (RFC 9432 4.4.1); nullptr: none.
  std::shared_ptr<const dns::Name> new_owner;
  std::shared_ptr<const CatalogOptions> options;  ///< of its own; nullptr: none
  bool operator==(const CatalogMember& other) const;
};

struct Catalog {
  unsigned version = 2;
  CatalogOptions options;
  std::vector<CatalogMember> members;  ///< in canonical order of their zones
  /// What was passed over: properties that are not as they should be.
  std::vector<std::string> warnings;

  const CatalogMember* find(dns::NameView zone) const;
};

/// Fails, with the reason, when the catalog is broken (RFC 9432 5.1): no version or an unknown one, a member
/// label with more than one PTR, a zone that is listed twice, more than kMaxCatalogMembers. What was made of
/// an earlier version stays then.
Result<Catalog> read_catalog(const zone::Content& content);

/// What a new version of a catalog asks for.
struct CatalogDifference {
  std::vector<CatalogMember> added;
  std::vector<CatalogMember> removed;
  std::vector<CatalogMember> changed;  ///< other properties than before
  std::vector<CatalogMember>
      reset;  ///< listed under another label: to be removed with all its state, and added
  bool empty() const { return added.empty() && removed.empty() && changed.empty() && reset.empty(); }
};
/// `before` is nullptr for the first version. A change of the catalog's own options changes all members. In
/// the order of names.
CatalogDifference difference(const Catalog* before, const Catalog& after);

/// Whether a member of the catalog `from` may go over to the catalog `to`, which lists it now: only if `from`
/// names `to` as its new owner (RFC 9432 5.3).
bool may_move(const Catalog& from, dns::NameView member, dns::NameView to);

// --- producing

/// The label that a member is listed by: a hash of its name, the same in every catalog.
std::string member_label(dns::NameView member);
/// Adds the records of a member to a list: what is added to the catalog, or removed from it. BIND's custom
/// properties are not among them. Fails when a name would become too long.
Result<void> add_member_records(dns::NameView catalog, const CatalogMember& member, uint32_t ttl_s,
                                zone::RecordList& records);

}  // namespace nomen::transfer
