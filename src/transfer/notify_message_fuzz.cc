// NOTIFYs come from anybody, and so do what pretends to be their replies.
#include <vector>

#include "transfer/notify_message.h"
#include "transfer/transfer_request.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace nomen;
  const Bytes message(data, size);
  (void)transfer::read_transfer_request(message);
  const auto notify = transfer::read_notify(message);
  transfer::Notify asked;
  if (size >= 2) asked.id = load_u16(data);
  (void)transfer::read_notify_reply(message, notify ? *notify : asked);
  if (!notify) return 0;
  std::vector<uint8_t> reply(1024);
  reply.resize(transfer::write_notify_reply(reply, *notify, dns::Rcode::kRefused));
  const auto rcode = transfer::read_notify_reply(reply, *notify);
  if (!rcode || *rcode != dns::Rcode::kRefused) __builtin_trap();
  return 0;
}
