#include "tools/zone_probe.h"

#include <functional>
#include <utility>

#include "base/os/clock.h"
#include "base/random.h"
#include "dns/message_reader.h"
#include "dns/message_writer.h"
#include "net/datagram_client.h"
#include "net/event_loop.h"
#include "net/stream_client.h"
#include "transfer/incoming_transfer.h"
#include "transfer/soa_query.h"

namespace nomen::tools {

namespace {

constexpr size_t kQueryRoom = 2048;  // a signature included
constexpr uint16_t kUdpBytes = 1232;
constexpr uint32_t kUdpTries = 3;
constexpr uint64_t kDigestPause_ms = 30;
constexpr uint32_t kTransferIdle_ms = 30'000;

/// What a client says begins with the server, which the reader knows.
std::string reason_of(const std::string& text) {
  const size_t colon = text.find(": ");
  return colon == std::string::npos ? text : text.substr(colon + 2);
}

/// The options of the OPT record in a message; empty when there is none.
dns::ZoneOptions options_of(Bytes message) {
  auto reader = dns::MessageReader::open(message);
  dns::QuestionEntry question;
  for (unsigned i = 0; reader && i < reader->header().questions; i++) {
    if (!reader->read_question(question)) return {};
  }
  dns::RecordEntry record;
  while (reader) {
    const auto more = reader->next(record);
    if (!more || !*more) break;
    if (record.type != dns::RRType::kOpt) continue;
    return dns::read_zone_options(message.subspan(record.rdata_at, record.rdata_size))
        .value_or(dns::ZoneOptions{});
  }
  return {};
}

/// One server's part of a probe.
class Probe final : private net::StreamClientHandler, private net::Timer {
 public:
  Probe(net::EventLoop& loop, const ProbeQuestion& question, const ZoneServer& server, ProbeAnswer& answer,
        std::function<void()> done)
      : loop_(loop), question_(question), server_(server), answer_(answer), done_(std::move(done)) {
    query_.zone = question.zone;
    query_.rr_class = question.rr_class;
    query_.edns = server.remote.edns;
    until_ms_ = loop_.now_ms() + question.timeout_ms;
  }
  ~Probe() override { loop_.cancel(*this); }

  void begin() {
    if (!server_.can_be_asked()) return end(server_.problem);
    if (server_.remote.tcp_only || server_.remote.tls != nullptr) return ask_over_tcp();
    ask_over_udp();
  }

 private:
  uint32_t left_ms() const {
    const uint64_t now_ms = net::monotonic_ms();
    return now_ms >= until_ms_ ? 1 : static_cast<uint32_t>(until_ms_ - now_ms);
  }

  std::vector<uint8_t> make_query() {
    query_.id = static_cast<uint16_t>(random_u64());
    std::vector<uint8_t> message(kQueryRoom);
    dns::MessageWriter writer;
    dns::Header header;
    header.id = query_.id;
    writer.begin(message, kQueryRoom / 2, header);
    writer.add_question(query_.zone, dns::RRType::kSoa, query_.rr_class);
    if (query_.edns) {
      std::vector<uint8_t> options(question_.wants_digest ? 8 : 4);
      store_u16(options.data(), dns::kExpireOption);
      if (question_.wants_digest) store_u16(options.data() + 4, dns::kZoneDigestOption);
      writer.add_record(dns::Section::kAdditional, dns::NameView(), dns::RRType::kOpt,
                        static_cast<dns::RRClass>(kUdpBytes), 0, options);
    }
    size_t size = writer.finish().size();
    session_ = {};
    if (server_.remote.key != nullptr)
      size = session_.sign_request(message, size, *server_.remote.key, os::unix_time_s());
    message.resize(size);
    return message;
  }

  void ask_over_udp() {
    net::DatagramQuestion datagram{.server = server_.remote.address,
                                   .source = server_.remote.source,
                                   .message = make_query(),
                                   .timeout_ms = std::max(1U, left_ms() / kUdpTries),
                                   .tries = kUdpTries};
    auto client = net::DatagramClient::ask(
        loop_, std::move(datagram), [this](Bytes message) { return transfer::is_soa_reply(message, query_); },
        [this](Result<Bytes> message) {
          if (message) return take_reply(*message);
          end(reason_of(message.error().text));
        });
    if (!client) return end(reason_of(client.error().text));
    datagrams_ = std::move(*client);
  }

  void ask_over_tcp() {
    const uint32_t left = left_ms();
    auto client = net::StreamClient::open(loop_, server_.remote.address, server_.remote.source,
                                          {left, left, left}, *this, server_.remote.tls);
    if (!client) return end(reason_of(client.error().text));
    stream_ = std::move(*client);
    stream_->send(make_query());
  }

  void on_message(Bytes message) override { take_reply(message); }
  void on_end(const Error& why) override { end(why.text); }
  void on_timer() override { ask_again(); }
  void ask_again() { stream_ != nullptr ? stream_->send(make_query()) : ask_over_udp(); }

