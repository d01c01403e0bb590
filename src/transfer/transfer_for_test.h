// For tests: zones and chains of versions drawn from a seed, and both ends of a transfer run against each
// other in memory.
// Thread rule: free functions.
#pragma once
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "base/random.h"
#include "transfer/incoming_transfer.h"
#include "transfer/outgoing_transfer.h"
#include "zone/content_for_test.h"

namespace nomen::transfer {

/// A version as lines of a master file, so that the next one is made by drawing lines out and in.
struct DrawnZone {
  uint32_t serial = 1;
  std::set<std::string> lines;

  std::string text() const {
    std::string all = "@ 3600 IN SOA ns1.drawn.test. admin.drawn.test. " + std::to_string(serial) +
                      " 3600 600 86400 300\n@ 3600 IN NS ns1.drawn.test.\n@ 3600 IN NS ns.other.test.\n";
    for (const std::string& line : lines) all += line + "\n";
    return all;
  }
  zone::ContentPtr content() const { return zone::content_of(text(), "drawn.test."); }
};

inline std::string draw_line(FastRandom& random) {
  const std::string number = std::to_string(random.below(40));
  const std::string other = std::to_string(random.below(5));
  switch (random.below(7)) {
    case 0:
      return "host" + number + " 300 IN A 192.0.2." + other;
    case 1:
      return "host" + number + " 300 IN TXT \"word " + other + "\"";
    case 2:
      return "a.b.deep" + number + " 60 IN AAAA 2001:db8::" + other;
    case 3:
      return "cut" + number + " 900 IN NS ns" + other + ".cut" + number;
    case 4:
      return "Mail" + number + " 300 IN MX " + other + " host" + number + ".drawn.test.";
    case 5:
      return "*.wild" + number + " 300 IN TYPE65000 \\# 3 0a0b0" + other;
    default:
      return "srv" + number + " 300 IN SRV 0 0 " + other + " target" + other + ".elsewhere.test.";
  }
}

inline DrawnZone draw_zone(FastRandom& random, size_t size) {
  DrawnZone zone;
  while (zone.lines.size() < size) zone.lines.insert(draw_line(random));
  return zone;
}

/// A later version, some lines apart.
inline DrawnZone draw_next(FastRandom& random, const DrawnZone& zone, size_t changes) {
  DrawnZone next = zone;
  next.serial += 1 + random.below(3);
  for (size_t i = 0; i < changes; i++) {
    if (random.below(2) == 0 && !next.lines.empty()) {
      next.lines.erase(std::next(next.lines.begin(), random.below(static_cast<uint32_t>(next.lines.size()))));
    } else {
      next.lines.insert(draw_line(random));
    }
  }
  return next;
}

/// What leads from one content to another.
inline IxfrStep step_between(const zone::ContentPtr& from, const zone::ContentPtr& to) {
  auto change = std::make_shared<zone::Change>();
  const auto collect = [](const zone::Content& content) {
    std::set<std::tuple<std::string, uint16_t, uint32_t, std::string>> all;
    content.for_each_node([&](zone::NodeView node, zone::Ref) {
      node.for_each([&](zone::RRsetView set) {
        set.for_each([&](Bytes rdata) {
          all.emplace(std::string(as_text(node.owner(content.apex()).bytes())), dns::number(set.type()),
                      set.ttl_s(), std::string(as_text(rdata)));
        });
      });
    });
    return all;
  };
  const auto before = collect(*from);
  const auto after = collect(*to);
  const auto add_missing = [](const auto& all, const auto& other, zone::RecordList& list) {
    for (const auto& rr : all) {
      if (other.contains(rr)) continue;
      const auto& [owner, type, ttl_s, rdata] = rr;
      list.add(dns::NameView(as_bytes(owner).data(), owner.size()), static_cast<dns::RRType>(type), ttl_s,
               as_bytes(rdata));
    }
  };
  add_missing(before, after, change->removed);
  add_missing(after, before, change->added);
  return {from->serial(), to->serial(), std::move(change)};
}

using MessageList = std::vector<std::vector<uint8_t>>;

/// All messages of an answer.
inline MessageList messages_of(OutgoingTransfer& transfer, dns::TsigSession* session = nullptr,
                               uint64_t now_s = 1000) {
  MessageList messages;
  std::vector<uint8_t> out(kMaxMessageBytes);
  while (const size_t size = transfer.next(out, session, now_s))
    messages.emplace_back(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(size));
  return messages;
}

/// The request of a client without a key, as the server reads it.
inline TransferRequest request_of(IncomingTransfer& incoming) {
  std::vector<uint8_t> out(4096);
  dns::TsigSession session;
  const size_t size = incoming.request(out, session, nullptr, 0);
  const auto request = read_transfer_request(Bytes(out).first(size));
  NOMEN_REQUIRE(request.has_value());
  return *request;
}

/// Feeds messages until the transfer has enough.
inline Progress feed_all(IncomingTransfer& incoming, const MessageList& messages,
                         dns::TsigSession* session = nullptr, uint64_t now_s = 1000) {
  for (const auto& message : messages) {
    const Progress progress = incoming.feed(message, session, now_s);
    if (progress != Progress::kMore) return progress;
  }
  return Progress::kMore;
}

inline IncomingOptions options_for(zone::ContentPtr current) {
  IncomingOptions options;
  options.zone = zone::name_of("drawn.test.");
  options.id = 4711;
  options.current = std::move(current);
  return options;
}

}  // namespace nomen::transfer
