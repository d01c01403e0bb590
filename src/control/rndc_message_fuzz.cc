// Any bytes as a frame: decoding never fails badly, and what it accepts comes back the same after encoding.
#include <cstdlib>

#include "control/limits.h"
#include "control/rndc_message.h"

using namespace nomen;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Bytes wire(data, size);
  if (const Result<control::RndcValue> table = control::decode_entries(wire)) {
    const std::vector<uint8_t> again = control::encode_entries(*table);
    if (!equal(again, wire)) std::abort();
  }
  control::RndcFramer framer(control::kMaxRequestBytes);
  framer.append(wire.first(size / 2));
  (void)framer.next();

  const Result<control::ReceivedMessage> received = control::ReceivedMessage::parse(wire);
  if (!received) return 0;
  control::RndcKey key{"k", crypto::DigestAlgorithm::kSha256, {1, 2, 3}};
  if (received->is_signed_with(key)) std::abort();  // nobody guesses a MAC
  const std::vector<uint8_t> frame = control::encode_message(received->message(), key);
  const Result<control::ReceivedMessage> again = control::ReceivedMessage::parse(Bytes(frame).subspan(4));
  if (!again || again->message() != received->message() || !again->is_signed_with(key)) std::abort();
  return 0;
}
