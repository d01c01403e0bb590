// What we ask of other servers: DatagramClient and StreamClient against sockets on loopback.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <optional>
#include <string>

#include "net/datagram_client.h"
#include "net/socket_options.h"
#include "net/stream_client.h"

namespace nomen::net {
namespace {

std::vector<uint8_t> bytes(std::string_view text) {
  return {text.begin(), text.end()};
}

/// Turns the loop until `done`, at most five seconds.
template <class Condition>
bool turn_until(EventLoop& loop, Condition&& done) {
  const uint64_t end_ms = monotonic_ms() + 5000;
  while (monotonic_ms() < end_ms) {
    if (done()) return true;
    loop.poll_once(20);
  }
  return false;
}

Descriptor server_socket(int type) {
  auto socket =
      bound_socket(type, SocketAddress(IpAddress::v4(127, 0, 0, 1), 0), {}, [](int, const SocketAddress&) {});
  EXPECT_TRUE(socket);
  if (type == SOCK_STREAM) {
    EXPECT_EQ(listen(socket->get(), 5), 0);
  }
  return std::move(*socket);
}

struct UdpServer {
  Descriptor socket = server_socket(SOCK_DGRAM);
  SocketAddress address = local_address_of(socket.get());
  SocketAddress peer;

  std::optional<std::string> receive() {
    char buffer[512];
    socklen_t size = SocketAddress::kCapacity;
    const ssize_t got = recvfrom(socket.get(), buffer, sizeof buffer, 0, peer.raw(), &size);
    if (got < 0) return std::nullopt;
    return std::string(buffer, static_cast<size_t>(got));
  }
  void answer(std::string_view text) {
    sendto(socket.get(), text.data(), text.size(), 0, peer.raw(), peer.raw_size());
  }
};

TEST(DatagramClient, TakesTheAnswerAndIgnoresWhatIsNone) {
  auto loop = *EventLoop::create();
  UdpServer server;
  std::optional<std::string> answer;
  auto client = DatagramClient::ask(
      *loop, {server.address, {}, bytes("question"), 2000, 3},
      [](Bytes datagram) { return as_text(datagram).starts_with("answer"); },
      [&](Result<Bytes> result) { answer = result ? std::string(as_text(*result)) : result.error().text; });
  ASSERT_TRUE(client);
  std::optional<std::string> question;
  ASSERT_TRUE(turn_until(*loop, [&] { return (question = server.receive()).has_value(); }));
  EXPECT_EQ(*question, "question");
  server.answer("forged");
  server.answer("answer 1");
  ASSERT_TRUE(turn_until(*loop, [&] { return answer.has_value(); }));
  EXPECT_EQ(*answer, "answer 1");
}

TEST(DatagramClient, AsksAgainAndThenGivesUp) {
  auto loop = *EventLoop::create();
  UdpServer server;
  std::optional<std::string> answer;
  auto client = DatagramClient::ask(
      *loop, {server.address, {}, bytes("q"), 10, 3}, [](Bytes) { return true; },
      [&](Result<Bytes> result) { answer = result ? "answered" : result.error().text; });
  ASSERT_TRUE(client);
  ASSERT_TRUE(turn_until(*loop, [&] { return answer.has_value(); }));
  EXPECT_EQ(*answer, server.address.to_string() + ": timed out");
  for (int i = 0; i < 3; i++) EXPECT_EQ(server.receive(), "q");
  EXPECT_FALSE(server.receive());
}

TEST(DatagramClient, AClosedPortEndsTheQuestion) {
  auto loop = *EventLoop::create();
  SocketAddress closed;
  {
    closed = UdpServer().address;
  }
  std::optional<std::string> answer;
  auto client = DatagramClient::ask(
      *loop, {closed, {}, bytes("q"), 5000, 1}, [](Bytes) { return true; },
      [&](Result<Bytes> result) { answer = result ? "answered" : result.error().text; });
  ASSERT_TRUE(client);
  ASSERT_TRUE(turn_until(*loop, [&] { return answer.has_value(); }));
  EXPECT_EQ(*answer, closed.to_string() + ": connection refused");
}

struct Listener final : StreamClientHandler {
  std::vector<std::string> messages;
  std::optional<std::string> ended;
  bool connected = false;
  std::unique_ptr<StreamClient>* destroy_at_message = nullptr;

