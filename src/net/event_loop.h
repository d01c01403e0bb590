// One worker's loop over epoll: sockets that are ready, timers that are due, tasks from other threads.
// Thread rule: everything belongs to the one thread that calls run() (or poll_once()), except post() and
// stop(), which any thread may call. Before run() starts, the thread that made the loop may set it up.
// Ownership: the loop owns neither handlers nor timers nor descriptors; each is removed before it goes away.
#pragma once
#include <sys/epoll.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "base/result.h"
#include "net/descriptor.h"
#include "net/limits.h"

namespace nomen::net {

/// Told when its descriptor is ready; registration is level-triggered.
class EventHandler {
 public:
  virtual void on_ready(uint32_t events) = 0;  ///< EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP

 protected:
  ~EventHandler() = default;
};

/// Something that wants to be called at a time. Armed at most once at a time, in one loop.
class Timer {
 public:
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  virtual ~Timer() = default;
  virtual void on_timer() = 0;
  bool armed() const { return place_ != kNowhere; }

 private:
  friend class EventLoop;
  static constexpr size_t kNowhere = SIZE_MAX;
  static constexpr size_t kDue = SIZE_MAX - 1;  ///< in the loop's list of those whose time has come
  size_t place_ = kNowhere;                     ///< else the index in the loop's heap
};

/// Called at the end of each round, after sockets, tasks and timers.
class RoundHandler {
 public:
  static constexpr uint32_t kNoHurry = UINT32_MAX;
  /// Returns within how many microseconds the next round is to come, at the latest, or kNoHurry.
  virtual uint32_t on_round() = 0;

 protected:
  ~RoundHandler() = default;
};

/// What the owner of a loop hears of each round. Between before_wait() and after_wait() the thread
/// holds no reference to anything shared: that is the quiet state in which old snapshots may be freed.
class LoopObserver {
 public:
  virtual void before_wait() {}
  virtual void after_wait() {}

 protected:
  ~LoopObserver() = default;
};

/// Milliseconds of a clock that only goes forward.
using MonotonicClock = uint64_t (*)();
uint64_t monotonic_ms();

class EventLoop {
 public:
  using Task = std::function<void()>;

  /// Tests give their own clock and drive the loop with poll_once(0).
  static Result<std::unique_ptr<EventLoop>> create(MonotonicClock clock = monotonic_ms);
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;
  ~EventLoop();

  /// Watches `fd`; the handler stays valid until remove().
  Result<void> add(int fd, uint32_t events, EventHandler& handler);
  void modify(int fd, uint32_t events, EventHandler& handler);
  /// Before the descriptor is closed. No event that was already reported reaches the handler after this.
  void remove(int fd, EventHandler& handler);
  /// The same for a descriptor that is closed right after, which takes it out of epoll by itself.
  void forget(EventHandler& handler);

  /// Arms the timer, or moves it when it is armed. A time that has passed means: at the next round.
  void set_timer(Timer& timer, uint64_t when_ms);
  void cancel(Timer& timer);
  /// The time at which this round started.
  uint64_t now_ms() const { return now_ms_; }

  void add_round_handler(RoundHandler& handler) { round_handlers_.push_back(&handler); }
  void remove_round_handler(RoundHandler& handler) { std::erase(round_handlers_, &handler); }

  /// Any thread: the task runs in the loop's thread at the next round, in the order of posting.
  /// Tasks that were posted and not yet run when the loop goes away are dropped.
  void post(Task task);
  /// Any thread: run() returns after the present round. A loop that was stopped may run again.
  void stop();
  /// Until stop().
  void run();
  /// One round: waits at most `wait_ms` (-1: without end) for something to do. Returns whether there was
  /// anything.
  bool poll_once(int wait_ms);

  void set_observer(LoopObserver* observer) { observer_ = observer; }

 private:
  struct HeapEntry {
    uint64_t when_ms;
    Timer* timer;
  };

  explicit EventLoop(MonotonicClock clock);
  int wait_time(int wait_ms) const;
  int wait(int wait_ms);
  void end_round();
  bool run_tasks();
  bool run_timers();
  void wake();
  void place(size_t at, HeapEntry entry);
  void sift_up(size_t at);
  void sift_down(size_t at);
  void take_from_heap(size_t at);

  Descriptor epoll_;
  Descriptor wake_;  ///< an eventfd, watched with a null handler
  MonotonicClock clock_;
  uint64_t now_ms_ = 0;
  LoopObserver* observer_ = nullptr;
  std::vector<RoundHandler*> round_handlers_;
  uint32_t hurry_us_ = RoundHandler::kNoHurry;  ///< the longest wait that the round handlers allow
  std::vector<HeapEntry> heap_;
  std::vector<Timer*> due_;  ///< taken from the heap in this round; null once called or cancelled
  std::array<epoll_event, kEventsPerWait> events_{};
  int event_count_ = 0;  ///< reported in this round
  int event_next_ = 0;   ///< the first one not yet delivered
  std::atomic<bool> stop_{false};
  std::mutex tasks_mutex_;
  std::vector<Task> tasks_;    ///< guarded by tasks_mutex_
  std::vector<Task> running_;  ///< those taken out of tasks_ in this round
};

}  // namespace nomen::net
