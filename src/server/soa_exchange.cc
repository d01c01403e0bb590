#include "server/soa_exchange.h"

#include <utility>

#include "base/os/clock.h"
#include "base/random.h"

namespace nomen::server {

namespace {

using transfer::QueryFailure;
using Verdict = transfer::SoaReply::Verdict;

constexpr uint32_t kUdpTimeout_ms = 2000;  // the zone's machine asks again: it counts the tries
constexpr net::StreamClientTimeouts kSoaTimeouts{.connect_ms = 10'000, .idle_ms = 10'000, .total_ms = 30'000};
constexpr size_t kSoaQueryRoom = 2048;  // a signature included

/// An error of the client names the server first: "192.0.2.1#53: connection refused".
std::string reason_of(const std::string& text) {
  const size_t colon = text.find(": ");
  return colon == std::string::npos ? text : text.substr(colon + 2);
}

}  // namespace

SoaExchange::SoaExchange(net::EventLoop& loop, SoaQuestion question, Done done)
    : loop_(loop), question_(std::move(question)), done_(std::move(done)) {
  query_.zone = question_.zone;
  query_.rr_class = question_.rr_class;
  query_.edns = question_.primary.edns;
  query_.ask_expire = question_.ask_expire;
}

void SoaExchange::begin() {
  if (question_.over_tcp || question_.primary.tls != nullptr) {
    ask_over_tcp();
  } else {
    ask_over_udp();
  }
}

std::vector<uint8_t> SoaExchange::make_query() {
  query_.id = static_cast<uint16_t>(random_u64());
  std::vector<uint8_t> message(kSoaQueryRoom);
  size_t size = transfer::write_soa_query(message, query_);
  session_ = {};
  if (question_.primary.key != nullptr)
    size = session_.sign_request(message, size, *question_.primary.key, os::unix_time_s());
  message.resize(size);
  return message;
}

void SoaExchange::ask_over_udp() {
  net::DatagramQuestion datagram{.server = question_.primary.address,
                                 .source = question_.primary.source,
                                 .message = make_query(),
                                 .timeout_ms = kUdpTimeout_ms,
                                 .tries = 1};
  auto client = net::DatagramClient::ask(
      loop_, std::move(datagram), [this](Bytes message) { return transfer::is_soa_reply(message, query_); },
      [this](Result<Bytes> message) {
        if (message) return take_reply(*message);
        fail(QueryFailure::kTimeout, "failure trying primary", reason_of(message.error().text));
      });
  if (!client) return fail(QueryFailure::kTimeout, "failure trying primary", client.error().text);
  datagrams_ = std::move(*client);
}

void SoaExchange::ask_over_tcp() {
  auto client = net::StreamClient::open(loop_, question_.primary.address, question_.primary.source,
                                        kSoaTimeouts, *this, question_.primary.tls);
  if (!client) return fail(QueryFailure::kTimeout, "failure trying primary", client.error().text);
  stream_ = std::move(*client);
  stream_->send(make_query());
}

void SoaExchange::on_end(const Error& why) {
  if (done_) fail(QueryFailure::kTimeout, "failure trying primary", why.text);
}

void SoaExchange::take_reply(Bytes message) {
  if (!done_) return;
  if (session_.is_signed()) {
    if (const auto verified = session_.verify_reply(message, os::unix_time_s()); !verified)
      return fail(QueryFailure::kBadAnswer, "failure trying primary", verified.error().text);
  }
  const transfer::SoaReply reply = transfer::read_soa_reply(message, query_);
  switch (reply.verdict) {
    case Verdict::kSerial: {
      SoaAnswer answer;
      answer.serial = reply.serial;
      answer.expire_s = reply.expire_s;
      return std::exchange(done_, nullptr)(std::move(answer));
    }
    case Verdict::kNoEdns:
      query_.edns = false;
      if (stream_ == nullptr) return ask_over_udp();
      return stream_->send(make_query());
    case Verdict::kTruncated:
      return fail(QueryFailure::kTruncated, "truncated UDP answer from primary");
    case Verdict::kRcode:
      return fail(QueryFailure::kBadAnswer,
                  "unexpected rcode (" + dns::to_string(reply.rcode) + ") from primary");
    case Verdict::kNotAuthoritative:
      return fail(QueryFailure::kBadAnswer, "non-authoritative answer from primary");
    case Verdict::kNoSoa:
      return fail(QueryFailure::kBadAnswer, "answer SOA count is not 1 from primary");
    case Verdict::kMalformed:
      return fail(QueryFailure::kBadAnswer, "malformed answer from primary");
  }
}

void SoaExchange::fail(QueryFailure failure, std::string what, std::string why) {
  SoaAnswer answer;
  answer.failure = failure;
  answer.what = std::move(what);
  answer.why = std::move(why);
  std::exchange(done_, nullptr)(std::move(answer));
}

}  // namespace nomen::server
