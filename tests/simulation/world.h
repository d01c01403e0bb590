// The world of a simulation: time that only events move, a network that loses, doubles, delays and reorders,
// and what must be true of all servers whatever happens (Facts). Everything is drawn from one seed.
// Thread rule: one thread.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <queue>
#include <set>
#include <string>
#include <vector>

#include "base/random.h"
#include "zone/content.h"

namespace nomen::simulation {

inline constexpr int64_t kMillisecond = 1'000;
inline constexpr int64_t kSecond = 1'000'000;

/// Times in microseconds.
class Events {
 public:
  int64_t now() const { return now_us_; }
  void at(int64_t time_us, std::function<void()> what) {
    queue_.push({std::max(time_us, now_us_), next_++, std::move(what)});
  }
  void after(int64_t delay_us, std::function<void()> what) { at(now_us_ + delay_us, std::move(what)); }
  void run_until(int64_t end_us) {
    while (!queue_.empty() && queue_.top().time_us <= end_us) {
      Event event = queue_.top();
      queue_.pop();
      now_us_ = event.time_us;
      steps_++;
      event.what();
    }
    now_us_ = end_us;
  }
  /// How much has happened so far.
  uint64_t steps() const { return steps_; }

 private:
  struct Event {
    int64_t time_us;
    uint64_t number;  ///< of events at the same time the first one comes first
    std::function<void()> what;
    bool operator<(const Event& other) const {
      return time_us != other.time_us ? time_us > other.time_us : number > other.number;
    }
  };
  int64_t now_us_ = 1'000'000 * kSecond;
  uint64_t next_ = 0;
  uint64_t steps_ = 0;
  std::priority_queue<Event> queue_;
};

class Network {
 public:
  Network(Events& events, FastRandom& random) : events_(events), random_(random) {}

  /// A datagram: lost, doubled, delayed, overtaken.
  void datagram(const std::function<void()>& deliver) {
    const unsigned copies = healed_                                ? 1
                            : random_.below(100) < kLostPercent    ? 0
                            : random_.below(100) < kDoubledPercent ? 2
                                                                   : 1;
    for (unsigned i = 0; i < copies; i++) events_.after(delay(), deliver);
  }
  int64_t delay() {
    if (random_.below(50) == 0 && !healed_) return random_.below(3'000) * kMillisecond;
    return 100 + random_.below(20'000);
  }
  /// Whether a stream breaks at this message.
  bool breaks() { return !healed_ && random_.below(60) == 0; }
  /// From now on nothing is lost.
  void heal() { healed_ = true; }
  bool is_healed() const { return healed_; }

 private:
  static constexpr uint32_t kLostPercent = 15;
  static constexpr uint32_t kDoubledPercent = 8;
  Events& events_;
  FastRandom& random_;
  bool healed_ = false;
};

/// What was promised to clients, and what versions there are.
class Facts {
 public:
  explicit Facts(Events& events) : events_(events) {}

  /// The primary serves a version; the same serial never means two things.
  void primary_serves(const zone::Content& content);
  /// A secondary serves only what the primary has served, whole.
  void secondary_serves(const std::string& who, const zone::Content& content);
  /// An update that adds (or removes) this name was acknowledged.
  void acknowledged(const std::string& name, bool added);
  void check_promises(const std::string& who, const zone::Content& content);
  void fail(const std::string& what);

  const std::vector<std::string>& failures() const { return failures_; }
  uint64_t promises() const { return added_.size() + removed_.size(); }
  uint64_t versions() const { return versions_.size(); }

 private:
  Events& events_;
  std::map<uint32_t, std::string> versions_;  ///< what each serial says
  std::set<std::string> added_;
  std::set<std::string> removed_;
  std::vector<std::string> failures_;
};

}  // namespace nomen::simulation
