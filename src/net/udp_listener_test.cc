#include "net/udp_listener.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "net/ipv6_for_test.h"

namespace nomen::net {
namespace {

class UdpHandler final : public DatagramHandler {
 public:
  explicit UdpHandler(std::function<void(Datagram&)> each) : each_(std::move(each)) {}
  void handle(std::span<Datagram> batch) override {
    batches.push_back(batch.size());
    for (Datagram& datagram : batch) each_(datagram);
  }
  std::vector<size_t> batches;

 private:
  std::function<void(Datagram&)> each_;
};

const IpAddress kLoopback = IpAddress::v4(127, 0, 0, 1);
const IpAddress kLoopback6 = *IpAddress::parse("::1");

/// A client's socket, connected to the server.
Descriptor client_of(const SocketAddress& server) {
  Descriptor socket(::socket(server.raw()->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(connect(socket.get(), server.raw(), server.raw_size()), 0);
  return socket;
}

void send_text(const Descriptor& client, const std::string& text) {
  ASSERT_EQ(::send(client.get(), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
}

/// What has arrived already, or "(nothing)".
std::string receive_text(const Descriptor& client) {
  char text[8192];
  ssize_t got = recv(client.get(), text, sizeof text, MSG_DONTWAIT);
  return got < 0 ? "(nothing)" : std::string(text, static_cast<size_t>(got));
}

void answer(Datagram& datagram, std::string_view text) {
  ASSERT_LE(text.size(), datagram.capacity);
  std::copy(text.begin(), text.end(), datagram.data);
  datagram.size = static_cast<uint32_t>(text.size());
}

std::string text_of(const Datagram& datagram) {
  return {reinterpret_cast<const char*>(datagram.data), datagram.size};
}

TEST(UdpListener, AnswersABatchInOrderAndSkipsThoseWithoutReply) {
  UdpBatch batch;
  UdpHandler handler([](Datagram& datagram) {
    std::string text = text_of(datagram);
    if (text.back() % 3 == 0) {
      datagram.size = 0;
    } else {
      answer(datagram, "re:" + text);
    }
  });
  auto listener = *UdpListener::create({.address = {kLoopback, 0}}, batch, handler);
  Descriptor client = client_of(listener->address());
  for (int round = 0; round < 3; ++round) {
    for (char c = 'a'; c <= 'z'; ++c) send_text(client, std::string("query ") + c);
    EXPECT_EQ(listener->serve_batch(), 26U);
    for (char c = 'a'; c <= 'z'; ++c) {
      if (c % 3 == 0) continue;
      EXPECT_EQ(receive_text(client), std::string("re:query ") + c);
    }
    EXPECT_EQ(receive_text(client), "(nothing)");
  }
  EXPECT_EQ(listener->counters().received, 78U);
  EXPECT_EQ(listener->counters().send_failed, 0U);
}

TEST(UdpListener, GivesEachPeerItsOwnReply) {
  UdpBatch batch;
  UdpHandler handler([](Datagram& datagram) { answer(datagram, datagram.peer->to_string()); });
  auto listener = *UdpListener::create({.address = {kLoopback, 0}}, batch, handler);
  std::vector<Descriptor> clients;
  for (int i = 0; i < 40; ++i) {
    clients.push_back(client_of(listener->address()));
    send_text(clients.back(), "x");
  }
  EXPECT_EQ(listener->serve_batch(), 40U);
  for (const Descriptor& client : clients)
    EXPECT_EQ(receive_text(client), local_address_of(client.get()).to_string());
}

TEST(UdpListener, TakesMoreThanABatchInOneTurn) {
  auto loop = *EventLoop::create();
  UdpBatch batch;
  UdpHandler handler([](Datagram&) {});
  auto listener = *UdpListener::create({.address = {kLoopback, 0}}, batch, handler);
  ASSERT_TRUE(listener->attach(*loop));
  Descriptor client = client_of(listener->address());
  for (int i = 0; i < 150; ++i) send_text(client, "query " + std::to_string(i));
  EXPECT_TRUE(loop->poll_once(1000));
  EXPECT_EQ(handler.batches, (std::vector<size_t>{64, 64, 22}));
  for (int i = 0; i < 150; ++i) EXPECT_EQ(receive_text(client), "query " + std::to_string(i));
}

TEST(UdpListener, MarksADatagramThatWasTooLarge) {
  UdpBatch batch;
  std::vector<std::pair<uint32_t, bool>> seen;
  UdpHandler handler([&](Datagram& datagram) { seen.emplace_back(datagram.size, datagram.truncated); });
  auto listener = *UdpListener::create({.address = {kLoopback, 0}}, batch, handler);
  Descriptor client = client_of(listener->address());
  send_text(client, std::string(kDatagramBytes, 'x'));
  send_text(client, std::string(kDatagramBytes + 1, 'x'));
  send_text(client, "");
  send_text(client, "small");
  EXPECT_EQ(listener->serve_batch(), 4U);
  EXPECT_EQ(seen, (std::vector<std::pair<uint32_t, bool>>{
                      {kDatagramBytes, false}, {kDatagramBytes, true}, {0, false}, {5, false}}));
}

TEST(UdpListener, ServesIpv6) {
  UdpBatch batch;
  UdpHandler handler([](Datagram& datagram) { answer(datagram, datagram.local->to_string()); });
  if (!has_ipv6_loopback()) GTEST_SKIP() << "there is no IPv6 here";
  auto listener = UdpListener::create({.address = {kLoopback6, 0}}, batch, handler);
  ASSERT_TRUE(listener) << listener.error().text;
  Descriptor client = client_of((*listener)->address());
  send_text(client, "x");
  EXPECT_EQ((*listener)->serve_batch(), 1U);
  EXPECT_EQ(receive_text(client), (*listener)->address().to_string());
}

TEST(UdpListener, AnswersFromTheAddressAskedOnAWildcardSocket) {
  UdpBatch batch;
  UdpHandler handler([](Datagram& datagram) { answer(datagram, datagram.local->to_string()); });
  auto listener = *UdpListener::create(
      {.address = {IpAddress::any(IpFamily::kV4), 0}, .learn_local_address = true}, batch, handler);
  for (uint8_t last : {1, 2, 77}) {
    // A connected client takes replies from the address it has asked only.
    SocketAddress asked(IpAddress::v4(127, 0, 0, last), listener->address().port());
    Descriptor client = client_of(asked);
    send_text(client, "x");
    EXPECT_EQ(listener->serve_batch(), 1U);
    EXPECT_EQ(receive_text(client), asked.to_string());
  }
}

TEST(UdpListener, AnswersFromTheAddressAskedOnAWildcardSocketOfIpv6) {
  if (!has_ipv6_loopback()) GTEST_SKIP() << "there is no IPv6 here";
  UdpBatch batch;
  UdpHandler handler([](Datagram& datagram) { answer(datagram, datagram.local->to_string()); });
  auto listener = UdpListener::create(
      {.address = {IpAddress::any(IpFamily::kV6), 0}, .learn_local_address = true}, batch, handler);
  ASSERT_TRUE(listener) << listener.error().text;
  SocketAddress asked(kLoopback6, (*listener)->address().port());
  Descriptor client = client_of(asked);
  send_text(client, "x");
  EXPECT_EQ((*listener)->serve_batch(), 1U);
  EXPECT_EQ(receive_text(client), asked.to_string());
}

TEST(UdpListener, LosesOnlyTheReplyThatCannotBeSent) {
  UdpBatch batch;
  UdpHandler handler([](Datagram& datagram) {
    // Nobody can be reached at port 0: the kernel refuses this destination, and this one only.
    if (text_of(datagram) == "bad") const_cast<SocketAddress*>(datagram.peer)->set_port(0);
  });
  auto listener = *UdpListener::create({.address = {kLoopback, 0}}, batch, handler);
  Descriptor client = client_of(listener->address());
  for (const char* text : {"bad", "one", "bad", "bad", "two", "bad"}) send_text(client, text);
  EXPECT_EQ(listener->serve_batch(), 6U);
  EXPECT_EQ(receive_text(client), "one");
  EXPECT_EQ(receive_text(client), "two");
  EXPECT_EQ(receive_text(client), "(nothing)");
  EXPECT_EQ(listener->counters().sent, 2U);
  EXPECT_EQ(listener->counters().send_failed, 4U);
}

TEST(UdpListener, TwoListenersShareOneBatch) {
  UdpBatch batch;
  UdpHandler plain([](Datagram& datagram) { answer(datagram, "plain " + datagram.local->to_string()); });
  UdpHandler wild([](Datagram& datagram) { answer(datagram, "wild " + datagram.local->to_string()); });
  auto one = *UdpListener::create({.address = {kLoopback, 0}}, batch, plain);
  auto two = *UdpListener::create(
      {.address = {IpAddress::any(IpFamily::kV4), 0}, .learn_local_address = true}, batch, wild);
  Descriptor first = client_of(one->address());
  Descriptor second = client_of({IpAddress::v4(127, 0, 0, 9), two->address().port()});
  for (int i = 0; i < 3; ++i) {
    send_text(first, "x");
    send_text(second, "x");
    one->serve_batch();
    two->serve_batch();
    EXPECT_EQ(receive_text(first), "plain " + one->address().to_string());
    EXPECT_EQ(receive_text(second), "wild 127.0.0.9#" + std::to_string(two->address().port()));
  }
}

TEST(UdpListener, RefusesASecondServerOnThePort) {
  UdpBatch batch;
  UdpHandler handler([](Datagram&) {});
  auto first = *UdpListener::create({.address = {kLoopback, 0}}, batch, handler);
  auto second = UdpListener::create({.address = first->address()}, batch, handler);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().text.find("bind"), std::string::npos);
}

TEST(UdpListener, SeveralWorkersShareAPortWithReusePort) {
  UdpBatch batch;
  UdpHandler handler([](Datagram&) {});
  BindOptions shared{.reuse_port = true};
  auto first = *UdpListener::create({.address = {kLoopback, 0}, .bind = shared}, batch, handler);
  EXPECT_TRUE(UdpListener::create({.address = first->address(), .bind = shared}, batch, handler));
}

TEST(UdpListener, BindsAnAddressThatIsNotThereYetWhenAsked) {
  UdpBatch batch;
  UdpHandler handler([](Datagram&) {});
  SocketAddress absent(IpAddress::v4(192, 0, 2, 1), 0);
  EXPECT_FALSE(UdpListener::create({.address = absent}, batch, handler));
  EXPECT_TRUE(UdpListener::create({.address = absent, .bind = {.free_bind = true}}, batch, handler));
}

TEST(UdpListener, CanBeAddedToARunningLoopByAnotherThread) {
  auto loop = *EventLoop::create();
  std::thread worker([&] { loop->run(); });
  UdpBatch batch;
  UdpHandler handler([](Datagram& datagram) { answer(datagram, "here"); });
  auto listener = *UdpListener::create({.address = {kLoopback, 0}}, batch, handler);
  loop->post([&] { EXPECT_TRUE(listener->attach(*loop)); });
  Descriptor client = client_of(listener->address());
  send_text(client, "x");
  pollfd waiting{.fd = client.get(), .events = POLLIN, .revents = 0};
  EXPECT_EQ(poll(&waiting, 1, 10'000), 1);
  EXPECT_EQ(receive_text(client), "here");
  loop->post([&] { listener->detach(); });
  loop->post([&] { loop->stop(); });
  worker.join();
}

}  // namespace
}  // namespace nomen::net
