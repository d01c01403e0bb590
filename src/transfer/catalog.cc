#include "transfer/catalog.h"

#include <algorithm>
#include <unordered_map>

#include "base/encoding.h"
#include "crypto/digest.h"
#include "transfer/limits.h"

namespace nomen::transfer {

namespace {

using dns::RRType;
using Path = std::vector<std::string>;

/// The labels of a node below the catalog's name, the one next to it first, in lower case.
void read_path(zone::NodeView node, Path& path) {
  path.clear();
  const Bytes labels = node.labels();
  for (size_t at = 0; at < labels.size(); at += labels[at] + 1U) {
    std::string label;
    for (const uint8_t byte : labels.subspan(at + 1, labels[at]))
      label.push_back(static_cast<char>(dns::lower(byte)));
    path.push_back(std::move(label));
  }
  std::reverse(path.begin(), path.end());
}

/// The text of a TXT record; nothing when it has more than one string.
std::optional<std::string> single_text(Bytes rdata) {
  if (rdata.empty() || rdata.size() != rdata[0] + 1U) return std::nullopt;
  return std::string(as_text(rdata.subspan(1)));
}

/// APL (RFC 3123 4): family, prefix length, negation and length, and the address without its last zeros.
std::optional<std::vector<CatalogPrefix>> read_prefixes(Bytes rdata) {
  std::vector<CatalogPrefix> prefixes;
  for (size_t at = 0; at < rdata.size();) {
    if (rdata.size() - at < 4) return std::nullopt;
    const uint16_t family = load_u16(rdata.data() + at);
    const size_t size = rdata[at + 3] & 0x7f;
    const size_t full = family == 1 ? 4 : 16;
    CatalogPrefix prefix;
    prefix.bits = rdata[at + 2];
    prefix.is_negated = (rdata[at + 3] & 0x80) != 0;
    at += 4;
    if ((family != 1 && family != 2) || size > full || size > rdata.size() - at || prefix.bits > 8 * full)
      return std::nullopt;
    const Bytes address = rdata.subspan(at, size);
    prefix.address.assign(address.begin(), address.end());
    prefix.address.resize(full);
    prefixes.push_back(std::move(prefix));
    at += size;
  }
  return prefixes;
}

/// Puts a catalog together from its nodes, which come in no order.
class Reader {
 public:
  explicit Reader(const zone::Content& content) : content_(content) {}

  Result<Catalog> read();

 private:
  struct Draft {
    CatalogMember member;
    size_t pointers = 0;
    CatalogOptions options;
    bool has_options = false;
  };

  Result<void> read_version();
  void read_node(zone::NodeView node);
  void read_member_property(Draft& draft, zone::NodeView node);
  bool read_option(CatalogOptions& options, size_t from, zone::NodeView node);
  bool read_primary(CatalogOptions& options, const std::string& label, zone::NodeView node);
  Result<void> collect();
  void warn(zone::NodeView node, const std::string& text) {
    if (catalog_.warnings.size() < kMaxCatalogWarnings)
      catalog_.warnings.push_back(dns::to_string_no_dot(node.owner(content_.apex())) + ": " + text);
  }

