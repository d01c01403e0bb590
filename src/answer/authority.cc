#include "answer/authority.h"

#include <algorithm>
#include <vector>

#include "answer/permit.h"
#include "answer/proofs.h"
#include "zone/lookup.h"

namespace nomen::answer {

namespace {

using dns::HashedName;
using dns::RRType;
using zone::Lookup;
using zone::NodeView;
using zone::RRsetView;

/// One answer in the making: the chain of names from the question on, and where it stands.
class Walk {
 public:
  Walk(const Query& query, const policy::LocalAddresses& local, Response& response, Additional& additional)
      : query_(query), local_(local), response_(response), additional_(additional) {}

  void run() {
    zone_ = query_.zone;
    content_ = zone_->content();
    name_ = &query_.question.name;
    response_.set_zone(content_->apex_labels());
    for (unsigned links = 0; links <= kMaxChainLinks; links++) {
      if (!step() || response_.has(name_->full_hash(), RRType::kCname)) break;
      zone_ = find_zone(*query_.view, *name_, query_.question.type);
      if (zone_ == nullptr || zone_->content() == nullptr) break;
      if (zone_ != query_.zone && !may_query(query_, *zone_, local_)) break;
      content_ = zone_->content();
    }
    add_wildcard_proofs();
  }

 private:
  /// Answers at the present name; true when a CNAME or DNAME leads on to another one.
  bool step() {
    const Lookup found = find();
    if (found.kind != Lookup::Kind::kReferral)
      response_.set_authoritative(is_first() || response_.count(Section::kAnswer) > 0);
    switch (found.kind) {
      case Lookup::Kind::kData:
        data(found);
        return false;
      case Lookup::Kind::kCname:
        return cname(found);
      case Lookup::Kind::kDname:
        return dname(found);
      case Lookup::Kind::kReferral:
        referral(found);
        return false;
      case Lookup::Kind::kNoData:
        negative(found, dns::Rcode::kNoError);
        return false;
      case Lookup::Kind::kNxDomain:
        negative(found, dns::Rcode::kNxDomain);
        return false;
    }
    return false;
  }

  /// A stub knows nothing but whom to ask: whatever the question, it is a referral from the apex.
  Lookup find() const {
    if (is_first() && query_.found_in == content_) return query_.found;
    if (zone_->is_stub()) return zone::referral_to(content_->apex_node(), content_->apex_labels());
    return zone::lookup(*content_, *name_, query_.question.type);
  }

  bool is_first() const { return name_ == &query_.question.name; }
  bool wants_proofs() const { return query_.edns.dnssec_ok && content_->is_signed(); }

  /// An RRset at the present name.
  bool add_here(Section section, RRsetView set) { return add_at(section, name_->labels, set); }
  /// An RRset at a suffix of the present name.
  [[gnu::always_inline]] bool add_at(Section section, size_t labels, RRsetView set) {
    if (is_first()) return response_.add_at_suffix(section, labels, set, set.ttl_s());
    return add_on_chain(section, labels, set);
  }
  bool add_on_chain(Section section, size_t labels, RRsetView set) {
    if (labels == name_->labels) return response_.add(section, wire_name(), *name_, set, set.ttl_s());
    suffix_.assign(name_->suffix(labels));
    return response_.add(section, name_->suffix(labels), suffix_, set, set.ttl_s());
  }
  /// The question's name in the case in which it was asked.
  dns::NameView asked_name() const {
    return {query_.received.data + kHeaderBytes, query_.question.name.size};
  }
  dns::NameView wire_name() const { return is_first() ? name_->view() : target_; }

  /// What must be there: without it the answer is truncated.
  bool require(bool fits) {
    if (!fits) response_.set_truncated();
    return fits;
  }

  bool add_signed(Section section, size_t labels, NodeView node, RRsetView set) {
    if (!require(add_at(section, labels, set))) return false;
    if (!query_.edns.dnssec_ok) return true;
    const RRsetView signatures = node.find_signatures(set.type());
    return !signatures || require(add_at(section, labels, signatures));
  }

  void data(const Lookup& found) {
    fullness_ = fullness_of(query_);
    if (found.rrset) {
      if (!add_signed(Section::kAnswer, name_->labels, found.node, found.rrset)) return;
      if (fullness_.additional) additional_.collect(found.rrset, name_->view());
    } else if (!several(found)) {
      return;
    }
    note_wildcard(found);
    add_wildcard_proofs();
    add_authority_ns(found);
    add_addresses();
  }

