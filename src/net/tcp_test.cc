// TcpListener, ConnectionTable and Connection together, against clients on loopback. The clock is the test's.
#include <gtest/gtest.h>
#include <linux/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "net/ipv6_for_test.h"
#include "net/loop_for_test.h"
#include "net/tcp_listener.h"

namespace nomen::net {
namespace {

std::string framed(std::string_view message) {
  std::string text{static_cast<char>(message.size() >> 8), static_cast<char>(message.size() & 0xff)};
  return text += message;
}

class TcpHandler final : public StreamHandler {
 public:
  void on_open(Connection& connection) override {
    ++opened;
    last = connection.id();
    if (refuse) connection.abort();
  }
  void on_message(Connection& connection, Bytes message) override {
    messages.emplace_back(as_text(message));
    message_action(connection, messages.back());
  }
  void on_drained(Connection& connection) override { drained_action(connection); }
  void on_close(Connection& connection) override {
    ++closed;
    EXPECT_FALSE(connection.is_open());
  }

  std::function<void(Connection&, const std::string&)> message_action = [](Connection& connection,
                                                                           const std::string& message) {
    if (!message.empty()) connection.reply(as_bytes("re:" + message));
  };
  std::function<void(Connection&)> drained_action = [](Connection&) {};
  std::vector<std::string> messages;
  ConnectionId last;
  bool refuse = false;
  int opened = 0;
  int closed = 0;
};

class Client {
 public:
  explicit Client(const SocketAddress& server, int receive_buffer = 0)
      : socket_(::socket(server.raw()->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    set_option(fd(), IPPROTO_TCP, TCP_NODELAY, 1);
    if (receive_buffer > 0) set_option(fd(), SOL_SOCKET, SO_RCVBUF, receive_buffer);
    EXPECT_EQ(connect(fd(), server.raw(), server.raw_size()), 0);
    set_option(fd(), SOL_SOCKET, SO_SNDBUF, 1 << 20);
  }
  int fd() const { return socket_.get(); }
  /// As much as fits into the kernel's buffers; returns how much that was.
  size_t send(std::string_view bytes) {
    ssize_t sent = ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent < 0 ? 0 : static_cast<size_t>(sent);
  }
  void ask(std::string_view message) { EXPECT_EQ(send(framed(message)), message.size() + 2); }
  /// Takes in what has arrived, at most `most` octets.
  void look(size_t most = SIZE_MAX) {
    char buffer[65536];
    while (most > 0) {
      ssize_t got = recv(fd(), buffer, std::min(most, sizeof buffer), MSG_DONTWAIT);
      if (got > 0) received.append(buffer, static_cast<size_t>(got));
      if (got > 0) most -= static_cast<size_t>(got);
      if (got == 0 || (got < 0 && errno != EAGAIN)) ended = true;
      if (got <= 0) return;
    }
  }
  std::vector<std::string> replies() const {
    std::vector<std::string> all;
    for (size_t at = 0; at + 2 <= received.size();) {
      size_t size = load_u16(as_bytes(received).data() + at);
      if (at + 2 + size > received.size()) break;
      all.push_back(received.substr(at + 2, size));
      at += 2 + size;
    }
    return all;
  }
  void end_sending() { shutdown(fd(), SHUT_WR); }
  void close() { socket_.reset(); }

  std::string received;
  bool ended = false;

 private:
  Descriptor socket_;
};

class Tcp : public LoopForTest {
 protected:
  void listen(const TcpOptions& options = {.address = {IpAddress::v4(127, 0, 0, 1), 0}}) {
    auto made = TcpListener::create(options, handler);
    ASSERT_TRUE(made) << made.error().text;
    listener = std::move(*made);
    ASSERT_TRUE(listener->attach(*table));
  }
  /// Every message waits for its answer.
  void hold_all(std::vector<std::string>& waiting) {
    handler.message_action = [&](Connection& connection, const std::string& message) {
      connection.hold();
      waiting.push_back(message);
    };
  }
  /// With data in them.
  static uint32_t segments_received_by(int fd) {
    tcp_info info{};
    socklen_t size = sizeof info;
    EXPECT_EQ(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size), 0);
    return info.tcpi_data_segs_in;
  }
  void SetUp() override { table = std::make_unique<ConnectionTable>(*loop, quota, kTimeouts); }
  void TearDown() override {
    listener.reset();
    table.reset();
    EXPECT_EQ(quota.used(), 0U);
    EXPECT_EQ(handler.opened, handler.closed);
  }
  void until_replies(Client& client, size_t count) {
    until([&] {
      client.look();
      return client.replies().size() >= count || client.ended;
    });
    EXPECT_EQ(client.replies().size(), count);
  }
  void until_ended(Client& client) {
    until([&] {
      client.look();
      return client.ended;
    });
  }

