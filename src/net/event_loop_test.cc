#include "net/event_loop.h"

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <random>
#include <string>
#include <thread>

namespace nomen::net {
namespace {

uint64_t g_clock_ms = 1000;
uint64_t test_clock() {
  return g_clock_ms;
}

class CallbackTimer final : public Timer {
 public:
  explicit CallbackTimer(std::function<void()> callback) : callback_(std::move(callback)) {}
  void on_timer() override { callback_(); }

 private:
  std::function<void()> callback_;
};

class CallbackHandler final : public EventHandler {
 public:
  explicit CallbackHandler(std::function<void(uint32_t)> callback) : callback_(std::move(callback)) {}
  void on_ready(uint32_t events) override { callback_(events); }

 private:
  std::function<void(uint32_t)> callback_;
};

struct Pair {
  Pair() {
    int fds[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
    a = Descriptor(fds[0]);
    b = Descriptor(fds[1]);
  }
  Descriptor a, b;
};

TEST(EventLoop, FiresTimersInTheOrderOfTheirTimes) {
  auto loop = *EventLoop::create(test_clock);
  std::string order;
  CallbackTimer a([&] { order += 'a'; });
  CallbackTimer b([&] { order += 'b'; });
  CallbackTimer c([&] { order += 'c'; });
  loop->set_timer(c, g_clock_ms + 30);
  loop->set_timer(a, g_clock_ms + 10);
  loop->set_timer(b, g_clock_ms + 20);
  EXPECT_FALSE(loop->poll_once(0));
  g_clock_ms += 20;
  EXPECT_TRUE(loop->poll_once(0));
  EXPECT_EQ(order, "ab");
  EXPECT_TRUE(c.armed());
  g_clock_ms += 10;
  loop->poll_once(0);
  EXPECT_EQ(order, "abc");
  EXPECT_FALSE(c.armed());
}

TEST(EventLoop, KeepsManyTimersThatAreMovedAndCancelledInOrder) {
  auto loop = *EventLoop::create(test_clock);
  std::mt19937 random(7);
  uint64_t last = 0;
  uint64_t start = g_clock_ms;
  std::vector<uint64_t> due(500, UINT64_MAX);
  std::vector<std::unique_ptr<CallbackTimer>> timers;
  timers.reserve(due.size());
  for (size_t i = 0; i < due.size(); ++i) {
    timers.push_back(std::make_unique<CallbackTimer>([&, i] {
      EXPECT_LE(due[i], loop->now_ms());
      EXPECT_LE(last, due[i]);
      last = due[i];
      due[i] = UINT64_MAX;
    }));
  }
  for (int step = 0; step < 5000; ++step) {
    size_t i = random() % due.size();
    if (random() % 4 == 0) {
      loop->cancel(*timers[i]);
      due[i] = UINT64_MAX;
    } else {
      due[i] = start + 1 + random() % 1000;
      loop->set_timer(*timers[i], due[i]);
    }
  }
  for (; g_clock_ms < start + 1001; ++g_clock_ms) loop->poll_once(0);
  loop->poll_once(0);
  for (uint64_t left : due) EXPECT_EQ(left, UINT64_MAX);
}

TEST(EventLoop, GivesATimerThatArmsItselfForThePastItsNextTurnAfterTheSockets) {
  auto loop = *EventLoop::create(test_clock);
  int fired = 0;
  CallbackTimer* self = nullptr;
  CallbackTimer timer([&] {
    ++fired;
    loop->set_timer(*self, 0);
  });
  self = &timer;
  loop->set_timer(timer, 0);
  for (int round = 1; round <= 5; ++round) {
    loop->poll_once(0);
    EXPECT_EQ(fired, round);
  }
  loop->cancel(timer);
}

TEST(EventLoop, DoesNotFireATimerThatAnotherOneOfTheRoundCancelled) {
  auto loop = *EventLoop::create(test_clock);
  CallbackTimer second([] { FAIL(); });
  CallbackTimer moved([] { FAIL(); });
  CallbackTimer first([&] {
    loop->cancel(second);
    loop->set_timer(moved, g_clock_ms + 1000);
  });
  loop->set_timer(first, 1);
  loop->set_timer(second, 2);
  loop->set_timer(moved, 3);
  loop->poll_once(0);
  loop->poll_once(0);
  EXPECT_TRUE(moved.armed());
  loop->cancel(moved);
}

TEST(EventLoop, DeliversNoEventToAHandlerRemovedInTheSameRound) {
  auto loop = *EventLoop::create();
  Pair one, two;
  int calls = 0;
  CallbackHandler* handlers[2] = {nullptr, nullptr};
  CallbackHandler a([&](uint32_t) {
    ++calls;
    loop->remove(two.a.get(), *handlers[1]);
  });
  CallbackHandler b([&](uint32_t) {
    ++calls;
    loop->remove(one.a.get(), *handlers[0]);
  });
  handlers[0] = &a;
  handlers[1] = &b;
  ASSERT_TRUE(loop->add(one.a.get(), EPOLLIN, a));
  ASSERT_TRUE(loop->add(two.a.get(), EPOLLIN, b));
  ASSERT_EQ(write(one.b.get(), "x", 1), 1);
  ASSERT_EQ(write(two.b.get(), "x", 1), 1);
  loop->poll_once(0);
  EXPECT_EQ(calls, 1);
}

TEST(EventLoop, RunsPostedTasksOfManyThreadsEachInItsOrder) {
  auto loop = *EventLoop::create();
  constexpr int kThreads = 4;
  constexpr int kTasks = 500;
  std::vector<int> next(kThreads, 0);
  int left = kThreads * kTasks;
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kTasks; ++i) {
        loop->post([&, t, i] {
          EXPECT_EQ(next[static_cast<size_t>(t)]++, i);
          if (--left == 0) loop->stop();
        });
      }
    });
  }
  loop->run();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(left, 0);
}