  const zone::Content& content_;
  Catalog catalog_;
  Path path_;
  std::unordered_map<std::string, Draft> drafts_;  ///< by label
};

Result<void> Reader::read_version() {
  const auto name = dns::Name::joined(*dns::Name::parse("version"), content_.apex());
  const zone::NodeView node = name ? content_.find(*name) : zone::NodeView();
  const zone::RRsetView set = node ? node.find(RRType::kTxt) : zone::RRsetView();
  if (!set) return failure("the catalog has no version record");
  if (set.count() != 1) return failure("the catalog has more than one version record");
  const auto text = single_text(set.first_rdata());
  if (text != "1" && text != "2") return failure("the version of the catalog is not known");
  catalog_.version = *text == "1" ? 1 : 2;
  return {};
}

void Reader::read_node(zone::NodeView node) {
  if (node.is_empty() || node.has(zone::NodeView::kApex)) return;
  read_path(node, path_);
  if (path_[0] != "zones") {
    const size_t from = catalog_.version == 1 ? 0 : 1;
    if (path_[0] == "version" || (from == 1 && path_[0] != "ext")) return;
    read_option(catalog_.options, from, node);
    return;
  }
  if (path_.size() < 2) return;
  Draft& draft = drafts_[path_[1]];
  if (path_.size() > 2) return read_member_property(draft, node);
  const zone::RRsetView set = node.find(RRType::kPtr);
  if (!set) return;
  draft.pointers = set.count();
  draft.member.label = path_[1];
  if (const auto zone = dns::Name::from_wire(set.first_rdata()); zone) draft.member.zone = zone->lowered();
}

void Reader::read_member_property(Draft& draft, zone::NodeView node) {
  const std::string& property = path_[2];
  if (property == "group" && path_.size() == 3) {
    const zone::RRsetView set = node.find(RRType::kTxt);
    if (!set) return;
    set.for_each([&](Bytes rdata) {
      if (auto group = single_text(rdata)) {
        draft.member.groups.push_back(std::move(*group));
      } else {
        warn(node, "a group is one character-string");
      }
    });
  } else if (property == "coo" && path_.size() == 3) {
    const zone::RRsetView set = node.find(RRType::kPtr);
    if (!set) return;
    if (set.count() != 1) return warn(node, "more than one new owner: ignored");
    if (const auto owner = dns::Name::from_wire(set.first_rdata()); owner)
      draft.member.new_owner = std::make_shared<const dns::Name>(owner->lowered());
  } else if (catalog_.version == 1 || property == "ext") {
    draft.has_options |= read_option(draft.options, catalog_.version == 1 ? 2 : 3, node);
  }
}

/// One of BIND's properties; its name is the label number `from` of the path. False when it is none.
bool Reader::read_option(CatalogOptions& options, size_t from, zone::NodeView node) {
  if (path_.size() <= from) return false;
  const std::string& property = path_[from];
  const bool has_label = path_.size() == from + 2;
  if (property == "primaries" || property == "masters") {
    if (path_.size() > from + 2) return false;
    return read_primary(options, has_label ? path_[from + 1] : "", node);
  }
  if ((property != "allow-query" && property != "allow-transfer") || path_.size() != from + 1) return false;
  const zone::RRsetView set = node.find(static_cast<RRType>(42));  // APL
  if (!set) return false;
  auto prefixes = set.count() == 1 ? read_prefixes(set.first_rdata()) : std::nullopt;
  if (!prefixes) {
    warn(node, "not one valid APL record: ignored");
    return false;
  }
  (property == "allow-query" ? options.allow_query : options.allow_transfer) = std::move(*prefixes);
  return true;
}

bool Reader::read_primary(CatalogOptions& options, const std::string& label, zone::NodeView node) {
  CatalogPrimary primary;
  primary.label = label;
  for (const RRType type : {RRType::kA, RRType::kAaaa}) {
    const zone::RRsetView set = node.find(type);
    if (set) set.for_each([&](Bytes rdata) { primary.addresses.emplace_back(rdata.begin(), rdata.end()); });
  }
  if (primary.addresses.empty()) {
    warn(node, "a primary without an address: ignored");
    return false;
  }
  const zone::RRsetView key = node.find(RRType::kTxt);
  if (key) {
    const auto text = key.count() == 1 ? single_text(key.first_rdata()) : std::nullopt;
    const auto name = text ? dns::Name::parse(*text) : Result<dns::Name>(failure(""));
    if (!name || label.empty()) {
      // Without its key the primary would be asked unsigned: better not at all.
      warn(node, "the name of a key is one character-string beside a labelled primary: ignored");
      return false;
    }
    primary.key = dns::to_string_no_dot(name->lowered());
  }
  options.primaries.push_back(std::move(primary));
  return true;
}

Result<void> Reader::collect() {
  if (drafts_.size() > kMaxCatalogMembers) return failure("the catalog has too many members");
  const auto by_label = [](const CatalogPrimary& a, const CatalogPrimary& b) { return a.label < b.label; };
  std::sort(catalog_.options.primaries.begin(), catalog_.options.primaries.end(), by_label);
  auto& members = catalog_.members;
  members.reserve(drafts_.size());
  for (auto& [label, draft] : drafts_) {
    if (draft.pointers == 0) continue;  // properties of a member that is not listed
    if (draft.pointers > 1) return failure("the member label '" + label + "' has more than one PTR record");
    std::sort(draft.options.primaries.begin(), draft.options.primaries.end(), by_label);
    std::sort(draft.member.groups.begin(), draft.member.groups.end());
    if (draft.has_options)
      draft.member.options = std::make_shared<const CatalogOptions>(std::move(draft.options));
    members.push_back(std::move(draft.member));
  }
  std::sort(members.begin(), members.end(),
            [](const CatalogMember& a, const CatalogMember& b) { return (a.zone <=> b.zone) < 0; });
  for (size_t i = 1; i < members.size(); i++) {
    if (members[i - 1].zone == members[i].zone)
      return failure("'" + dns::to_string_no_dot(members[i].zone) + "' is listed twice");
  }
  return {};
}

Result<Catalog> Reader::read() {
  if (const auto version = read_version(); !version) return std::unexpected(version.error());
  content_.for_each_node([&](zone::NodeView node, zone::Ref) { read_node(node); });
  if (const auto collected = collect(); !collected) return std::unexpected(collected.error());
  return std::move(catalog_);
}

template <class T>
bool same(const std::shared_ptr<const T>& a, const std::shared_ptr<const T>& b) {
  return a == b || (a != nullptr && b != nullptr && *a == *b);
}

}  // namespace

bool CatalogMember::operator==(const CatalogMember& other) const {
  return zone == other.zone && label == other.label && groups == other.groups &&
         same(new_owner, other.new_owner) && same(options, other.options);
}

const CatalogMember* Catalog::find(dns::NameView zone) const {
  const auto at = std::lower_bound(
      members.begin(), members.end(), zone,
      [](const CatalogMember& member, dns::NameView wanted) { return (member.zone.view() <=> wanted) < 0; });
  return at != members.end() && at->zone.view() == zone ? &*at : nullptr;
}

Result<Catalog> read_catalog(const zone::Content& content) {
  return Reader(content).read();
}

CatalogDifference difference(const Catalog* before, const Catalog& after) {
  CatalogDifference result;
  static const std::vector<CatalogMember> kNone;
  const auto& old = before != nullptr ? before->members : kNone;
  const bool all_changed = before != nullptr && !(before->options == after.options);
  auto a = old.begin();
  auto b = after.members.begin();
  while (a != old.end() || b != after.members.end()) {
    const auto order = a == old.end()             ? std::weak_ordering::greater
                       : b == after.members.end() ? std::weak_ordering::less
                                                  : a->zone <=> b->zone;
    if (order < 0) {
      result.removed.push_back(*a++);
    } else if (order > 0) {
      result.added.push_back(*b++);
    } else {
      if (a->label != b->label) {
        result.reset.push_back(*b);
      } else if (all_changed || !(*a == *b)) {
        result.changed.push_back(*b);
      }
      ++a;
      ++b;
    }
  }
  return result;
}

bool may_move(const Catalog& from, dns::NameView member, dns::NameView to) {
  const CatalogMember* entry = from.find(member);
  return entry != nullptr && entry->new_owner != nullptr && *entry->new_owner == dns::Name(to);
}

// ---- producing

std::string member_label(dns::NameView member) {
  const dns::Name name = dns::Name(member).lowered();
  return hex_encode(crypto::digest(crypto::DigestAlgorithm::kSha1, name.bytes()).bytes());
}

Result<void> add_member_records(dns::NameView catalog, const CatalogMember& member, uint32_t ttl_s,
                                zone::RecordList& records) {
  const auto zones = dns::Name::joined(*dns::Name::parse("zones"), catalog);
  if (!zones) return std::unexpected(zones.error());
  const auto owner = zones->with_label(as_bytes(member.label));
  if (!owner) return std::unexpected(owner.error());
  records.add(*owner, RRType::kPtr, ttl_s, member.zone.bytes());
  if (!member.groups.empty()) {
    const auto name = owner->with_label(as_bytes("group"));
    if (!name) return std::unexpected(name.error());
    for (const std::string& group : member.groups) {
      if (group.size() > 255) return failure("the name of a group is at most 255 bytes long");
      std::vector<uint8_t> rdata = {static_cast<uint8_t>(group.size())};
      rdata.insert(rdata.end(), group.begin(), group.end());
      records.add(*name, RRType::kTxt, ttl_s, rdata);
    }
  }
  if (member.new_owner != nullptr) {
    const auto name = owner->with_label(as_bytes("coo"));
    if (!name) return std::unexpected(name.error());
    records.add(*name, RRType::kPtr, ttl_s, member.new_owner->bytes());
  }
  return {};
}

}  // namespace nomen::transfer
