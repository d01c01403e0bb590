#include "transfer/soa_query.h"

#include "base/contract.h"
#include "dns/message_writer.h"
#include "dns/rdata.h"
#include "transfer/edns_options.h"
#include "transfer/limits.h"
#include "transfer/soa.h"

namespace nomen::transfer {

using dns::HeaderFlags;
using dns::RRType;
using dns::Section;
using Verdict = SoaReply::Verdict;

namespace {

constexpr uint16_t kUdpBytes = 1232;

/// The question of a reply to the query, behind which the records begin.
bool is_the_question(dns::MessageReader& reader, const SoaQuery& query) {
  dns::QuestionEntry question;
  return reader.header().questions == 1 && reader.read_question(question).has_value() &&
         question.name == query.zone && question.type == RRType::kSoa && question.rr_class == query.rr_class;
}

/// Servers that understood nothing of the message leave the question out.
bool is_without_question(const dns::Header& header) {
  return header.questions == 0 && header.rcode() != dns::Rcode::kNoError;
}

Verdict read_answer(dns::MessageReader& reader, const SoaQuery& query, SoaReply& reply) {
  dns::RecordEntry record;
  unsigned found = 0;
  for (;;) {
    const auto more = reader.next(record);
    if (!more) return Verdict::kMalformed;
    if (!*more) break;
    if (record.section == Section::kAdditional && record.type == RRType::kOpt && query.ask_expire) {
      const auto expire = find_expire(reader.message().subspan(record.rdata_at, record.rdata_size));
      if (expire) reply.expire_s = expire->seconds;
    }
    if (record.section != Section::kAnswer || record.type != RRType::kSoa || record.owner != query.zone)
      continue;
    dns::RdataBuffer rdata;
    if (!dns::rdata_from_message(record.type, record.rr_class, reader.message(), record.rdata_at,
                                 record.rdata_size, rdata))
      return Verdict::kMalformed;
    reply.serial = read_soa(rdata.bytes()).serial;
    found++;
  }
  return found == 1 ? Verdict::kSerial : Verdict::kNoSoa;
}

}  // namespace

size_t write_soa_query(MutableBytes out, const SoaQuery& query) {
  dns::MessageWriter writer;
  dns::Header header;
  header.id = query.id;
  writer.begin(out, std::min(out.size(), kQueryBytes), header);
  bool fits = writer.add_question(query.zone, RRType::kSoa, query.rr_class);
  if (query.edns) {
    // What is behind the owner, type, class, TTL and length of the record.
    const OptRecord opt = make_opt(kUdpBytes, {query.ask_expire, std::nullopt});
    fits = fits && writer.add_record(Section::kAdditional, dns::NameView(), RRType::kOpt,
                                     static_cast<dns::RRClass>(kUdpBytes), 0, opt.bytes().subspan(kOptHead));
  }
  NOMEN_REQUIRE(fits);
  return writer.finish().size();
}

bool is_soa_reply(Bytes message, const SoaQuery& query) {
  auto reader = dns::MessageReader::open(message);
  if (!reader || reader->header().id != query.id || !reader->header().has(HeaderFlags::kQr)) return false;
  return is_without_question(reader->header()) || is_the_question(*reader, query);
}

SoaReply read_soa_reply(Bytes message, const SoaQuery& query) {
  SoaReply reply;
  auto reader = dns::MessageReader::open(message);
  if (!reader || !is_soa_reply(message, query)) return reply;
  const dns::Header& header = reader->header();
  reply.rcode = header.rcode();
  if (query.edns && (reply.rcode == dns::Rcode::kFormErr || reply.rcode == dns::Rcode::kNotImp)) {
    reply.verdict = Verdict::kNoEdns;
  } else if (reply.rcode != dns::Rcode::kNoError) {
    reply.verdict = Verdict::kRcode;
  } else if (header.has(HeaderFlags::kTc)) {
    reply.verdict = Verdict::kTruncated;
  } else if (!header.has(HeaderFlags::kAa)) {
    reply.verdict = Verdict::kNotAuthoritative;
  } else if (is_the_question(*reader, query)) {
    reply.verdict = read_answer(*reader, query, reply);
  }
  return reply;
}

}  // namespace nomen::transfer