  /// ANY (RFC 8482 where minimal-any is on) and RRSIG questions: RRsets of several types.
  bool several(const Lookup& found) {
    const bool any = query_.question.type == RRType::kAny;
    const bool only_one =
        any && query_.view->settings->minimal_any && query_.received.transport == Transport::kUdp;
    bool fits = true;
    RRType picked{};
    bool picked_one = false;
    found.node.for_each([&](RRsetView set) {
      if (!fits || (!any && !set.is_signature())) return;
      if (only_one && picked_one && !(query_.edns.dnssec_ok && set.is_signature() && set.covered() == picked))
        return;
      if (only_one && set.is_signature() && !picked_one) return;
      picked = set.is_signature() ? set.covered() : set.type();
      picked_one = true;
      fits = require(add_here(Section::kAnswer, set));
    });
    return fits;
  }

  /// That a wildcard answered is proven when all answers are out and before the additional section begins.
  void note_wildcard(const Lookup& found) {
    if (found.is_wildcard && wants_proofs()) wildcards_.push_back({content_, *name_, found});
  }
  void add_wildcard_proofs() {
    for (const WildcardUse& use : wildcards_)
      Proofs(*use.content, use.name, response_).wildcard_answer(use.found);
    wildcards_.clear();
  }

  /// The zone's NS beside a positive answer; left out when the answer is that very set, or when it does not
  /// fit.
  void add_authority_ns(const Lookup& found) {
    if (!fullness_.authority || response_.is_truncated()) return;
    const size_t apex = content_->apex_labels();
    const bool answered = name_->labels == apex && !found.is_wildcard &&
                          (query_.question.type == RRType::kNs || query_.question.type == RRType::kAny);
    if (answered) return;
    const NodeView node = content_->apex_node();
    const RRsetView set = node.find(RRType::kNs);
    if (!set) return;
    const Response::Mark before = response_.mark();
    const bool adds_signatures =
        query_.edns.dnssec_ok && !query_.question.asks_for_signatures_of(name_->hash[apex]);
    const RRsetView signatures = adds_signatures ? node.find_signatures(RRType::kNs) : RRsetView{};
    if (!add_name_servers(apex, set) || (signatures && !add_at(Section::kAuthority, apex, signatures))) {
      response_.undo(before);  // with its signatures or not at all
      return;
    }
    servers_ = set;
  }
  /// The addresses of what the answer and the authority section name.
  void add_addresses() {
    if (!fullness_.additional) return;
    additional_.add_addresses(query_, *content_, response_);
    if (servers_) {
      additional_.add_server_addresses(query_, *content_, *name_, content_->apex_labels(), servers_, false,
                                       response_);
    }
  }

  bool cname(const Lookup& found) {
    if (!add_signed(Section::kAnswer, name_->labels, found.node, found.rrset)) return false;
    note_wildcard(found);
    const Bytes rdata = found.rrset.first_rdata();
    go_to({rdata.data(), rdata.size()});
    return true;
  }

  bool dname(const Lookup& found) {
    // One DNAME may rewrite again and again on a chain; it is given once.
    const bool is_there = response_.has(name_->hash[found.labels], RRType::kDname);
    if (!is_there && !add_signed(Section::kAnswer, found.labels, found.node, found.rrset)) return false;
    const Bytes rdata = found.rrset.first_rdata();
    const dns::NameView owner = is_first() ? asked_name() : target_;
    const size_t kept = name_->suffix_at[found.labels];
    if (kept + rdata.size() > dns::kMaxNameBytes) {
      response_.set_rcode(dns::Rcode::kYxDomain);  // RFC 6672 2.2
      return false;
    }
    // Room behind the name: the response reads names in padded steps.
    std::array<uint8_t, dns::kMaxNameBytes + 33> rewritten;
    std::memcpy(rewritten.data(), owner.data(), kept);
    std::memcpy(rewritten.data() + kept, rdata.data(), rdata.size());
    const Bytes target(rewritten.data(), kept + rdata.size());
    if (!require(
            response_.add_rr(Section::kAnswer, owner, *name_, RRType::kCname, found.rrset.ttl_s(), target)))
      return false;
    if (query_.question.type == RRType::kCname) return false;
    go_to({target.data(), target.size()});
    return true;
  }

  void go_to(dns::NameView target) {
    std::memcpy(target_wire_.data(), target.data(), target.size());
    target_ = {target_wire_.data(), target.size()};
    chain_.assign(target_);
    name_ = &chain_;
  }

