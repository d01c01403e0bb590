#include "zone/check_record.h"

#include <array>
#include <cstring>

#include "base/encoding.h"
#include "dns/hostname.h"
#include "dns/rdata.h"
#include "zone/check_hostname.h"

namespace nomen::zone {

namespace {

using dns::NameView;
using dns::RRType;

bool is_reverse(NameView name) {
  static const dns::Name kIpv4 = *dns::Name::parse("in-addr.arpa.");
  static const dns::Name kIpv6 = *dns::Name::parse("ip6.arpa.");
  static const dns::Name kOldIpv6 = *dns::Name::parse("ip6.int.");
  return name.is_at_or_below(kIpv4) || name.is_at_or_below(kIpv6) || name.is_at_or_below(kOldIpv6);
}

/// The names that DNS-SD puts below reverse zones (RFC 6763 11): their PTR need not name hosts.
bool is_service_discovery(NameView name) {
  for (const std::string_view first : {"b", "db", "r", "dr", "lb"}) {
    const auto wanted = dns::Name::parse(std::string(first) + "._dns-sd._udp.");
    if (name.label_count() <= 3) return false;
    const size_t size = wanted->size() - 1;
    bool same = name.size() > size;
    for (size_t i = 0; same && i < size; i++) same = dns::lower(name.data()[i]) == wanted->data()[i];
    if (same) return true;
  }
  return false;
}

/// gc._msdcs.<forest>: where Active Directory wants the addresses of its global catalogue.
bool is_global_catalogue(NameView name) {
  static constexpr uint8_t kLabels[] = "\002gc\006_msdcs";
  if (name.size() < sizeof kLabels) return false;
  for (size_t i = 0; i + 1 < sizeof kLabels; i++) {
    if (dns::lower(name.data()[i]) != kLabels[i]) return false;
  }
  return true;
}

/// Beside A, AAAA and MX.
bool owner_must_be_host(RRType type) {
  constexpr RRType kWks{11};
  constexpr RRType kA6{38};
  return type == kWks || type == kA6;
}

/// The name that stands at the begin of these bytes, where names_in_rdata() has found one.
NameView name_at(Bytes bytes) {
  size_t root = 0;
  while (bytes[root] != 0) root += bytes[root] + size_t{1};
  return {bytes.data(), root + 1};
}

/// Which of the names in the rdata are hosts' or mailboxes' (by position).
enum class NameRule : uint8_t { kNone, kHost, kMailbox };
struct NameRules {
  RRType type;
  std::array<NameRule, 2> names;
};
constexpr NameRules kRules[] = {
    {RRType::kSoa, {NameRule::kHost, NameRule::kMailbox}},
    {RRType{14}, {NameRule::kMailbox, NameRule::kMailbox}},  // MINFO
    {RRType{17}, {NameRule::kMailbox, NameRule::kNone}},     // RP
    {RRType{18}, {NameRule::kHost, NameRule::kNone}},        // AFSDB
    {RRType{21}, {NameRule::kHost, NameRule::kNone}},        // RT
    {RRType::kSrv, {NameRule::kHost, NameRule::kNone}},
    {RRType{38}, {NameRule::kHost, NameRule::kNone}},  // A6
};

// What a record of a type has to have to be good without a closer look.
constexpr uint8_t kHostOwner = 1;
constexpr uint8_t kHostTarget = 2;
constexpr uint8_t kNoAddressTarget = 4;
constexpr uint8_t kNotAtApex = 8;
constexpr uint8_t kNotAtWildcard = 16;
constexpr uint8_t kCloserLook = 32;
struct TypeNeeds {
  uint8_t what = kCloserLook;
  uint8_t target_at = 0;  ///< in the rdata
};
constexpr size_t kListedTypes = 64;
constexpr std::array<TypeNeeds, kListedTypes> kNeeds = [] {
  std::array<TypeNeeds, kListedTypes> needs{};
  needs[dns::number(RRType::kA)] = {kHostOwner, 0};
  needs[dns::number(RRType::kAaaa)] = {kHostOwner, 0};
  needs[dns::number(RRType::kNs)] = {kHostTarget | kNoAddressTarget | kNotAtWildcard, 0};
  needs[dns::number(RRType::kMx)] = {kHostOwner | kHostTarget | kNoAddressTarget, 2};
  needs[dns::number(RRType::kPtr)] = {kHostTarget, 0};
  needs[dns::number(RRType::kSrv)] = {kHostTarget, 0};
  needs[dns::number(RRType::kDs)] = {kNotAtApex, 0};
  for (const RRType type : {RRType::kCname, RRType::kTxt, RRType::kRrsig, RRType::kNsec})
    needs[dns::number(type)] = {0, 0};
  return needs;
}();

}  // namespace

struct RecordCheck::Place {
  const dns::RecordBatch& batch;
  const dns::BatchRecord& record;
  NameView owner;
  Diagnostics& diagnostics;
};

RecordCheck::RecordCheck(NameView apex, const CheckOptions& options)
    : apex_(apex), options_(options), known_size_(dns::is_hostname(apex) ? apex_.size() : 0) {}

void RecordCheck::say(const Place& place, Strictness strictness, std::string text) {
  const bool fails = strictness == Strictness::kFail;
  if (fails) errors_++;
  if (findings_++ >= kMostFindings) return;
  place.diagnostics.push_back({fails ? Severity::kError : Severity::kWarning,
                               {*place.batch.file, place.record.line, 0},
                               std::move(text)});
}

/// A TTL that gives way to an earlier one of its run is not looked at, nor is data out of the zone.
void RecordCheck::check_ttls(const dns::RecordBatch& batch, Diagnostics& diagnostics) {
  Diagnostics told_elsewhere;
  ttls_.begin(batch, told_elsewhere);
  for (size_t i = 0; i < batch.records.size(); i++) {
    const uint32_t ttl_s = ttls_.ttl_s(batch, i);
    const dns::BatchRecord& record = batch.records[i];
    const NameView owner = batch.owner(record);
    if (ttl_s <= options_.max_ttl_s || !owner.is_at_or_below(apex_)) continue;
    say({batch, record, owner, diagnostics}, Strictness::kFail,
        "TTL " + std::to_string(ttl_s) + " exceeds configured max-zone-ttl " +
            std::to_string(options_.max_ttl_s));
  }
}

void RecordCheck::add(const dns::RecordBatch& batch, Diagnostics& diagnostics) {
  if (options_.max_ttl_s != 0) check_ttls(batch, diagnostics);
  for (const dns::BatchRecord& record : batch.records) {
    const bool is_new = !record.same_owner;  // as the first of a batch is
    owner_is_hostname_ = is_new ? record.owner_is_host : owner_is_hostname_;
    owner_is_wildcard_ = !is_new && owner_is_wildcard_;
    if (is_new && !record.owner_is_host) begin_owner({batch, record, batch.owner(record), diagnostics});
    if (!is_surely_good(batch, record)) check({batch, record, batch.owner(record), diagnostics});
  }
}

/// Most records, at a glance, and without branches that depend on the type.
inline bool RecordCheck::is_surely_good(const dns::RecordBatch& batch, const dns::BatchRecord& record) const {
  if (record.type >= kListedTypes) return false;
  const TypeNeeds needs = kNeeds[record.type];
  const uint8_t first =
      batch.bytes[record.rdata_at + needs.target_at + 1U];  // of the target; read in any case
  const int has = (owner_is_hostname_ ? kHostOwner : 0) | (record.target_is_host ? kHostTarget : 0) |
                  (first < '0' || first > '9' ? kNoAddressTarget : 0) |
                  (record.owner_size != apex_.size() ? kNotAtApex : 0) |
                  (owner_is_wildcard_ ? 0 : kNotAtWildcard);
  return (needs.what & ~has) == 0;
}

void RecordCheck::check(const Place& place) {
  switch (static_cast<RRType>(place.record.type)) {
    case RRType::kA:
    case RRType::kAaaa:
      if (options_.names != Strictness::kIgnore && !owner_is_hostname_) check_owner(place);
      break;
    case RRType::kNs:
      if (owner_is_wildcard_) refuse_wildcard(place, "NS");
      check_host_target(place, 0);
      break;
    case RRType::kMx:
      if (options_.names != Strictness::kIgnore && !owner_is_hostname_) check_owner(place);
      check_host_target(place, 2);
      break;
    case RRType::kSoa:
      if (!is_good_soa(place)) check_rdata(place);
      break;
    default:
      check_rdata(place);
  }
}

void RecordCheck::begin_owner(const Place& place) {
  const NameView owner = place.owner;
  const bool ends_in_apex =
      owner.size() >= known_size_ && known_size_ != 0 &&
      std::memcmp(owner.data() + owner.size() - known_size_, apex_.data(), known_size_) == 0;
  const OwnerShape shape = shape_of_owner(owner, ends_in_apex ? known_size_ : 0);
  owner_is_hostname_ = shape.is_hostname;
  owner_is_wildcard_ = owner.is_wildcard();
  if (shape.has_inner_wildcard && options_.wildcard) {
    say(place, Strictness::kWarn,
        "ownername '" + dns::to_string_no_dot(owner) + "' contains an non-terminal wildcard");
  }
}

void RecordCheck::refuse_wildcard(const Place& place, std::string_view type) {
  if (!options_.wildcard_cuts) return;
  say(place, Strictness::kFail,
      dns::to_string_no_dot(place.owner) + ": invalid " + std::string(type) + " owner name (wildcard)");
}

/// The owner is no hostname.
void RecordCheck::check_owner(const Place& place) {
  const auto type = static_cast<RRType>(place.record.type);
  if (type != RRType::kMx && is_global_catalogue(place.owner) && dns::is_hostname(place.owner.strip(2)))
    return;
  say(place, options_.names, dns::to_string_no_dot(place.owner) + ": bad owner name (check-names)");
}

void RecordCheck::check_target(const Place& place, NameView name, bool is_mailbox) {
  if (is_mailbox ? zone::is_mailbox(name) : dns::is_hostname(name)) return;
  say(place, options_.names, dns::to_string_no_dot(name) + ": bad name (check-names)");
}

/// An address in the place of an NS or MX target.
void RecordCheck::check_literal(const Place& place, NameView target) {
  const bool is_ns = static_cast<RRType>(place.record.type) == RRType::kNs;
  const Strictness strictness = is_ns ? options_.ns_addresses : options_.mx_addresses;
  if (strictness == Strictness::kIgnore) return;
  const std::string address = address_in_name(target, place.owner);
  if (address.empty()) return;
  say(place, strictness,
      is_ns ? "NS record '" + address + "' appears to be an address" : "'" + address + "': MX is an address");
}

/// NS and MX: the rdata ends in the target, `skipped` bytes stand before it.
void RecordCheck::check_host_target(const Place& place, size_t skipped) {
  const Bytes rdata = place.batch.rdata(place.record);
  if (rdata.size() <= skipped) return;
  const NameView target(rdata.data() + skipped, rdata.size() - skipped);
  check_literal(place, target);
  if (options_.names != Strictness::kIgnore && place.record.rr_class == dns::number(dns::RRClass::kIn)) {
    check_target(place, target, false);
  }
}

/// As nearly all are: at the apex, and both names are hosts'.
bool RecordCheck::is_good_soa(const Place& place) const {
  if (!equal(place.owner.bytes(), apex_.bytes())) return false;
  const Bytes rdata = place.batch.rdata(place.record);
  const uint8_t* const end = rdata.data() + rdata.size();
  const uint8_t* const rname = end_of_hostname(rdata.data(), end);
  return rname != nullptr && end_of_hostname(rname, end) != nullptr;
}

/// Behind the name at `label`, when it ends before `end` and only has hosts' labels; else nullptr.
const uint8_t* RecordCheck::end_of_hostname(const uint8_t* label, const uint8_t* end) const {
  while (label < end && *label != 0) {
    const auto left = static_cast<size_t>(end - label);
    if (known_size_ != 0 && known_size_ <= left && std::memcmp(label, apex_.data(), known_size_) == 0)
      return label + known_size_;
    if (*label >= left || !dns::is_host_label(label)) return nullptr;
    label += *label + 1;
  }
  return label < end ? label + 1 : nullptr;
}

void RecordCheck::check_rdata(const Place& place) {
  const auto type = static_cast<RRType>(place.record.type);
  const auto rr_class = static_cast<dns::RRClass>(place.record.rr_class);
  const Bytes rdata = place.batch.rdata(place.record);
  const bool is_apex = place.owner == apex_.view();
  if (type == RRType::kSoa && !is_apex) {
    say(place, Strictness::kFail,
        "SOA record not at top of zone (" + dns::to_string_no_dot(place.owner) + ")");
  }
  if (type == RRType::kDs && is_apex) {
    say(place, Strictness::kFail, "DS record at top of zone (" + dns::to_string_no_dot(place.owner) + ")");
  }
  if (type == RRType::kNsec3 && owner_is_wildcard_) refuse_wildcard(place, "NSEC3");
  if (options_.names == Strictness::kIgnore || rr_class != dns::RRClass::kIn) return;
  if (owner_must_be_host(type) && !owner_is_hostname_) check_owner(place);
  if (type == RRType::kNsec3) {
    const Bytes label(place.owner.data() + 1, place.owner.data()[0]);
    if (!base32hex_decode(as_text(label))) {
      say(place, options_.names, dns::to_string_no_dot(place.owner) + ": bad owner name (check-names)");
    }
  }
  if (type == RRType::kPtr && is_reverse(place.owner) && !is_service_discovery(place.owner)) {
    check_target(place, NameView(rdata.data(), rdata.size()), false);
  }
  for (const NameRules& rules : kRules) {
    if (rules.type != type) continue;
    const dns::RdataNames names = dns::names_in_rdata(type, rr_class, rdata);
    for (size_t i = 0; i < std::min(names.count, rules.names.size()); i++) {
      if (rules.names[i] == NameRule::kNone) continue;
      check_target(place, name_at(rdata.subspan(names.offsets[i])), rules.names[i] == NameRule::kMailbox);
    }
  }
}

}  // namespace nomen::zone
