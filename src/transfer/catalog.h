// Catalog zones (RFC 9432): a zone that lists other zones. Read as a whole, or only at the names that a new
// version has changed: one member more among 100,000 costs one member. What it lists: zones with the label
// that they are listed by, group, change of ownership, and BIND's custom properties.
// Schema version 2 with BIND's properties below "ext", and version 1, where they stand beside "zones".
// Thread rule: values; a Catalog belongs to one thread.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
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
  bool empty() const { return primaries.empty() && !allow_query && !allow_transfer; }
  bool operator==(const CatalogOptions&) const = default;
};

/// What a catalog says of one zone beside its name.
struct CatalogProperties {
  std::vector<std::string> groups;
  /// coo: the catalog that may take the member over (RFC 9432 4.3.1); nullopt: none.
  std::optional<dns::Name> new_owner;
  CatalogOptions options;
  bool empty() const { return groups.empty() && !new_owner && options.empty(); }
  bool operator==(const CatalogProperties&) const = default;
};

struct CatalogMember {
  dns::Name zone;  ///< in lower case
  /// The label below "zones" by which it is listed, in lower case. A member that comes back under another
  /// label is a new one: what is kept of it is reset (RFC 9432 5.4).
  std::string label;
  CatalogProperties properties;
  bool operator==(const CatalogMember&) const = default;
};

class Catalog {
 public:
  explicit Catalog(dns::NameView apex) : apex_(apex) {}

  /// Takes a version over as a whole.
  void read(const zone::Content& content);
  /// Takes over a version that differs from the one before at most at these names.
  void read_names(const zone::Content& content, std::span<const dns::Name> names);

  /// Fails, with the reasons, when the catalog is broken (RFC 9432 5.1): no version or an unknown one, a
  /// label with more than one PTR, a zone that is listed twice, more than kMaxCatalogMembers. What was made
  /// of an earlier version stays then.
  Result<void> check() const;

  const CatalogOptions& options() const { return options_; }
  size_t size() const { return by_zone_.size(); }
  std::optional<CatalogMember> find(dns::NameView zone) const;

  /// The zones of which something may be other than when this was asked before, those that are not listed any
  /// more included: each once, in no order, as wire bytes in lower case. After a change of the catalog's own
  /// options these are all.
  std::vector<std::string> take_touched();
  /// What was passed over since this was asked before: properties that are not as they should be.
  std::vector<std::string> take_warnings() { return std::exchange(warnings_, {}); }

 private:
  using Path = std::vector<std::string>;
  /// What is listed by one label.
  struct Entry {
    std::string zone;       ///< wire bytes in lower case; empty: no PTR
    uint32_t pointers = 0;  ///< PTRs at the label; one is right
    std::unique_ptr<CatalogProperties> properties;
  };
  using Entries = std::unordered_map<std::string, Entry>;

  void read_version(const zone::Content& content);
  void read_node(const Path& path, zone::NodeView node);
  void read_member(const std::string& label, zone::NodeView node);
  void read_property(const Path& path, zone::NodeView node);
  void read_option(CatalogOptions& options, const Path& path, size_t from, zone::NodeView node);
  void read_primary(CatalogOptions& options, const Path& path, const std::string& label, zone::NodeView node);
  void link(const std::string& label, Entry& entry, std::string zone, uint32_t pointers);
  bool touch(const Entry& entry);
  void warn(const Path& path, std::string_view text);

  dns::Name apex_;
  unsigned version_ = 0;  ///< 0: none that is known
  std::string version_problem_;
  CatalogOptions options_;
  Entries entries_;                                            ///< by label
  std::unordered_multimap<std::string, std::string> by_zone_;  ///< labels
  std::set<std::string> broken_labels_;                        ///< with more than one PTR
  std::set<std::string> listed_twice_;                         ///< zones
  std::unordered_set<std::string> touched_;
  bool all_touched_ = false;
  std::vector<std::string> warnings_;
};

// --- producing

/// A label for a zone that is listed from this time on: no other zone has it, nor the same zone listed at
/// another time.
std::string member_label(dns::NameView member, int64_t time_us);
/// Adds the records of a member to a list: what is added to the catalog, or removed from it. BIND's custom
/// properties are not among them. Fails when a name would become too long, or a group's.
Result<void> add_member_records(dns::NameView catalog, const CatalogMember& member, uint32_t ttl_s,
                                zone::RecordList& records);
/// Those of its groups only.
Result<void> add_group_records(dns::NameView catalog, const CatalogMember& member, uint32_t ttl_s,
                               zone::RecordList& records);

}  // namespace nomen::transfer
