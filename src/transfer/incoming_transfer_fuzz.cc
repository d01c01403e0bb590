// The messages of a transfer are bytes of a primary that may be anybody. The input: one byte that says how
// the client asked, then messages with a length of two bytes in front, as TCP has them.
#include "transfer/incoming_transfer.h"
#include "transfer/transfer_request.h"
#include "zone/content_for_test.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace nomen;
  static const zone::ContentPtr current = zone::content_of(
      "@ 60 IN SOA ns. a. 1 0 0 0 0\n@ 60 IN NS ns.\nold 60 IN A 192.0.2.1\n", "drawn.test.");
  if (size == 0) return 0;
  transfer::IncomingOptions options;
  options.zone = zone::name_of("drawn.test.");
  options.id = 4711;
  options.ixfr = (data[0] & 1) != 0;
  options.accept_any_serial = (data[0] & 2) != 0;
  if ((data[0] & 4) != 0) options.current = current;
  if ((data[0] & 8) != 0) options.limits.max_records = 3;
  transfer::IncomingTransfer incoming(options);
  size_t at = 1;
  auto progress = transfer::Progress::kMore;
  while (progress == transfer::Progress::kMore && size - at >= 2) {
    const size_t length = std::min<size_t>(load_u16(data + at), size - at - 2);
    at += 2;
    (void)transfer::read_transfer_request({data + at, length});
    progress = incoming.feed({data + at, length}, nullptr, 0);
    at += length;
  }
  if (progress != transfer::Progress::kDone) return 0;
  const transfer::Received received = incoming.take();
  if (!received.steps.empty() &&
      !transfer::is_chain(received.steps, current->serial(), received.content->serial()))
    __builtin_trap();
  return 0;
}
