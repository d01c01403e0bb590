// The checks that a zone file goes through when it is loaded, for what an update brings (apply.h).
#include "dns/hostname.h"
#include "update/apply.h"
#include "zone/check_record.h"
#include "zone/lookup.h"

namespace nomen::update {

using dns::NameView;
using dns::Rcode;
using dns::RRClass;
using dns::RRType;

namespace {

constexpr size_t kPadding = 64;  // readable behind the last name of a batch

/// Whether nothing can be wrong with the names of this record: most are like this.
bool is_plain(RRType type, NameView owner) {
  return (type == RRType::kA || type == RRType::kAaaa || type == RRType::kTxt || type == RRType::kCname) &&
         dns::is_hostname(owner);
}

/// The added records whose names are worth a look. Where an SOA or DS may not be, it is ignored later.
dns::RecordBatch batch_of(const UpdateRequest& request) {
  dns::RecordBatch batch;
  for (const auto& rr : request.updates.entries()) {
    const NameView owner = request.updates.owner(rr);
    const bool apex = owner == request.zone.view();
    if (rr.rr_class != request.rr_class || is_plain(rr.type, owner)) continue;
    if ((rr.type == RRType::kSoa && !apex) || (rr.type == RRType::kDs && apex)) continue;
    const Bytes rdata = request.updates.rdata(rr);
    dns::BatchRecord record{};
    record.owner_at = static_cast<uint32_t>(batch.bytes.size());
    record.owner_size = static_cast<uint8_t>(owner.size());
    batch.bytes.insert(batch.bytes.end(), owner.data(), owner.data() + owner.size());
    record.rdata_at = static_cast<uint32_t>(batch.bytes.size());
    record.rdata_size = static_cast<uint16_t>(rdata.size());
    batch.bytes.insert(batch.bytes.end(), rdata.begin(), rdata.end());
    record.type = dns::number(rr.type);
    record.rr_class = dns::number(rr.rr_class);
    batch.records.push_back(record);
  }
  return batch;
}

/// Whether a name below the apex is beyond a zone cut: another zone's business.
bool is_delegated(const zone::Content& content, const dns::HashedName& name) {
  for (size_t labels = content.apex_labels() + 1; labels <= name.labels; labels++) {
    const zone::NodeView node = content.find(name, labels);
    if (!node) return false;
    if (node.has(zone::NodeView::kCut)) return true;
  }
  return false;
}

/// What is wrong with `target`, a name in the zone, as a mail exchanger; or nothing.
std::string fault_of(const zone::Content& content, NameView target) {
  using Kind = zone::Lookup::Kind;
  dns::HashedName name;
  name.assign(target);
  if (is_delegated(content, name)) return {};
  zone::Lookup found = zone::lookup(content, name, RRType::kA);
  if (found.kind == Kind::kNoData) found = zone::lookup(content, name, RRType::kAaaa);
  switch (found.kind) {
    case Kind::kNoData:
    case Kind::kNxDomain:
      return " has no address records (A or AAAA)";
    case Kind::kCname:
      return " is a CNAME (illegal)";
    case Kind::kDname:
      return " is below a DNAME (illegal)";
    case Kind::kData:
    case Kind::kReferral:
      return {};
  }
  return {};
}

}  // namespace

std::optional<Refusal> check_new_records(const UpdateRequest& request, const zone::CheckOptions& checks,
                                         UpdateNotes* notes) {
  dns::RecordBatch batch = batch_of(request);
  if (batch.records.empty()) return std::nullopt;
  batch.bytes.resize(batch.bytes.size() + kPadding);
  const std::string no_file;
  batch.file = &no_file;
  Diagnostics findings;
  zone::CheckOptions of_names = checks;
  of_names.wildcard_cuts = false;  // ignored later
  zone::RecordCheck check(request.zone, of_names);
  check.add(batch, findings);
  std::optional<Refusal> refused;
  for (const Diagnostic& finding : findings) {
    if (finding.severity == Severity::kError && !refused) refused = refusal(Rcode::kRefused, finding.text);
    if (notes != nullptr) notes->push_back({finding.severity, finding.text});
  }
  return refused;
}

std::optional<Refusal> check_mail_exchangers(const zone::Content& content, const zone::Change& change,
                                             const zone::CheckOptions& checks, UpdateNotes* notes) {
  constexpr size_t kPreferenceBytes = 2;
  if (!checks.integrity) return std::nullopt;
  std::optional<Refusal> refused;
  for (const auto& entry : change.added.entries()) {
    if (static_cast<RRType>(entry.type) != RRType::kMx) continue;
    const Bytes rdata = change.added.rdata(entry);
    if (rdata.size() <= kPreferenceBytes) continue;
    const NameView target(rdata.data() + kPreferenceBytes, rdata.size() - kPreferenceBytes);
    if (!target.is_at_or_below(content.apex())) continue;
    const std::string fault = fault_of(content, target);
    if (fault.empty()) continue;
    const std::string text = dns::to_string_no_dot(change.added.owner(entry)) + "/MX '" +
                             dns::to_string_no_dot(target) + "'" + fault;
    if (notes != nullptr) notes->push_back({Severity::kError, text});
    refused = refusal(Rcode::kRefused, text);
  }
  return refused;
}

}  // namespace nomen::update
