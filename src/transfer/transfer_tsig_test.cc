// Transfers with transaction signatures, both ends in memory (RFC 8945 5.3.1).
#include <gtest/gtest.h>

#include "transfer/transfer_for_test.h"

namespace nomen::transfer {
namespace {

dns::TsigKey key_with(uint8_t secret) {
  dns::TsigKey key;
  key.name = zone::name_of("xfer.key.");
  key.secret = std::vector<uint8_t>(32, secret);
  return key;
}

/// Both ends after the request has gone over.
struct Ends {
  explicit Ends(const IncomingOptions& options) : client(options) {
    const dns::TsigKey key = key_with(1);
    std::vector<uint8_t> out(2048);
    out.resize(client.request(out, client_session, &key, 1000));
    const auto tsig = dns::find_tsig(out);
    NOMEN_REQUIRE(tsig && *tsig);
    EXPECT_EQ(server_session.verify_request(out, **tsig, &key, 1000), dns::TsigVerdict::kGood);
    const auto read = read_transfer_request(out);
    NOMEN_REQUIRE(read.has_value());
    request = *read;
  }
  IncomingTransfer client;
  TransferRequest request;
  dns::TsigSession client_session;
  dns::TsigSession server_session;
};

zone::ContentPtr some_zone() {
  FastRandom random(5);
  return draw_zone(random, 100).content();
}

OutgoingOptions many_messages() {
  OutgoingOptions options;
  options.message_bytes = 600;
  return options;
}

TEST(SignedTransfer, AllMessagesAreSignedAndTheZoneArrives) {
  Ends ends(options_for(nullptr));
  const auto content = some_zone();
  auto outgoing = OutgoingTransfer::axfr(ends.request, content, many_messages());
  const MessageList messages = messages_of(outgoing, &ends.server_session);
  ASSERT_GT(messages.size(), 3U);
  ASSERT_EQ(feed_all(ends.client, messages, &ends.client_session), Progress::kDone) << ends.client.reason();
  EXPECT_EQ(zone::describe(*ends.client.take().content), zone::describe(*content));
}

TEST(SignedTransfer, AMessageThatWasChangedLeftOutOrRepeatedIsNotTaken) {
  for (const int fault : {0, 1, 2, 3}) {
    Ends ends(options_for(nullptr));
    auto outgoing = OutgoingTransfer::axfr(ends.request, some_zone(), many_messages());
    MessageList messages = messages_of(outgoing, &ends.server_session);
    if (fault == 0) messages[1][40] ^= 1;
    if (fault == 1) messages.erase(messages.begin() + 1);
    if (fault == 2) messages.insert(messages.begin() + 1, messages[1]);
    if (fault == 3) std::swap(messages[1], messages[2]);
    EXPECT_EQ(feed_all(ends.client, messages, &ends.client_session), Progress::kFailed) << "fault " << fault;
  }
}

TEST(SignedTransfer, AnUnsignedAnswerToASignedRequestIsNotTaken) {
  Ends ends(options_for(nullptr));
  auto outgoing = OutgoingTransfer::axfr(ends.request, some_zone(), many_messages());
  EXPECT_EQ(feed_all(ends.client, messages_of(outgoing), &ends.client_session), Progress::kFailed);
}

TEST(SignedTransfer, ARecordOfFullLengthGoesOutWithItsSignature) {
  std::string text = "@ 3600 IN SOA ns1 admin 1 2 3 4 5\n@ 3600 IN NS ns1\n";
  std::string words;
  for (int i = 0; i < 254; i++) words += " \"" + std::string(255, 'x') + "\"";
  const auto content = zone::content_of(text + "big 60 IN TXT" + words + "\n", "drawn.test.");
  Ends ends(options_for(nullptr));
  auto outgoing = OutgoingTransfer::axfr(ends.request, content, {});
  const MessageList messages = messages_of(outgoing, &ends.server_session);
  EXPECT_FALSE(outgoing.has_failed());
  ASSERT_EQ(feed_all(ends.client, messages, &ends.client_session), Progress::kDone) << ends.client.reason();
}

}  // namespace
}  // namespace nomen::transfer
