#include "answer/pipeline.h"

#include <gtest/gtest.h>

#include <random>

#include "answer/world_for_test.h"

namespace nomen::answer {
namespace {

using dns::Rcode;
using dns::RRType;
using Lines = std::vector<std::string>;

constexpr const char* kHead = "@ 300 SOA ns host 1 2 3 4 60\n@ 300 NS ns\nns 300 A 192.0.2.53\n";

std::string with_head(const std::string& text) {
  return kHead + text;
}

// ---- positive answers and how full they are

TEST(Pipeline, AnAnswerHasItsAuthorityAndTheirAddresses) {
  World world;
  world.zone("example.", with_head("www 60 A 192.0.2.1\n"));
  const ReadMessage reply = world.ask("www.example.", RRType::kA);
  EXPECT_EQ(section_of(reply, 0), Lines{"www.example. 60 A 192.0.2.1"});
  EXPECT_EQ(section_of(reply, 1), Lines{"example. 300 NS ns.example."});
  EXPECT_EQ(section_of(reply, 2), Lines{"ns.example. 300 A 192.0.2.53"});
  EXPECT_TRUE(reply.is_authoritative());
  EXPECT_EQ(reply.flags & 0x8080, 0x8000) << "QR set, RA clear";
}

TEST(Pipeline, MinimalResponsesDecideWhatIsBesideTheAnswer) {
  struct Case {
    MinimalResponses mode;
    bool recursion_desired;
    size_t authority;
    size_t additional;
  };
  for (const Case& c :
       {Case{MinimalResponses::kNo, true, 1, 2}, Case{MinimalResponses::kYes, false, 0, 0},
        Case{MinimalResponses::kNoAuth, false, 0, 1}, Case{MinimalResponses::kNoAuthRecursive, true, 0, 1},
        Case{MinimalResponses::kNoAuthRecursive, false, 1, 2}}) {
    World world;
    world.view.minimal_responses = c.mode;
    world.zone("example.", with_head("@ 60 MX 1 mail\nmail 60 A 192.0.2.25\n"));
    const ReadMessage reply =
        world.ask({.name = "example.", .type = RRType::kMx, .recursion_desired = c.recursion_desired});
    EXPECT_EQ(section_of(reply, 0).size(), 1U);
    EXPECT_EQ(section_of(reply, 1).size(), c.authority);
    EXPECT_EQ(section_of(reply, 2).size(), c.additional);
  }
}

TEST(Pipeline, AnAddressInTheAnswerIsNotGivenAgain) {
  World world;
  world.zone("example.", kHead);
  const ReadMessage reply = world.ask("ns.example.", RRType::kA);
  EXPECT_EQ(world.error, "");
  EXPECT_EQ(section_of(reply, 2), Lines{});
}

TEST(Pipeline, MinimalAnyPicksOneRRsetOverUdp) {
  World world;
  world.zone("example.", with_head("www 60 A 192.0.2.1\nwww 60 TXT x\nwww 60 MX 1 ns\n"));
  EXPECT_EQ(sets_of(world.ask("www.example.", RRType::kAny), 0).size(), 3U);
  world.view.minimal_any = true;
  EXPECT_EQ(sets_of(world.ask("www.example.", RRType::kAny), 0).size(), 1U);
  EXPECT_EQ(
      sets_of(world.ask({.name = "www.example.", .type = RRType::kAny, .transport = Transport::kTcp}), 0)
          .size(),
      3U);
}

TEST(Pipeline, RRsetOrderRulesAreKept) {
  std::string text = kHead;
  for (int i = 0; i < 8; i++)
    text += "www 60 A 192.0.2." + std::to_string(i) + "\nTXT.sub 60 TXT t" + std::to_string(i) + "\n";
  const auto orders = [&](const std::vector<RRsetOrderRule>& rules, const std::string& name, RRType type) {
    World world;
    world.view.rrset_order = rules;
    world.zone("example.", text);
    std::set<std::vector<uint8_t>> firsts;
    std::set<std::vector<std::vector<uint8_t>>> all;
    for (int i = 0; i < 40; i++) {
      std::vector<std::vector<uint8_t>> order;
      for (const ReadRecord& record : world.ask(name, type).records) {
        if (record.section == 0) order.push_back(record.rdata);
      }
      firsts.insert(order.front());
      all.insert(order);
    }
    return std::pair(firsts.size(), all.size());
  };
  RRsetOrderRule fixed{.order = RRsetOrder::kFixed};
  RRsetOrderRule cyclic{.order = RRsetOrder::kCyclic};
  RRsetOrderRule only_txt{.type = RRType::kTxt, .order = RRsetOrder::kNone};
  RRsetOrderRule only_sub{.name = zone::name_of("*.sub.example."), .order = RRsetOrder::kFixed};
  RRsetOrderRule other_class{.rr_class = dns::RRClass::kCh, .order = RRsetOrder::kFixed};
  EXPECT_EQ(orders({fixed}, "www.example.", RRType::kA), std::pair(size_t{1}, size_t{1}));
  EXPECT_EQ(orders({cyclic}, "www.example.", RRType::kA), std::pair(size_t{8}, size_t{8}));
  EXPECT_GT(orders({}, "www.example.", RRType::kA).second, 20U) << "shuffled where no rule fits";
  EXPECT_GT(orders({only_txt}, "www.example.", RRType::kA).second, 20U);
  EXPECT_EQ(orders({only_txt}, "txt.sub.example.", RRType::kTxt).second, 1U);
  EXPECT_EQ(orders({only_sub, cyclic}, "txt.sub.example.", RRType::kTxt).second, 1U);
  EXPECT_EQ(orders({only_sub, cyclic}, "www.example.", RRType::kA).second, 8U);
  EXPECT_GT(orders({other_class}, "www.example.", RRType::kA).second, 20U);
}

// ---- negative answers

TEST(Pipeline, TheNegativeTtlIsTheLesserOfTheSoasTtlAndItsMinimum) {
  for (const auto& [ttl, minimum, wanted] : {std::tuple(300, 60, 60), std::tuple(30, 60, 30)}) {
    World world;
    world.zone("example.", "@ " + std::to_string(ttl) + " SOA ns host 1 2 3 4 " + std::to_string(minimum) +
                               "\n@ 5 NS ns\nwww 5 A 192.0.2.1\n");
    for (const char* name : {"www.example.", "nothing.example."}) {
      const ReadMessage reply = world.ask(name, RRType::kTxt);
      EXPECT_EQ(section_of(reply, 1),
                Lines{"example. " + std::to_string(wanted) + " SOA ns.example. host.example. 1 2 3 4 " +
                      std::to_string(minimum)});
      EXPECT_EQ(reply.rcode(), name[0] == 'w' ? Rcode::kNoError : Rcode::kNxDomain);
      EXPECT_TRUE(reply.is_authoritative());
    }
  }
}

// ---- referrals

TEST(Pipeline, AReferralHasItsGlue) {
  World world;
  world.view.minimal_responses = MinimalResponses::kYes;
  world.zone("example.", with_head("sub 60 NS ns.sub\nsub 60 NS ns.brother\nsub 60 NS ns.elsewhere.\nns.sub "
                                   "60 A 192.0.2.1\nns.sub 60 AAAA 2001:db8::1\n"
                                   "brother 60 NS ns.brother\nns.brother 60 A 192.0.2.2\n"));
  const ReadMessage reply = world.ask("www.sub.example.", RRType::kA);
  EXPECT_EQ(section_of(reply, 0), Lines{});
  EXPECT_EQ(section_of(reply, 1).size(), 3U);
  EXPECT_EQ(section_of(reply, 2),
            (Lines{"ns.brother.example. 60 A 192.0.2.2", "ns.sub.example. 60 A 192.0.2.1",
                   "ns.sub.example. 60 AAAA 2001:db8::1"}));
  EXPECT_FALSE(reply.is_authoritative());
}

TEST(Pipeline, NameServersOfEveryKindAreReadBackAsTheyWere) {
  World world;
  std::string many;
  for (int i = 0; i < 20; i++) many += "many 60 NS ns" + std::to_string(i) + ".many\n";
  world.zone("example.", with_head("sub 60 NS NS1.sub\nsub 60 NS sub\nsub 60 NS ns.brother\nsub 60 NS www\n"
                                   "sub 60 NS a.dns.test.\nsub 60 NS b.dns.test.\nsub 60 NS b.ns.test.\n"
                                   "ns1.sub 60 A 192.0.2.1\nns1.sub 60 A 192.0.2.2\nsub 60 AAAA 2001:db8::1\n"
                                   "ns.brother 60 A 192.0.2.3\nwww 60 A 192.0.2.4\n" +
                                   many));
  for (int i = 0; i < 50; i++) {  // in all orders
    const auto message = world.ask({.name = "deep.in.SUB.example.", .edns = true});
    EXPECT_EQ(world.error, "");
    EXPECT_EQ(section_of(message, 1),
              (Lines{"SUB.example. 60 NS NS1.SUB.example.", "SUB.example. 60 NS SUB.example.",
                     "SUB.example. 60 NS a.dns.test.", "SUB.example. 60 NS b.dns.test.",
                     "SUB.example. 60 NS b.ns.test.", "SUB.example. 60 NS ns.brother.example.",
                     "SUB.example. 60 NS www.example."}));
    EXPECT_EQ(section_of(message, 2),
              (Lines{"NS1.SUB.example. 60 A 192.0.2.1", "NS1.SUB.example. 60 A 192.0.2.2",
                     "SUB.example. 60 AAAA 2001:db8::1", "ns.brother.example. 60 A 192.0.2.3",
                     "www.example. 60 A 192.0.2.4"}));
  }
  EXPECT_EQ(section_of(world.ask({.name = "x.many.example.", .edns = true}), 1).size(), 20U);
}

TEST(Pipeline, TheRootsReferralsHaveTheirGlue) {
  World world;
  world.zone(".",
             "@ 60 SOA a.root. . 1 2 3 4 5\n@ 60 NS a.root.\ncom 60 NS a.gtld.net.\ncom 60 NS b.gtld.net.\n"
             "net 60 NS a.gtld.net.\na.gtld.net. 60 A 192.0.2.1\nb.gtld.net. 60 A 192.0.2.2\n"
             "a.root. 60 A 192.0.2.3\n");
  for (int i = 0; i < 8; i++) {
    EXPECT_EQ(section_of(world.ask("www.com.", RRType::kA), 2),
              (Lines{"a.gtld.net. 60 A 192.0.2.1", "b.gtld.net. 60 A 192.0.2.2"}));
    EXPECT_EQ(section_of(world.ask(".", RRType::kNs), 2), Lines{"a.root. 60 A 192.0.2.3"});
  }
}

TEST(Pipeline, ThePlainAnswerIsTheFullOneInShort) {
  World world;
  world.zone("example.",
             with_head("www 60 A 192.0.2.1\ntwo 60 A 192.0.2.1\ntwo 60 A 192.0.2.2\n*.w 60 TXT x\n"
                       "srv 60 SRV 0 0 53 www\nc 60 CNAME www\n"));
  for (const MinimalResponses mode : {MinimalResponses::kNo, MinimalResponses::kYes,
                                      MinimalResponses::kNoAuth, MinimalResponses::kNoAuthRecursive}) {
    world.view.minimal_responses = mode;
    Snapshot slow = world.snapshot();
    slow.for_all = nullptr;  // then nothing is plain
    for (const char* name : {"wWw.example.", "two.example.", "a.W.example.", "srv.example.", "c.example.",
                             "none.example.", "example."}) {
      for (const RRType type : {RRType::kA, RRType::kTxt, RRType::kSrv, RRType::kAny, RRType::kSoa}) {
        for (const bool recursion_desired : {false, true}) {
          const auto request =
              request_of({.name = name, .type = type, .recursion_desired = recursion_desired});
          const auto plain = MessageReader(world.exchange(request, Transport::kUdp)).read();
          const auto full = MessageReader(world.exchange_with(slow, request, Transport::kUdp)).read();
          ASSERT_TRUE(plain && full) << name;
          EXPECT_EQ(plain->flags, full->flags) << name;
          for (size_t section = 0; section < 3; section++)
            EXPECT_EQ(section_of(*plain, section), section_of(*full, section)) << name;
        }
      }
    }
  }
}

TEST(Pipeline, InDomainGlueFitsOrTheReferralIsTruncatedAndSiblingGlueMayGo) {
  std::string in_domain = kHead;
  std::string sibling = kHead;
  for (int i = 0; i < 13; i++) {
    const std::string n = std::to_string(i);
    in_domain += "sub 60 NS ns" + n + ".sub\nns" + n + ".sub 60 AAAA 2001:db8::" + n + "\n";
    sibling += "sub 60 NS ns" + n + ".brother\nns" + n + ".brother 60 AAAA 2001:db8::" + n + "\n";
  }
  sibling += "brother 60 NS ns0.brother\n";
  for (const bool inside : {true, false}) {
    World world;
    world.zone("example.", inside ? in_domain : sibling);
    const ReadMessage small = world.ask("www.sub.example.", RRType::kA);
    EXPECT_EQ(world.error, "");
    EXPECT_LE(world.size, 512U);
    EXPECT_EQ(small.is_truncated(), inside) << "RFC 9471";
    const ReadMessage large = world.ask({.name = "www.sub.example.", .edns = true});
    EXPECT_FALSE(large.is_truncated());
    EXPECT_EQ(section_of(large, 2).size(), 13U);
  }
}

TEST(Pipeline, DsAtACutIsTheParents) {
  World world;
  world.zone("example.", with_head("sub 60 NS ns.sub\nsub 60 DS 1 8 99 00\nns.sub 60 A 192.0.2.1\nplain 60 "
                                   "NS ns.sub\nx 60 CNAME sub\n"));
  EXPECT_EQ(section_of(world.ask("sub.example.", RRType::kDs), 0).size(), 1U);
  EXPECT_EQ(sets_of(world.ask("plain.example.", RRType::kDs), 1), Lines{"example. SOA"});
  EXPECT_EQ(sets_of(world.ask("below.sub.example.", RRType::kDs), 1), Lines{"sub.example. NS"});
  world.zone("sub.example.", "@ 60 SOA ns host 9 2 3 4 60\n@ 60 NS ns\nns 60 A 192.0.2.1\n");
  EXPECT_EQ(section_of(world.ask("sub.example.", RRType::kDs), 0).size(), 1U) << "with the child here too";
  EXPECT_EQ(sets_of(world.ask("sub.example.", RRType::kTxt), 1), Lines{"sub.example. SOA"});
  EXPECT_EQ(sets_of(world.ask("x.example.", RRType::kDs), 0), (Lines{"sub.example. DS", "x.example. CNAME"}));
}

// ---- chains

TEST(Pipeline, CnamesAreFollowedThroughTheZonesThatAreServed) {
  World world;
  world.zone("example.", with_head("a 60 CNAME b\nb 60 CNAME c.example.org.\n"));
  world.zone("example.org.", with_head("c 60 CNAME d\nd 60 A 192.0.2.1\n"));
  const ReadMessage reply = world.ask("a.example.", RRType::kA);
  EXPECT_EQ(section_of(reply, 0),
            (Lines{"a.example. 60 CNAME b.example.", "b.example. 60 CNAME c.example.org.",
                   "c.example.org. 60 CNAME d.example.org.", "d.example.org. 60 A 192.0.2.1"}));
  EXPECT_EQ(sets_of(reply, 1), Lines{"example.org. NS"});
  EXPECT_EQ(section_of(world.ask("a.example.", RRType::kCname), 0), Lines{"a.example. 60 CNAME b.example."});
}

TEST(Pipeline, AChainEndsBeforeAZoneThatTheClientMayNotAsk) {
  World world;
  world.zone("example.", with_head("a 60 CNAME secret.example.org.\nm 60 MX 1 secret.example.org.\n"));
  world.zone_settings.allow_query = policy::Acl::none();
  world.zone("example.org.", with_head("secret 60 A 10.0.0.1\n"));
  EXPECT_EQ(world.ask("secret.example.org.", RRType::kA).rcode(), Rcode::kRefused);
  EXPECT_EQ(section_of(world.ask("a.example.", RRType::kA), 0),
            Lines{"a.example. 60 CNAME secret.example.org."});
  EXPECT_EQ(section_of(world.ask("m.example.", RRType::kMx), 2), Lines{"ns.example. 300 A 192.0.2.53"});
}

TEST(Pipeline, AReferralAtTheEndOfAChainHasItsGlue) {
  World world;
  world.zone("example.", with_head("a 60 CNAME x.sub\nsub 60 NS ns.sub\nns.sub 60 A 192.0.2.1\n"));
  const ReadMessage reply = world.ask("a.example.", RRType::kA);
  EXPECT_EQ(section_of(reply, 0), Lines{"a.example. 60 CNAME x.sub.example."});
  EXPECT_EQ(section_of(reply, 1), Lines{"sub.example. 60 NS ns.sub.example."});
  EXPECT_EQ(section_of(reply, 2), Lines{"ns.sub.example. 60 A 192.0.2.1"});
}

TEST(Pipeline, LoopsEndAndNothingComesTwice) {
  World world;
  world.zone("example.", with_head("a 60 CNAME b\nb 60 CNAME a\nself 60 CNAME self\n*.w 60 CNAME x.w\nd 60 "
                                   "DNAME e\ne 60 DNAME d\ngrow 60 DNAME g.grow\n"));
  for (const char* name :
       {"a.example.", "self.example.", "x.w.example.", "y.w.example.", "x.d.example.", "x.grow.example."}) {
    for (const RRType type : {RRType::kA, RRType::kCname, RRType::kAny}) {
      const ReadMessage reply = world.ask({.name = name, .type = type, .transport = Transport::kTcp});
      EXPECT_EQ(world.error, "") << name << " " << dns::to_string(type);
      EXPECT_EQ(reply.rcode(), Rcode::kNoError) << name;
      EXPECT_FALSE(section_of(reply, 0).empty()) << name;
    }
  }
  EXPECT_EQ(section_of(world.ask("a.example.", RRType::kA), 0).size(), 2U);
}

TEST(Pipeline, ALongChainIsCut) {
  World world;
  std::string text = kHead;
  for (int i = 0; i < 30; i++) text += "c" + std::to_string(i) + " 60 CNAME c" + std::to_string(i + 1) + "\n";
  world.zone("example.", text);
  EXPECT_EQ(section_of(world.ask({.name = "c0.example.", .transport = Transport::kTcp}), 0).size(),
            kMaxChainLinks + 1U);
}

TEST(Pipeline, ADnameRewritesInTheCaseThatWasAskedAndMayBeTooLong) {
  World world;
  const std::string long_label(60, 'l');
  world.zone("example.", with_head("d 60 DNAME other.place.\nlong 60 DNAME " + long_label + "." + long_label +
                                   "." + long_label + ".place.\n"));
  const ReadMessage reply = world.ask("WwW.Sub.d.example.", RRType::kA);
  ASSERT_EQ(reply.records.size(), 2U);
  EXPECT_EQ(dns::to_string(dns::NameView(reply.records[1].rdata.data(), reply.records[1].rdata.size())),
            "WwW.Sub.other.place.");
  EXPECT_EQ(world.ask(long_label + "." + long_label + ".long.example.", RRType::kA).rcode(),
            Rcode::kYxDomain);
  EXPECT_EQ(world.ask("x.long.example.", RRType::kA).rcode(), Rcode::kNoError);
}

TEST(Pipeline, ADnameIntoAnotherZoneKeepsNamesWhole) {
  // The made CNAME's target lives only as long as its step: what is written after it must not look there.
  World world;
  world.zone("example.", with_head("d 60 DNAME sub.other.\n"));
  world.zone("other.",
             "@ 60 SOA ns.far.place. host.far.place. 1 2 3 4 60\n@ 60 NS ns.far.place.\n@ 60 NS "
             "ns2.far.place.\nx.sub 60 MX 1 mail.sub.other.\nx.sub 60 MX 2 mail.far.place.\n");
  const ReadMessage reply = world.ask("x.d.example.", RRType::kMx);
  EXPECT_EQ(world.error, "");
  EXPECT_EQ(section_of(reply, 0),
            (Lines{"d.example. 60 DNAME sub.other.", "x.d.example. 60 CNAME x.sub.other.",
                   "x.sub.other. 60 MX 1 mail.sub.other.", "x.sub.other. 60 MX 2 mail.far.place."}));
  EXPECT_EQ(section_of(reply, 1), (Lines{"other. 60 NS ns.far.place.", "other. 60 NS ns2.far.place."}));
}

// ---- truncation

TEST(Pipeline, AnAnswerThatDoesNotFitIsTruncated) {
  World world;
  std::string text = kHead;
  for (int i = 0; i < 60; i++) text += "many 60 A 10.0.0." + std::to_string(i) + "\n";
  world.zone("example.", text);
  const ReadMessage small = world.ask("many.example.", RRType::kA);
  EXPECT_TRUE(small.is_truncated());
  EXPECT_EQ(section_of(small, 0).size(), 0U) << "an RRset goes out whole or not at all";
  EXPECT_FALSE(world.ask({.name = "many.example.", .edns = true}).is_truncated());
  EXPECT_FALSE(world.ask({.name = "many.example.", .transport = Transport::kTcp}).is_truncated());
}

TEST(Pipeline, AdditionalDataThatDoesNotFitIsLeftOutSilently) {
  World world;
  std::string text = kHead;
  for (int i = 0; i < 18; i++)
    text += "@ 60 MX 1 m" + std::to_string(i) + "\nm" + std::to_string(i) + " 60 A 10.0.0." +
            std::to_string(i) + "\n";
  world.zone("example.", text);
  const ReadMessage reply = world.ask("example.", RRType::kMx);
  EXPECT_FALSE(reply.is_truncated());
  EXPECT_EQ(section_of(reply, 0).size(), 18U);
  EXPECT_LT(section_of(reply, 2).size(), 19U);
  EXPECT_GT(section_of(reply, 2).size(), 0U);
}

TEST(Pipeline, SizesAreLimitedByTheClientAndTheView) {
  World world;
  std::string text = kHead;
  for (int i = 0; i < 100; i++) text += "many 60 A 10.0.0." + std::to_string(i) + "\n";
  world.zone("example.", text);
  world.view.max_udp_size = 4096;
  EXPECT_FALSE(world.ask({.name = "many.example.", .edns = true, .udp_size = 4096}).is_truncated());
  EXPECT_TRUE(world.ask({.name = "many.example.", .edns = true, .udp_size = 1232}).is_truncated());
  world.view.nocookie_udp_size = 1232;
  EXPECT_TRUE(world.ask({.name = "many.example.", .edns = true, .udp_size = 4096}).is_truncated());
  world.view.nocookie_udp_size = 4096;
  world.view.max_udp_size = 1232;
  EXPECT_TRUE(world.ask({.name = "many.example.", .edns = true, .udp_size = 4096}).is_truncated());
}

// ---- who may ask, views, chaos

TEST(Pipeline, WhatIsNotServedIsRefused) {
  World world;
  world.zone("example.", kHead);
  EXPECT_EQ(world.ask("example.org.", RRType::kA).rcode(), Rcode::kRefused);
  EXPECT_EQ(world.ask("example.", RRType::kAxfr).rcode(), Rcode::kFormErr) << "RFC 5936 4.2: not over UDP";
  EXPECT_EQ(world.ask({.name = "example.", .type = RRType::kAxfr, .transport = Transport::kTcp}).rcode(),
            Rcode::kRefused);
  EXPECT_EQ(world.ask({.name = "example.org.", .type = RRType::kAxfr, .transport = Transport::kTcp}).rcode(),
            Rcode::kNotAuth);
  world.add("broken.", nullptr);
  EXPECT_EQ(world.ask("www.broken.", RRType::kA).rcode(), Rcode::kServFail);
  EXPECT_FALSE(world.ask("www.broken.", RRType::kA).is_authoritative());
}

TEST(Pipeline, AZoneAnswersFromItsFirstContentOn) {
  World world;
  const auto zone = world.add("example.", nullptr);
  const Snapshot published = world.snapshot();
  const auto ask = [&] {
    const auto reply = world.exchange_with(published, request_of({.name = "example.", .type = RRType::kSoa}),
                                           Transport::kUdp);
    return MessageReader(reply).read()->rcode();
  };
  EXPECT_EQ(zone->shared_content(), nullptr);
  EXPECT_EQ(ask(), Rcode::kServFail);
  const zone::ContentPtr content = zone::content_of(kHead, "example.");
  zone->fill(content);
  EXPECT_EQ(zone->shared_content(), content);
  EXPECT_EQ(zone->is_large(), content->is_large());
  EXPECT_EQ(ask(), Rcode::kNoError);
}

TEST(Pipeline, AccessListsAreObeyed) {
  World world;
  const auto only = std::make_shared<const policy::Acl>(std::vector<policy::Acl::Element>{
      {.kind = policy::Acl::Element::Kind::kPrefix, .prefix = *net::IpPrefix::parse("192.0.2.99")}});
  world.zone_settings.allow_query = only;
  world.zone("example.", kHead);
  EXPECT_EQ(world.ask("example.", RRType::kSoa).rcode(), Rcode::kNoError);
  EXPECT_EQ(world.ask({.name = "example.", .peer = {192, 0, 2, 98}}).rcode(), Rcode::kRefused);
  world.server.blackhole = only;
  EXPECT_TRUE(world.exchange(request_of({.name = "example."}), Transport::kUdp).empty());
  EXPECT_FALSE(world.exchange(request_of({.name = "example."}), Transport::kUdp, {192, 0, 2, 98}).empty());
}

TEST(Pipeline, TheFirstViewThatFitsServes) {
  World inside;
  inside.view.match_clients = std::make_shared<const policy::Acl>(std::vector<policy::Acl::Element>{
      {.kind = policy::Acl::Element::Kind::kPrefix, .prefix = *net::IpPrefix::parse("10.0.0.0/8")}});
  inside.zone("example.", with_head("www 60 A 10.0.0.1\n"));
  World recursive;
  recursive.view.match_recursive_only = true;
  recursive.zone("example.", with_head("www 60 A 10.0.0.2\n"));
  World rest;
  rest.zone("example.", with_head("www 60 A 192.0.2.1\n"));
  Snapshot snapshot = inside.snapshot();
  snapshot.views.push_back(recursive.snapshot().views[0]);
  snapshot.views.push_back(rest.snapshot().views[0]);
  const auto answer = [&](const Asked& asked) {
    const auto reply =
        MessageReader(rest.exchange_with(snapshot, request_of(asked), Transport::kUdp, asked.peer)).read();
    return reply ? section_of(*reply, 0).front() : reply.error().text;
  };
  EXPECT_EQ(answer({.name = "www.example.", .peer = {10, 1, 2, 3}}), "www.example. 60 A 10.0.0.1");
  EXPECT_EQ(answer({.name = "www.example.", .recursion_desired = true}), "www.example. 60 A 10.0.0.2");
  EXPECT_EQ(answer({.name = "www.example."}), "www.example. 60 A 192.0.2.1");
}

TEST(Pipeline, TheServerSaysInChaosWhatItMaySay) {
  World world;
  world.server.version = "nomen " + std::string(300, 'v');
  const ReadMessage reply = world.ask({.name = "VERSION.bind.",
                                       .type = RRType::kTxt,
                                       .rr_class = dns::RRClass::kCh,
                                       .transport = Transport::kTcp});
  ASSERT_EQ(section_of(reply, 0).size(), 1U);
  EXPECT_EQ(reply.records[0].rdata.size(), 306U + 2U) << "two strings";
  EXPECT_EQ(reply.records[0].rr_class, 3);
  const ReadMessage off =
      world.ask({.name = "hostname.bind.", .type = RRType::kTxt, .rr_class = dns::RRClass::kCh});
  EXPECT_TRUE(section_of(off, 0).empty()) << "what is switched off has no text (as in BIND)";
  EXPECT_EQ(sets_of(off, 1), Lines{"hostname.bind. SOA"});
  EXPECT_EQ(world.ask({.name = "other.bind.", .type = RRType::kTxt, .rr_class = dns::RRClass::kCh}).rcode(),
            Rcode::kRefused);
  EXPECT_EQ(
      sets_of(world.ask({.name = "version.bind.", .type = RRType::kA, .rr_class = dns::RRClass::kCh}), 1),
      Lines{"version.bind. SOA"});
}

// ---- many at once

TEST(Pipeline, ABatchIsAnsweredAsOneByOne) {
  World world;
  world.view.rrset_order.push_back({.order = RRsetOrder::kFixed});
  world.zone(
      "example.",
      with_head(
          "www 60 A 192.0.2.1\nsub 60 NS ns.sub\nns.sub 60 A 192.0.2.1\n*.w 60 TXT x\nc 60 CNAME www\n"));
  world.zone("sub.example.org.", kHead);
  std::vector<std::vector<uint8_t>> requests;
  std::mt19937 random(1);
  static const Lines kNames = {"www.example.", "x.sub.example.", "y.w.example.",     "nothing.example.",
                               "c.example.",   "elsewhere.",     "sub.example.org.", "."};
  for (int i = 0; i < 200; i++) {
    requests.push_back(request_of({.name = kNames[random() % kNames.size()],
                                   .type = random() % 2 == 0 ? RRType::kA : RRType::kTxt,
                                   .edns = random() % 2 == 0}));
    if (random() % 20 == 0) requests.back().resize(random() % requests.back().size());
    requests.back().reserve(requests.back().size() + 64);
  }
  const Snapshot snapshot = world.snapshot();
  const net::SocketAddress peer(net::IpAddress::v4(192, 0, 2, 99), 4053);
  NoTransfers nobody;
  Pipeline pipeline(1, nobody);
  std::vector<Exchange> batch(requests.size());
  std::vector<std::vector<uint8_t>> in(requests.size());
  for (size_t i = 0; i < requests.size(); i++) {
    in[i] = requests[i];
    in[i].resize(4096);
    batch[i].received = {.data = in[i].data(),
                         .peer = &peer,
                         .local = &peer,
                         .size = static_cast<uint32_t>(requests[i].size())};
    batch[i].out = in[i];  // the reply takes the place of the request
  }
  pipeline.answer(snapshot, batch, World::kNow);
  for (size_t i = 0; i < requests.size(); i++) {
    const auto alone = world.exchange_with(snapshot, requests[i], Transport::kUdp);
    ASSERT_TRUE(equal(Bytes(in[i].data(), batch[i].reply_size), alone)) << i;
  }
}

}  // namespace
}  // namespace nomen::answer
