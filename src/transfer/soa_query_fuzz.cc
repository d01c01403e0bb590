// The answer to a question for an SOA comes from a network where anybody may have made it.
#include "dns/message_reader.h"
#include "transfer/soa_query.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace nomen;
  const Bytes message(data, size);
  transfer::SoaQuery query;
  if (size >= 2) query.id = load_u16(data);
  if (auto reader = dns::MessageReader::open(message); reader && reader->header().questions == 1) {
    dns::QuestionEntry question;
    if (reader->read_question(question)) query.zone = question.name;
  }
  const bool is_reply = transfer::is_soa_reply(message, query);
  const transfer::SoaReply reply = transfer::read_soa_reply(message, query);
  if (!is_reply && reply.verdict != transfer::SoaReply::Verdict::kMalformed) __builtin_trap();
  return 0;
}
