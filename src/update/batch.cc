#include "update/batch.h"

#include <algorithm>

#include "base/contract.h"
#include "update/prerequisites.h"
#include "zone/difference.h"

namespace nomen::update {

using dns::Rcode;
using dns::RRType;

namespace {

/// The change that leads back.
zone::Change reversed(const zone::Change& change) {
  return {change.added, change.removed};
}

}  // namespace

UpdateBatch::UpdateBatch(zone::ContentPtr base, const UpdateSettings& settings, uint64_t now_s)
    : base_(std::move(base)), settings_(settings), now_s_(now_s), writer_(*base_, zone::kNoLimits) {}

UpdateOutcome UpdateBatch::add(const UpdateRequest& request, const Requester& requester, UpdateNotes* notes) {
  // Who asks for the SOA sees a serial that no other state of the zone has, and so may take it for a lock.
  if (serial_is_due_ && looks_at_soa(request)) raise_serial();
  auto made = make(request, requester, notes);
  if (!made) return {made.error().rcode, false, std::move(made.error().text)};
  if (made->change.empty()) return {};
  serial_is_due_ = !made->sets_serial;
  return {Rcode::kNoError, true, {}};
}

/// Everything up to the changed draft.
std::expected<AppliedUpdate, Refusal> UpdateBatch::make(const UpdateRequest& request,
                                                        const Requester& requester, UpdateNotes* notes) {
  const zone::Content& content = draft();
  if (!(request.zone.view() == content.apex()) || request.rr_class != content.rr_class())
    return std::unexpected(refusal(Rcode::kNotAuth, "not authoritative for update zone"));
  if (auto refused = prescan(request)) return std::unexpected(std::move(*refused));
  if (auto refused = check_new_records(request, settings_.apply.checks, notes))
    return std::unexpected(std::move(*refused));
  std::vector<const PolicyRule*> grants;
  if (settings_.policy != nullptr) {
    auto judged = settings_.policy->judge_all(requester, request, content);
    if (!judged) return std::unexpected(std::move(judged.error()));
    grants = std::move(*judged);
  }
  if (auto unmet = check_prerequisites(content, request)) return std::unexpected(std::move(*unmet));
  auto made = apply_update(content, base_->serial(), request, settings_.apply, grants, notes);
  if (!made || made->change.empty()) return made;
  apply(made->change);
  if (made->adds_mx) {
    if (auto refused = check_mail_exchangers(draft(), made->change, settings_.apply.checks, notes)) {
      apply(reversed(made->change));
      return std::unexpected(std::move(*refused));
    }
  }
  changed_ = true;
  return made;
}

void UpdateBatch::apply(const zone::Change& change) {
  for (const zone::RecordList* list : {&change.removed, &change.added}) {
    for (const auto& entry : list->entries()) touch(list->owner(entry));
  }
  const auto applied = writer_.apply(change);
  NOMEN_ENSURE(applied.has_value());  // the change was made from this very draft, within its limits
}

void UpdateBatch::raise_serial() {
  const zone::Content& content = draft();
  const zone::RRsetView soa = content.apex_node().find(RRType::kSoa);
  serial_is_due_ = false;
  if (!soa) return;
  const Bytes rdata = soa.first_rdata();
  constexpr size_t kNumbersBytes = 20;
  if (rdata.size() < kNumbersBytes) return;
  std::vector<uint8_t> next(rdata.begin(), rdata.end());
  uint8_t* const serial = next.data() + next.size() - kNumbersBytes;
  const dns::Serial raised = next_serial({load_u32(serial)}, settings_.serial_method, now_s_);
  // An update has set it as far ahead as it goes: this version needs no other.
  if (!raised.is_after(base_->serial())) return;
  store_u32(serial, raised.value);
  zone::Change change;
  const dns::Name apex(content.apex());
  change.removed.add(apex, RRType::kSoa, soa.ttl_s(), rdata);
  change.added.add(apex, RRType::kSoa, soa.ttl_s(), next);
  apply(change);
}

void UpdateBatch::touch(dns::NameView owner) {
  if (!touched_.empty()) {
    const Touched& last = touched_.back();
    if (equal({touched_names_.data() + last.at, last.size}, owner.bytes())) return;
  }
  touched_.push_back({dns::NameHash{}(owner), touched_names_.size(), static_cast<uint8_t>(owner.size())});
  touched_names_.insert(touched_names_.end(), owner.data(), owner.data() + owner.size());
}

/// Each once, in the order in which they were touched first.
std::vector<dns::NameView> UpdateBatch::touched() const {
  const auto name = [this](const Touched& owner) {
    return dns::NameView(touched_names_.data() + owner.at, owner.size);
  };
  std::vector<Touched> owners = touched_;
  std::sort(owners.begin(), owners.end(), [&](const Touched& a, const Touched& b) {
    if (a.hash != b.hash) return a.hash < b.hash;
    const auto order = name(a) <=> name(b);
    return order != 0 ? order < 0 : a.at < b.at;
  });
  const auto is_same = [&](const Touched& a, const Touched& b) {
    return a.hash == b.hash && name(a) == name(b);
  };
  owners.erase(std::unique(owners.begin(), owners.end(), is_same), owners.end());
  std::sort(owners.begin(), owners.end(), [](const Touched& a, const Touched& b) { return a.at < b.at; });
  std::vector<dns::NameView> names;
  names.reserve(owners.size());
  for (const Touched& owner : owners) names.push_back(name(owner));
  return names;
}

UpdateBatch::Result UpdateBatch::finish() {
  if (!changed_) return {base_, {}};
  if (serial_is_due_) raise_serial();
  Result result;
  result.change = zone::difference_at(*base_, writer_.draft(), touched());
  Diagnostics diagnostics;
  result.content = writer_.finish(diagnostics);
  return result;
}

}  // namespace nomen::update
