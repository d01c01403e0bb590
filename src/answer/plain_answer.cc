#include "answer/plain_answer.h"

#include <memory>

#include "answer/additional.h"
#include "answer/authority.h"
#include "answer/plain_referral.h"
#include "answer/plain_reply.h"

namespace nomen::answer {

namespace {

using dns::RRType;
using zone::Lookup;
using zone::RRsetView;

/// Whether nothing but the zone's data decides about the reply; types 128 to 255 are no types of data.
bool is_simple(const Query& query, const Snapshot& snapshot) {
  const Question& question = query.question;
  const View* const view = snapshot.for_all;
  return question.present && query.early == dns::Rcode::kNoError && view != nullptr &&
         question.rr_class == view->settings->rr_class && question.opcode == dns::Opcode::kQuery &&
         (query.edns.signed_message | query.edns.zone_options) == 0 && question.name.labels > 0 &&
         question.type != RRType::kDs && question.type != RRType::kOpt &&
         dns::number(question.type) >> 7 != 1 && query.ahead != nullptr && query.ahead->is_plain() &&
         query.ahead->content() != nullptr &&
         (query.edns.cookie == CookieState::kNone || !view->settings->require_server_cookie);
}

/// Whether the zone's NS or addresses go along with an answer of this type, which names no name servers.
bool has_company(const Query& query, RRType type) {
  if (query.view->settings->minimal_responses == MinimalResponses::kYes) return false;
  const Fullness fullness = fullness_of(query);
  return fullness.authority || (fullness.additional && names_hosts(type));
}

bool is_plain(RRsetView set) {
  return set.count() == 1 && is_sent_as_it_is(set.type());
}

/// One RR, and with DO its signature.
bool put_hit(const Query& query, PlainReply& reply) {
  const Lookup& found = query.found;
  const RRsetView set = found.rrset;
  if (!set || !is_plain(set) || has_company(query, query.question.type)) return false;
  if (!reply.put(kPointer | kHeaderBytes, set)) return false;
  reply.counts += PlainReply::kAnswer;
  reply.flags = kAa;
  if (!query.edns.dnssec_ok) return true;
  if (found.is_wildcard && query.found_in->is_signed()) return false;
  const RRsetView signatures = found.node.find_signatures(set.type());
  if (!signatures) return true;
  reply.counts += PlainReply::kAnswer;
  return signatures.count() == 1 && reply.put(kPointer | kHeaderBytes, signatures);
}

/// NODATA and NXDOMAIN: the SOA with the negative TTL (RFC 2308 3).
bool put_negative(const Query& query, PlainReply& reply) {
  const zone::Content& content = *query.found_in;
  const zone::Content::SoaNames names = content.soa_names();
  const size_t apex_labels = content.apex_labels();
  if (!names.both_below() || apex_labels == 0 || query.question.type == RRType::kSoa) return false;
  if (query.edns.dnssec_ok && (content.is_signed() || content.apex_node().find_signatures(RRType::kSoa)))
    return false;
  const size_t next = reply.at + soa_bytes(names);
  if (next > reply.end) return false;
  const RRsetView soa = content.apex_node().find(RRType::kSoa);
  const Bytes rdata = soa.first_rdata();
  const uint32_t ttl_s = std::min(soa.ttl_s(), load_u32(rdata.data() + rdata.size() - 4));
  put_soa(reply.out.data() + reply.at, pointer_to_suffix(query.question, apex_labels), reply.rr_class, ttl_s,
          soa, names);
  reply.at = next;
  reply.counts += PlainReply::kAuthority;
  reply.flags = kAa;
  if (query.found.kind == Lookup::Kind::kNxDomain)
    reply.flags |= static_cast<uint16_t>(dns::Rcode::kNxDomain);
  return true;
}

bool put_records(const Query& query, FastRandom& random, PlainReply& reply) {
  switch (query.found.kind) {
    case Lookup::Kind::kData:
      return put_hit(query, reply);
    case Lookup::Kind::kReferral:
      return put_plain_referral(query, random, reply);
    case Lookup::Kind::kNoData:
    case Lookup::Kind::kNxDomain:
      return put_negative(query, reply);
    default:
      return false;
  }
}

}  // namespace

bool find_plainly(Query& query, const Snapshot& snapshot) {
  if (!is_simple(query, snapshot)) return false;
  query.view = snapshot.for_all;
  query.zone = query.ahead;
  query.found_in = query.zone->content();
  std::construct_at(&query.found, zone::lookup(*query.found_in, query.question.name, query.question.type));
  return true;
}

size_t answer_plainly(const Query& query, size_t limit, Bytes options, FastRandom& random, MutableBytes out) {
  const Question& question = query.question;
  uint8_t* const message = out.data();
  if (message != query.received.data) std::memcpy(message, query.received.data, question.end);
  const size_t opt_bytes = query.edns.present ? kOptBytes + options.size() : 0;
  const size_t most = std::min(limit, out.size());
  PlainReply reply{.out = out,
                   .at = question.end,
                   .end = most - std::min(most, opt_bytes),
                   .rr_class = dns::number(question.rr_class)};
  if (!put_records(query, random, reply)) return 0;
  if (opt_bytes != 0) {
    put_opt(message + reply.at, query.view->settings->edns_udp_size, 0, query.edns.dnssec_ok, options);
    reply.at += opt_bytes;
    reply.counts += PlainReply::kAdditional;
  }
  store_u16(message + 2, static_cast<uint16_t>((question.flags & kEchoedFlags) | kQr | reply.flags));
  store_u64(message + 4, reply.counts);
  return reply.at;
}

}  // namespace nomen::answer
