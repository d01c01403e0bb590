#include "zone/check_nodes.h"

#include <algorithm>
#include <array>
#include <span>

#include "dns/rdata.h"
#include "dns/rr_table.h"

namespace nomen::zone {

namespace {

using dns::NameView;
using dns::RRType;

constexpr RRType kIpseckey{45};
constexpr RRType kHip{55};
constexpr RRType kLp{107};
constexpr RRType kAmtrelay{260};

/// Types that may stand beside a CNAME (RFC 4034 2.5, RFC 2181 10.1, RFC 3007 3.1.1).
bool may_stand_beside_cname(RRType type) {
  return type == RRType::kCname || type == RRType::kNsec || type == RRType::kKey || type == RRType::kRrsig ||
         type == RRType::kSig || type == RRType::kNxt;
}

/// Types whose names DNSSEC compares with regard to case (RFC 6840 5.1) although DNS does not.
bool keeps_case_in_dnssec(RRType type) {
  return type == RRType::kNsec || type == kIpseckey || type == kHip || type == kLp || type == kAmtrelay;
}

/// The rdata with its names in lower case.
std::vector<uint8_t> without_case(RRType type, dns::RRClass rr_class, Bytes rdata) {
  std::vector<uint8_t> out(rdata.begin(), rdata.end());
  const dns::RdataNames names = dns::names_in_rdata(type, rr_class, rdata);
  for (size_t i = 0; i < names.count; i++) {
    for (size_t at = names.offsets[i]; at < out.size() && out[at] != 0;) {
      const size_t end = at + out[at];
      for (at++; at <= end && at < out.size(); at++) out[at] = dns::lower(out[at]);
    }
  }
  return out;
}

class NodeCheck {
 public:
  NodeCheck(const Content& content, const CheckOptions& options, Findings& findings, NodeSurvey& survey)
      : content_(content),
        options_(options),
        findings_(findings),
        survey_(survey),
        apex_(dns::Name(content.apex()).lowered()) {
    repeats_ = options.repeated_origin && content.apex_labels() >= 2;
  }

  void visit(NodeView node, Ref ref) {
    if (repeats_ && repeats_origin(node.labels())) report_repeated(node);
    bool refers = false;
    size_t others = 0;
    bool has_cname = false;
    node.for_each([&](RRsetView set) {
      const RRType type = set.type();
      others += may_stand_beside_cname(type) ? 0 : 1;
      switch (type) {
        case RRType::kA:
        case RRType::kAaaa:
        case RRType::kRrsig:
        case RRType::kTxt:
          break;
        case RRType::kNs:
          refers |= node.has(NodeView::kCut) && has_own_target(set);
          break;
        case RRType::kMx:
        case RRType::kSrv:
          refers = true;
          break;
        case RRType::kCname:
          has_cname = true;
          check_singleton(node, set);
          break;
        case RRType::kDname:
          survey_.has_dname = true;
          check_singleton(node, set);
          break;
        case RRType::kSoa:
          check_singleton(node, set);
          break;
        default:
          refers |= type == RRType::kSpf;
          if (set.count() > 1 && keeps_case_in_dnssec(type)) check_duplicates(node, set);
      }
    });
    if (has_cname && others > 0) {
      const dns::Name owner = node.owner(content_.apex());
      findings_.add(Stage::kRecords, owner, Strictness::kFail,
                    dns::to_string_no_dot(owner) + ": CNAME and other data");
    }
    if (refers && options_.integrity) survey_.referring.push_back(ref);
  }

 private:
  /// Whether a name server of the cut is in the zone, so that it can be checked.
  bool has_own_target(RRsetView set) const {
    if (options_.external) return true;
    bool found = false;
    set.for_each([&](Bytes rdata) { found |= ends_in_apex(rdata); });
    return found;
  }

  /// Whether the last bytes are the apex; where its first label begins is looked at later.
  bool ends_in_apex(Bytes name) const {
    const Bytes apex = apex_.bytes();
    if (name.size() < apex.size()) return false;
    const uint8_t* tail = name.data() + name.size() - apex.size();
    for (size_t i = 0; i < apex.size(); i++) {
      if (dns::lower(tail[i]) != apex[i]) return false;
    }
    return true;
  }

  bool repeats_origin(Bytes labels) const {
    const Bytes apex = apex_.bytes().first(apex_.size() - 1);
    if (labels.size() < apex.size()) return false;
    const uint8_t* tail = labels.data() + labels.size() - apex.size();
    for (size_t i = 0; i < apex.size(); i++) {
      if (dns::lower(tail[i]) != apex[i]) return false;
    }
    return true;
  }

  void report_repeated(NodeView node) {
    const dns::Name owner = node.owner(content_.apex());
    if (node.is_empty() || !owner.view().strip(content_.apex_labels()).is_at_or_below(apex_)) return;
    findings_.add(Stage::kRecords, owner, Strictness::kWarn,
                  dns::to_string_no_dot(owner) + " repeats the name of the zone: is a final dot missing?");
  }

  void check_singleton(NodeView node, RRsetView set) {
    if (set.count() < 2) return;
    const dns::Name owner = node.owner(content_.apex());
    findings_.add(Stage::kRecords, owner, Strictness::kFail,
                  dns::to_string_no_dot(owner) + ": multiple RRs of singleton type (" +
                      dns::to_string(set.type()) + ")");
  }

  void check_duplicates(NodeView node, RRsetView set) {
    std::vector<std::vector<uint8_t>> rdatas;
    set.for_each(
        [&](Bytes rdata) { rdatas.push_back(without_case(set.type(), content_.rr_class(), rdata)); });
    std::sort(rdatas.begin(), rdatas.end());
    if (std::adjacent_find(rdatas.begin(), rdatas.end()) == rdatas.end()) return;
    const dns::Name owner = node.owner(content_.apex());
    findings_.add(Stage::kDuplicates, owner, options_.duplicate_records,
                  dns::to_string_no_dot(owner) + "/" + dns::to_string(set.type()) +
                      " has semantically identical records");
  }

  const Content& content_;
  const CheckOptions& options_;
  Findings& findings_;
  NodeSurvey& survey_;
  dns::Name apex_;  ///< in lower case
  bool repeats_;
};

/// visit(NodeView, Ref) for each node of the part in no order, NSEC3 nodes too, fetching nodes into the cache
/// ahead.
template <class Visit>
void for_each_node_of(const Content& content, NodePart part, Visit&& visit) {
  constexpr size_t kAhead = 16;
  Ref waiting[kAhead] = {};
  size_t count = 0;
  std::array<Ref, Content::kPieceNodes> refs;
  const size_t end = content.piece_count() * (part.number + 1) / part.of;
  for (size_t piece = content.piece_count() * part.number / part.of; piece < end; piece++) {
    for (const Ref ref : std::span(refs).first(content.piece(piece, refs))) {
      content.prefetch(ref);
      Ref& slot = waiting[count++ % kAhead];
      if (slot != 0) visit(content.node(slot), slot);
      slot = ref;
    }
  }
  for (const Ref ref : waiting) {
    if (ref != 0) visit(content.node(ref), ref);
  }
}

}  // namespace

void check_nodes(const Content& content, const CheckOptions& options, NodePart part, Findings& findings,
                 NodeSurvey& survey) {
  survey.has_dname = false;
  survey.referring.clear();
  NodeCheck check(content, options, findings, survey);
  const auto visit = [&](NodeView node, Ref ref) { check.visit(node, ref); };
  if (part.of == 1 && !content.is_large()) return content.for_each_node(visit);
  for_each_node_of(content, part, visit);
}

}  // namespace nomen::zone