TEST(EventLoop, StopsFromAnotherThreadAndRunsAgain) {
  auto loop = *EventLoop::create();
  for (int i = 0; i < 3; ++i) {
    std::thread stopper([&] { loop->stop(); });
    loop->run();
    stopper.join();
  }
}

TEST(EventLoop, ATaskPostedByATaskRunsInTheNextRound) {
  auto loop = *EventLoop::create();
  std::string order;
  loop->post([&] {
    order += '1';
    loop->post([&] { order += '2'; });
  });
  loop->poll_once(0);
  EXPECT_EQ(order, "1");
  loop->poll_once(0);
  EXPECT_EQ(order, "12");
}

TEST(EventLoop, TellsTheObserverBeforeAndAfterEachWait) {
  struct Observer final : LoopObserver {
    void before_wait() override { log += "b"; }
    void after_wait() override { log += "a"; }
    std::string log;
  } observer;
  auto loop = *EventLoop::create();
  loop->set_observer(&observer);
  loop->post([&] { observer.log += "t"; });
  loop->poll_once(0);
  loop->poll_once(0);
  EXPECT_EQ(observer.log, "batba");
}

class HurryingHandler final : public RoundHandler {
 public:
  uint32_t on_round() override {
    ++rounds;
    return next_us;
  }
  int rounds = 0;
  uint32_t next_us = kNoHurry;
};

TEST(EventLoop, ARoundHandlerEndsEachRoundAndBoundsTheNextWait) {
  auto loop = *EventLoop::create(monotonic_ms);
  HurryingHandler handler;
  loop->add_round_handler(handler);
  handler.next_us = 1500;
  EXPECT_FALSE(loop->poll_once(0));
  EXPECT_FALSE(loop->poll_once(-1)) << "the wait ends although nothing happens";
  handler.next_us = 0;
  EXPECT_FALSE(loop->poll_once(-1));
  EXPECT_FALSE(loop->poll_once(-1));
  EXPECT_EQ(handler.rounds, 4);
  handler.next_us = RoundHandler::kNoHurry;
  EXPECT_FALSE(loop->poll_once(-1));
  const uint64_t before = monotonic_ms();
  EXPECT_FALSE(loop->poll_once(20));
  EXPECT_GE(monotonic_ms() - before, 19U) << "nobody was in a hurry";
  loop->remove_round_handler(handler);
  EXPECT_FALSE(loop->poll_once(0));
  EXPECT_EQ(handler.rounds, 6);
}

/// Runs `check` in a process to which the system refuses epoll_pwait2, as filters of containers do.
bool holds_without_epoll_pwait2(bool (*check)()) {
  const pid_t child = fork();
  if (child == 0) {
    sock_filter filter[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_epoll_pwait2, 0, 1),
                            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
                            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    const sock_fprog program{.len = std::size(filter), .filter = filter};
    const bool is_filtered = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                             prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
    _exit(is_filtered && check() ? 0 : 1);
  }
  int status = -1;
  return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(EventLoop, SocketsAreServedWhereAFilterRefusesTheFinerWait) {
  EXPECT_TRUE(holds_without_epoll_pwait2([] {
    auto loop = *EventLoop::create(monotonic_ms);
    HurryingHandler hurry;
    hurry.next_us = 50;
    loop->add_round_handler(hurry);
    Pair pair;
    int ready = 0;
    CallbackHandler handler([&](uint32_t) { ++ready; });
    if (!loop->add(pair.b.get(), EPOLLIN, handler)) return false;
    loop->poll_once(0);
    const bool sent = send(pair.a.get(), "x", 1, 0) == 1;
    loop->poll_once(-1);
    return sent && ready == 1;
  }));
}

}  // namespace
}  // namespace nomen::net
