#include "net/interfaces.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace nomen::net {
namespace {

TEST(Interfaces, ListTheLoopbackAddressWithItsNetwork) {
  auto addresses = list_interface_addresses();
  ASSERT_TRUE(addresses);
  auto loopback = std::ranges::find_if(
      *addresses, [](const InterfaceAddress& a) { return a.prefix == *IpPrefix::parse("127.0.0.1/8"); });
  ASSERT_NE(loopback, addresses->end());
  EXPECT_TRUE(loopback->loopback);
  EXPECT_TRUE(loopback->up);
  EXPECT_EQ(loopback->interface, "lo");
}

TEST(InterfaceWatcher, IsQuietWhileNothingChanges) {
  auto loop = *EventLoop::create();
  int changes = 0;
  auto watcher = InterfaceWatcher::create(*loop, [&] { ++changes; });
  ASSERT_TRUE(watcher) << watcher.error().text;
  EXPECT_FALSE(loop->poll_once(0));
  EXPECT_EQ(changes, 0);
}

}  // namespace
}  // namespace nomen::net
