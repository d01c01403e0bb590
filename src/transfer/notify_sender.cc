#include "transfer/notify_sender.h"

#include <algorithm>

namespace nomen::transfer {

std::vector<dns::Name> notify_names(const zone::Content& content, bool notify_to_soa) {
  std::vector<dns::Name> names;
  const zone::RRsetView soa = content.apex_node().find(dns::RRType::kSoa);
  const zone::RRsetView servers = content.apex_node().find(dns::RRType::kNs);
  if (!soa || !servers) return names;
  const auto mname = dns::Name::from_wire(soa.first_rdata());
  servers.for_each([&](Bytes rdata) {
    const auto name = dns::Name::from_wire(rdata);
    if (name && (notify_to_soa || !mname || *name != *mname)) names.push_back(*name);
  });
  return names;
}

std::vector<std::vector<uint8_t>> addresses_in_zone(const zone::Content& content, dns::NameView name) {
  std::vector<std::vector<uint8_t>> addresses;
  const zone::NodeView node = content.find(name);
  if (!node) return addresses;
  for (const dns::RRType type : {dns::RRType::kA, dns::RRType::kAaaa}) {
    const zone::RRsetView set = node.find(type);
    if (set) set.for_each([&](Bytes rdata) { addresses.emplace_back(rdata.begin(), rdata.end()); });
  }
  return addresses;
}

/// The target is to hear of the newest serial, as soon as the distance to the last NOTIFY allows.
void NotifySender::schedule(Target& target, int64_t now_us) const {
  target.tries = 0;
  target.due_us = target.sent ? std::max(now_us, target.sent_us + times_.interval_us) : now_us;
}

void NotifySender::set_targets(const std::vector<PeerId>& peers, int64_t now_us) {
  std::vector<Target> targets;
  for (const PeerId peer : peers) {
    const auto is_same = [&](const Target& target) { return target.peer == peer; };
    if (std::any_of(targets.begin(), targets.end(), is_same)) continue;
    const auto before = std::find_if(targets_.begin(), targets_.end(), is_same);
    if (before != targets_.end()) {
      targets.push_back(*before);
    } else {
      targets.push_back({.peer = peer});
      if (serial_) schedule(targets.back(), now_us);
    }
  }
  targets_ = std::move(targets);
}

void NotifySender::changed(dns::Serial serial, int64_t now_us) {
  if (serial_ == serial) return;
  serial_ = serial;
  for (Target& target : targets_) {
    if (target.acknowledged == serial) continue;
    // One that waits for its distance to the last NOTIFY goes on waiting: it will tell the newer serial.
    const bool waits = target.due_us != kNever && target.tries == 0;
    if (!waits) schedule(target, now_us);
  }
}

std::optional<NotifySender::Send> NotifySender::next(int64_t now_us) {
  for (Target& target : targets_) {
    if (target.due_us > now_us) continue;
    target.sent = serial_;
    target.sent_us = now_us;
    target.tries++;
    int64_t wait_us = times_.first_retry_us;
    for (unsigned i = 1; i < target.tries && wait_us < times_.longest_retry_us; i++) wait_us *= 2;
    target.due_us =
        target.tries < times_.max_tries ? now_us + std::min(wait_us, times_.longest_retry_us) : kNever;
    return Send{target.peer, *serial_, target.tries};
  }
  return std::nullopt;
}

int64_t NotifySender::wake_us() const {
  int64_t earliest = kNever;
  for (const Target& target : targets_) earliest = std::min(earliest, target.due_us);
  return earliest;
}

void NotifySender::acknowledged(PeerId peer, dns::Serial serial) {
  for (Target& target : targets_) {
    if (target.peer != peer) continue;
    target.acknowledged = serial;
    if (serial == serial_) {
      target.due_us = kNever;
      target.tries = 0;
    }
  }
}

}  // namespace nomen::transfer
