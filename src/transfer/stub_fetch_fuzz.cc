// What a primary answers to the questions for a stub zone: whatever comes, there is a bounded number of
// questions.
#include <algorithm>
#include <vector>

#include "base/contract.h"
#include "transfer/stub_fetch.h"

using namespace nomen;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  transfer::IncomingOptions options;
  options.zone = *dns::Name::parse("example.");
  transfer::StubFetch fetch(options);
  std::vector<uint8_t> out(2048);
  dns::TsigSession session;
  // Messages behind an octet that says how long they are; their ids are put right.
  size_t at = 0;
  for (int round = 0; at < size; round++) {
    NOMEN_REQUIRE(round < 300);
    fetch.request(out, session, nullptr, 0);
    const size_t length = std::min<size_t>(data[at], size - at - 1);
    std::vector<uint8_t> message(data + at + 1, data + at + 1 + length);
    at += 1 + length;
    if (length >= 2) std::copy_n(out.begin(), 2, message.begin());
    if (fetch.feed(message, nullptr, 0) != transfer::Progress::kMore) break;
  }
  return 0;
}
