#include "zone/own_labels.h"

#include <gtest/gtest.h>

#include "zone/content_for_test.h"

namespace nomen::zone {
namespace {

uint64_t full_hash_of(dns::NameView name) {
  dns::HashedName hashed;
  hashed.assign(name);
  return hashed.full_hash();
}

TEST(OwnLabels, HaveTheHashOfTheWholeName) {
  const std::string label(63, 'X');
  const std::vector<std::string> owns = {"", "www", "A.b.C", label + "." + label, "sixteen-octets1.y"};
  for (const char* const apex : {".", "example.", "Long-Example.org."}) {
    const dns::Name zone = name_of(apex);
    for (const std::string& own : owns) {
      const dns::Name name = *dns::Name::parse(own.empty() ? "@" : own, zone);
      const size_t size = size_in_front(name, zone);
      ASSERT_EQ(size, name.size() - zone.size()) << own << " " << apex;
      const OwnLabels labels(name.bytes().first(size), full_hash_of(zone));
      EXPECT_EQ(labels.hash, full_hash_of(name)) << own << " " << apex;
      EXPECT_TRUE(equal({labels.lower.data(), labels.size}, name.lowered().bytes().first(size)));
    }
  }
}

TEST(OwnLabels, AreThereOnlyAtOrBelowTheApex) {
  const dns::Name apex = name_of("Example.com.");
  EXPECT_EQ(size_in_front(name_of("example.COM."), apex), 0U);
  EXPECT_EQ(size_in_front(name_of("a.example.com."), apex), 2U);
  for (const char* elsewhere : {".", "com.", "example.net.", "anexample.com.", "a.b.c."})
    EXPECT_EQ(size_in_front(name_of(elsewhere), apex), kNotBelow) << elsewhere;
}

TEST(OwnLabels, FindTheNodesOfAContent) {
  const ContentPtr content =
      content_of("@ 60 SOA ns h 1 1 2 3 4\nWww 60 A 192.0.2.1\na.b 60 A 192.0.2.2\n", "Example.");
  for (const char* there : {"example.", "wWW.example.", "b.EXAMPLE.", "a.b.example."})
    EXPECT_TRUE(content->find(name_of(there))) << there;
  for (const char* missing : {"x.example.", "a.www.example.", "www.", "."})
    EXPECT_FALSE(content->find(name_of(missing))) << missing;
}

}  // namespace
}  // namespace nomen::zone
