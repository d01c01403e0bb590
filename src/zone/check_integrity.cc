#include "zone/check_integrity.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/fetch_line.h"
#include "zone/check_external.h"
#include "zone/check_targets.h"

namespace nomen::zone {

namespace {

using dns::NameView;
using dns::RRType;

constexpr size_t kBatch = 16;  // targets whose places in memory are fetched together

/// RFC 7208 4.5, with the older "spf2.0/" (RFC 4406).
bool is_spf_text(Bytes rdata) {
  std::string text;
  for (size_t at = 0; at < rdata.size() && text.size() < 8; at += rdata[at] + 1U) {
    const size_t size = std::min<size_t>(rdata[at], rdata.size() - at - 1);
    text.append(reinterpret_cast<const char*>(rdata.data()) + at + 1, size);
  }
  return text == "v=spf1" || text.starts_with("v=spf1 ") || text.starts_with("spf2.0/");
}

class IntegrityCheck {
 public:
  IntegrityCheck(const Content& content, const CheckOptions& options, const NodeSurvey& survey,
                 Findings& findings)
      : content_(content), options_(options), survey_(survey), findings_(findings) {
    if (options.external) external_.emplace(content, options, findings);
  }

  void run() {
    const auto& refs = survey_.referring;
    for (size_t i = 0; i < refs.size(); i++) {
      if (i + kBatch < refs.size()) prefetch(refs[i + kBatch]);
      visit(content_.node(refs[i]));
    }
    finish_jobs();
  }

 private:
  /// A target in the zone that is to be looked up.
  struct Job {
    NodeView node;
    RRType type;
    NameView target;
    OwnLabels own;  ///< of the target
  };

  void prefetch(Ref ref) const {
    const uint8_t* at = content_.node(ref).data();
    fetch_line(at);
    fetch_line(at + 64);
  }

  void visit(NodeView node) {
    if (node.has(NodeView::kMaybeOccluded) && is_occluded(node)) return;
    if (node.has(NodeView::kCut)) {
      add_jobs(node, RRType::kNs, 0);
      return;
    }
    add_jobs(node, RRType::kMx, 2);
    add_jobs(node, RRType::kSrv, 6);
    if (options_.spf) check_spf(node);
  }

  bool is_occluded(NodeView node) const {
    const dns::Name owner = node.owner(content_.apex());
    dns::HashedName name;
    name.assign(owner);
    for (size_t labels = content_.apex_labels(); labels < name.labels; labels++) {
      const NodeView above = content_.find(name, labels);
      if (above && above.has(NodeView::kCut | NodeView::kDname)) return true;
    }
    return false;
  }

  /// `skipped`: bytes of the rdata before the target.
  void add_jobs(NodeView node, RRType type, size_t skipped) {
    const RRsetView set = node.find(type);
    if (!set) return;
    set.for_each([&](Bytes rdata) {
      if (rdata.size() <= skipped) return;
      const NameView target(rdata.data() + skipped, rdata.size() - skipped);
      if (target.is_root() && type != RRType::kNs) return;
      const size_t own_size = size_in_front(target, content_.apex());
      if (own_size == kNotBelow) {
        if (external_) external_->check(node, type, target, {});
        return;
      }
      if (job_count_ == kBatch) finish_jobs();
      Job& job = jobs_[job_count_++];
      job.node = node;
      job.type = type;
      job.target = target;
      job.own.assign(target.bytes().first(own_size), content_.apex_hash());
      content_.prefetch_line(job.own.hash);
    });
  }

  void finish_jobs() {
    for (size_t i = 0; i < job_count_; i++) content_.prefetch_node(jobs_[i].own.hash);
    for (size_t i = 0; i < job_count_; i++) {
      if (jobs_[i].type == RRType::kNs) {
        check_name_server(jobs_[i]);
      } else {
        check_host(jobs_[i]);
      }
    }
    job_count_ = 0;
  }

  std::string subject(const Job& job, const dns::Name& owner) const {
    return dns::to_string_no_dot(owner) + "/" + dns::to_string(job.type) + " '" +
           dns::to_string_no_dot(job.target) + "' ";
  }
  void say(const Job& job, Strictness strictness, std::string_view text) {
    if (findings_.is_full()) return findings_.count(Stage::kIntegrity, strictness);
    const dns::Name owner = job.node.owner(content_.apex());
    findings_.add(Stage::kIntegrity, owner, strictness, subject(job, owner) + std::string(text));
  }

  void check_name_server(const Job& job) {
    const TargetFinding found = find_target(content_, job.target, job.own, true, survey_.has_dname);
    switch (found.target) {
      case Target::kAddress:
        return;
      case Target::kGlue:
        if (external_) external_->check(job.node, job.type, job.target, content_.find(job.own));
        return;
      case Target::kAlias:
        return say(job, Strictness::kWarn, "is a CNAME (illegal)");
      case Target::kRedirected:
        return say(job, Strictness::kWarn,
                   "is below a DNAME '" + dns::to_string_no_dot(found.dname) + "' (illegal)");
      case Target::kNothing:
      case Target::kDelegation:
        break;
    }
    const bool required = job.target.is_at_or_below(job.node.owner(content_.apex()));
    const bool sibling = !required && found.target == Target::kDelegation;
    if (sibling && !options_.sibling_glue) return;
    say(job, Strictness::kWarn,
        required  ? "has no REQUIRED GLUE address records (A or AAAA)"
        : sibling ? "has no SIBLING GLUE address records (A or AAAA)"
                  : "has no address records (A or AAAA)");
    if (found.target == Target::kDelegation && external_)
      external_->check(job.node, job.type, job.target, {});
  }

  /// An MX or SRV target.
  void check_host(const Job& job) {
    const bool is_mx = job.type == RRType::kMx;
    const TargetFinding found = find_target(content_, job.target, job.own, false, survey_.has_dname);
    const Strictness alias = is_mx ? options_.mx_cname : options_.srv_cname;
    switch (found.target) {
      case Target::kNothing:
        return say(
            job, is_mx && options_.mx_addresses == Strictness::kFail ? Strictness::kFail : Strictness::kWarn,
            "has no address records (A or AAAA)");
      case Target::kAlias:
        return say(job, alias, "is a CNAME (illegal)");
      case Target::kRedirected:
        return say(job, alias, "is below a DNAME '" + dns::to_string_no_dot(found.dname) + "' (illegal)");
      case Target::kDelegation:
        if (external_) external_->check(job.node, job.type, job.target, {});
        return;
      case Target::kAddress:
      case Target::kGlue:
        return;
    }
  }

  void check_spf(NodeView node) {
    if (!node.find(RRType::kSpf)) return;
    bool found = false;
    if (const RRsetView texts = node.find(RRType::kTxt))
      texts.for_each([&](Bytes rdata) { found |= is_spf_text(rdata); });
    if (found) return;
    const dns::Name owner = node.owner(content_.apex());
    findings_.add(Stage::kIntegrity, owner, Strictness::kWarn,
                  "'" + dns::to_string_no_dot(owner) +
                      "' found type SPF record but no SPF TXT record found, add matching type TXT record");
  }

  const Content& content_;
  const CheckOptions& options_;
  const NodeSurvey& survey_;
  Findings& findings_;
  std::optional<ExternalCheck> external_;
  std::array<Job, kBatch> jobs_;
  size_t job_count_ = 0;
};

}  // namespace

void check_integrity(const Content& content, const CheckOptions& options, const NodeSurvey& survey,
                     Findings& findings) {
  if (!survey.referring.empty()) IntegrityCheck(content, options, survey, findings).run();
}

}  // namespace nomen::zone
