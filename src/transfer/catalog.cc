#include "transfer/catalog.h"

#include <algorithm>
#include <utility>

#include "base/encoding.h"
#include "crypto/digest.h"
#include "transfer/limits.h"

namespace nomen::transfer {

namespace {

using dns::RRType;
using Path = std::vector<std::string>;
constexpr auto kApl = static_cast<RRType>(42);

/// Labels below the catalog's name, the one next to it first, in lower case.
void read_path(Bytes labels, Path& path) {
  path.clear();
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

std::string wire_of(dns::NameView name) {
  const dns::Name lowered = dns::Name(name).lowered();
  return std::string(as_text(lowered.bytes()));
}

std::string text_of(const std::string& wire) {
  return dns::to_string_no_dot({reinterpret_cast<const uint8_t*>(wire.data()), wire.size()});
}

}  // namespace

// ---- reading

void Catalog::warn(const Path& path, std::string_view text) {
  if (warnings_.size() >= kMaxCatalogWarnings) return;
  std::string name;
  for (auto label = path.rbegin(); label != path.rend(); ++label) name += *label + ".";
  warnings_.push_back(name + dns::to_string_no_dot(apex_) + ": " + std::string(text));
}

void Catalog::read_version(const zone::Content& content) {
  version_ = 0;
  const auto name = dns::Name::joined(*dns::Name::parse("version"), apex_);
  const zone::NodeView node = name ? content.find(*name) : zone::NodeView();
  const zone::RRsetView set = node ? node.find(RRType::kTxt) : zone::RRsetView();
  const std::string catalog = dns::to_string_no_dot(apex_);
  if (!set) {
    version_problem_ = "zone '" + catalog + "' has no 'version' record";
    return;
  }
  if (set.count() != 1) {
    version_problem_ = "'version' property TXT RRset contains more than one record, which is invalid";
    return;
  }
  const auto text = single_text(set.first_rdata());
  version_problem_ = text && !text->empty() && text->find_first_not_of("0123456789") == std::string::npos
                         ? "zone '" + catalog + "' unsupported version '" + *text + "'"
                         : "invalid record for the catalog zone version property";
  if (text == "1" || text == "2") version_ = *text == "1" ? 1 : 2;
}

void Catalog::read(const zone::Content& content) {
  for (auto& [zone, label] : by_zone_) touched_.insert(zone);
  all_touched_ = true;
  options_ = {};
  entries_.clear();
  by_zone_.clear();
  broken_labels_.clear();
  listed_twice_.clear();
  read_version(content);
  Path path;
  content.for_each_node([&](zone::NodeView node, zone::Ref) {
    if (node.is_empty() || node.has(zone::NodeView::kApex)) return;
    read_path(node.labels(), path);
    read_node(path, node);
  });
}

void Catalog::read_names(const zone::Content& content, std::span<const dns::Name> names) {
  const unsigned before = version_;
  read_version(content);
  if (version_ != before) return read(content);  // other properties count
  Path path;
  for (const dns::Name& name : names) {
    if (!name.view().is_below(apex_)) continue;
    read_path(name.bytes().first(name.size() - apex_.size()), path);
    read_node(path, content.find(name));
  }
}

/// The node may be none: it was there before.
void Catalog::read_node(const Path& path, zone::NodeView node) {
  if (path[0] != "zones") {
    const size_t from = version_ == 1 ? 0 : 1;
    if (path[0] == "version" || (from == 1 && path[0] != "ext")) return;
    CatalogOptions options = options_;
    read_option(options, path, from, node);
    if (options == options_) return;
    options_ = std::move(options);
    all_touched_ = true;
  } else if (path.size() == 2) {
    read_member(path[1], node);
  } else if (path.size() > 2) {
    read_property(path, node);
  }
}

void Catalog::read_member(const std::string& label, zone::NodeView node) {
  const zone::RRsetView set = node ? node.find(RRType::kPtr) : zone::RRsetView();
  std::string zone;
  if (set) {
    if (const auto name = dns::Name::from_wire(set.first_rdata()); name) zone = wire_of(*name);
  }
  const auto known = set ? entries_.try_emplace(label).first : entries_.find(label);
  if (known == entries_.end()) return;
  link(label, known->second, std::move(zone), set ? static_cast<uint32_t>(set.count()) : 0);
  if (known->second.pointers == 0 && known->second.properties == nullptr) entries_.erase(known);
}

/// Lets an entry list another zone, or none.
void Catalog::link(const std::string& label, Entry& entry, std::string zone, uint32_t pointers) {
  touch(entry);
  if (!entry.zone.empty()) {
    auto [at, end] = by_zone_.equal_range(entry.zone);
    while (at != end && at->second != label) ++at;
    if (at != end) by_zone_.erase(at);
    if (by_zone_.count(entry.zone) < 2) listed_twice_.erase(entry.zone);
  }
  entry.zone = std::move(zone);
  entry.pointers = pointers;
  if (pointers > 1) {
    broken_labels_.insert(label);
  } else {
    broken_labels_.erase(label);
  }
  if (entry.zone.empty()) return;
  by_zone_.emplace(entry.zone, label);
  if (by_zone_.count(entry.zone) > 1) listed_twice_.insert(entry.zone);
  touch(entry);
}

bool Catalog::touch(const Entry& entry) {
  return !entry.zone.empty() && touched_.insert(entry.zone).second;
}

void Catalog::read_property(const Path& path, zone::NodeView node) {
  const std::string& property = path[2];
  const bool is_group = property == "group" && path.size() == 3;
  const bool is_owner = property == "coo" && path.size() == 3;
  if (!is_group && !is_owner && version_ != 1 && property != "ext") return;
  const auto known = node && !node.is_empty() ? entries_.try_emplace(path[1]).first : entries_.find(path[1]);
  if (known == entries_.end()) return;
  Entry& entry = known->second;
  CatalogProperties now = entry.properties != nullptr ? *entry.properties : CatalogProperties{};
  if (is_group) {
    now.groups.clear();
    const zone::RRsetView set = node ? node.find(RRType::kTxt) : zone::RRsetView();
    if (set) {
      set.for_each([&](Bytes rdata) {
        if (auto group = single_text(rdata)) {
          now.groups.push_back(std::move(*group));
        } else {
          warn(path, "a group is one character-string");
        }
      });
    }
    std::sort(now.groups.begin(), now.groups.end());
  } else if (is_owner) {
    now.new_owner.reset();
    const zone::RRsetView set = node ? node.find(RRType::kPtr) : zone::RRsetView();
    if (set && set.count() != 1) {
      warn(path, "'coo' property PTR RRset contains more than one record, which is invalid");
    } else if (set) {
      if (const auto owner = dns::Name::from_wire(set.first_rdata()); owner) now.new_owner = owner->lowered();
    }
  } else {
    read_option(now.options, path, version_ == 1 ? 2 : 3, node);
  }
  entry.properties = now.empty() ? nullptr : std::make_unique<CatalogProperties>(std::move(now));
  touch(entry);
  if (entry.pointers == 0 && entry.properties == nullptr) entries_.erase(known);
}

/// One of BIND's properties; its name is the label number `from` of the path.
void Catalog::read_option(CatalogOptions& options, const Path& path, size_t from, zone::NodeView node) {
  if (path.size() <= from) return;
  const std::string& property = path[from];
  if (property == "primaries" || property == "masters") {
    if (path.size() > from + 2) return;
    return read_primary(options, path, path.size() == from + 2 ? path[from + 1] : "", node);
  }
  if ((property != "allow-query" && property != "allow-transfer") || path.size() != from + 1) return;
  auto& list = property == "allow-query" ? options.allow_query : options.allow_transfer;
  list.reset();
  const zone::RRsetView set = node ? node.find(kApl) : zone::RRsetView();
  if (!set) return;
  if (set.count() == 1) list = read_prefixes(set.first_rdata());
  if (!list) warn(path, "not one valid APL record: ignored");
}

void Catalog::read_primary(CatalogOptions& options, const Path& path, const std::string& label,
                           zone::NodeView node) {
  std::erase_if(options.primaries, [&](const CatalogPrimary& known) { return known.label == label; });
  if (!node || node.is_empty()) return;
  CatalogPrimary primary;
  primary.label = label;
  for (const RRType type : {RRType::kA, RRType::kAaaa}) {
    const zone::RRsetView set = node.find(type);
    if (set) set.for_each([&](Bytes rdata) { primary.addresses.emplace_back(rdata.begin(), rdata.end()); });
  }
  if (primary.addresses.empty()) return warn(path, "uses an invalid primary (no IP address assigned)");
  const zone::RRsetView key = node.find(RRType::kTxt);
  if (key) {
    const auto text = key.count() == 1 ? single_text(key.first_rdata()) : std::nullopt;
    const auto name = text ? dns::Name::parse(*text) : Result<dns::Name>(failure(""));
    // Without its key the primary would be asked unsigned: better not at all.
    if (!name || label.empty())
      return warn(path, "the name of a key is one character-string beside a labelled primary: ignored");
    primary.key = dns::to_string_no_dot(name->lowered());
  }
  const auto at = std::lower_bound(
      options.primaries.begin(), options.primaries.end(), label,
      [](const CatalogPrimary& known, const std::string& wanted) { return known.label < wanted; });
  options.primaries.insert(at, std::move(primary));
}

// ---- what is asked of it

Result<void> Catalog::check() const {
  if (version_ == 0) return failure(version_problem_);
  if (!broken_labels_.empty())
    return failure("member zone PTR RRset contains more than one record, which is invalid ('" +
                   *broken_labels_.begin() + "')");
  if (!listed_twice_.empty())
    return failure("zone '" + text_of(*listed_twice_.begin()) + "' is listed more than once");
  if (entries_.size() > kMaxCatalogMembers) return failure("the catalog has too many members");
  return {};
}

std::optional<CatalogMember> Catalog::find(dns::NameView zone) const {
  const auto found = by_zone_.find(wire_of(zone));
  if (found == by_zone_.end()) return std::nullopt;
  const Entry& entry = entries_.at(found->second);
  CatalogMember member{dns::Name(zone).lowered(), found->second, {}};
  if (entry.properties != nullptr) member.properties = *entry.properties;
  return member;
}

std::vector<std::string> Catalog::take_touched() {
  if (std::exchange(all_touched_, false)) {
    for (const auto& [zone, label] : by_zone_) touched_.insert(zone);
  }
  std::vector<std::string> zones;
  zones.reserve(touched_.size());
  while (!touched_.empty()) zones.push_back(std::move(touched_.extract(touched_.begin()).value()));
  return zones;
}

// ---- producing

std::string member_label(dns::NameView member, int64_t time_us) {
  constexpr size_t kLabelDigits = 32;
  const std::string text = wire_of(member) + std::to_string(time_us);
  return hex_encode(crypto::digest(crypto::DigestAlgorithm::kSha1, as_bytes(text)).bytes())
      .substr(0, kLabelDigits);
}

namespace {

Result<dns::Name> owner_of(dns::NameView catalog, const std::string& label, std::string_view property) {
  auto owner = dns::Name::joined(*dns::Name::parse("zones"), catalog);
  if (owner) owner = owner->with_label(as_bytes(label));
  if (owner && !property.empty()) owner = owner->with_label(as_bytes(property));
  return owner;
}

}  // namespace

Result<void> add_group_records(dns::NameView catalog, const CatalogMember& member, uint32_t ttl_s,
                               zone::RecordList& records) {
  if (member.properties.groups.empty()) return {};
  const auto owner = owner_of(catalog, member.label, "group");
  if (!owner) return std::unexpected(owner.error());
  for (const std::string& group : member.properties.groups) {
    if (group.size() > 255) return failure("the name of a group is at most 255 bytes long");
    std::vector<uint8_t> rdata = {static_cast<uint8_t>(group.size())};
    rdata.insert(rdata.end(), group.begin(), group.end());
    records.add(*owner, RRType::kTxt, ttl_s, rdata);
  }
  return {};
}

Result<void> add_member_records(dns::NameView catalog, const CatalogMember& member, uint32_t ttl_s,
                                zone::RecordList& records) {
  const auto owner = owner_of(catalog, member.label, "");
  if (!owner) return std::unexpected(owner.error());
  records.add(*owner, RRType::kPtr, ttl_s, member.zone.bytes());
  if (member.properties.new_owner) {
    const auto name = owner_of(catalog, member.label, "coo");
    if (!name) return std::unexpected(name.error());
    records.add(*name, RRType::kPtr, ttl_s, member.properties.new_owner->bytes());
  }
  return add_group_records(catalog, member, ttl_s, records);
}

}  // namespace nomen::transfer
