// Messages through TLS: what ConnectionTable takes from TcpListener, and StreamClient, against each other and
// against clients and servers that do not do as they should. The clock is the test's.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "crypto/certificates_for_test.h"
#include "net/loop_for_test.h"
#include "net/stream_client.h"
#include "net/tcp_listener.h"

namespace nomen::net {
namespace {

using crypto::TlsContext;
using crypto::TlsSession;

struct TlsHandler final : StreamHandler {
  void on_message(Connection& connection, Bytes message) override {
    messages.emplace_back(as_text(message));
    last = connection.id();
    message_action(connection, messages.back());
  }
  void on_drained(Connection& connection) override { drained_action(connection); }
  void on_close(Connection&) override { ++closed; }

  std::function<void(Connection&, const std::string&)> message_action =
      [](Connection& connection, const std::string& message) { connection.reply(as_bytes("re:" + message)); };
  std::function<void(Connection&)> drained_action = [](Connection&) {};
  std::vector<std::string> messages;
  ConnectionId last;
  int closed = 0;
};

struct Asker final : StreamClientHandler {
  void on_connected() override { connected = true; }
  void on_message(Bytes message) override { messages.emplace_back(as_text(message)); }
  void on_end(const Error& why) override { ended = why.text; }

  std::vector<std::string> messages;
  std::optional<std::string> ended;
  bool connected = false;
};

/// A client that sends octets as the test says.
struct RawClient {
  explicit RawClient(const SocketAddress& server)
      : socket(::socket(server.raw()->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    EXPECT_EQ(connect(socket.get(), server.raw(), server.raw_size()), 0);
  }
  void send(Bytes bytes) {
    EXPECT_EQ(::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  /// Whatever has come; sets `ended` when there will be no more.
  std::vector<uint8_t> look() {
    std::vector<uint8_t> buffer(65536);
    const ssize_t got = recv(socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    ended = ended || got == 0 || (got < 0 && errno != EAGAIN);
    buffer.resize(got > 0 ? static_cast<size_t>(got) : 0);
    return buffer;
  }
  Descriptor socket;
  bool ended = false;
};

class TlsStreams : public LoopForTest {
 protected:
  void SetUp() override { table = std::make_unique<ConnectionTable>(*loop, quota, kTimeouts); }
  void TearDown() override {
    client.reset();
    listener.reset();
    table.reset();
    EXPECT_EQ(quota.used(), 0U);
  }
  void listen(const crypto::TlsSettings& settings = {}) { listen_with(*TlsContext::for_server(settings)); }
  void listen_with(const std::shared_ptr<const TlsContext>& tls) {
    auto made = TcpListener::create({.address = {IpAddress::v4(127, 0, 0, 1), 0}, .tls = tls}, handler);
    ASSERT_TRUE(made) << made.error().text;
    listener = std::move(*made);
    ASSERT_TRUE(listener->attach(*table));
  }
  void open(const crypto::TlsSettings& settings = {}) {
    client =
        *StreamClient::open(*loop, listener->address(), {}, {}, asker, *TlsContext::for_client(settings));
  }

  static constexpr StreamTimeouts kTimeouts{
      .initial_ms = 5000, .idle_ms = 3000, .keepalive_ms = 20'000, .write_ms = 4000};
  ConnectionQuota quota{10};
  TlsHandler handler;
  std::unique_ptr<ConnectionTable> table;
  std::unique_ptr<TcpListener> listener;
  Asker asker;
  std::unique_ptr<StreamClient> client;
};

TEST_F(TlsStreams, QuestionsAndAnswersOfEverySizePass) {
  listen();
  open();
  std::vector<std::string> expected;
  for (const size_t size : {1UL, 500UL, 16384UL, 16385UL, 65000UL, 3UL}) {
    client->send(as_bytes(std::string(size, 'q')));
    expected.push_back("re:" + std::string(size, 'q'));
  }
  until([&] { return asker.messages.size() == expected.size(); });
  EXPECT_EQ(asker.messages, expected);
  client->send(as_bytes("again"));
  until([&] { return asker.messages.size() == expected.size() + 1; });
  EXPECT_TRUE(table->find(handler.last)->is_encrypted());
  EXPECT_TRUE(table->find(handler.last)->speaks_dot());
}

TEST_F(TlsStreams, MuchMoreThanTheSocketTakesArrivesInOrder) {
  listen();
  constexpr int kMessages = 2000;
  int sent = 0;
  const auto produce = [&](Connection& connection) {
    while (sent < kMessages && connection.writable())
      connection.reply(as_bytes(std::to_string(sent++) + std::string(5000, ' ')));
  };
  handler.message_action = [&](Connection& connection, const std::string&) { produce(connection); };
  handler.drained_action = produce;
  open();
  client->send(as_bytes("all"));
  client->send(as_bytes("of it"));
  client->pause(true);
  until([&] { return sent > 0; });
  pass(10);
  EXPECT_LT(sent, kMessages);  // the server waits for us
  client->pause(false);
  until([&] { return asker.messages.size() == kMessages; });
  for (int i = 0; i < kMessages; ++i) EXPECT_TRUE(asker.messages[i].starts_with(std::to_string(i) + " "));
}

TEST_F(TlsStreams, RepliesThatComeLaterPass) {
  listen();
  handler.message_action = [](Connection& connection, const std::string&) { connection.hold(); };
  open();
  client->send(as_bytes("q"));
  until([&] { return handler.messages.size() == 1; });
  loop->post([&] {
    table->find(handler.last)->reply(as_bytes("late"));
    table->find(handler.last)->release();
  });
  until([&] { return asker.messages.size() == 1; });
  EXPECT_EQ(asker.messages[0], "late");
}

TEST_F(TlsStreams, WhoSpeaksPlainTextIsTurnedAway) {
  listen();
  RawClient raw(listener->address());
  raw.send(as_bytes(std::string("\0\5query", 7) + std::string(80, '\1')));
  until([&] { return !raw.look().empty() || raw.ended; });
  until([&] { return handler.closed == 1; });
  EXPECT_TRUE(handler.messages.empty());
}

TEST_F(TlsStreams, AHalfHandshakeEndsWithTheInitialTimeout) {
  listen();
  std::vector<uint8_t> hello;
  TlsSession session(*TlsContext::for_client({}), "127.0.0.1", hello);
  RawClient raw(listener->address());
  raw.send(Bytes(hello).first(hello.size() / 2));
  until([&] { return table->size() == 1; });
  pass(4000);
  raw.send(Bytes(hello).subspan(hello.size() / 2));
  pass(500);
  EXPECT_EQ(quota.used(), 1U);
  EXPECT_FALSE(raw.look().empty());  // the server's part; we say no more
  pass(600);
  until([&] { return table->size() == 0; });
  EXPECT_EQ(table->counters().timed_out, 1U);
}

TEST_F(TlsStreams, HalfHandshakesGiveWayWhenThereIsNoRoom) {
  quota.set_limit(2);
  listen();
  RawClient first(listener->address());
  RawClient second(listener->address());
  until([&] { return table->size() == 2; });
  pass(1500);
  open();
  client->send(as_bytes("q"));
  until([&] { return asker.messages.size() == 1; });
  EXPECT_EQ(table->counters().evicted, 1U);
}

TEST_F(TlsStreams, TheServerSaysGoodbye) {
  listen();
  handler.message_action = [](Connection& connection, const std::string&) {
    connection.reply(as_bytes("bye"));
    connection.close();
  };
  std::vector<uint8_t> out;
  TlsSession session(*TlsContext::for_client({}), "127.0.0.1", out);
  RawClient raw(listener->address());
  std::string heard;
  bool asked = false;
  until([&] {
    raw.send(out);
    out.clear();
    const auto input = raw.look();
    std::vector<uint8_t> plain(input.size() + crypto::kTlsHeldBytes);
    const size_t size = session.receive(input, plain, out);
    heard += as_text(Bytes(plain).first(size));
    if (session.state() == TlsSession::State::kOpen && !asked)
      session.send(as_bytes(std::string("\0\1q", 3)), out);
    asked = session.state() == TlsSession::State::kOpen;
    return raw.ended || session.state() == TlsSession::State::kPeerClosed;
  });
  EXPECT_EQ(heard, std::string("\0\3bye", 5));
  EXPECT_EQ(session.state(), TlsSession::State::kPeerClosed);
}

TEST_F(TlsStreams, AnIdleClientIsToldThatItIsOver) {
  listen();
  open();
  client->send(as_bytes("q"));
  until([&] { return asker.messages.size() == 1; });
  pass(3100);
  until([&] { return asker.ended.has_value(); });
  EXPECT_EQ(*asker.ended, "end of file");
}

TEST_F(TlsStreams, AWrongNameEndsTheConnectionBeforeAnythingIsSent) {
  crypto::CertificatesForTest certificates;
  certificates.sign("server", "DNS:primary.example");
  listen({.cert_file = certificates.path("server.pem"), .key_file = certificates.path("server.key")});
  open({.ca_file = certificates.authority(), .remote_hostname = "other.example"});
  client->send(as_bytes("secret"));
  until([&] { return asker.ended.has_value(); });
  EXPECT_EQ(*asker.ended, "TLS peer certificate verification failed: hostname mismatch");
  EXPECT_FALSE(asker.connected);
  until([&] { return table->size() == 0; });
  EXPECT_TRUE(handler.messages.empty());
}

TEST_F(TlsStreams, AClientWithoutCertificateIsTurnedAway) {
  crypto::CertificatesForTest certificates;
  listen({.ca_file = certificates.authority()});
  open();
  client->send(as_bytes("q"));
  until([&] { return asker.ended.has_value(); });
  EXPECT_TRUE(handler.messages.empty());
  EXPECT_TRUE(asker.messages.empty());
}

TEST_F(TlsStreams, AServerThatSpeaksNoTlsHearsNothingButAHello) {
  listen_with(nullptr);
  handler.message_action = [](Connection& connection, const std::string&) {
    connection.reply(as_bytes("what?"));
  };
  open();
  client->send(as_bytes("secret"));
  pass(16'000);
  until([&] { return asker.ended.has_value(); });
  EXPECT_FALSE(asker.connected);
  for (const std::string& message : handler.messages) EXPECT_EQ(message.find("secret"), std::string::npos);
}

TEST_F(TlsStreams, NewCertificatesHoldForThoseWhoComeThen) {
  crypto::CertificatesForTest certificates;
  listen();
  certificates.sign("server", "DNS:primary.example");
  listener->set_tls(*TlsContext::for_server(
      {.cert_file = certificates.path("server.pem"), .key_file = certificates.path("server.key")}));
  open({.ca_file = certificates.authority(), .remote_hostname = "primary.example"});
  client->send(as_bytes("q"));
  until([&] { return asker.messages.size() == 1; });
}

}  // namespace
}  // namespace nomen::net
