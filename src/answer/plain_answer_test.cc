// The short way and the long one are compared octet by octet: over random zones and questions, with a
// generator each for the order of RRs, which begin alike.
#include "answer/plain_answer.h"

#include <gtest/gtest.h>

#include <random>

#include "answer/world_for_test.h"

namespace nomen::answer {
namespace {

using dns::RRType;

/// Zones and questions of few labels, so that much meets.
class Chance {
 public:
  explicit Chance(uint32_t seed) : random_(seed) {}

  size_t below(size_t bound) { return std::uniform_int_distribution<size_t>(0, bound - 1)(random_); }
  bool one_in(size_t n) { return below(n) == 0; }

  std::string label() {
    static constexpr const char* kLabels[] = {"a", "B", "b", "ns1", "NS2", "a-label-of-some-length", "*"};
    return kLabels[below(std::size(kLabels))];
  }
  /// Relative to the apex.
  std::string owner() {
    std::string name = label();
    for (size_t more = below(3); more > 0; more--) name += "." + label();
    return name;
  }
  std::string target() {
    if (one_in(4)) return "ns" + std::to_string(below(3)) + ".dns" + std::to_string(below(2)) + ".test.";
    if (one_in(20)) return ".";
    return owner();
  }
  std::string record() {
    static constexpr const char* kTtls[] = {" 60 ", " 3600 "};
    const std::string head = owner() + " 60 ";
    switch (below(12)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return head + "NS " + target() + "\n";
      case 4:
        return head + "AAAA 2001:db8::" + std::to_string(below(3)) + "\n";
      case 5:
        return owner() + kTtls[below(2)] + "TXT " + std::to_string(below(2)) + "\n";
      case 6:
        return head + "MX 1 " + target() + "\n";
      case 7:
        return one_in(3) ? head + "CNAME " + target() + "\n" : "";
      case 8:
        return one_in(4) ? head + "DNAME " + target() + "\n" : head + "DS 1 8 2 00\n";
      default:
        return head + "A 192.0.2." + std::to_string(below(3)) + "\n";
    }
  }
  std::string zone() {
    std::string text = one_in(4) ? "@ 300 SOA ns.elsewhere.test. host.elsewhere.test. 1 2 3 4 60\n"
                                 : "@ 300 SOA ns host 1 2 3 4 60\n";
    text += "@ 300 NS ns1\n";
    for (size_t records = 3 + below(60); records > 0; records--) text += record();
    return text;
  }
  Asked question(const std::string& apex) {
    static constexpr RRType kTypes[] = {RRType::kA,  RRType::kAaaa, RRType::kTxt, RRType::kNs,   RRType::kSoa,
                                        RRType::kDs, RRType::kMx,   RRType::kAny, RRType::kRrsig};
    static constexpr uint16_t kSizes[] = {0, 512, 600, 1232, 4096};
    Asked asked;
    asked.name = (one_in(10) ? "" : owner() + (apex == "." ? "" : ".")) + apex;
    asked.type = kTypes[below(std::size(kTypes))];
    asked.transport = one_in(4) ? Transport::kTcp : Transport::kUdp;
    asked.recursion_desired = one_in(2);
    asked.edns = one_in(2);
    asked.dnssec_ok = one_in(2);
    asked.udp_size = kSizes[below(std::size(kSizes))];
    if (one_in(3)) asked.options = {0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8};    // a cookie
    if (one_in(4)) asked.options.insert(asked.options.end(), {0, 3, 0, 0});  // NSID
    if (one_in(20)) asked.version = 1;
    return asked;
  }
  MinimalResponses mode() { return static_cast<MinimalResponses>(below(4)); }

 private:
  std::mt19937 random_;
};

class BothWays : public testing::TestWithParam<const char*> {};

TEST_P(BothWays, TheShortWaySaysOctetByOctetWhatTheLongOneSays) {
  const std::string apex = GetParam();
  size_t answers = 0;
  for (uint32_t seed = 0; seed < 150; seed++) {
    Chance chance(seed);
    Diagnostics diagnostics;  // a CNAME may stand beside other data, and is left out then
    const auto content = zone::content_of(chance.zone(), apex, diagnostics);
    if (content == nullptr) continue;
    World plain;
    World full;
    for (World* world : {&plain, &full}) {
      world->server.server_id = "me";
      world->view.require_server_cookie = seed % 16 == 0;
      world->add(apex, content);
    }
    for (int i = 0; i < 60; i++) {
      plain.view.minimal_responses = full.view.minimal_responses = chance.mode();
      Snapshot slow = full.snapshot();
      slow.for_all = nullptr;  // then only the long way is open
      const Asked asked = chance.question(apex);
      const auto request = request_of(asked);
      const auto reply = plain.exchange_with(plain.snapshot(), request, asked.transport);
      ASSERT_EQ(reply, full.exchange_with(slow, request, asked.transport))
          << "seed " << seed << ", " << asked.name << " " << dns::to_string(asked.type)
          << (asked.edns ? " EDNS" : "") << (asked.dnssec_ok ? " DO" : "");
      ASSERT_TRUE(MessageReader(reply).read());
      answers++;
    }
  }
  EXPECT_GT(answers, 6000U);
}

INSTANTIATE_TEST_SUITE_P(Zones, BothWays, testing::Values("example.", "b.ns1.Example.", "."));

}  // namespace
}  // namespace nomen::answer
