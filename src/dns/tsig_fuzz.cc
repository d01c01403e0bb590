// Any bytes as a signed message. The first byte says what to make of the rest: a request as it came; a
// request whose MAC is put right first, so that what comes behind the MAC is reached; or the reply to a
// signed request, as it came or with a right signature. Nothing crashes; a request that is found good is
// answered, and that answer believed.
#include <algorithm>
#include <cstdlib>
#include <vector>

#include "dns/message_reader.h"
#include "dns/tsig.h"

using namespace nomen;
using namespace nomen::dns;

namespace {

constexpr uint64_t kNow = 1'800'000'000;
constexpr size_t kRoom = 2048;

void require(bool condition) {
  if (!condition) std::abort();
}

TsigKey make_key(uint8_t choice) {
  TsigKey key;
  key.name = *Name::parse("k.");
  key.algorithm = static_cast<crypto::DigestAlgorithm>(choice % 6);
  key.digest_bits = (choice & 8) != 0 ? 80 : 0;
  if (key.digest_bits / 8U < crypto::digest_size(key.algorithm) / 2) key.digest_bits = 0;
  key.secret = {1, 2, 3};
  if ((choice & 16) != 0) key.prepare();
  return key;
}

/// A reply to what the session verified, and what a client that had sent `request` says to it.
void answer(TsigSession& server, const TsigKey& key) {
  std::vector<uint8_t> reply(kRoom);
  const size_t size = server.sign_reply(reply, kHeaderBytes, kNow);
  require(size == kHeaderBytes + server.reply_bytes());
  const auto tsig = find_tsig(Bytes(reply).first(size));
  require(tsig.has_value() && tsig->has_value() == (server.reply_bytes() != 0));
  if (server.verdict() == TsigVerdict::kGood) require((**tsig).mac.size() == key.mac_size());
}

void try_request(Bytes message, const TsigKey& key) {
  const auto tsig = find_tsig(message);
  if (!tsig || !*tsig) return;
  TsigSession server;
  const bool is_known = (**tsig).key_name == key.name;
  server.verify_request(message, **tsig, is_known ? &key : nullptr, kNow);
  require(server.is_signed());
  answer(server, key);
}

/// The message under a right signature: its bytes, then a TSIG record that a session made.
std::vector<uint8_t> signed_message(Bytes message, TsigSession& session, const TsigKey& key) {
  std::vector<uint8_t> out(message.begin(), message.end());
  out.resize(std::max(out.size(), kHeaderBytes) + kRoom);
  const size_t size = session.sign_request(out, std::max(message.size(), kHeaderBytes), key, kNow);
  out.resize(size);
  return out;
}

void try_right_request(Bytes message, const TsigKey& key) {
  TsigSession client;
  const std::vector<uint8_t> request = signed_message(message, client, key);
  try_request(request, key);
  const auto tsig = find_tsig(request);
  // Counts in the header that are not true can make the record begin elsewhere.
  if (!tsig || !*tsig || (**tsig).at != std::max(message.size(), kHeaderBytes)) return;
  TsigSession server;
  require(server.verify_request(request, **tsig, &key, kNow) == TsigVerdict::kGood);
  std::vector<uint8_t> reply(kRoom);
  for (int i = 0; i < 3; i++) {
    std::fill_n(reply.begin(), kHeaderBytes, 0);
    reply.resize(server.sign_reply(reply, kHeaderBytes, kNow));
    require(client.verify_reply(reply, kNow).has_value() && client.is_complete());
    reply.resize(kRoom);
  }
}

/// Messages of the input, each behind its length in a byte, as replies to a signed request.
void try_replies(Bytes messages, const TsigKey& key) {
  TsigSession client;
  signed_message({}, client, key);
  while (!messages.empty()) {
    const size_t size = std::min<size_t>(messages[0], messages.size() - 1);
    (void)client.verify_reply(messages.subspan(1, size), kNow);
    messages = messages.subspan(1 + size);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2 || size > 1024) return 0;
  const TsigKey key = make_key(data[1]);
  const Bytes message(data + 2, size - 2);
  switch (data[0] % 3) {
    case 0:
      try_request(message, key);
      break;
    case 1:
      try_right_request(message, key);
      break;
    default:
      try_replies(message, key);
  }
  return 0;
}
