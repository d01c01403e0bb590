#include "update/apply.h"

#include <unordered_map>

#include "dns/rdata.h"
#include "update/limits.h"
#include "update/working_name.h"

namespace nomen::update {

using dns::NameView;
using dns::Rcode;
using dns::RRClass;
using dns::RRType;

namespace {

using Entry = RequestRecords::Entry;

constexpr RRType kPrivateType{65534};  // where BIND's signer keeps its state
constexpr uint32_t kMaxTtlS = 0x7fffffff;
constexpr size_t kSoaNumbersBytes = 20;

dns::Serial serial_of(Bytes soa) {
  return soa.size() < kSoaNumbersBytes ? dns::Serial()
                                       : dns::Serial{load_u32(soa.data() + soa.size() - kSoaNumbersBytes)};
}

/// Types that stand beside a CNAME (RFC 2136 3.4.2.2, RFC 4035 2.5).
bool stands_beside_cname(RRType type) {
  return type == RRType::kNsec || type == RRType::kKey || type == RRType::kRrsig || type == RRType::kSig ||
         type == RRType::kNxt;
}

bool is_of_signer(RRType type) {
  return type == RRType::kRrsig || type == RRType::kNsec || type == RRType::kNsec3;
}

/// One update on its way through its records.
class Applier {
 public:
  Applier(const zone::Content& content, dns::Serial before, const UpdateRequest& request,
          const ApplySettings& settings, std::span<const PolicyRule* const> grants, UpdateNotes* notes)
      : content_(content),
        before_(before),
        request_(request),
        settings_(settings),
        grants_(grants),
        notes_(notes) {}

  std::expected<AppliedUpdate, Refusal> run();

 private:
  WorkingName& name(NameView owner);
  template <class MakeText>
  void note(Severity severity, MakeText&& text);
  void ignore(std::string_view text);
  bool may_add(WorkingName& name, const Entry& rr, size_t number);
  std::optional<Refusal> add(const Entry& rr, size_t number);
  void delete_sets(const Entry& rr);
  void delete_record(const Entry& rr);
  void remove_orphaned_ds();
  std::optional<Refusal> check_keys(bool changed);
  std::optional<Refusal> check_size(const zone::Change& change);

  NameView owner(const Entry& rr) const { return request_.updates.owner(rr); }
  Bytes rdata(const Entry& rr) const { return request_.updates.rdata(rr); }
  bool is_apex(NameView owner) const { return owner == content_.apex(); }

