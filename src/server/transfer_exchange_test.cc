// A transfer from a primary that does not do as it should; the clock is the test's.
#include "server/transfer_exchange.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <optional>

#include "net/loop_for_test.h"
#include "net/socket_options.h"

namespace nomen::server {
namespace {

struct SlowPrimary : net::LoopForTest {
  net::Descriptor listener = *net::bound_socket(SOCK_STREAM, {net::IpAddress::v4(127, 0, 0, 1), 0}, {},
                                                [](int, const net::SocketAddress&) {});
  net::Descriptor connection;
  std::optional<TransferOutcome> outcome;

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
