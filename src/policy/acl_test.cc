#include "policy/acl.h"

#include <gtest/gtest.h>

namespace nomen::policy {
namespace {

using Kind = Acl::Element::Kind;

Requester from(const net::IpAddress& address) {
  return {address.bytes(), nullptr};
}

Acl::Element prefix(const char* text, bool negated = false) {
  return {.kind = Kind::kPrefix, .negated = negated, .prefix = *net::IpPrefix::parse(text)};
}

TEST(Acl, FirstMatchDecides) {
  const Acl acl({prefix("192.0.2.7", true), prefix("192.0.2.0/24")});
  EXPECT_TRUE(acl.allows(from(*net::IpAddress::parse("192.0.2.8")), {}));
  EXPECT_EQ(acl.match(from(*net::IpAddress::parse("192.0.2.7")), {}), AclVerdict::kDeny);
  EXPECT_EQ(acl.match(from(*net::IpAddress::parse("192.0.3.7")), {}), AclVerdict::kNoMatch);
}

TEST(Acl, FamiliesDoNotMix) {
  const Acl acl({prefix("0.0.0.0/0")});
  EXPECT_TRUE(acl.allows(from(*net::IpAddress::parse("203.0.113.1")), {}));
  EXPECT_FALSE(acl.allows(from(*net::IpAddress::parse("2001:db8::1")), {}));
}

TEST(Acl, PrefixesEndInsideAnOctet) {
  const Acl acl({prefix("10.16.0.0/12")});
  EXPECT_TRUE(acl.allows(from(*net::IpAddress::parse("10.31.255.255")), {}));
  EXPECT_FALSE(acl.allows(from(*net::IpAddress::parse("10.32.0.0")), {}));
}

TEST(Acl, DenialInANestedListIsNoMatchForTheOuterOne) {
  const auto inner = std::make_shared<const Acl>(std::vector<Acl::Element>{prefix("192.0.2.1", true)});
  const Acl acl({{.kind = Kind::kNested, .negated = true, .nested = inner}, {.kind = Kind::kAny}});
  EXPECT_TRUE(acl.allows(from(*net::IpAddress::parse("192.0.2.1")), {}));
}

TEST(Acl, KeysMatchBySignerOnly) {
  const dns::Name key = *dns::Name::parse("k.example.");
  const Acl acl({{.kind = Kind::kKey, .key = key}});
  const auto address = *net::IpAddress::parse("192.0.2.1");
  EXPECT_FALSE(acl.allows(from(address), {}));
  EXPECT_TRUE(acl.allows({address.bytes(), &key}, {}));
}

TEST(Acl, LocalListsFollowTheMachine) {
  LocalAddresses local{{*net::IpAddress::parse("192.0.2.1")}, {*net::IpPrefix::parse("192.0.2.0/25")}};
  const Acl hosts({{.kind = Kind::kLocalhost}});
  const Acl networks({{.kind = Kind::kLocalnets}});
  EXPECT_TRUE(hosts.allows(from(*net::IpAddress::parse("192.0.2.1")), local));
  EXPECT_FALSE(hosts.allows(from(*net::IpAddress::parse("192.0.2.2")), local));
  EXPECT_TRUE(networks.allows(from(*net::IpAddress::parse("192.0.2.2")), local));
  EXPECT_FALSE(networks.allows(from(*net::IpAddress::parse("192.0.2.130")), local));
}

TEST(Acl, NoneDeniesAndEmptyAllowsNobody) {
  const auto address = *net::IpAddress::parse("192.0.2.1");
  EXPECT_FALSE(Acl({{.kind = Kind::kNone}, {.kind = Kind::kAny}}).allows(from(address), {}));
  EXPECT_FALSE(Acl().allows(from(address), {}));
  EXPECT_TRUE(Acl::any()->allows(from(address), {}));
}

}  // namespace
}  // namespace nomen::policy