  void referral(const Lookup& found) {
    if (!require(add_name_servers(found.labels, found.rrset))) return;
    if (query_.edns.dnssec_ok && content_->is_signed()) {
      const RRsetView ds = found.node.find(RRType::kDs);
      if (ds) {
        if (!add_signed(Section::kAuthority, found.labels, found.node, ds)) return;
      } else {
        Proofs(*content_, *name_, response_).no_ds(found);
      }
    }
    add_wildcard_proofs();
    if (found.node.has(NodeView::kMaybeGlue) || zone_->is_stub())
      additional_.add_server_addresses(query_, *content_, *name_, found.labels, found.rrset, true, response_);
  }
  /// The NS of a cut, which are not signed, or of the apex.
  bool add_name_servers(size_t labels, RRsetView set) {
    return is_first() ? response_.add_name_servers(Section::kAuthority, labels, set)
                      : add_at(Section::kAuthority, labels, set);
  }

  /// NODATA and NXDOMAIN: the SOA with the negative TTL (RFC 2308 3), and the proofs.
  void negative(const Lookup& found, dns::Rcode rcode) {
    response_.set_rcode(rcode);
    const NodeView apex = content_->apex_node();
    const RRsetView soa = apex.find(RRType::kSoa);
    if (soa) {
      const Bytes rdata = soa.first_rdata();
      const bool no_soa_here = rcode == dns::Rcode::kNxDomain && query_.question.type == RRType::kSoa &&
                               zone_->settings().zero_no_soa_ttl;
      const uint32_t ttl_s =
          no_soa_here ? 0 : std::min(soa.ttl_s(), load_u32(rdata.data() + rdata.size() - 4));
      if (!require(add_with_ttl(soa, ttl_s))) return;
      if (query_.edns.dnssec_ok) {
        const RRsetView signatures = apex.find_signatures(RRType::kSoa);
        if (signatures && !require(add_with_ttl(signatures, ttl_s))) return;
      }
    }
    if (!wants_proofs()) return;
    Proofs proofs(*content_, *name_, response_);
    if (rcode == dns::Rcode::kNxDomain) {
      proofs.name_error(found);
    } else {
      proofs.no_data(found);
    }
  }
  bool add_with_ttl(RRsetView set, uint32_t ttl_s) {
    const size_t apex = content_->apex_labels();
    if (is_first() && set.type() == RRType::kSoa)
      return response_.add_soa(apex, set, ttl_s, content_->soa_names());
    if (is_first()) return response_.add_at_suffix(Section::kAuthority, apex, set, ttl_s);
    suffix_.assign(content_->apex());
    return response_.add(Section::kAuthority, content_->apex(), suffix_, set, ttl_s);
  }

  struct WildcardUse {
    const zone::Content* content;
    HashedName name;
    Lookup found;
  };

  const Query& query_;
  const policy::LocalAddresses& local_;
  Response& response_;
  Additional& additional_;
  Fullness fullness_;                   ///< written when there are data
  std::vector<WildcardUse> wildcards_;  ///< only for askers with DO in signed zones
  const ServedZone* zone_ = nullptr;
  const zone::Content* content_ = nullptr;
  const HashedName* name_ = nullptr;
  RRsetView servers_;  ///< the zone's NS, where they were added beside a positive answer
  dns::NameView target_;
  std::array<uint8_t, dns::kMaxNameBytes + 33> target_wire_;
  HashedName chain_;
  HashedName suffix_;
};

/// What minimal-responses says.
Fullness fullness_of_mode(const Query& query) {
  switch (query.view->settings->minimal_responses) {
    case MinimalResponses::kNo:
      return {true, true};
    case MinimalResponses::kYes:
      return {false, false};
    case MinimalResponses::kNoAuth:
      return {false, true};
    case MinimalResponses::kNoAuthRecursive:
      return {!query.question.recursion_desired(), true};
  }
  return {};
}

}  // namespace

Fullness fullness_of(const Query& query) {
  const RRType type = query.question.type;
  if (type == RRType::kDnskey || type == RRType::kDs)
    return {false, false};  // large enough (as BIND and others)
  Fullness fullness = fullness_of_mode(query);
  if (type == RRType::kNs) fullness.additional = true;
  if (type == RRType::kAny) fullness.additional = false;
  return fullness;
}

void answer_from_zones(const Query& query, const policy::LocalAddresses& local, Response& response,
                       Additional& additional) {
  additional.clear();
  Walk(query, local, response, additional).run();
}

}  // namespace nomen::answer
