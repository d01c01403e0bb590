#include "net/event_loop.h"

#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <utility>

#include "base/contract.h"
#include "net/socket_options.h"

namespace nomen::net {

uint64_t monotonic_ms() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1000 + static_cast<uint64_t>(now.tv_nsec) / 1'000'000;
}

EventLoop::EventLoop(MonotonicClock clock) : clock_(clock), now_ms_(clock()) {}

EventLoop::~EventLoop() {
  for (const HeapEntry& entry : heap_) entry.timer->place_ = Timer::kNowhere;
}

Result<std::unique_ptr<EventLoop>> EventLoop::create(MonotonicClock clock) {
  std::unique_ptr<EventLoop> loop(new EventLoop(clock));
  loop->epoll_ = Descriptor(epoll_create1(EPOLL_CLOEXEC));
  if (!loop->epoll_.valid()) return failure(errno_text("epoll_create", errno));
  loop->wake_ = Descriptor(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!loop->wake_.valid()) return failure(errno_text("eventfd", errno));
  epoll_event event{.events = EPOLLIN, .data = {.ptr = nullptr}};
  if (epoll_ctl(loop->epoll_.get(), EPOLL_CTL_ADD, loop->wake_.get(), &event) != 0)
    return failure(errno_text("epoll_ctl", errno));
  return loop;
}

Result<void> EventLoop::add(int fd, uint32_t events, EventHandler& handler) {
  epoll_event event{.events = events, .data = {.ptr = &handler}};
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) return failure(errno_text("epoll_ctl", errno));
  return {};
}

void EventLoop::modify(int fd, uint32_t events, EventHandler& handler) {
  epoll_event event{.events = events, .data = {.ptr = &handler}};
  NOMEN_REQUIRE(epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event) == 0);
}

void EventLoop::remove(int fd, EventHandler& handler) {
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  forget(handler);
}

void EventLoop::forget(EventHandler& handler) {
  for (int i = event_next_; i < event_count_; ++i) {
    if (events_[i].data.ptr == &handler) events_[i].events = 0;
  }
}

void EventLoop::set_timer(Timer& timer, uint64_t when_ms) {
  HeapEntry entry{when_ms, &timer};
  if (timer.place_ == Timer::kDue) cancel(timer);
  if (timer.armed()) {
    uint64_t before = heap_[timer.place_].when_ms;
    place(timer.place_, entry);
    when_ms < before ? sift_up(timer.place_) : sift_down(timer.place_);
    return;
  }
  heap_.push_back(entry);
  place(heap_.size() - 1, entry);
  sift_up(heap_.size() - 1);
}

void EventLoop::cancel(Timer& timer) {
  if (timer.place_ == Timer::kDue) {
    std::ranges::replace(due_, &timer, nullptr);
  } else if (timer.place_ != Timer::kNowhere) {
    take_from_heap(timer.place_);
  }
  timer.place_ = Timer::kNowhere;
}

void EventLoop::take_from_heap(size_t at) {
  HeapEntry last = heap_.back();
  heap_.pop_back();
  if (at == heap_.size()) return;
  place(at, last);
  sift_up(at);
  sift_down(last.timer->place_);
}

void EventLoop::place(size_t at, HeapEntry entry) {
  heap_[at] = entry;
  entry.timer->place_ = at;
}

void EventLoop::sift_up(size_t at) {
  HeapEntry entry = heap_[at];
  while (at > 0 && heap_[(at - 1) / 2].when_ms > entry.when_ms) {
    place(at, heap_[(at - 1) / 2]);
    at = (at - 1) / 2;
  }
  place(at, entry);
}

void EventLoop::sift_down(size_t at) {
  HeapEntry entry = heap_[at];
  for (;;) {
    size_t child = 2 * at + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1].when_ms < heap_[child].when_ms) ++child;
    if (heap_[child].when_ms >= entry.when_ms) break;
    place(at, heap_[child]);
    at = child;
  }
  place(at, entry);
}

