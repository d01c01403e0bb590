// A transfer from a primary that does not do as it should; the clock is the test's.
#include "server/transfer_exchange.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <chrono>
#include <functional>
#include <optional>

#include "net/socket_options.h"

namespace nomen::server {
namespace {

uint64_t g_clock_ms = 1'000'000;
uint64_t test_clock() {
  return g_clock_ms;
}

struct SlowPrimary : testing::Test {
  std::unique_ptr<net::EventLoop> loop = *net::EventLoop::create(test_clock);
  net::Descriptor listener = *net::bound_socket(SOCK_STREAM, {net::IpAddress::v4(127, 0, 0, 1), 0}, {},
                                                [](int, const net::SocketAddress&) {});
  net::Descriptor connection;
  std::optional<TransferOutcome> outcome;

  void until(const std::function<bool()>& holds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!holds()) {
      ASSERT_LT(std::chrono::steady_clock::now(), end) << "it did not happen";
      loop->poll_once(1);
    }
  }
  void pass(uint64_t ms) {
    g_clock_ms += ms;
    for (int i = 0; i < 5; ++i) loop->poll_once(1);
  }
  std::unique_ptr<TransferExchange> begin(uint64_t least_bytes) {
    EXPECT_EQ(::listen(listener.get(), 5), 0);
    TransferOrder order;
    order.options.zone = *dns::Name::parse("example");
    order.name = "example/IN";
    order.primary.address = net::local_address_of(listener.get());
    order.timeouts.idle_ms = 3'600'000;
    order.least_bytes = least_bytes;
    order.rate_period_ms = 300'000;
    auto made = std::make_unique<TransferExchange>(
        *loop, std::move(order), [this](TransferOutcome what) { outcome = std::move(what); });
    made->begin();
    uint8_t request[512];
    until([&] {
      if (!connection.valid())
        connection = net::Descriptor(::accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK));
      return connection.valid() && ::recv(connection.get(), request, sizeof request, 0) > 0;
    });
    return made;
  }
};

TEST_F(SlowPrimary, IsGivenUpWhenItSendsLessThanTheLeastRate) {
  const auto exchange = begin(10'240);
  pass(299'000);
  EXPECT_FALSE(outcome);
  pass(1'000);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->progress, transfer::Progress::kFailed);
  EXPECT_EQ(outcome->reason, "minimum transfer rate reached");
  EXPECT_TRUE(outcome->connected);
}

TEST_F(SlowPrimary, IsWaitedForWithoutALeastRate) {
  const auto exchange = begin(0);
  pass(3'500'000);
  EXPECT_FALSE(outcome);
  pass(100'000);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->reason, "timed out");
}

}  // namespace
}  // namespace nomen::server
