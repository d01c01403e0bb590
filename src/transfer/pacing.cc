#include "transfer/pacing.h"

#include <algorithm>

#include "base/contract.h"

namespace nomen::transfer {

// ---- PacedLine

void PacedLine::set_rate(uint32_t per_second) {
  step_us_ = per_second == 0 ? 0 : 1'000'000 / per_second;
  burst_us_ = per_second == 0 ? 0 : 100'000;
}

void PacedLine::join(ZoneNumber zone, bool at_front) {
  const bool is_new = waiting_.insert(zone).second;
  if (at_front) {
    line_.push_front(zone);
  } else if (is_new) {
    line_.push_back(zone);
  }
}

void PacedLine::leave(ZoneNumber zone) {
  waiting_.erase(zone);
}

std::optional<ZoneNumber> PacedLine::next(int64_t now_us) {
  if (waiting_.empty()) {
    line_.clear();
    return std::nullopt;
  }
  if (now_us < wake_us()) return std::nullopt;
  while (!waiting_.contains(line_.front())) line_.pop_front();
  const ZoneNumber zone = line_.front();
  line_.pop_front();
  waiting_.erase(zone);
  free_at_us_ = std::max(free_at_us_, now_us) + step_us_;
  return zone;
}

int64_t PacedLine::wake_us() const {
  return waiting_.empty() ? kNever : free_at_us_ - burst_us_;
}

// ---- TransferQuota

void TransferQuota::set_limits(uint32_t in_all, uint32_t per_peer) {
  in_all_ = in_all;
  per_peer_ = per_peer;
  limits_.clear();
}

uint32_t TransferQuota::limit_of(PeerId peer) const {
  const auto own = limits_.find(peer);
  return own != limits_.end() ? own->second : per_peer_;
}

void TransferQuota::join(ZoneNumber zone, PeerId peer) {
  const auto [it, is_new] = peer_of_.try_emplace(zone, peer);
  if (!is_new && it->second == peer) return;
  it->second = peer;
  peers_[peer].line.push_back(zone);
}

void TransferQuota::leave(ZoneNumber zone) {
  peer_of_.erase(zone);
}

std::optional<TransferQuota::Grant> TransferQuota::next() {
  if (running_ >= in_all_) return std::nullopt;
  auto it = peers_.upper_bound(last_);
  for (size_t left = peers_.size(); left > 0; left--) {
    if (it == peers_.end()) it = peers_.begin();
    auto& [id, peer] = *it;
    const auto is_gone = [&](ZoneNumber zone) {
      const auto wanted = peer_of_.find(zone);
      return wanted == peer_of_.end() || wanted->second != id;
    };
    while (!peer.line.empty() && is_gone(peer.line.front())) peer.line.pop_front();
    if (peer.line.empty() && peer.running == 0) {
      it = peers_.erase(it);
      continue;
    }
    if (!peer.line.empty() && peer.running < limit_of(id)) {
      const ZoneNumber zone = peer.line.front();
      peer.line.pop_front();
      peer_of_.erase(zone);
      peer.running++;
      running_++;
      last_ = id;
      return Grant{zone, id};
    }
    ++it;
  }
  return std::nullopt;
}

void TransferQuota::end(PeerId peer) {
  Peer& entry = peers_[peer];
  NOMEN_REQUIRE(entry.running > 0 && running_ > 0);
  entry.running--;
  running_--;
}

// ---- Timetable

void Timetable::set(ZoneNumber zone, int64_t at_us) {
  const auto before = at_.find(zone);
  if (before != at_.end()) {
    if (before->second == at_us) return;
    order_.erase({before->second, zone});
    at_.erase(before);
  }
  if (at_us == kNever) return;
  order_.emplace(at_us, zone);
  at_.emplace(zone, at_us);
}

std::optional<ZoneNumber> Timetable::next(int64_t now_us) {
  if (order_.empty() || order_.begin()->first > now_us) return std::nullopt;
  const ZoneNumber zone = order_.begin()->second;
  order_.erase(order_.begin());
  at_.erase(zone);
  return zone;
}

}  // namespace nomen::transfer
