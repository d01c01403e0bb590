#include "answer/pipeline.h"

#include <algorithm>

#include "answer/admit.h"
#include "answer/authority.h"
#include "answer/chaos.h"
#include "answer/permit.h"
#include "answer/plain_answer.h"
#include "answer/plain_referral.h"
#include "answer/query_log.h"
#include "answer/route_notify.h"
#include "answer/route_transfer.h"
#include "answer/route_update.h"
#include "answer/select_view.h"
#include "answer/zone_options.h"

namespace nomen::answer {

namespace {

using dns::Opcode;
using dns::Rcode;
using dns::RRClass;
using dns::RRType;

/// What a question for a type that no zone holds gets, or kNoError for ordinary types (RFC 6895 3.1: 128 to
/// 255 are for questions and for records about messages).
Rcode refusal_of_type(RRType type) {
  const uint16_t number = dns::number(type);
  if (number != dns::number(RRType::kOpt) && (number < 128 || number > 255)) return Rcode::kNoError;
  switch (type) {
    case RRType::kAny:
      return Rcode::kNoError;
    case RRType::kMaila:
    case RRType::kMailb:
      return Rcode::kNotImp;
    default:
      return Rcode::kFormErr;
  }
}

/// Whether this may be for somebody else: a look that costs nothing, because nearly no request is.
bool is_for_others(const Query& query) {
  return query.question.opcode == Opcode::kQuery
             ? is_transfer(query.question.type)
             : query.question.opcode == Opcode::kUpdate || query.question.opcode == Opcode::kNotify;
}

/// In the header of a reply that is complete otherwise.
void set_rcode(MutableBytes reply, Rcode rcode) {
  reply[3] = static_cast<uint8_t>((reply[3] & 0xf0) | (static_cast<uint8_t>(rcode) & 0x0f));
}

/// A class that is none of data's is malformed; one that nobody serves is not implemented.
Rcode refusal_of_class(RRClass rr_class) {
  switch (dns::number(rr_class)) {
    case 1:  // IN
    case 3:  // CH
    case 4:  // HS
      return Rcode::kRefused;
    case 0:
    case 254:  // NONE
    case 255:  // ANY
      return Rcode::kFormErr;
    default:
      return Rcode::kNotImp;
  }
}

}  // namespace

Pipeline::Pipeline(uint64_t seed, Elsewhere& elsewhere)
    : elsewhere_(elsewhere), queries_(kBatch), response_(seed) {}

void Pipeline::answer(const Snapshot& snapshot, std::span<Exchange> batch, uint32_t now_s) {
  has_blackhole_ = !snapshot.server->blackhole->is_none();
  while (!batch.empty()) {
    const size_t count = std::min(batch.size(), kBatch);
    const std::span<Query> queries(queries_.data(), count);
    const Exchange* exchange = batch.data();
    for (Query& query : queries) {
      query.received = (exchange++)->received;
      admit(query);
    }
    look_ahead(snapshot, queries);
    find(snapshot, queries, now_s);
    Exchange* next = batch.data();
    for (Query& query : queries) reply(snapshot, query, *next++, now_s);
    batch = batch.subspan(count);
  }
}

// Kept out of the loops that all questions go through: a small zone has nothing to fetch.
[[gnu::noinline]] static void fetch_index_lines(const ServedZone& zone, const dns::HashedName& name) {
  zone.content()->prefetch_line(name);
}

[[gnu::noinline]] static void fetch_nodes(std::span<const Query> queries) {
  for (const Query& query : queries) {
    if (query.ahead != nullptr && query.ahead->is_large())
      query.ahead->content()->prefetch_node(query.question.name);
  }
}

/// Sends the memory reads of all questions of the batch on their way: the zone table's lines, then the zones'
/// index lines, then the nodes. The zone found is kept; nothing is decided here.
void Pipeline::look_ahead(const Snapshot& snapshot, std::span<Query> queries) {
  if (snapshot.views.empty()) return;
  const ZoneTable& zones = snapshot.views.front()->zones;
  if (zones.size() > kZonesInCache) {
    for (const Query& query : queries) {
      if (query.question.present) zones.prefetch(query.question.name);
    }
  }
  const ServedZone* last = nullptr;
  bool any_large = false;
  for (Query& query : queries) {
    query.ahead = nullptr;
    if (!query.question.present) continue;
    last = query.ahead = zones.find_longest_near(query.question.name, last);
    if (last == nullptr || !last->is_large()) continue;
    fetch_index_lines(*last, query.question.name);
    any_large = true;
  }
  if (any_large) fetch_nodes(queries);
}

/// Looks all names of the batch up that only their zones decide about. The glue of referrals is fetched on
/// the way, as the questions themselves were.
void Pipeline::find(const Snapshot& snapshot, std::span<Query> queries, uint32_t now_s) {
  bool any_glue = false;
  for (Query& query : queries) {
    read_edns(query, *snapshot.server, now_s);
    query.view = nullptr;
    query.zone = nullptr;
    query.found_in = nullptr;
    query.glue_count = 0;
    if (!find_plainly(query, snapshot) || !query.zone->is_large() ||
        query.found.kind != zone::Lookup::Kind::kReferral ||
        !query.found.node.has(zone::NodeView::kMaybeGlue)) {
      continue;
    }
    fetch_glue_lines(query);
    any_glue = true;
  }
  if (!any_glue) return;
  for (const Query& query : queries) fetch_glue_nodes(query);
}

void Pipeline::reply(const Snapshot& snapshot, Query& query, Exchange& exchange, uint32_t now_s) {
  exchange.reply_size = 0;
  exchange.answered_later = false;
  if (query.dropped || (has_blackhole_ && is_blackholed(query, snapshot))) {
    counters_.dropped.add();
    return;
  }
  exchange.wants_keepalive = query.edns.wants_keepalive;
  if (query.found_in != nullptr) {
    answer_simple(snapshot, query, exchange, now_s);
    record_simple(query, exchange.out.data());
  } else if (const Rcode rcode = answer_fully(snapshot, query, exchange, now_s); exchange.reply_size != 0) {
    record(query, exchange.out.data(), rcode);
  } else {
    record_handed_over(query);
  }
  if (snapshot.server->query_log && query.question.present) log_query(query);
}

/// The answer to a question of which find_plainly() knows that only the zone decides.
void Pipeline::answer_simple(const Snapshot& snapshot, const Query& query, Exchange& exchange,
                             uint32_t now_s) {
  const ViewSettings& view = *query.view->settings;
  options_.clear();
  if (query.edns.present && query.edns.wants_options())
    add_reply_options(query, *snapshot.server, &view, now_s, options_);
  const size_t limit = size_limit(query);
  exchange.reply_size = answer_plainly(query, limit, options_.bytes(), response_.random(), exchange.out);
  if (exchange.reply_size != 0) return;
  response_.begin(query.question, query.received.data, exchange.out, limit,
                  query.edns.present ? kOptBytes + options_.bytes().size() : 0);
  response_.set_view(view);
  answer_from_zones(query, *snapshot.local, response_, additional_);
  exchange.reply_size = response_.finish(query.edns, view.edns_udp_size, options_.bytes());
}

Rcode Pipeline::answer_fully(const Snapshot& snapshot, Query& query, Exchange& exchange, uint32_t now_s) {
  if (query.edns.has_tsig && !signature_.read({query.received.data, query.received.size}))
    query.early = Rcode::kFormErr;
  if (query.question.present && query.early == Rcode::kNoError)
    select_view(query, snapshot, signature_, now_s);
  const bool is_update = query.question.opcode == Opcode::kUpdate;
  if (is_for_others(query) && may_hand_over(snapshot, query)) {
    // The reply may be written over the request.
    if (is_update) request_.assign(query.received.data, query.received.data + query.received.size);
    if (query.question.opcode == Opcode::kQuery && hand_over_transfer(query, exchange))
      return Rcode::kNoError;
    if (query.question.opcode == Opcode::kNotify) hand_over_notify(query);
  }
  const ViewSettings* view = query.view != nullptr ? query.view->settings.get() : nullptr;
  options_.clear();
  add_reply_options(query, *snapshot.server, view, now_s, options_);
  const bool is_signed = query.edns.has_tsig && query.view != nullptr;
  const size_t reserved = (query.edns.present ? kOptBytes + options_.bytes().size() : 0) +
                          zone_option_bytes(query.edns) + (is_signed ? signature_.reply_bytes() : 0);
  response_.begin(query.question, query.received.data, exchange.out, size_limit(query), reserved);
  const ExtendedError extended_error = decide(snapshot, query);
  if (extended_error != ExtendedError::kNone) options_.add(extended_error);
  if (query.edns.zone_options != 0)
    add_zone_options(query, response_, *snapshot.local, now_s, elsewhere_, options_);
  exchange.reply_size =
      response_.finish(query.edns, view != nullptr ? view->edns_udp_size : kDefaultUdpSize, options_.bytes());
  if (is_update && response_.rcode() == Rcode::kNoError && hand_over_update(query, exchange))
    return Rcode::kNoError;
  if (is_signed) exchange.reply_size = signature_.sign(exchange.out, exchange.reply_size, now_s);
  return response_.rcode();
}

/// The counters of a question that only a zone has decided about: all of its outcome stands in the reply's
/// header and in what was read of the question.
void Pipeline::record_simple(const Query& query, const uint8_t* reply) {
  constexpr uint16_t kRcode = 15;  // below what an OPT adds to it
  static_assert(kRcode < Outcome::kOtherRcode);
  Outcome outcome;
  outcome.answered = load_u16(reply + 6) != 0;
  outcome.edns = query.edns.present;
  outcome.tcp = query.received.transport == Transport::kTcp;
  outcome.v6 = query.received.peer->is_v6();
  outcome.cookie = query.edns.cookie;
  outcome.looked_up = true;
  counters_.outcomes[outcome.index() | (load_u16(reply + 2) & (kAa | kTc | kRcode))].add();
  counters_.queries_of(query.question.type).add();
  if (query.edns.option_kinds != 0) record_options(query);
}

void Pipeline::record_options(const Query& query) {
  for (unsigned kind = 0; kind < kEdnsOptionKinds; kind++) {
    if ((query.edns.option_kinds >> kind & 1) != 0) counters_.edns_options[kind].add();
  }
}

/// The counters: two additions for the usual query.
void Pipeline::record(const Query& query, const uint8_t* reply, Rcode rcode) {
  const Question& question = query.question;
  const uint16_t flags = load_u16(reply + 2);
  Outcome outcome;
  outcome.rcode = static_cast<uint8_t>(std::min<size_t>(static_cast<size_t>(rcode), Outcome::kOtherRcode));
  outcome.answered = load_u16(reply + 6) != 0;
  outcome.edns = query.edns.present;
  outcome.tcp = query.received.transport == Transport::kTcp;
  outcome.v6 = query.received.peer->is_v6();
  outcome.cookie = query.edns.cookie;
  const bool is_query =
      question.present && query.early == Rcode::kNoError && question.opcode == Opcode::kQuery;
  outcome.looked_up = is_query && !is_transfer(question.type);
  static_assert(Outcome{.authoritative = true}.index() == kAa && Outcome{.truncated = true}.index() == kTc);
  counters_.outcomes[outcome.index() | (flags & (kAa | kTc))].add();
  if (is_query) {
    counters_.queries_of(question.type).add();
  } else if (question.opcode != Opcode::kQuery) {
    counters_.requests_by_opcode[static_cast<size_t>(question.opcode)].add();
  }
  if (query.edns.option_kinds != 0) record_options(query);
  if (rcode == Rcode::kRefused) record_refused(query);
}

void Pipeline::record_refused(const Query& query) {
  const Question& question = query.question;
  if (!question.present || query.early != Rcode::kNoError) return;
  switch (question.opcode) {
    case Opcode::kUpdate:
      return counters_.rejected_updates.add();
    case Opcode::kNotify:
      counters_.notifies_received[query.received.peer->is_v6() ? 1 : 0].add();
      return counters_.rejected_notifies.add();
    case Opcode::kQuery:
      if (is_transfer(question.type)) return counters_.rejected_transfers.add();
      return (question.recursion_desired() ? counters_.rejected_recursive : counters_.rejected_authoritative)
          .add();
    default:
      return;
  }
}

/// A transfer that goes on by itself, or an update: there is no reply yet.
void Pipeline::record_handed_over(const Query& query) {
  Outcome outcome;
  outcome.rcode = Outcome::kElsewhere;
  outcome.edns = query.edns.present;
  outcome.tcp = query.received.transport == Transport::kTcp;
  outcome.v6 = query.received.peer->is_v6();
  outcome.cookie = query.edns.cookie;
  counters_.outcomes[outcome.index()].add();
  if (query.question.opcode == Opcode::kQuery) {
    counters_.queries_of(query.question.type).add();
  } else {
    counters_.requests_by_opcode[static_cast<size_t>(query.question.opcode)].add();
  }
  if (query.edns.option_kinds != 0) record_options(query);
}

/// Whether somebody else answers; if not, the reply is made here, because it is an error.
bool Pipeline::may_hand_over(const Snapshot& snapshot, Query& query) {
  if (query.early != Rcode::kNoError || !query.question.present || query.view == nullptr ||
      refusal_of_signature(query) != Rcode::kNoError)
    return false;
  if (!query.edns.has_tsig) signature_.clear();  // of an earlier request
  switch (query.question.opcode) {
    case Opcode::kUpdate:
      query.other_refused = refusal_of_update(query, *snapshot.local);
      break;
    case Opcode::kNotify:
      query.other_refused = refusal_of_notify(query, *snapshot.local);
      break;
    default:
      query.other_refused = refusal_of_transfer(query, *snapshot.local);
  }
  return query.other_refused == Rcode::kNoError;
}

/// False when it is refused, and the reply made here.
bool Pipeline::hand_over_transfer(Query& query, Exchange& exchange) {
  query.other_refused = elsewhere_.transfer(query, exchange.out, signature_, exchange.reply_size);
  if (query.other_refused != Rcode::kNoError) return false;
  exchange.answered_later = exchange.reply_size == 0;
  response_.set_rcode(Rcode::kNoError);
  return true;
}

/// The reply is made here in any case.
void Pipeline::hand_over_notify(Query& query) {
  counters_.notifies_received[query.received.peer->is_v6() ? 1 : 0].add();
  const ZoneRole role = query.zone->settings().role;
  if (role == ZoneRole::kSecondary || role == ZoneRole::kStub) query.other_refused = elsewhere_.notify(query);
}

/// The reply is there, for the time when the update is made. False when it is refused: it goes out then.
bool Pipeline::hand_over_update(const Query& query, Exchange& exchange) {
  const Rcode refused =
      elsewhere_.update(query, request_, {exchange.out.data(), exchange.reply_size}, signature_);
  if (refused != Rcode::kNoError) {
    set_rcode(exchange.out, refused);
    response_.set_rcode(refused);
    return false;
  }
  exchange.answered_later = true;
  exchange.reply_size = 0;
  return true;
}

/// A TSIG that no key of the view has made, or any SIG(0): no public key is known here.
Rcode Pipeline::refusal_of_signature(const Query& query) const {
  if (!query.edns.signed_message) return Rcode::kNoError;
  if (!query.edns.has_tsig) return Rcode::kNotAuth;
  return query.view == nullptr ? Rcode::kRefused : signature_.rcode();
}

/// The reply's content or its error. Everything that can go wrong ends in an rcode here.
ExtendedError Pipeline::decide(const Snapshot& snapshot, Query& query) {
  const auto fail = [&](Rcode rcode, ExtendedError why = ExtendedError::kNone) {
    response_.set_rcode(rcode);
    return why;
  };
  if (query.early != Rcode::kNoError) return fail(query.early);
  if (query.question.opcode != Opcode::kQuery && query.question.opcode != Opcode::kUpdate &&
      query.question.opcode != Opcode::kNotify) {
    response_.drop_question();  // what an unknown opcode's question means is not known (as BIND does)
    return fail(Rcode::kNotImp);
  }
  const bool is_notify = query.question.opcode == Opcode::kNotify;
  if (!query.question.present && is_notify) return fail(Rcode::kFormErr);
  if (!query.question.present) return ExtendedError::kNone;  // a cookie was all that was asked for
  if (const Rcode refused = refusal_of_signature(query); refused != Rcode::kNoError) return fail(refused);
  if (is_notify || query.question.opcode == Opcode::kUpdate) {
    response_.set_authoritative(is_notify && query.view != nullptr && query.other_refused == Rcode::kNoError);
    return fail(query.view == nullptr ? Rcode::kNotAuth : query.other_refused);
  }
  if (query.question.rr_class == RRClass::kCh && query.view == nullptr) {
    return answer_chaos(query, *snapshot.server, response_) ? ExtendedError::kNone : fail(Rcode::kRefused);
  }
  if (query.view == nullptr) return fail(refusal_of_class(query.question.rr_class));
  return route_query(snapshot, query);
}

/// The zone for the question: mostly the one that look_ahead() has found.
const ServedZone* Pipeline::zone_of(const Snapshot& snapshot, const Query& query) {
  const Question& question = query.question;
  if (question.type != RRType::kDs && query.view == snapshot.views.front().get()) return query.ahead;
  return find_zone(*query.view, question.name, question.type);
}

ExtendedError Pipeline::route_query(const Snapshot& snapshot, Query& query) {
  const ViewSettings& view = *query.view->settings;
  if (view.require_server_cookie && query.received.transport == Transport::kUdp &&
      query.edns.cookie != CookieState::kNone && query.edns.cookie != CookieState::kValid) {
    response_.set_rcode(Rcode::kBadCookie);
    return ExtendedError::kNone;
  }
  const Rcode refused =
      is_transfer(query.question.type) ? query.other_refused : refusal_of_type(query.question.type);
  if (refused != Rcode::kNoError) {
    response_.set_rcode(refused);
    return ExtendedError::kNone;
  }
  query.zone = zone_of(snapshot, query);
  if ((query.zone == nullptr || !query.zone->is_plain()) && !may_query(query, snapshot)) {
    response_.set_rcode(Rcode::kRefused);
    return ExtendedError::kProhibited;
  }
  if (query.zone == nullptr) {
    response_.set_rcode(Rcode::kRefused);
    return ExtendedError::kNone;
  }
  if (query.zone->content() == nullptr) {
    response_.set_rcode(Rcode::kServFail);
    return ExtendedError::kNone;
  }
  response_.set_view(view);
  answer_from_zones(query, *snapshot.local, response_, additional_);
  return ExtendedError::kNone;
}

}  // namespace nomen::answer