  void take_reply(Bytes message) {
    if (session_.is_signed()) {
      if (const auto verified = session_.verify_reply(message, os::unix_time_s()); !verified)
        return end(verified.error().text);
    }
    using Verdict = transfer::SoaReply::Verdict;
    const transfer::SoaReply reply = transfer::read_soa_reply(message, query_);
    switch (reply.verdict) {
      case Verdict::kSerial:
        return take_serial(reply, options_of(message));
      case Verdict::kNoEdns:
        query_.edns = false;
        return ask_again();
      case Verdict::kTruncated:
        return stream_ == nullptr ? ask_over_tcp() : end("a cut off answer over TCP");
      case Verdict::kRcode:
        return end(dns::to_string(reply.rcode));
      case Verdict::kNotAuthoritative:
        return end("not authoritative");
      case Verdict::kNoSoa:
        return end("no SOA in the answer");
      case Verdict::kMalformed:
        return end("a malformed answer");
    }
  }

  void take_serial(const transfer::SoaReply& reply, const dns::ZoneOptions& options) {
    answer_.serial = reply.serial;
    answer_.expire_s = options.expire_s;
    answer_.digest = options.digest;
    const bool is_pending =
        options.digest && (!options.digest->digest || !(options.digest->serial == reply.serial));
    if (!is_pending || left_ms() <= 2 * kDigestPause_ms) return end({});
    loop_.set_timer(*this, net::monotonic_ms() + kDigestPause_ms);
  }

  void end(std::string error) {
    if (done_ == nullptr) return;
    // A later question may fail where an earlier one has told the serial.
    answer_.error = std::move(error);
    std::exchange(done_, nullptr)();
  }

  net::EventLoop& loop_;
  const ProbeQuestion& question_;
  const ZoneServer& server_;
  ProbeAnswer& answer_;
  std::function<void()> done_;
  transfer::SoaQuery query_;
  dns::TsigSession session_;
  uint64_t until_ms_ = 0;
  std::unique_ptr<net::DatagramClient> datagrams_;
  std::unique_ptr<net::StreamClient> stream_;
};

/// Takes an AXFR from its first message to its end.
class ZoneFetch final : private net::StreamClientHandler {
 public:
  ZoneFetch(const ProbeQuestion& question, const ZoneServer& server, transfer::IncomingTransfer& transfer)
      : transfer_(transfer), key_(server.remote.key.get()), remote_(server.remote), question_(question) {}

  Result<zone::ContentPtr> run() {
    auto loop = net::EventLoop::create();
    if (!loop) return std::unexpected(loop.error());
    auto client =
        net::StreamClient::open(**loop, remote_.address, remote_.source,
                                {question_.timeout_ms, kTransferIdle_ms, UINT64_MAX}, *this, remote_.tls);
    if (!client) return std::unexpected(client.error());
    stream_ = std::move(*client);
    std::vector<uint8_t> message(kQueryRoom);
    message.resize(transfer_.request(message, session_, key_, os::unix_time_s()));
    stream_->send(message);
    while (!ended_) (*loop)->poll_once(-1);
    stream_.reset();
    if (!error_.empty()) return failure(error_);
    return transfer_.take().content;
  }

 private:
  void on_message(Bytes message) override {
    if (ended_) return;
    const auto progress = transfer_.feed(message, key_ != nullptr ? &session_ : nullptr, os::unix_time_s());
    if (progress == transfer::Progress::kMore) return;
    ended_ = true;
    if (progress != transfer::Progress::kDone) error_ = transfer_.reason();
  }
  void on_end(const Error& why) override {
    if (!ended_) error_ = why.text;
    ended_ = true;
  }

  transfer::IncomingTransfer& transfer_;
  const dns::TsigKey* key_;
  const server::Remote& remote_;
  const ProbeQuestion& question_;
  dns::TsigSession session_;
  std::unique_ptr<net::StreamClient> stream_;
  bool ended_ = false;
  std::string error_;
};

}  // namespace

Result<std::vector<ProbeAnswer>> probe(const ProbeQuestion& question, std::span<const ZoneServer> servers) {
  auto loop = net::EventLoop::create();
  if (!loop) return std::unexpected(loop.error());
  std::vector<ProbeAnswer> answers(servers.size());
  size_t left = servers.size();
  std::vector<std::unique_ptr<Probe>> probes;
  (*loop)->poll_once(0);  // the loop's clock
  for (size_t i = 0; i < servers.size(); i++) {
    probes.push_back(std::make_unique<Probe>(**loop, question, servers[i], answers[i], [&left] { left--; }));
    probes.back()->begin();
  }
  while (left > 0) (*loop)->poll_once(-1);
  return answers;
}

Result<zone::ContentPtr> fetch_zone(const ProbeQuestion& question, const ZoneServer& server) {
  if (!server.can_be_asked()) return failure(server.problem);
  transfer::IncomingOptions options;
  options.zone = question.zone;
  options.rr_class = question.rr_class;
  options.id = static_cast<uint16_t>(random_u64());
  options.ixfr = false;
  options.edns = server.remote.edns;
  options.ask_expire = false;
  options.verify_zonemd = false;  // what is there is to be seen
  options.limits = zone::kNoLimits;
  transfer::IncomingTransfer transfer(std::move(options));
  return ZoneFetch(question, server, transfer).run();
}

}  // namespace nomen::tools
