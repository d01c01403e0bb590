#include "answer/plain_answer.h"

#include "answer/additional.h"
#include "answer/authority.h"
#include "answer/response.h"

namespace nomen::answer {

namespace {

/// Whether nothing but the zone's data decides about the reply; types 128 to 255 are no types of data.
bool is_simple(const Query& query, const Snapshot& snapshot) {
  const Question& question = query.question;
  const View* const view = snapshot.for_all;
  return question.present && query.early == dns::Rcode::kNoError && view != nullptr &&
         question.rr_class == view->settings->rr_class && question.opcode == dns::Opcode::kQuery &&
         !query.edns.present && !query.edns.signed_message && question.name.labels > 0 &&
         question.type != dns::RRType::kDs && question.type != dns::RRType::kOpt &&
         dns::number(question.type) >> 7 != 1 && query.ahead != nullptr && query.ahead->is_open() &&
         query.ahead->content() != nullptr;
}

/// Whether `found` is one RR that goes out as it is.
bool is_plain_hit(const zone::Lookup& found) {
  return found.kind == zone::Lookup::Kind::kData && found.rrset && found.rrset.count() == 1 &&
         is_sent_as_it_is(found.rrset.type());
}

bool has_company(const Query& query, dns::RRType type) {
  const Fullness fullness = fullness_of(query);
  return fullness.authority || (fullness.additional && names_hosts(type));
}

}  // namespace

size_t answer_plainly(Query& query, const Snapshot& snapshot, MutableBytes out) {
  if (!is_simple(query, snapshot)) return 0;
  const Question& question = query.question;
  query.view = snapshot.for_all;
  query.zone = query.ahead;
  query.found_in = query.zone->content();
  query.found = zone::lookup(*query.found_in, question.name, question.type);
  if (!is_plain_hit(query.found) || has_company(query, question.type)) return 0;
  const zone::RRsetView set = query.found.rrset;
  const Bytes data = set.data();
  const size_t size = question.end + kPointedHeadBytes + data.size();
  if (size > kPlainUdpBytes || question.end + kPointedHeadBytes + kCopyStep > out.size()) return 0;
  uint8_t* const message = out.data();
  if (message != query.received.data) std::memcpy(message, query.received.data, question.end);
  store_u16(message + 2, static_cast<uint16_t>((question.flags & kEchoedFlags) | kQr | kAa));
  store_u32(message + 4, 0x00010001);  // one question, one answer
  store_u32(message + 8, 0);
  uint8_t* const rr = message + question.end;
  store_u16(rr, kPointer | kHeaderBytes);
  store_u16(rr + 2, dns::number(set.type()));
  store_u16(rr + 4, dns::number(question.rr_class));
  store_u32(rr + 6, set.ttl_s());
  copy_in_steps(rr + kPointedHeadBytes, data, out);
  return size;
}

}  // namespace nomen::answer
