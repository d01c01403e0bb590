#include "answer/admit.h"

namespace nomen::answer {

void admit(Query& query) {
  const Received& received = query.received;
  const uint8_t* message = received.data;
  Question& question = query.question;
  question.end = kHeaderBytes;
  question.present = false;
  query.early = dns::Rcode::kNoError;
  query.dropped = received.size < kHeaderBytes || (load_u16(message + 2) & kQr) != 0;
  if (query.dropped) return;
  question.id = load_u16(message);
  question.flags = load_u16(message + 2);
  question.opcode = static_cast<dns::Opcode>(question.flags >> 11 & 15);
  const uint16_t questions = load_u16(message + 4);
  if (questions == 0) {
    // An OPT with a cookie may come without a question (RFC 7873 5.4); read_edns() decides.
    return;
  }
  const size_t name_size = question.name.assign_checked(message + kHeaderBytes, received.size - kHeaderBytes);
  if (questions > 1 || name_size == 0 || kHeaderBytes + name_size + 4 > received.size || received.truncated) {
    query.early = dns::Rcode::kFormErr;
    return;
  }
  question.type = static_cast<dns::RRType>(load_u16(message + kHeaderBytes + name_size));
  question.rr_class = static_cast<dns::RRClass>(load_u16(message + kHeaderBytes + name_size + 2));
  question.end = static_cast<uint16_t>(kHeaderBytes + name_size + 4);
  question.present = true;
}

}  // namespace nomen::answer