void EventLoop::wake() {
  // The counter cannot overflow in practice, and a full one wakes as well.
  if (eventfd_write(wake_.get(), 1) != 0) return;
}

void EventLoop::post(Task task) {
  bool first;
  {
    std::lock_guard lock(tasks_mutex_);
    first = tasks_.empty();
    tasks_.push_back(std::move(task));
  }
  if (first) wake();
}

void EventLoop::stop() {
  stop_.store(true);
  wake();
}

void EventLoop::run() {
  while (!stop_.exchange(false)) poll_once(-1);
}

int EventLoop::wait_time(int wait_ms) const {
  if (heap_.empty() || wait_ms == 0) return wait_ms;
  uint64_t now = clock_();
  uint64_t next = heap_.front().when_ms;
  if (next <= now) return 0;
  constexpr uint64_t kLongest = 3'600'000;
  int until_timer = static_cast<int>(std::min(next - now, kLongest));
  return wait_ms < 0 ? until_timer : std::min(wait_ms, until_timer);
}

/// epoll_wait, by its finer form where the round handlers are in a hurry.
int EventLoop::wait(int wait_ms) {
  constexpr uint32_t kMillisecond = 1000;
  const int most = static_cast<int>(events_.size());
  const bool in_hurry = wait_ms < 0 || hurry_us_ / kMillisecond < static_cast<uint32_t>(wait_ms);
  if (hurry_us_ == RoundHandler::kNoHurry || !in_hurry)
    return epoll_wait(epoll_.get(), events_.data(), most, wait_ms);
  const timespec limit{.tv_sec = 0, .tv_nsec = static_cast<long>(hurry_us_) * 1000};
  const int count = epoll_pwait2(epoll_.get(), events_.data(), most, &limit, nullptr);
  // Old kernels do not have it, and filters of system calls may refuse what they do not know.
  if (count >= 0 || errno == EINTR) return count;
  return epoll_wait(epoll_.get(), events_.data(), most, static_cast<int>(hurry_us_ / kMillisecond) + 1);
}

bool EventLoop::poll_once(int wait_ms) {
  int timeout = wait_time(wait_ms);
  if (observer_ != nullptr) observer_->before_wait();
  int count = wait(timeout);
  if (observer_ != nullptr) observer_->after_wait();
  now_ms_ = clock_();
  event_count_ = std::max(count, 0);
  bool woken = false;
  for (event_next_ = 0; event_next_ < event_count_;) {
    epoll_event event = events_[event_next_++];
    if (event.data.ptr == nullptr) {
      woken = true;
    } else if (event.events != 0) {
      static_cast<EventHandler*>(event.data.ptr)->on_ready(event.events);
    }
  }
  event_count_ = event_next_ = 0;
  bool had_tasks = woken && run_tasks();
  bool had_timers = !heap_.empty() && run_timers();
  end_round();
  return count > 0 || had_tasks || had_timers;
}

void EventLoop::end_round() {
  hurry_us_ = RoundHandler::kNoHurry;
  for (RoundHandler* handler : round_handlers_) hurry_us_ = std::min(hurry_us_, handler->on_round());
}

bool EventLoop::run_tasks() {
  eventfd_t ignored;
  eventfd_read(wake_.get(), &ignored);
  {
    std::lock_guard lock(tasks_mutex_);
    running_.swap(tasks_);
  }
  for (Task& task : running_) task();
  bool any = !running_.empty();
  running_.clear();
  return any;
}

bool EventLoop::run_timers() {
  // All that are due are taken out first: one that arms itself anew for a time already past has its turn in
  // the next round, after the sockets.
  due_.clear();
  while (!heap_.empty() && heap_.front().when_ms <= now_ms_) {
    Timer* timer = heap_.front().timer;
    take_from_heap(0);
    timer->place_ = Timer::kDue;
    due_.push_back(timer);
  }
  for (Timer*& place : due_) {
    Timer* timer = std::exchange(place, nullptr);
    if (timer == nullptr) continue;
    timer->place_ = Timer::kNowhere;
    timer->on_timer();
  }
  return !due_.empty();
}

}  // namespace nomen::net
