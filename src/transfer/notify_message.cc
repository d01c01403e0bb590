#include "transfer/notify_message.h"

#include "base/contract.h"
#include "dns/message_writer.h"
#include "dns/rdata.h"
#include "transfer/limits.h"
#include "transfer/soa.h"

namespace nomen::transfer {

using dns::HeaderFlags;
using dns::Opcode;
using dns::RRType;
using dns::Section;

namespace {

Result<dns::QuestionEntry> read_notify_question(dns::MessageReader& reader) {
  if (reader.header().opcode() != Opcode::kNotify) return failure("not a NOTIFY");
  if (reader.header().questions != 1) return failure("a NOTIFY has one question");
  dns::QuestionEntry question;
  if (const auto read = reader.read_question(question); !read) return std::unexpected(read.error());
  return question;
}

size_t begin_message(dns::MessageWriter& writer, MutableBytes out, const Notify& notify, uint16_t flags) {
  dns::Header header;
  header.id = notify.id;
  header.flags = dns::Header::flags_for(Opcode::kNotify, flags);
  writer.begin(out, std::min(out.size(), kMaxMessageBytes), header);
  NOMEN_REQUIRE(writer.add_question(notify.zone, RRType::kSoa, notify.rr_class));
  return writer.size();
}

}  // namespace

Result<Notify> read_notify(Bytes message) {
  auto reader = dns::MessageReader::open(message);
  if (!reader) return std::unexpected(reader.error());
  if (reader->header().has(HeaderFlags::kQr)) return failure("a response, not a NOTIFY");
  const auto question = read_notify_question(*reader);
  if (!question) return std::unexpected(question.error());
  if (question->type != RRType::kSoa) return failure("a NOTIFY for something other than an SOA");
  Notify notify{reader->header().id, question->name, question->rr_class, std::nullopt};
  dns::RecordEntry record;
  for (;;) {
    const auto more = reader->next(record);
    if (!more) return std::unexpected(more.error());
    if (!*more) return notify;
    if (record.section != Section::kAnswer || record.type != RRType::kSoa) continue;
    if (notify.serial || record.owner != notify.zone || record.rr_class != notify.rr_class) continue;
    dns::RdataBuffer rdata;
    const auto read = dns::rdata_from_message(record.type, record.rr_class, message, record.rdata_at,
                                              record.rdata_size, rdata);
    if (!read) return std::unexpected(read.error());
    notify.serial = read_soa(rdata.bytes()).serial;
  }
}

size_t write_notify(MutableBytes out, const Notify& notify, Bytes soa_rdata, uint32_t soa_ttl_s) {
  dns::MessageWriter writer;
  begin_message(writer, out, notify, HeaderFlags::kAa);
  if (!soa_rdata.empty()) {
    NOMEN_REQUIRE(writer.add_record(Section::kAnswer, notify.zone, RRType::kSoa, notify.rr_class, soa_ttl_s,
                                    soa_rdata));
  }
  return writer.finish().size();
}

size_t write_notify_reply(MutableBytes out, const Notify& notify, dns::Rcode rcode) {
  dns::MessageWriter writer;
  begin_message(
      writer, out, notify,
      static_cast<uint16_t>(HeaderFlags::kQr | HeaderFlags::kAa | (static_cast<uint16_t>(rcode) & 15)));
  return writer.finish().size();
}

Result<dns::Rcode> read_notify_reply(Bytes message, const Notify& notify) {
  auto reader = dns::MessageReader::open(message);
  if (!reader) return std::unexpected(reader.error());
  const dns::Header& header = reader->header();
  if (!header.has(HeaderFlags::kQr) || header.id != notify.id || header.opcode() != Opcode::kNotify)
    return failure("not a reply to this NOTIFY");
  if (header.questions == 0) return header.rcode();  // servers that do not know NOTIFY leave the question out
  const auto question = read_notify_question(*reader);
  if (!question) return std::unexpected(question.error());
  if (question->name != notify.zone || question->type != RRType::kSoa)
    return failure("not a reply to this NOTIFY");
  return header.rcode();
}

}  // namespace nomen::transfer
