// How connections are waited for before epoll watches them: seen by what the clients get, and by what the
// kernel's list of the epoll descriptor holds. The clock is the test's.
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "net/loop_for_test.h"
#include "net/tcp_listener.h"

namespace nomen::net {
namespace {

constexpr std::string_view kQuery{"\0\1q", 3};

class Echoing final : public StreamHandler {
 public:
  void on_message(Connection& connection, Bytes message) override { connection.reply(message); }
};

class BriefClient {
 public:
  explicit BriefClient(const SocketAddress& server)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    EXPECT_EQ(connect(socket_.get(), server.raw(), server.raw_size()), 0);
  }
  void ask() { send_part(0, kQuery.size()); }
  void send_part(size_t from, size_t size) {
    EXPECT_EQ(send(socket_.get(), &kQuery[from], size, MSG_NOSIGNAL), static_cast<ssize_t>(size));
  }
  bool has_answer() {
    char bytes[16];
    return recv(socket_.get(), bytes, sizeof bytes, MSG_DONTWAIT) == 3;
  }

 private:
  Descriptor socket_;
};

/// How many sockets the process's epoll descriptors watch, all together.
size_t watched() {
  size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fdinfo")) {
    std::ifstream info(entry.path());
    for (std::string line; std::getline(info, line);) count += line.starts_with("tfd:") ? 1 : 0;
  }
  return count;
}

/// Whether an epoll descriptor of the process waits for input of this socket.
bool is_watched(int fd) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fdinfo")) {
    std::ifstream info(entry.path());
    for (std::string line; std::getline(info, line);) {
      int watched_fd = 0;
      unsigned events = 0;
      if (std::sscanf(line.c_str(), "tfd: %d events: %x", &watched_fd, &events) == 2 && watched_fd == fd)
        return (events & EPOLLIN) != 0;
    }
  }
  return false;
}

class LookoutTest : public LoopForTest {
 protected:
  LookoutTest() {
    EXPECT_TRUE(listener->attach(table));
    watched_before_ = watched();
  }
  /// So many clients whose query was there when they were accepted, answered.
  std::vector<BriefClient> answered(size_t count) {
    std::vector<BriefClient> clients;
    for (size_t i = 0; i < count; ++i) {
      clients.emplace_back(listener->address());
      clients.back().ask();
    }
    for (BriefClient& client : clients) until([&] { return client.has_answer(); });
    return clients;
  }
  size_t watched_connections() const { return watched() - watched_before_; }
  void until_gone() {
    until([&] { return table.size() == 0; });
  }

  ConnectionQuota quota_{200};
  ConnectionTable table{*loop, quota_, StreamTimeouts{}};
  Echoing handler_;
  std::unique_ptr<TcpListener> listener =
      *TcpListener::create({.address = {IpAddress::v4(127, 0, 0, 1), 0}, .backlog = 100}, handler_);

 private:
  size_t watched_before_ = 0;
};

TEST_F(LookoutTest, ManyClientsWithOneQueryEachAreNeverWatched) {
  for (int round = 0; round < 5; ++round) {
    std::vector<BriefClient> clients = answered(20);
    EXPECT_EQ(table.size(), 20U);
    EXPECT_EQ(watched_connections(), 0U);
    clients.clear();
    until_gone();
  }
}

TEST_F(LookoutTest, ABusyWorkersSilentClientsAreWatchedAfterItsPatience) {
  std::vector<BriefClient> clients = answered(20);
  clock_ms += 1;
  settle();
  EXPECT_EQ(watched_connections(), 0U);
  clock_ms += kPatienceMs;
  until([&] { return watched_connections() == 20; });
  for (BriefClient& client : clients) client.ask();
  for (BriefClient& client : clients) until([&] { return client.has_answer(); });
}

TEST_F(LookoutTest, AFewClientsAreWatchedAfterSomeLooks) {
  std::vector<BriefClient> clients = answered(2);
  for (int i = 0; i <= 2 * kLooksWithoutPause; ++i) loop->poll_once(1);
  EXPECT_EQ(watched_connections(), 2U);
  clients.clear();
  until_gone();
}

