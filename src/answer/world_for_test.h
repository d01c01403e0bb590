// For tests and fuzzers: zones from text, a snapshot with them, and questions asked of a pipeline.
// Thread rule: one thread.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "answer/message_for_test.h"
#include "answer/pipeline.h"
#include "dns/rdata.h"
#include "zone/content_for_test.h"

namespace nomen::answer {

/// A question as a client sends it; whatever is not said is off.
struct Asked {
  std::string name{};
  dns::RRType type = dns::RRType::kA;
  dns::RRClass rr_class = dns::RRClass::kIn;
  Transport transport = Transport::kUdp;
  bool recursion_desired = false;
  bool edns = false;
  bool dnssec_ok = false;
  uint16_t udp_size = 1232;
  uint8_t version = 0;
  uint8_t opcode = 0;
  std::vector<uint8_t> options{};  ///< coded
  std::array<uint8_t, 4> peer{192, 0, 2, 99};
};

inline std::vector<uint8_t> request_of(const Asked& asked) {
  const dns::Name name = zone::name_of(asked.name);
  std::vector<uint8_t> wire = {
      0x12, 0x34, static_cast<uint8_t>(asked.opcode << 3 | (asked.recursion_desired ? 1 : 0)),
      0,    0,    1,
      0,    0,    0,
      0,    0,    static_cast<uint8_t>(asked.edns ? 1 : 0)};
  const auto add_u16 = [&](size_t value) {
    wire.push_back(static_cast<uint8_t>(value >> 8));
    wire.push_back(static_cast<uint8_t>(value));
  };
  wire.insert(wire.end(), name.bytes().begin(), name.bytes().end());
  add_u16(dns::number(asked.type));
  add_u16(dns::number(asked.rr_class));
  if (asked.edns) {
    wire.push_back(0);
    add_u16(41);
    add_u16(asked.udp_size);
    add_u16(asked.version);
    add_u16(asked.dnssec_ok ? 0x8000 : 0);
    add_u16(asked.options.size());
    wire.insert(wire.end(), asked.options.begin(), asked.options.end());
  }
  return wire;
}

/// A server without transfers and updates.
class NoTransfers final : public Elsewhere {
 public:
  dns::Rcode update(const Query&, Bytes, Bytes, const Signature&) override { return dns::Rcode::kRefused; }
  dns::Rcode transfer(const Query&, MutableBytes, Signature&, size_t&) override {
    return dns::Rcode::kRefused;
  }
  dns::Rcode notify(const Query&) override { return dns::Rcode::kRefused; }
  KnownDigest digest(const Query& query) override {
    return {query.zone->content()->serial(), zone::digest_of(*query.zone->content())};
  }
};

class World {
 public:
  World() {
    server.blackhole = policy::Acl::none();
    server.cookies.secrets.push_back({});
    view.match_clients = view.match_destinations = view.allow_query = view.allow_query_on =
        policy::Acl::any();
    view.minimal_responses = MinimalResponses::kNo;
    zone_settings.allow_query = zone_settings.allow_query_on = policy::Acl::any();
    zone_settings.allow_transfer = zone_settings.allow_update = zone_settings.allow_update_forwarding =
        zone_settings.allow_notify = policy::Acl::none();
  }

  ServerSettings server;
  ViewSettings view;
  ZoneSettings zone_settings;  ///< of the zones that are added next
  std::shared_ptr<const ZoneExpiry> expiry;

  World& zone(std::string_view apex, std::string_view text) {
    add(apex, zone::content_of(text, apex));
    return *this;
  }
  std::shared_ptr<ServedZone> add(std::string_view apex, zone::ContentPtr content) {
    auto zone =
        std::make_shared<ServedZone>(zone::name_of(apex), std::make_shared<const ZoneSettings>(zone_settings),
                                     std::move(content), nullptr, expiry);
    zones_.put(zone);
    return zone;
  }

