#include "net/lookout.h"

#include <algorithm>

namespace nomen::net {

Lookout::Lookout(EventLoop& loop) : loop_(loop) {
  loop_.add_round_handler(*this);
}

Lookout::~Lookout() {
  loop_.remove_round_handler(*this);
}

bool Lookout::Line::admits() {
  if (trust > 0) return true;
  if (++turned_away < kTurnedAwayInARow) return false;
  turned_away = 0;
  return true;
}

bool Lookout::takes(Connection& connection) {
  using Place = Connection::Place;
  if (connection.place_ == Place::kEpoll || !connection.is_calm()) return false;
  const Place next = connection.had_message_ ? Place::kAnswered : Place::kNew;
  if (connection.place_ == next) return true;
  forget(connection);
  Line& line = next == Place::kNew ? new_ : answered_;
  if (next == Place::kNew) count_opening();
  if (!line.admits()) return false;
  line.list.append(connection);
  connection.place_ = next;
  return true;
}

void Lookout::forget(Connection& connection) {
  if (connection.place_ == Connection::Place::kNew) new_.list.remove(connection);
  if (connection.place_ == Connection::Place::kAnswered) answered_.list.remove(connection);
  connection.place_ = Connection::Place::kEpoll;
}

void Lookout::count_opening() {
  const uint64_t now = loop_.now_ms();
  if (now != opening_ms_) {
    openings_before_ = now == opening_ms_ + 1 ? openings_ : 0;
    openings_ = 0;
    opening_ms_ = now;
  }
  ++openings_;
  if (openings_ >= kBusyOpenings) become_busy(true);
}

bool Lookout::many_come() const {
  return loop_.now_ms() - opening_ms_ <= 1 && std::max(openings_, openings_before_) >= kBusyOpenings;
}

void Lookout::add(Entrance& entrance) {
  entrances_.push_back(&entrance);
  if (busy_) entrance.watch(false);
}

void Lookout::remove(Entrance& entrance) {
  std::erase(entrances_, &entrance);
}

void Lookout::become_busy(bool busy) {
  if (busy == busy_) return;
  busy_ = busy;
  for (Entrance* entrance : entrances_) entrance->watch(!busy);
}

uint32_t Lookout::on_round() {
  if (!busy_ && nobody_waits()) return kNoHurry;
  bool came = busy_ && look_at_entrances();
  if (!many_come()) become_busy(false);
  came |= look_at(new_);
  came |= look_at(answered_);
  if (busy_) return came ? 0 : kLookoutPauseUs;
  return nobody_waits() ? kNoHurry : 0;
}

bool Lookout::look_at_entrances() {
  bool came = false;
  for (Entrance* entrance : entrances_) came |= entrance->look();
  return came;
}

/// From the front, until one is silent and may be so for longer: those behind it have had less time. Returns
/// whether any was not silent.
bool Lookout::look_at(Line& line) {
  bool came = false;
  while (Connection* connection = line.list.first()) {
    if (connection->look()) {
      line.trust = std::min(line.trust + 1, kMostTrust);
      came = true;
    } else if (is_patient_with(*connection)) {
      break;
    } else {
      line.trust -= std::min(line.trust, 1U);
      give_up(*connection);
    }
  }
  return came;
}

bool Lookout::is_patient_with(Connection& connection) const {
  if (busy_) return loop_.now_ms() - connection.active_ms_ < kPatienceMs;
  return connection.vain_looks_ < kLooksWithoutPause;
}

void Lookout::give_up(Connection& connection) {
  forget(connection);
  connection.watch();
}

}  // namespace nomen::net
