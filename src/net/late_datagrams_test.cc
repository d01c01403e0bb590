#include "net/late_datagrams.h"

#include <gtest/gtest.h>
#include <netinet/udp.h>

#include <algorithm>
#include <string>
#include <vector>

#include "net/ipv6_for_test.h"
#include "net/udp_listener.h"

namespace nomen::net {
namespace {

class Silent final : public DatagramHandler {
 public:
  void handle(std::span<Datagram>) override {}
};

class LateDatagramsTest : public testing::Test {
 protected:
  static constexpr bool kLearnsLocal = true;

  void listen(const SocketAddress& address, bool learns_local = false) {
    auto made =
        UdpListener::create({.address = address, .learn_local_address = learns_local}, batch_, handler_);
    ASSERT_TRUE(made) << made.error().text;
    listener_ = std::move(*made);
  }

  /// A client of the listener, connected to `server`, so that it takes replies from there only.
  static Descriptor client_of(const SocketAddress& server) {
    Descriptor socket(::socket(server.raw()->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(connect(socket.get(), server.raw(), server.raw_size()), 0);
    return socket;
  }

  void reply(const Descriptor& client, const std::string& text, const SocketAddress& local) {
    const std::string& kept = *texts_.emplace_back(std::make_unique<std::string>(text));
    replies_.push_back({{reinterpret_cast<const uint8_t*>(kept.data()), kept.size()},
                        local_address_of(client.get()),
                        local});
  }
  void reply(const Descriptor& client, const std::string& text) { reply(client, text, listener_->address()); }

  void send() {
    sort_by_peer(replies_);
    listener_->send_late(replies_);
    replies_.clear();
  }

  /// One datagram that has arrived, or "(nothing)".
  static std::string receive(const Descriptor& client) {
    std::vector<char> room(70'000);
    const ssize_t got = recv(client.get(), room.data(), room.size(), MSG_DONTWAIT);
    return got < 0 ? "(nothing)" : std::string(room.data(), static_cast<size_t>(got));
  }

  static std::vector<std::string> receive_all(const Descriptor& client) {
    std::vector<std::string> found;
    for (std::string text = receive(client); text != "(nothing)"; text = receive(client))
      found.push_back(text);
    return found;
  }

  const SocketAddress loopback_{IpAddress::v4(127, 0, 0, 1), 0};
  UdpBatch batch_;
  Silent handler_;
  std::unique_ptr<UdpListener> listener_;
  std::vector<LateDatagram> replies_;
  std::vector<std::unique_ptr<std::string>> texts_;
};

TEST_F(LateDatagramsTest, EachPeerGetsItsOwnOneByOneAndInOrderOfSizes) {
  listen(loopback_);
  const Descriptor one = client_of(listener_->address());
  const Descriptor other = client_of(listener_->address());
  for (const char* text : {"bbb", "a", "ccc", "ddd"}) {
    reply(one, std::string("one ") + text);
    reply(other, std::string("other ") + text);
  }
  send();
  EXPECT_EQ(receive_all(one), (std::vector<std::string>{"one a", "one bbb", "one ccc", "one ddd"}));
  EXPECT_EQ(receive_all(other), (std::vector<std::string>{"other a", "other bbb", "other ccc", "other ddd"}));
  EXPECT_EQ(listener_->counters().sent, 8U);
  EXPECT_EQ(listener_->counters().send_failed, 0U);
}

TEST_F(LateDatagramsTest, ThoseOfOneSizeLeaveAsOne) {
  listen(loopback_);
  const Descriptor client = client_of(listener_->address());
  const int on = 1;
  ASSERT_EQ(setsockopt(client.get(), SOL_UDP, UDP_GRO, &on, sizeof on), 0);  // it takes them uncut
  for (const char* text : {"aaaa", "bbbb", "cccc", "dd"}) reply(client, text);
  send();
  EXPECT_EQ(receive_all(client), (std::vector<std::string>{"dd", "aaaabbbbcccc"}));
  EXPECT_EQ(listener_->counters().sent, 4U);
}

TEST_F(LateDatagramsTest, MoreThanOneCallAndOneDatagramTakes) {
  listen(loopback_);
  std::vector<Descriptor> clients;
  clients.reserve(70);
  for (int i = 0; i < 70; i++) clients.push_back(client_of(listener_->address()));
  const auto text_of = [](size_t client, int i) {
    return "client " + std::to_string(100 + client) + " reply " + std::to_string(1000 + i);
  };
  for (int i = 0; i < 90; i++) reply(clients[7], text_of(7, i));
  for (size_t c = 0; c < clients.size(); c++) {
    if (c != 7) reply(clients[c], text_of(c, 0));
  }
  send();
  EXPECT_EQ(listener_->counters().sent, 159U);
  for (size_t c = 0; c < clients.size(); c++) {
    const auto found = receive_all(clients[c]);
    ASSERT_EQ(found.size(), c == 7 ? 90U : 1U) << c;
    for (size_t i = 0; i < found.size(); i++) EXPECT_EQ(found[i], text_of(c, static_cast<int>(i)));
  }
}

TEST_F(LateDatagramsTest, LargeOnesThatTogetherAreNoPacketAnyMore) {
  listen(loopback_);
  const Descriptor client = client_of(listener_->address());
  for (char c = 'a'; c < 'a' + 20; c++) reply(client, std::string(kDatagramBytes, c));
  send();
  const auto found = receive_all(client);
  ASSERT_EQ(found.size(), 20U);
  for (size_t i = 0; i < found.size(); i++)
    EXPECT_EQ(found[i], std::string(kDatagramBytes, static_cast<char>('a' + i)));
}

TEST_F(LateDatagramsTest, LeaveFromTheAddressAsked) {
  listen({IpAddress::any(IpFamily::kV4), 0}, kLearnsLocal);
  const uint16_t port = listener_->address().port();
  const SocketAddress first(IpAddress::v4(127, 0, 0, 3), port), second(IpAddress::v4(127, 0, 0, 4), port);
  const Descriptor one = client_of(first), other = client_of(second);
  for (const char* text : {"a", "b", "c"}) {
    reply(one, text, first);
    reply(other, text, second);
  }
  send();
  EXPECT_EQ(receive_all(one), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(receive_all(other), (std::vector<std::string>{"a", "b", "c"}));
}

TEST_F(LateDatagramsTest, LeaveFromTheAddressAskedOfIpv6) {
  if (!has_ipv6_loopback()) GTEST_SKIP() << "there is no IPv6 here";
  listen({IpAddress::any(IpFamily::kV6), 0}, kLearnsLocal);
  const SocketAddress asked(*IpAddress::parse("::1"), listener_->address().port());
  const Descriptor client = client_of(asked);
  for (const char* text : {"a", "b", "c"}) reply(client, text, asked);
  send();
  EXPECT_EQ(receive_all(client), (std::vector<std::string>{"a", "b", "c"}));
}

TEST_F(LateDatagramsTest, OneByOneWhereTheKernelDoesNotCut) {
  listen({IpAddress::any(IpFamily::kV4), 0}, kLearnsLocal);
  const int on = 1;  // without checksums it does not
  ASSERT_EQ(setsockopt(listener_->fd(), SOL_SOCKET, SO_NO_CHECK, &on, sizeof on), 0);
  const SocketAddress asked(IpAddress::v4(127, 0, 0, 5), listener_->address().port());
  const Descriptor client = client_of(asked);
  for (const char* text : {"a", "b", "c"}) reply(client, text, asked);
  send();
  EXPECT_EQ(receive_all(client), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(listener_->counters().sent, 3U);
  EXPECT_EQ(listener_->counters().send_failed, 0U);
}

TEST_F(LateDatagramsTest, OnlyThoseThatNobodyCanBeSentAreLost) {
  listen(loopback_);
  const Descriptor client = client_of(listener_->address());
  for (const char* text : {"one", "bad", "two", "bad", "bad"}) {
    reply(client, text);
    if (std::string(text) == "bad") replies_.back().peer.set_port(0);  // nobody can be reached there
  }
  send();
  EXPECT_EQ(receive_all(client), (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(listener_->counters().sent, 2U);
  EXPECT_EQ(listener_->counters().send_failed, 3U);
}

}  // namespace
}  // namespace nomen::net