  Snapshot snapshot() const {
    const auto the_view =
        std::make_shared<const View>(View{std::make_shared<const ViewSettings>(view), zones_});
    Snapshot snapshot{
        std::make_shared<const ServerSettings>(server), std::make_shared<const policy::LocalAddresses>(), {}};
    snapshot.set_views({the_view});
    return snapshot;
  }

  /// The reply's bytes; none when there is no reply.
  std::vector<uint8_t> exchange(Bytes request, Transport transport,
                                const std::array<uint8_t, 4>& peer = {192, 0, 2, 99}) {
    return exchange_with(snapshot(), request, transport, peer);
  }
  std::vector<uint8_t> exchange_with(const Snapshot& with, Bytes request, Transport transport,
                                     const std::array<uint8_t, 4>& peer = {192, 0, 2, 99}) {
    std::vector<uint8_t> in(request.begin(), request.end());
    in.resize(in.size() + 64);
    const net::SocketAddress client(net::IpAddress::from_bytes(peer), 4053);
    const net::SocketAddress local(net::IpAddress::v4(192, 0, 2, 53), 53);
    Exchange exchange;
    exchange.received.data = in.data();
    exchange.received.size = static_cast<uint32_t>(request.size());
    exchange.received.transport = transport;
    exchange.received.peer = &client;
    exchange.received.local = &local;
    exchange.out = out_;
    pipeline_.answer(with, std::span(&exchange, 1), now_s);
    return {out_.begin(), out_.begin() + static_cast<std::ptrdiff_t>(exchange.reply_size)};
  }

  /// The reply read; a malformed one is an empty message with the reason in `error`.
  ReadMessage ask(const Asked& asked) {
    const std::vector<uint8_t> reply = exchange(request_of(asked), asked.transport, asked.peer);
    size = reply.size();
    auto message = MessageReader(reply).read();
    error = message ? "" : message.error().text;
    return message ? *message : ReadMessage{};
  }
  ReadMessage ask(std::string name, dns::RRType type) { return ask({.name = std::move(name), .type = type}); }

  static constexpr uint32_t kNow = 1750000000;
  uint32_t now_s = kNow;  ///< the clock
  size_t size = 0;        ///< of the last reply
  std::string error;      ///< what is malformed in the last reply

 private:
  ZoneTable zones_;
  NoTransfers nobody_;
  Pipeline pipeline_{1, nobody_};
  std::vector<uint8_t> out_ = std::vector<uint8_t>(65535);
};

/// A section's records, one "owner TTL type rdata" each, sorted; without the OPT.
inline std::vector<std::string> section_of(const ReadMessage& message, size_t section) {
  std::vector<std::string> lines;
  for (const ReadRecord& record : message.records) {
    if (record.section != section || record.type == 41) continue;
    const auto type = static_cast<dns::RRType>(record.type);
    lines.push_back(dns::to_string(record.owner) + " " + std::to_string(record.ttl_s) + " " +
                    dns::to_string(type) + " " +
                    dns::rdata_to_text(type, static_cast<dns::RRClass>(record.rr_class), record.rdata));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

/// The same, but only owner and type, with the type an RRSIG covers: "www.example. A", "www.example.
/// RRSIG(A)".
inline std::vector<std::string> sets_of(const ReadMessage& message, size_t section) {
  std::set<std::string> sets;
  for (const ReadRecord& record : message.records) {
    if (record.section != section || record.type == 41) continue;
    const auto type = static_cast<dns::RRType>(record.type);
    const std::string shown =
        type == dns::RRType::kRrsig
            ? "RRSIG(" + dns::to_string(static_cast<dns::RRType>(load_u16(record.rdata.data()))) + ")"
            : dns::to_string(type);
    sets.insert(dns::to_string(record.owner) + " " + shown);
  }
  return {sets.begin(), sets.end()};
}

}  // namespace nomen::answer