  const zone::Content& content_;
  const dns::Serial before_;
  const UpdateRequest& request_;
  const ApplySettings& settings_;
  std::span<const PolicyRule* const> grants_;
  UpdateNotes* notes_;
  std::vector<WorkingName> names_;  ///< in the order in which they were first named
  /// Where they stand; made when there is a second one.
  std::unordered_map<dns::Name, size_t, dns::NameHash, dns::NameEqual> by_name_;
  bool sets_serial_ = false;
};

/// Good until another name is asked for.
WorkingName& Applier::name(NameView owner) {
  if (!names_.empty() && names_.back().owner() == owner) return names_.back();
  if (names_.size() == 1) by_name_.emplace(dns::Name(names_.back().owner()), 0);
  if (!names_.empty()) {
    const auto [known, is_new] = by_name_.try_emplace(dns::Name(owner), names_.size());
    if (!is_new) return names_[known->second];
  }
  return names_.emplace_back(content_, owner);
}

template <class MakeText>
void Applier::note(Severity severity, MakeText&& text) {
  if (notes_ != nullptr && notes_->size() < kMostNotes) notes_->push_back({severity, text()});
}

void Applier::ignore(std::string_view text) {
  note(Severity::kNote, [&] { return std::string(text); });
}

/// The rules of RFC 2136 3.4.2.2 and BIND's on top: a record that breaks one is passed over in silence.
bool Applier::may_add(WorkingName& name, const Entry& rr, size_t number) {
  const auto no = [&](std::string_view text) {
    ignore(text);
    return false;
  };
  if (rr.type == RRType::kCname) {
    bool other = false;
    name.for_each_type([&](RRType type) { other |= type != RRType::kCname && !stands_beside_cname(type); });
    if (other) return no("attempt to add CNAME alongside non-CNAME ignored");
  } else if (name.has(RRType::kCname) && !stands_beside_cname(rr.type)) {
    return no("attempt to add non-CNAME alongside CNAME ignored");
  }
  if (rr.type == RRType::kSoa) {
    if (!name.has(RRType::kSoa)) return no("attempt to create 2nd SOA ignored");
    const dns::Serial serial = serial_of(rdata(rr));
    if (!serial.is_after(serial_of(name.single_rdata(RRType::kSoa))) || !serial.is_after(before_))
      return no("SOA update failed to increment serial, ignoring it");
  }
  if (rr.type == RRType::kNs && owner(rr).is_wildcard())
    return no("attempt to add an NS record at a wildcard ignored");  // RFC 4592 4.2: it would mean nothing
  if (rr.type == RRType::kDs && is_apex(owner(rr)))
    return no("attempt to add a DS record at zone apex ignored");
  if (rr.type == RRType::kNsec3Param)
    return no("attempt to add an NSEC3PARAM record ignored: nobody makes the chain");
  if (rr.type == kPrivateType)
    return no("attempt to add a private type (65534) record rejected internal use only");
  const PolicyRule* grant = grants_.empty() ? nullptr : grants_[number];
  const uint32_t most = grant != nullptr ? grant->most(rr.type) : 0;
  if (most != 0 && name.count(rr.type) >= most) {
    return no("attempt to add more records than permitted by policy max=" + std::to_string(most));
  }
  return true;
}

std::optional<Refusal> Applier::add(const Entry& rr, size_t number) {
  WorkingName& at = name(owner(rr));
  if (!may_add(at, rr, number)) return std::nullopt;
  note(Severity::kNote, [&] {
    return "adding an RR at '" + dns::to_string_no_dot(owner(rr)) + "' " + dns::to_string(rr.type) + " " +
           dns::rdata_to_text(rr.type, content_.rr_class(), rdata(rr));
  });
  // RFC 2181 8: a TTL with the highest bit set is 0.
  const uint32_t ttl_s = rr.ttl_s > kMaxTtlS ? 0 : rr.ttl_s;
  switch (at.add(rr.type, ttl_s, rdata(rr), settings_.limits)) {
    case WorkingName::Added::kTooManyRecords:
    case WorkingName::Added::kTooManyTypes:
      return Refusal{Rcode::kServFail, "adding an RR failed: too many records"};
    case WorkingName::Added::kDone:
      if (rr.type == RRType::kSoa) sets_serial_ = true;
      break;
    case WorkingName::Added::kNothing:
      break;
  }
  return std::nullopt;
}

/// RFC 2136 3.4.2.3: an RRset, or all of a name's. SOA and NS of the apex stay.
void Applier::delete_sets(const Entry& rr) {
  const bool apex = is_apex(owner(rr));
  if (rr.type != RRType::kAny) {
    if (apex && (rr.type == RRType::kSoa || rr.type == RRType::kNs))
      return ignore("attempt to delete all SOA or NS records ignored");
    note(Severity::kNote, [&] {
      return "deleting rrset at '" + dns::to_string_no_dot(owner(rr)) + "' " + dns::to_string(rr.type);
    });
    name(owner(rr)).remove_if([&](RRType type) { return type == rr.type; });
    return;
  }
  note(Severity::kNote,
       [&] { return "delete all rrsets from name '" + dns::to_string_no_dot(owner(rr)) + "'"; });
  name(owner(rr)).remove_if(
      [&](RRType type) { return apex ? type != RRType::kSoa && type != RRType::kNs : !is_of_signer(type); });
}

/// RFC 2136 3.4.2.4: one RR. The SOA and the apex's last NS stay.
void Applier::delete_record(const Entry& rr) {
  WorkingName& at = name(owner(rr));
  if (is_apex(owner(rr))) {
    if (rr.type == RRType::kSoa) return ignore("attempt to delete SOA ignored");
    if (rr.type == RRType::kNs && at.count(RRType::kNs) == 1)
      return ignore("attempt to delete last NS ignored");
  }
  note(Severity::kNote, [&] {
    return "deleting an RR at " + dns::to_string_no_dot(owner(rr)) + " " + dns::to_string(rr.type);
  });
  at.remove(rr.type, rdata(rr));
}

/// A DS stands at a delegation or not at all (RFC 4035 2.4).
void Applier::remove_orphaned_ds() {
  for (WorkingName& at : names_) {
    if (!at.has(RRType::kDs) || (at.has(RRType::kNs) && !is_apex(at.owner()))) continue;
    if (at.lost(RRType::kNs) || at.gained(RRType::kDs))
      at.remove_if([](RRType type) { return type == RRType::kDs; });
  }
}

/// A signed zone would need new signatures with each change.
std::optional<Refusal> Applier::check_keys(bool changed) {
  if (!changed) return std::nullopt;
  const bool had = static_cast<bool>(content_.apex_node().find(RRType::kDnskey));
  bool has = had;
  for (const WorkingName& at : names_) {
    if (is_apex(at.owner())) has = at.has(RRType::kDnskey);
  }
  if (had && !has) {
    return Refusal{Rcode::kRefused,
                   "update rejected: all DNSKEY records removed and 'dnssec-secure-to-insecure' not set"};
  }
  if (!has && !content_.is_signed()) return std::nullopt;
  note(Severity::kError,
       [] { return std::string("found no active private keys, unable to generate any signatures"); });
  return Refusal{Rcode::kServFail, "RRSIG/NSEC/NSEC3 update failed: not found"};
}

std::optional<Refusal> Applier::check_size(const zone::Change& change) {
  const uint64_t most = settings_.limits.max_records;
  const uint64_t records = content_.record_count() + change.added.size() - change.removed.size();
  if (most == 0 || records <= most || change.added.size() <= change.removed.size()) return std::nullopt;
  return Refusal{Rcode::kServFail, "records in zone (" + std::to_string(records) + ") exceeds max-records (" +
                                       std::to_string(most) + ")"};
}

std::expected<AppliedUpdate, Refusal> Applier::run() {
  const auto& records = request_.updates.entries();
  for (size_t i = 0; i < records.size(); i++) {
    const Entry& rr = records[i];
    if (rr.rr_class == RRClass::kAny) {
      delete_sets(rr);
    } else if (rr.rr_class == RRClass::kNone) {
      delete_record(rr);
    } else if (auto refused = add(rr, i)) {
      return std::unexpected(std::move(*refused));
    }
  }
  remove_orphaned_ds();
  AppliedUpdate result;
  for (const WorkingName& at : names_) {
    at.write_difference(result.change);
    result.adds_mx |= at.gained(RRType::kMx);
  }
  result.sets_serial = sets_serial_;
  if (auto refused = check_keys(!result.change.empty())) return std::unexpected(std::move(*refused));
  if (auto refused = check_size(result.change)) return std::unexpected(std::move(*refused));
  return result;
}

}  // namespace

std::expected<AppliedUpdate, Refusal> apply_update(const zone::Content& content, dns::Serial before,
                                                   const UpdateRequest& request,
                                                   const ApplySettings& settings,
                                                   std::span<const PolicyRule* const> grants,
                                                   UpdateNotes* notes) {
  return Applier(content, before, request, settings, grants, notes).run();
}

}  // namespace nomen::update