TEST_F(LookoutTest, AClientThatAsksOnIsWatched) {
  std::vector<BriefClient> clients = answered(8);
  clients[0].ask();
  until([&] { return clients[0].has_answer(); });
  EXPECT_EQ(watched_connections(), 1U);
}

TEST_F(LookoutTest, ASilentClientHoldsUpTheOthersOnlyForItsPatience) {
  std::vector<BriefClient> clients;
  clients.reserve(10);
  for (int i = 0; i < 10; ++i) clients.emplace_back(listener->address());
  until([&] { return table.size() == 10; });
  for (int i = 1; i < 10; ++i) clients[i].ask();
  clock_ms += kPatienceMs;
  for (int i = 1; i < 10; ++i) until([&] { return clients[i].has_answer(); });
}

TEST_F(LookoutTest, WhereMostAreSilentOnlyAFewAreWaitedFor) {
  std::vector<BriefClient> silent;
  silent.reserve(kMostTrust + 2 * kTurnedAwayInARow);
  for (uint32_t i = 0; i < kMostTrust; ++i) silent.emplace_back(listener->address());
  until([&] { return table.size() == kMostTrust; });
  clock_ms += kPatienceMs;
  until([&] { return watched_connections() == kMostTrust; });
  for (uint32_t i = 0; i < 2 * kTurnedAwayInARow; ++i) silent.emplace_back(listener->address());
  until([&] { return table.size() == silent.size(); });
  EXPECT_EQ(watched_connections(), silent.size() - 2);
  // The two that were waited for all the same: clients have changed, and all are again.
  silent.clear();
  until_gone();
  std::vector<BriefClient> clients = answered(10);
  EXPECT_EQ(watched_connections(), 0U);
}

TEST_F(LookoutTest, ABusyWorkerLooksForItsClientsUntilFewCome) {
  EXPECT_TRUE(is_watched(listener->fd()));
  std::vector<BriefClient> clients = answered(kBusyOpenings);
  EXPECT_FALSE(is_watched(listener->fd()));
  clock_ms += 1;
  EXPECT_EQ(answered(1).size(), 1U);
  EXPECT_FALSE(is_watched(listener->fd()));
  clock_ms += 2;
  settle();
  EXPECT_TRUE(is_watched(listener->fd()));
  EXPECT_EQ(answered(1).size(), 1U);
  EXPECT_TRUE(is_watched(listener->fd()));
}

TEST_F(LookoutTest, AListenerThatRestsIsNotLookedAt) {
  std::vector<BriefClient> clients = answered(kBusyOpenings);
  quota_.set_limit(kBusyOpenings);
  clients.emplace_back(listener->address());
  clients.back().ask();
  until([&] { return listener->resting(); });
  settle();
  EXPECT_EQ(table.size(), kBusyOpenings);
  EXPECT_TRUE(listener->resting());
  EXPECT_FALSE(static_cast<Entrance&>(*listener).look())
      << "what cannot be let in is no reason for the next look at once";
  clients.erase(clients.begin());
  until([&] { return clients.back().has_answer(); });
  EXPECT_FALSE(is_watched(listener->fd()));
}

TEST_F(LookoutTest, ABusyWorkersListenersComeAndGo) {
  std::vector<BriefClient> clients = answered(kBusyOpenings);
  auto second = *TcpListener::create({.address = {IpAddress::v4(127, 0, 0, 1), 0}}, handler_);
  ASSERT_TRUE(second->attach(table));
  EXPECT_FALSE(is_watched(second->fd()));
  BriefClient client(second->address());
  client.ask();
  until([&] { return client.has_answer(); });
  second->detach();
  ASSERT_TRUE(second->attach(table));
  clock_ms += 2;
  settle();
  EXPECT_TRUE(is_watched(second->fd()));
  BriefClient later(second->address());
  later.ask();
  until([&] { return later.has_answer(); });
}

TEST_F(LookoutTest, AnUnfinishedQueryIsWatchedFor) {
  std::vector<BriefClient> busy = answered(8);
  BriefClient client(listener->address());
  client.send_part(0, 2);
  until([&] { return watched_connections() == 1; });
  client.send_part(2, 1);
  until([&] { return client.has_answer(); });
}

}  // namespace
}  // namespace nomen::net
