#include "zone/check_findings.h"

#include <algorithm>
#include <utility>

namespace nomen::zone {

void Findings::add(Stage stage, dns::NameView owner, Strictness strictness, const std::string& text) {
  if (strictness == Strictness::kIgnore) return;
  count(stage, strictness);
  if (total_ > kMostFindings) return;
  const bool fails = strictness == Strictness::kFail;
  findings_.push_back(
      {stage, dns::Name(owner), fails ? Severity::kError : Severity::kWarning, prefix() + text});
}

void Findings::count(Stage stage, Strictness strictness) {
  if (strictness == Strictness::kIgnore) return;
  total_++;
  if (strictness == Strictness::kFail) errors_[static_cast<size_t>(stage)]++;
}

bool Findings::has_error() const {
  return std::any_of(errors_.begin(), errors_.end(), [](uint64_t count) { return count != 0; });
}

void Findings::take_from(Findings& other) {
  for (Finding& finding : other.findings_) {
    if (is_full()) break;
    findings_.push_back(std::move(finding));
  }
  total_ += std::exchange(other.total_, 0);
  for (size_t stage = 0; stage < errors_.size(); stage++)
    errors_[stage] += std::exchange(other.errors_[stage], 0);
  other.findings_.clear();
}

Diagnostics Findings::take() {
  if (total_ == 0) return {};  // as nearly all zones
  std::stable_sort(findings_.begin(), findings_.end(), [](const Finding& a, const Finding& b) {
    return a.stage != b.stage ? a.stage < b.stage : a.owner < b.owner;
  });
  Diagnostics diagnostics;
  diagnostics.reserve(findings_.size() + 1);
  for (Finding& finding : findings_) diagnostics.push_back({finding.severity, {}, std::move(finding.text)});
  if (total_ > findings_.size()) {
    const std::string more = std::to_string(total_ - findings_.size()) + " more findings are not shown";
    diagnostics.push_back({Severity::kNote, {}, prefix() + more});
  }
  return diagnostics;
}

}  // namespace nomen::zone
