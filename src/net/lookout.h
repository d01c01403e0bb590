// Where connections are before epoll watches them. Where many clients come with one question each, most have
// sent it by the time they are accepted or soon after, and have closed soon after its answer: a look now and
// then finds both, and costs less than to have epoll watch for them. Those who do otherwise are handed to
// epoll: at once when there is anything to wait for but the client, after some time when it is silent: a busy
// worker is patient for milliseconds, and looks when it has something else to do or after short pauses, for
// new clients, too: to be woken by each of them would end every pause. One with few clients looks a few times
// without a pause, so that nobody waits for his answer. Where most are silent for so long, hardly any is
// waited for. Thread rule: the thread of the loop.
#pragma once
#include <cstdint>
#include <vector>

#include "net/connection_list.h"
#include "net/event_loop.h"
#include "net/limits.h"
#include "net/tcp_connection.h"

namespace nomen::net {

/// Where clients come in.
class Entrance {
 public:
  /// By epoll; or only by calls of look().
  virtual void watch(bool by_epoll) = 0;
  /// Lets in who waits; returns whether there was anybody.
  virtual bool look() = 0;

 protected:
  ~Entrance() = default;
};

class Lookout final : private RoundHandler {
 public:
  /// `loop` outlives the lookout.
  explicit Lookout(EventLoop& loop);
  Lookout(const Lookout&) = delete;
  Lookout& operator=(const Lookout&) = delete;
  ~Lookout();

  /// At the end of a turn: whether the connection is looked at from here, for now; else epoll is to watch it.
  bool takes(Connection& connection);
  void forget(Connection& connection);

  /// Its clients are looked for from here while the worker is busy. It is watched by epoll when it comes, and
  /// removed before it goes.
  void add(Entrance& entrance);
  void remove(Entrance& entrance);

 private:
  /// Connections that wait for the same, in the order in which they began to.
  struct Line {
    ConnectionList<&Connection::lookout_links_> list;
    uint32_t trust = kMostTrust;  ///< how much oftener clients did it in time than not, of late
    uint32_t turned_away = 0;     ///< those since the last that was let in without trust

    bool admits();
  };

  uint32_t on_round() override;
  bool nobody_waits() const { return new_.list.first() == nullptr && answered_.list.first() == nullptr; }
  bool look_at_entrances();
  bool look_at(Line& line);
  bool is_patient_with(Connection& connection) const;
  void give_up(Connection& connection);
  void count_opening();
  bool many_come() const;
  void become_busy(bool busy);

  EventLoop& loop_;
  std::vector<Entrance*> entrances_;
  bool busy_ = false;             ///< many clients come: the entrances are looked at
  Line new_;                      ///< for the first query
  Line answered_;                 ///< for the end, or a second query
  uint64_t opening_ms_ = 0;       ///< when the last one came
  uint32_t openings_ = 0;         ///< in this millisecond
  uint32_t openings_before_ = 0;  ///< in the one before it
};

}  // namespace nomen::net