  void on_connected() override { connected = true; }
  void on_message(Bytes message) override {
    messages.emplace_back(as_text(message));
    if (destroy_at_message != nullptr) destroy_at_message->reset();
  }
  void on_end(const Error& why) override { ended = why.text; }
};

struct TcpServer {
  Descriptor socket = server_socket(SOCK_STREAM);
  SocketAddress address = local_address_of(socket.get());
  Descriptor connection;

  bool accept() {
    connection = Descriptor(::accept(socket.get(), nullptr, nullptr));
    return connection.valid();
  }
  void send(std::string_view octets) {
    EXPECT_EQ(::send(connection.get(), octets.data(), octets.size(), 0), static_cast<ssize_t>(octets.size()));
  }
  std::string receive() {
    char buffer[512];
    const ssize_t got = recv(connection.get(), buffer, sizeof buffer, MSG_DONTWAIT);
    return got > 0 ? std::string(buffer, static_cast<size_t>(got)) : "";
  }
};

using namespace std::string_view_literals;

TEST(StreamClient, SendsWhatWasQueuedAndTakesMessagesInPieces) {
  auto loop = *EventLoop::create();
  TcpServer server;
  Listener listener;
  auto client = *StreamClient::open(*loop, server.address, {}, {}, listener);
  client->send(as_bytes("query"));
  ASSERT_TRUE(turn_until(*loop, [&] { return server.connection.valid() || server.accept(); }));
  std::string got;
  ASSERT_TRUE(turn_until(*loop, [&] { return (got += server.receive()).size() >= 7; }));
  EXPECT_EQ(got, "\0\5query"sv);
  EXPECT_TRUE(listener.connected);
  server.send("\0\3one\0\3tw"sv);
  ASSERT_TRUE(turn_until(*loop, [&] { return listener.messages.size() == 1; }));
  server.send("o\0\1x"sv);
  ASSERT_TRUE(turn_until(*loop, [&] { return listener.messages.size() == 3; }));
  EXPECT_EQ(listener.messages, (std::vector<std::string>{"one", "two", "x"}));
  server.connection.reset();
  ASSERT_TRUE(turn_until(*loop, [&] { return listener.ended.has_value(); }));
  EXPECT_EQ(*listener.ended, "end of file");
}

TEST(StreamClient, MayBeDestroyedByTheHandlerOfAMessage) {
  auto loop = *EventLoop::create();
  TcpServer server;
  Listener listener;
  auto client = *StreamClient::open(*loop, server.address, {}, {}, listener);
  listener.destroy_at_message = &client;
  ASSERT_TRUE(turn_until(*loop, [&] { return server.connection.valid() || server.accept(); }));
  server.send("\0\3one\0\3two"sv);
  ASSERT_TRUE(turn_until(*loop, [&] { return client == nullptr; }));
  EXPECT_EQ(listener.messages, std::vector<std::string>{"one"});
  EXPECT_FALSE(listener.ended);
}

TEST(StreamClient, AServerThatSaysNothingTimesOut) {
  auto loop = *EventLoop::create();
  TcpServer server;
  Listener listener;
  StreamClientTimeouts timeouts;
  timeouts.idle_ms = 20;
  auto client = *StreamClient::open(*loop, server.address, {}, timeouts, listener);
  ASSERT_TRUE(turn_until(*loop, [&] { return listener.ended.has_value(); }));
  EXPECT_TRUE(listener.connected);
  EXPECT_EQ(*listener.ended, "timed out");
}

TEST(StreamClient, AClosedPortIsTold) {
  auto loop = *EventLoop::create();
  SocketAddress closed;
  {
    closed = TcpServer().address;
  }
  Listener listener;
  auto client = StreamClient::open(*loop, closed, {}, {}, listener);
  if (!client) {
    EXPECT_EQ(client.error().text, closed.to_string() + ": connection refused");
    return;
  }
  ASSERT_TRUE(turn_until(*loop, [&] { return listener.ended.has_value(); }));
  EXPECT_EQ(*listener.ended, "connection refused");
}

}  // namespace
}  // namespace nomen::net
