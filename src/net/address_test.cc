#include "net/address.h"

#include <gtest/gtest.h>

#include <unordered_set>

namespace nomen::net {
namespace {

TEST(SocketAddress, HasTheTextBindLogs) {
  EXPECT_EQ(SocketAddress(IpAddress::v4(127, 0, 0, 1), 53).to_string(), "127.0.0.1#53");
  EXPECT_EQ(SocketAddress(*IpAddress::parse("2001:db8::1"), 5300).to_string(), "2001:db8::1#5300");
  EXPECT_EQ(SocketAddress(*IpAddress::parse("fe80::1"), 53, 2).to_string(), "fe80::1%2#53");
}

TEST(SocketAddress, ReadsItsOwnText) {
  for (const char* text : {"127.0.0.1#53", "0.0.0.0#0", "::#65535", "2001:db8::1#5300", "fe80::1%2#53"}) {
    auto address = SocketAddress::parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->to_string(), text);
  }
  EXPECT_EQ(SocketAddress::parse("::1", 53)->port(), 53);
}

TEST(SocketAddress, RefusesWhatIsNoAddress) {
  for (const char* text : {"", "#53", "127.0.0.1", "127.0.0.1#", "127.0.0.1#65536", "127.0.0.1#-1",
                           "127.0.0#53", "1.2.3.4%1#53", "::1%x#53", "::g#53", "localhost#53",
                           "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc#1"})
    EXPECT_FALSE(SocketAddress::parse(text)) << text;
  EXPECT_FALSE(IpAddress::parse(std::string_view("127.0.0.1\0x", 11)));
}

TEST(SocketAddress, ComparesAddressPortAndScope) {
  SocketAddress a(IpAddress::v4(10, 0, 0, 1), 53);
  SocketAddress same(a.raw());
  EXPECT_EQ(a, same);
  EXPECT_EQ(a.hash(), same.hash());
  std::unordered_set<SocketAddress> all;
  for (uint8_t i = 0; i < 100; ++i) {
    for (uint16_t port : {53, 54}) all.insert(SocketAddress(IpAddress::v4(10, 0, 0, i), port));
  }
  EXPECT_EQ(all.size(), 200U);
  EXPECT_LT(SocketAddress(IpAddress::v4(9, 255, 0, 1), 99), a);
  EXPECT_LT(a, SocketAddress(*IpAddress::parse("::"), 0));
  EXPECT_NE(SocketAddress(*IpAddress::parse("fe80::1"), 53, 1),
            SocketAddress(*IpAddress::parse("fe80::1"), 53, 2));
}

TEST(IpAddress, KnowsItsKind) {
  EXPECT_TRUE(IpAddress::parse("0.0.0.0")->is_any());
  EXPECT_TRUE(IpAddress::parse("::")->is_any());
  EXPECT_FALSE(IpAddress().is_any());
  EXPECT_TRUE(IpAddress::parse("127.255.0.1")->is_loopback());
  EXPECT_TRUE(IpAddress::parse("::1")->is_loopback());
  EXPECT_FALSE(IpAddress::parse("1::1")->is_loopback());
  EXPECT_TRUE(IpAddress::parse("fe80::1")->is_link_local());
  EXPECT_FALSE(IpAddress::parse("fec0::1")->is_link_local());
}

TEST(IpPrefix, ContainsWhatSharesItsBits) {
  auto contains = [](const char* prefix, const char* address) {
    return IpPrefix::parse(prefix)->contains(*IpAddress::parse(address));
  };
  EXPECT_TRUE(contains("10.0.0.0/8", "10.255.1.2"));
  EXPECT_FALSE(contains("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(contains("192.0.2.128/25", "192.0.2.200"));
  EXPECT_FALSE(contains("192.0.2.128/25", "192.0.2.127"));
  EXPECT_TRUE(contains("0.0.0.0/0", "1.2.3.4"));
  EXPECT_FALSE(contains("0.0.0.0/0", "::1"));
  EXPECT_TRUE(contains("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(contains("2001:db8::/33", "2001:db8:8000::1"));
  EXPECT_TRUE(contains("192.0.2.1", "192.0.2.1"));
  EXPECT_FALSE(contains("192.0.2.1", "192.0.2.2"));
}

TEST(IpPrefix, RefusesLengthsBeyondTheAddress) {
  EXPECT_FALSE(IpPrefix::parse("10.0.0.0/33"));
  EXPECT_FALSE(IpPrefix::parse("::/129"));
  EXPECT_FALSE(IpPrefix::parse("::/"));
  EXPECT_TRUE(IpPrefix::parse("::/128"));
}

}  // namespace
}  // namespace nomen::net