  static constexpr StreamTimeouts kTimeouts{
      .initial_ms = 5000, .idle_ms = 3000, .keepalive_ms = 20'000, .write_ms = 4000};
  ConnectionQuota quota{150};
  TcpHandler handler;
  std::unique_ptr<ConnectionTable> table;
  std::unique_ptr<TcpListener> listener;
};

TEST_F(Tcp, AnswersOneQueryAndSeesTheClientGo) {
  listen();
  Client client(listener->address());
  client.ask("hello");
  until_replies(client, 1);
  EXPECT_EQ(client.replies()[0], "re:hello");
  EXPECT_EQ(table->size(), 1U);
  client.close();
  until([&] { return table->size() == 0; });
  EXPECT_EQ(handler.closed, 1);
  EXPECT_EQ(quota.high_water(), 1U);
}

TEST_F(Tcp, PutsMessagesTogetherFromSingleOctets) {
  listen();
  Client client(listener->address());
  std::string large(700, 'l');
  std::string stream = framed("one") + framed("") + framed(large) + framed("two");
  for (char octet : stream) {
    ASSERT_EQ(client.send({&octet, 1}), 1U);
    loop->poll_once(1);
  }
  until_replies(client, 3);
  EXPECT_EQ(handler.messages, (std::vector<std::string>{"one", "", large, "two"}));
}

TEST_F(Tcp, TakesMessagesHoweverTheyAreCut) {
  listen();
  std::vector<std::string> sent;
  std::string stream;
  for (size_t size : {1UL, 5UL, 12UL, 500UL, 3000UL, 65535UL, 2UL, 40'000UL, 17UL}) {
    sent.emplace_back(size, static_cast<char>('a' + sent.size()));
    stream += framed(sent.back());
  }
  handler.message_action = [](Connection&, const std::string&) {};
  for (size_t piece : {7UL, 1000UL, 1448UL, 65536UL, 65537UL, 200'000UL}) {
    handler.messages.clear();
    Client client(listener->address());
    for (size_t at = 0; at < stream.size();) {
      at += client.send(std::string_view(stream).substr(at, piece));
      loop->poll_once(0);
    }
    until([&] { return handler.messages.size() >= sent.size(); });
    EXPECT_EQ(handler.messages, sent) << piece;
  }
}

TEST_F(Tcp, AnswersAThousandPipelinedQueriesInOneStream) {
  listen();
  Client client(listener->address());
  std::string stream;
  for (int i = 0; i < 1000; ++i) stream += framed("query " + std::to_string(i));
  ASSERT_EQ(client.send(stream), stream.size());
  until_replies(client, 1000);
  auto replies = client.replies();
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(replies[static_cast<size_t>(i)], "re:query " + std::to_string(i));
}

TEST_F(Tcp, SendsTheLargestMessage) {
  listen();
  handler.message_action = [](Connection& connection, const std::string&) {
    for (char c : {'a', 'b', 'c'}) connection.reply(std::vector<uint8_t>(65535, static_cast<uint8_t>(c)));
  };
  Client client(listener->address());
  client.ask("x");
  until_replies(client, 3);
  EXPECT_EQ(client.replies()[2], std::string(65535, 'c'));
}

TEST_F(Tcp, RepliesLaterAndOutOfOrderFromPostedTasks) {
  listen();
  std::vector<std::pair<ConnectionId, std::string>> waiting;
  handler.message_action = [&](Connection& connection, const std::string& message) {
    connection.hold();
    waiting.emplace_back(connection.id(), message);
  };
  Client client(listener->address());
  for (const char* text : {"one", "two", "three"}) client.ask(text);
  client.end_sending();
  until([&] { return waiting.size() == 3; });
  pass(kTimeouts.idle_ms * 3);
  EXPECT_EQ(table->size(), 1U) << "held, so neither the end of input nor the idle timeout closes it";
  std::thread worker([&] {
    for (size_t i : {2UL, 0UL, 1UL}) {
      loop->post([&, i] {
        Connection* connection = table->find(waiting[i].first);
        ASSERT_NE(connection, nullptr);
        connection->reply(as_bytes(waiting[i].second));
        connection->release();
      });
    }
  });
  until_replies(client, 3);
  worker.join();
  EXPECT_EQ(client.replies(), (std::vector<std::string>{"three", "one", "two"}));
  until([&] { return table->size() == 0; });
  EXPECT_EQ(table->find(waiting[0].first), nullptr);
}

TEST_F(Tcp, AnswersThatWereHeldAreGivenTogetherAndEndTheConnectionOfAClientThatSendsNoMore) {
  listen();
  std::vector<std::string> waiting;
  hold_all(waiting);
  Client client(listener->address());
  for (const char* text : {"one", "two", "three"}) client.ask(text);
  client.end_sending();
  until([&] { return waiting.size() == 3; });
  settle();
  EXPECT_EQ(table->size(), 1U);
  const std::vector<Bytes> first{as_bytes(waiting[0]), as_bytes(waiting[1])};
  const std::vector<Bytes> last{as_bytes(waiting[2])};
  loop->post([&] { table->find(handler.last)->give_held(first); });
  until_replies(client, 2);
  EXPECT_EQ(segments_received_by(client.fd()), 1U);
  EXPECT_EQ(table->size(), 1U) << "one is still held";
  loop->post([&] { table->find(handler.last)->give_held(last); });
  until_replies(client, 3);
  EXPECT_EQ(client.replies(), waiting);
  until([&] { return table->size() == 0; });
}

TEST_F(Tcp, AnIdNeverNamesALaterConnection) {
  listen();
  Client first(listener->address());
  until([&] { return handler.opened == 1; });
  ConnectionId old = handler.last;
  EXPECT_NE(table->find(old), nullptr);
  first.close();
  until([&] { return table->size() == 0; });
  Client second(listener->address());
  until([&] { return handler.opened == 2; });
  EXPECT_EQ(handler.last.slot, old.slot);
  EXPECT_EQ(table->find(old), nullptr);
  EXPECT_NE(table->find(handler.last), nullptr);
  EXPECT_EQ(table->find(ConnectionId()), nullptr);
}

TEST_F(Tcp, AnswersAHalfClosedClientBeforeItCloses) {
  listen();
  Client client(listener->address());
  client.send(framed("one") + framed("two"));
  client.end_sending();
  until_ended(client);
  EXPECT_EQ(client.replies(), (std::vector<std::string>{"re:one", "re:two"}));
}

TEST_F(Tcp, ClosesAClientThatNeverAsks) {
  listen();
  Client client(listener->address());
  until([&] { return table->size() == 1; });
  pass(kTimeouts.initial_ms - 1);
  EXPECT_EQ(table->size(), 1U);
  pass(1);
  EXPECT_EQ(table->size(), 0U);
  EXPECT_EQ(table->counters().timed_out, 1U);
  until_ended(client);
}

TEST_F(Tcp, ClosesAnIdleClientCountedFromItsLastMessage) {
  listen();
  Client client(listener->address());
  for (size_t i = 1; i <= 4; ++i) {
    client.ask("x");
    until_replies(client, i);
    pass(kTimeouts.idle_ms - 1);
    EXPECT_EQ(table->size(), 1U);
  }
  pass(1);
  EXPECT_EQ(table->size(), 0U);
}

TEST_F(Tcp, AnUnfinishedMessageDoesNotKeepAConnectionAlive) {
  listen();
  Client client(listener->address());
  client.ask("x");
  until_replies(client, 1);
  std::string slow = framed(std::string(100, 's'));
  size_t sent = 0;
  for (; sent < 90 && table->size() == 1; ++sent) {
    client.send({&slow[sent], 1});
    pass(100);
  }
  EXPECT_EQ(table->size(), 0U);
  EXPECT_LE(sent, kTimeouts.idle_ms / 100 + 1);
}

TEST_F(Tcp, AConnectionMayHaveItsOwnIdleTimeout) {
  listen();
  handler.message_action = [](Connection& connection, const std::string& message) {
    if (message == "keepalive") connection.use_keepalive();
    if (message == "hurry") connection.set_idle_timeout_ms(10);
    connection.reply(as_bytes("ok"));
  };
  Client client(listener->address());
  client.ask("keepalive");
  until_replies(client, 1);
  pass(kTimeouts.keepalive_ms - 1);
  EXPECT_EQ(table->size(), 1U);
  client.ask("hurry");
  until_replies(client, 2);
  pass(9);
  EXPECT_EQ(table->size(), 1U);
  pass(1);
  EXPECT_EQ(table->size(), 0U);
}

TEST_F(Tcp, ASlowReaderIsNotReadFurtherAndLosesNothing) {
  listen();
  handler.message_action = [](Connection& connection, const std::string& message) {
    std::string reply(20'000, '.');
    reply.replace(0, message.find(' '), message, 0, message.find(' '));
    connection.reply(as_bytes(reply));
  };
  Client client(listener->address(), 65536);
  size_t asked = 0;
  std::string rest;
  // Sends until the server has stopped to read and all buffers are full.
  for (int quiet = 0; quiet < 20; ++quiet) {
    while (true) {
      if (rest.empty()) rest = framed(std::to_string(asked++) + std::string(5000, ' '));
      size_t sent = client.send(rest);
      rest.erase(0, sent);
      if (sent == 0) break;
      quiet = 0;
    }
    loop->poll_once(1);
  }
  ASSERT_LT(handler.messages.size(), asked);
  std::vector<std::string> replies;
  std::string more = rest;
  until([&] {
    more.erase(0, client.send(more));
    client.look();
    return client.received.size() >= asked * 20'002 || client.ended;
  });
  replies = client.replies();
  ASSERT_EQ(replies.size(), asked);
  for (size_t i = 0; i < asked; ++i) EXPECT_EQ(replies[i].substr(0, replies[i].find('.')), std::to_string(i));
}

TEST_F(Tcp, AReaderThatTakesNothingIsClosedAfterTheWriteTimeout) {
  listen();
  handler.message_action = [](Connection& connection, const std::string&) {
    for (int i = 0; i < 300; ++i) connection.reply(std::vector<uint8_t>(65535, 'x'));
  };
  Client client(listener->address(), 4096);
  client.ask("x");
  until([&] { return !handler.messages.empty(); });
  settle();
  pass(kTimeouts.write_ms - 1);
  EXPECT_EQ(table->size(), 1U);
  pass(1);
  EXPECT_EQ(table->size(), 0U);
  EXPECT_EQ(table->counters().timed_out, 1U);
}

TEST_F(Tcp, AConnectionMayHaveAWriteTimeoutOfItsOwn) {
  listen();
  handler.message_action = [](Connection& connection, const std::string&) {
    connection.set_write_timeout_ms(10 * kTimeouts.write_ms);
    for (int i = 0; i < 300; ++i) connection.reply(std::vector<uint8_t>(65535, 'x'));
  };
  Client client(listener->address(), 4096);
  client.ask("x");
  until([&] { return !handler.messages.empty(); });
  settle();
  pass(kTimeouts.write_ms);
  EXPECT_EQ(table->size(), 1U);
  pass(9 * kTimeouts.write_ms - 1);
  EXPECT_EQ(table->size(), 1U);
  pass(1);
  EXPECT_EQ(table->size(), 0U);
  EXPECT_EQ(table->counters().timed_out, 1U);
}

TEST_F(Tcp, AReaderThatTakesALittleAtATimeGetsAll) {
  listen();
  constexpr size_t kReplies = 400;
  handler.message_action = [](Connection& connection, const std::string&) {
    for (size_t i = 0; i < kReplies; ++i) connection.reply(std::vector<uint8_t>(65535, 'x'));
  };
  Client client(listener->address());
  client.ask("x");
  until([&] { return !handler.messages.empty(); });
  while (client.received.size() < kReplies * 65537 && !client.ended) {
    size_t before = client.received.size();
    until([&] {
      client.look(256UL * 1024);
      return client.received.size() > before || client.ended;
    });
    clock_ms += kTimeouts.write_ms / 2;
    loop->poll_once(1);
  }
  EXPECT_EQ(client.replies().size(), kReplies);
}

TEST_F(Tcp, AProducerSendsAMillionOctetsAfterAnotherWithBackpressure) {
  listen();
  constexpr size_t kMessages = 400;
  size_t produced = 0;
  size_t most = 0;
  int calls = 0;
  auto produce = [&](Connection& connection) {
    ++calls;
    size_t in_this_call = 0;
    while (produced < kMessages && connection.writable()) {
      connection.reply(std::vector<uint8_t>(30'000, static_cast<uint8_t>(produced++ % 251)));
      in_this_call += 30'002;
    }
    most = std::max(most, in_this_call);
    if (produced == kMessages) connection.close();
  };
  handler.message_action = [&](Connection& connection, const std::string&) { produce(connection); };
  handler.drained_action = produce;
  Client client(listener->address());
  client.ask("all");
  until([&] { return calls > 0; });
  settle();
  EXPECT_LT(produced, kMessages) << "the client takes nothing, so the producer has to wait";
  until_ended(client);
  auto replies = client.replies();
  ASSERT_EQ(replies.size(), kMessages);
  for (size_t i = 0; i < kMessages; ++i)
    EXPECT_EQ(replies[i], std::string(30'000, static_cast<char>(i % 251)));
  EXPECT_LE(most, kTurnBytes + 30'002) << "one turn ends before it holds up the others";
}

TEST_F(Tcp, AProducerOnAPostedTaskHearsOfRoomToo) {
  listen();
  constexpr size_t kMessages = 300;
  size_t produced = 0;
  auto produce = [&](Connection& connection) {
    while (produced < kMessages && connection.writable()) {
      ++produced;
      connection.reply(std::vector<uint8_t>(10'000, 'x'));
    }
    if (produced == kMessages) connection.close();
  };
  handler.message_action = [&](Connection& connection, const std::string&) {
    loop->post([&, id = connection.id()] { produce(*table->find(id)); });
  };
  handler.drained_action = produce;
  Client client(listener->address());
  client.ask("all");
  until_ended(client);
  EXPECT_EQ(client.replies().size(), kMessages);
}

TEST_F(Tcp, ManyHeldAnswersStopTheReadingUntilSomeAreGiven) {
  listen();
  std::vector<std::string> waiting;
  hold_all(waiting);
  Client client(listener->address());
  std::string stream;
  for (int i = 0; i < 200; ++i) stream += framed(std::to_string(i));
  client.send(stream);
  size_t answered = 0;
  until([&] { return waiting.size() >= kHoldsPerConnection; });
  settle();
  EXPECT_EQ(waiting.size(), kHoldsPerConnection);
  while (answered < 200) {
    Connection* connection = table->find(handler.last);
    ASSERT_NE(connection, nullptr);
    connection->reply(as_bytes(waiting[answered++]));
    connection->release();
    size_t taken = std::min<size_t>(200, answered + kHoldsPerConnection);
    until([&] { return waiting.size() >= taken; });
    EXPECT_EQ(waiting.size(), taken);
  }
  until_replies(client, 200);
  EXPECT_EQ(client.replies()[199], "199");
}

TEST_F(Tcp, TheClientMayGoWhileRepliesArePending) {
  listen();
  handler.message_action = [](Connection& connection, const std::string&) { connection.hold(); };
  Client client(listener->address());
  client.ask("x");
  until([&] { return !handler.messages.empty(); });
  linger reset{.l_onoff = 1, .l_linger = 0};
  setsockopt(client.fd(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  client.close();
  until([&] { return table->size() == 0; });
  EXPECT_EQ(table->find(handler.last), nullptr);
}

TEST_F(Tcp, ReplyingIntoABrokenConnectionIsHarmless) {
  listen();
  handler.message_action = [&](Connection& connection, const std::string&) {
    connection.abort();
    connection.reply(as_bytes("lost"));
    EXPECT_EQ(handler.closed, 0) << "never inside a call the handler makes";
    EXPECT_FALSE(connection.writable());
  };
  Client client(listener->address());
  client.send(framed("one") + framed("two"));
  until_ended(client);
  EXPECT_EQ(handler.messages.size(), 1U);
  EXPECT_EQ(client.received, "");
  EXPECT_EQ(table->size(), 0U);
}

TEST_F(Tcp, CloseSendsWhatIsQueuedFirst) {
  listen();
  handler.message_action = [](Connection& connection, const std::string& message) {
    for (int i = 0; i < 50; ++i) connection.reply(std::vector<uint8_t>(60'000, 'x'));
    connection.reply(as_bytes("last after " + message));
    connection.close();
  };
  Client client(listener->address());
  client.send(framed("one") + framed("two"));
  until_ended(client);
  ASSERT_EQ(client.replies().size(), 51U);
  EXPECT_EQ(client.replies().back(), "last after one");
}

TEST_F(Tcp, TheAttachmentDiesWithTheConnection) {
  struct Flag final : Attachment {
    explicit Flag(bool& alive) : alive_(alive) { alive_ = true; }
    ~Flag() override { alive_ = false; }
    bool& alive_;
  };
  listen();
  bool alive = false;
  handler.message_action = [&](Connection& connection, const std::string&) {
    connection.attachment = std::make_unique<Flag>(alive);
    connection.abort();
    EXPECT_TRUE(alive);
  };
  Client client(listener->address());
  client.ask("x");
  until_ended(client);
  EXPECT_EQ(handler.closed, 1);
  EXPECT_FALSE(alive);
}

TEST_F(Tcp, AnUnwelcomeClientIsTurnedAwayUnread) {
  listen();
  handler.refuse = true;
  Client client(listener->address());
  client.ask("x");
  until_ended(client);
  EXPECT_TRUE(handler.messages.empty());
}

TEST_F(Tcp, ANewClientTakesThePlaceOfTheOneIdleForLongest) {
  quota.set_limit(3);
  listen();
  std::vector<Client> clients;
  for (size_t i = 0; i < 3; ++i) {
    clients.emplace_back(listener->address());
    until([&] { return table->size() == i + 1; });
    clock_ms += kIdleBeforeEvictionMs;
  }
  clients[0].ask("still here");
  until_replies(clients[0], 1);
  Client fourth(listener->address());
  fourth.ask("x");
  until_replies(fourth, 1);
  until_ended(clients[1]);
  for (size_t i : {0UL, 2UL}) {
    clients[i].look();
    EXPECT_FALSE(clients[i].ended);
  }
  EXPECT_EQ(table->size(), 3U);
  EXPECT_EQ(table->counters().evicted, 1U);
}

TEST_F(Tcp, WithAllPlacesBusyNewClientsWaitUntilOneIsFree) {
  quota.set_limit(2);
  listen();
  std::vector<Client> busy;
  handler.message_action = [](Connection& connection, const std::string& message) {
    message == "hold" ? connection.hold() : connection.reply(as_bytes("served"));
  };
  for (int i = 0; i < 2; ++i) {
    busy.emplace_back(listener->address());
    busy.back().ask("hold");
  }
  until([&] { return handler.messages.size() == 2; });
  Client waiting(listener->address());
  waiting.ask("serve me");
  until([&] { return listener->resting(); });
  pass(5000);
  EXPECT_EQ(handler.opened, 2);
  linger reset{.l_onoff = 1, .l_linger = 0};
  setsockopt(busy[0].fd(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  busy[0].close();
  until_replies(waiting, 1);
  EXPECT_FALSE(listener->resting());
}

TEST_F(Tcp, AListenerMayHaveALimitOfItsOwn) {
  auto own = std::make_shared<ConnectionQuota>(1);
  listen({.address = {IpAddress::v4(127, 0, 0, 1), 0}, .quota = own});
  Client first(listener->address());
  until([&] { return table->size() == 1; });
  Client second(listener->address());
  until([&] { return listener->resting(); });
  EXPECT_EQ(own->used(), 1U);
  first.close();
  until([&] { return handler.opened == 2; });
  EXPECT_EQ(own->used(), 1U);
}

TEST_F(Tcp, WithoutFileDescriptorsItRestsInsteadOfSpinning) {
  listen();
  Client client(listener->address());
  client.ask("x");
  until([] { return true; });  // a sanitizer that sees it for the first time needs a descriptor
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  rlimit none = before;
  none.rlim_cur = 0;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  until([&] { return listener->resting(); });
  int busy_rounds = 0;
  for (int i = 0; i < 100; ++i) busy_rounds += loop->poll_once(0) ? 1 : 0;
  EXPECT_EQ(busy_rounds, 0);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  clock_ms += kAcceptPauseMs;
  until_replies(client, 1);
}

TEST_F(Tcp, WithoutFileDescriptorsAnIdleClientGivesWay) {
  listen();
  Client idle(listener->address());
  until([&] { return table->size() == 1; });
  Client client(listener->address());
  client.ask("x");
  clock_ms += kIdleBeforeEvictionMs;
  // The number the idle client's connection has is then the only one there is.
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  rlimit tight = before;
  tight.rlim_cur = static_cast<rlim_t>(client.fd());
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &tight), 0);
  until_replies(client, 1);
  setrlimit(RLIMIT_NOFILE, &before);
  until_ended(idle);
  EXPECT_EQ(table->counters().evicted, 1U);
}

TEST_F(Tcp, AGracefulEndFinishesWhatIsQueued) {
  listen();
  handler.message_action = [](Connection& connection, const std::string& message) {
    if (message == "later") {
      connection.hold();
      return;
    }
    for (int i = 0; i < 100; ++i) connection.reply(std::vector<uint8_t>(60'000, 'x'));
  };
  Client idle(listener->address());
  Client reader(listener->address());
  reader.ask("much");
  until([&] { return handler.messages.size() == 1; });
  Client later(listener->address());
  later.ask("later");
  until([&] { return handler.messages.size() == 2; });
  ConnectionId held = handler.last;
  listener->detach();
  table->close_all();
  until_ended(idle);
  reader.ask("too late");
  until_ended(reader);
  EXPECT_EQ(reader.replies().size(), 100U);
  EXPECT_EQ(table->size(), 1U);
  table->find(held)->reply(as_bytes("at last"));
  table->find(held)->release();
  until_ended(later);
  EXPECT_EQ(later.replies(), std::vector<std::string>{"at last"});
  EXPECT_EQ(table->size(), 0U);
}

TEST_F(Tcp, TheTableEndsItsConnectionsWhenItGoes) {
  listen();
  Client client(listener->address());
  until([&] { return table->size() == 1; });
  listener->detach();
  table.reset();
  EXPECT_EQ(handler.closed, 1);
  until_ended(client);
}

TEST_F(Tcp, KnowsTheAddressAskedOnAWildcardListener) {
  listen({.address = {IpAddress::any(IpFamily::kV4), 0}});
  handler.message_action = [](Connection& connection, const std::string&) {
    connection.reply(as_bytes(connection.local().to_string() + " " + connection.peer().to_string()));
  };
  SocketAddress asked(IpAddress::v4(127, 0, 0, 5), listener->address().port());
  Client client(asked);
  client.ask("x");
  until_replies(client, 1);
  EXPECT_EQ(client.replies()[0], asked.to_string() + " " + local_address_of(client.fd()).to_string());
}

TEST_F(Tcp, ServesIpv6) {
  if (!has_ipv6_loopback()) GTEST_SKIP() << "there is no IPv6 here";
  auto made = TcpListener::create({.address = {*IpAddress::parse("::1"), 0}}, handler);
  ASSERT_TRUE(made) << made.error().text;
  listener = std::move(*made);
  ASSERT_TRUE(listener->attach(*table));
  Client client(listener->address());
  client.ask("x");
  until_replies(client, 1);
}

TEST_F(Tcp, ManyClientsComeAndGo) {
  listen();
  for (int round = 0; round < 20; ++round) {
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 10; ++i) {
      clients.push_back(std::make_unique<Client>(listener->address()));
      clients.back()->ask("from " + std::to_string(i));
    }
    for (size_t i = 0; i < clients.size(); ++i) {
      until_replies(*clients[i], 1);
      EXPECT_EQ(clients[i]->replies()[0], "re:from " + std::to_string(i));
    }
  }
  until([&] { return table->size() == 0; });
  EXPECT_EQ(handler.opened, 200);
  EXPECT_LE(quota.high_water(), 150U);
}

TEST_F(Tcp, ASecondServerOnThePortIsRefused) {
  listen();
  auto second = TcpListener::create({.address = listener->address()}, handler);
  ASSERT_FALSE(second);
}

}  // namespace
}  // namespace nomen::net
