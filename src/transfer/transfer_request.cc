#include "transfer/transfer_request.h"

#include "dns/message_reader.h"
#include "dns/rdata.h"
#include "transfer/edns_options.h"
#include "transfer/soa.h"

namespace nomen::transfer {

namespace {

using dns::RRType;
using dns::Section;

/// The OPT record: its class is a size, its rdata options.
Result<void> take_opt(TransferRequest& request, Bytes message, const dns::RecordEntry& record) {
  if (request.has_edns) return failure("two OPT records");
  const auto expire = find_expire(message.subspan(record.rdata_at, record.rdata_size));
  if (!expire) return std::unexpected(expire.error());
  request.has_edns = true;
  request.udp_bytes = std::max<uint16_t>(512, dns::number(record.rr_class));
  request.wants_expire = expire->present;
  return {};
}

}  // namespace

Result<TransferRequest> read_transfer_request(Bytes message) {
  auto reader = dns::MessageReader::open(message);
  if (!reader) return std::unexpected(reader.error());
  const dns::Header& header = reader->header();
  if (header.has(dns::HeaderFlags::kQr) || header.opcode() != dns::Opcode::kQuery || header.questions != 1)
    return failure("not a query with one question");
  dns::QuestionEntry question;
  if (const auto read = reader->read_question(question); !read) return std::unexpected(read.error());
  if (question.type != RRType::kAxfr && question.type != RRType::kIxfr)
    return failure("not a question for a transfer");
  TransferRequest request;
  request.id = header.id;
  request.zone = question.name;
  request.type = question.type;
  request.rr_class = question.rr_class;

  bool has_soa = false;
  dns::RecordEntry record;
  for (;;) {
    const auto more = reader->next(record);
    if (!more) return std::unexpected(more.error());
    if (!*more) break;
    if (record.section == Section::kAuthority && request.type == RRType::kIxfr &&
        record.type == RRType::kSoa && record.owner == request.zone) {
      dns::RdataBuffer rdata;
      const auto read = dns::rdata_from_message(record.type, record.rr_class, message, record.rdata_at,
                                                record.rdata_size, rdata);
      if (!read) return std::unexpected(read.error());
      if (has_soa || record.rr_class != request.rr_class) return failure("more than one SOA record");
      has_soa = true;
      request.serial = read_soa(rdata.bytes()).serial;
    } else if (record.section == Section::kAdditional && record.type == RRType::kOpt) {
      if (const auto taken = take_opt(request, message, record); !taken)
        return std::unexpected(taken.error());
    }
  }
  if (request.type == RRType::kIxfr && !has_soa) return failure("IXFR request missing SOA");
  return request;
}

}  // namespace nomen::transfer
