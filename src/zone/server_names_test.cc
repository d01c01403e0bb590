#include "zone/server_names.h"

#include <gtest/gtest.h>

#include "zone/content_for_test.h"

namespace nomen::zone {
namespace {

using dns::RRType;

constexpr const char* kServersHead = "@ 60 SOA . . 1 2 3 4 5\n";

/// Of the NS RRset at `owner`: the name of each RR, how many octets of it are its own, and the brothers'
/// share.
struct Known {
  std::vector<std::pair<std::string, size_t>> own;
  size_t brothers = 0;
  bool operator==(const Known&) const = default;
};

Known known_of(const Content& content, std::string_view owner) {
  const RRsetView set = content.find(name_of(owner)).find(RRType::kNs);
  Known known;
  size_t i = 0;
  set.for_each([&](Bytes rdata) {
    known.own.emplace_back(dns::to_string(dns::NameView(rdata.data(), rdata.size())),
                           set.server_names().own(i++));
  });
  known.brothers = set.server_names().brothers();
  return known;
}

TEST(ServerNames, SayWhatIsSharedWithTheOwner) {
  const ContentPtr content = content_of(std::string(kServersHead) +
                                            "Sub 60 NS ns.SUB\nsub 60 NS sub\nsub 60 NS ns.other\n"
                                            "sub 60 NS ns.elsewhere.test.\nsub 60 NS xsub.example.test.\n",
                                        "example.test.");
  const Known known = known_of(*content, "sub.example.test.");
  const std::vector<std::pair<std::string, size_t>> expected = {{"ns.elsewhere.test.", 13},
                                                                {"ns.other.example.test.", 9},
                                                                {"ns.SUB.example.test.", 3},
                                                                {"sub.example.test.", 0},
                                                                {"xsub.example.test.", 5}};
  auto sorted = known.own;
  std::sort(sorted.begin(), sorted.end());
  auto wanted = expected;
  std::sort(wanted.begin(), wanted.end());
  EXPECT_EQ(sorted, wanted);
  EXPECT_EQ(known.brothers, 1U);
}

TEST(ServerNames, SayWhatForeignNamesShare) {
  const ContentPtr content = content_of(std::string(kServersHead) +
                                            "a 60 NS ns1.dns.net.\na 60 NS ns2.dns.net.\na 60 NS ns.a\n"
                                            "b 60 NS ns1.dns.net.\nb 60 NS ns1.xdns.net.\nc 60 NS "
                                            "ns1.dns.net.\nc 60 NS ns1.dns.org.\nd 60 NS .\n",
                                        "example.test.");
  EXPECT_EQ(known_of(*content, "a.example.test.").brothers, 9U);  // dns.net.
  EXPECT_EQ(known_of(*content, "b.example.test.").brothers, 5U);  // net.
  EXPECT_EQ(known_of(*content, "c.example.test.").brothers, 1U);
  EXPECT_EQ(known_of(*content, "d.example.test."), (Known{{{".", 0}}, 1}));
}

TEST(ServerNames, AreThereAfterAChangeToo) {
  const ContentPtr before = content_of(std::string(kServersHead) + "a 60 NS ns1.dns.net.\n", "example.test.");
  Change change;
  const dns::Name target = name_of("ns2.dns.net.");
  change.added.add(name_of("a.example.test."), RRType::kNs, 60, target.bytes());
  ContentWriter writer(*before, {});
  ASSERT_TRUE(writer.apply(change));
  Diagnostics diagnostics;
  const ContentPtr after = writer.finish(diagnostics);
  EXPECT_EQ(known_of(*after, "a.example.test.").brothers, 9U);
  EXPECT_EQ(known_of(*before, "a.example.test.").brothers, 13U);
}

}  // namespace
}  // namespace nomen::zone
