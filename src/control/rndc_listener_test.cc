#include "control/rndc_listener.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <cerrno>

#include "control/rndc_exchange.h"
#include "control/test_operations.h"

namespace nomen::control {
namespace {

constexpr uint32_t kListenerNow = 1795217649;

class RndcListenerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    loop = std::move(*net::EventLoop::create());
    auto opened = RndcListener::open(*loop, *net::SocketAddress::parse("127.0.0.1#0"), policy(true),
                                     operations, replays, [] { return kListenerNow; });
    ASSERT_TRUE(opened) << opened.error().text;
    listener = std::move(*opened);
  }
  static ChannelPolicy policy(bool allow) {
    return {std::make_shared<ChannelAccess>(ChannelAccess{{key()}, false}),
            [allow](const net::SocketAddress&) { return allow; }};
  }
  static RndcKey key() { return {"k", crypto::DigestAlgorithm::kSha256, {1, 2, 3}}; }

  net::Descriptor connect() {
    net::Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    const int status = ::connect(socket.get(), listener->address().raw(), listener->address().raw_size());
    EXPECT_TRUE(status == 0 || errno == EINPROGRESS);
    turn_round();
    return socket;
  }
  void turn_round() {
    while (loop->poll_once(20)) {
    }
  }
  /// What the client has to read now; empty when the server has closed the connection.
  std::optional<std::vector<uint8_t>> read(const net::Descriptor& socket) {
    turn_round();
    std::vector<uint8_t> bytes(100000);
    const ssize_t n = ::recv(socket.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (n < 0) return std::nullopt;
    bytes.resize(static_cast<size_t>(n));
    return bytes;
  }
  static void send(const net::Descriptor& socket, Bytes bytes) {
    EXPECT_EQ(::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }

  TestOperations operations;
  ReplayGuard replays;
  std::unique_ptr<net::EventLoop> loop;
  std::unique_ptr<RndcListener> listener;
};

TEST_F(RndcListenerTest, ServesACommandOverTcp) {
  net::Descriptor socket = connect();
  RndcExchange exchange(key(), "status", 1);
  send(socket, exchange.start(kListenerNow));
  Result<RndcExchange::Step> step = exchange.receive(*read(socket), kListenerNow);
  ASSERT_TRUE(step);
  send(socket, step->send);
  step = exchange.receive(*read(socket), kListenerNow);
  ASSERT_TRUE(step && step->reply);
  EXPECT_EQ(step->reply->text, "server is up and running");
}

TEST_F(RndcListenerTest, TurnsAwayWhomTheAllowListDoesNotName) {
  listener->set_policy(policy(false));
  net::Descriptor socket = connect();
  EXPECT_EQ(read(socket), std::vector<uint8_t>{});
}

TEST_F(RndcListenerTest, ClosesWhoSendsNonsense) {
  net::Descriptor socket = connect();
  send(socket, as_bytes("GET / HTTP/1.0\r\n\r\n"));
  const auto answer = read(socket);
  EXPECT_TRUE(!answer || answer->empty());
}

TEST_F(RndcListenerTest, OneMoreThanTheLimitIsTurnedAwayAndTheOthersStay) {
  std::vector<net::Descriptor> sockets;
  sockets.reserve(kMaxControlConnections);
  for (size_t i = 0; i < kMaxControlConnections; ++i) sockets.push_back(connect());
  net::Descriptor more = connect();
  EXPECT_EQ(read(more), std::vector<uint8_t>{});
  RndcExchange exchange(key(), "status", 1);
  send(sockets[0], exchange.start(kListenerNow));
  EXPECT_TRUE(exchange.receive(*read(sockets[0]), kListenerNow));
  sockets.clear();
  turn_round();
  net::Descriptor again = connect();
  RndcExchange second(key(), "status", 100);
  send(again, second.start(kListenerNow));
  EXPECT_TRUE(second.receive(*read(again), kListenerNow));
}

TEST_F(RndcListenerTest, ClosingEndsAllConnections) {
  net::Descriptor socket = connect();
  listener->close();
  EXPECT_EQ(read(socket), std::vector<uint8_t>{});
}

}  // namespace
}  // namespace nomen::control
