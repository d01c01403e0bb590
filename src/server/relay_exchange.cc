#include "server/relay_exchange.h"

#include <utility>

namespace nomen::server {

namespace {

constexpr net::StreamClientTimeouts kRelayTimeouts{
    .connect_ms = 10'000, .idle_ms = 15'000, .total_ms = 20'000};
constexpr size_t kHeaderBytes = 12;

/// The reply to the message: with its id, and QR set.
bool is_reply(Bytes reply, Bytes message) {
  return reply.size() >= kHeaderBytes && load_u16(reply.data()) == load_u16(message.data()) &&
         (reply[2] & 0x80) != 0;
}

}  // namespace

void RelayExchange::begin() {
  const Remote& primary = order_.primaries[primary_];
  auto asked = net::StreamQuestion::ask(loop_,
                                        {.server = primary.address,
                                         .source = primary.source,
                                         .message = order_.message,
                                         .timeouts = kRelayTimeouts,
                                         .tls = primary.tls},
                                        [this](const Result<Bytes>& reply) { answered(reply); });
  if (!asked) return failed(asked.error().text);
  question_ = std::move(*asked);
}

void RelayExchange::answered(const Result<Bytes>& reply) {
  if (!reply) return failed(reply.error().text);
  if (!is_reply(*reply, order_.message)) return failed("the answer is none to this update");
  outcome_.reply.assign(reply->begin(), reply->end());
  std::exchange(done_, nullptr)(std::move(outcome_));
}

/// The next one is asked in the loop's next round: the question that has failed may still be on the stack.
void RelayExchange::failed(const std::string& why) {
  outcome_.problems.push_back(order_.primaries[primary_].address.to_string() + ": " + why);
  if (++primary_ == order_.primaries.size()) return std::exchange(done_, nullptr)(std::move(outcome_));
  loop_.set_timer(*this, 0);
}

}  // namespace nomen::server
