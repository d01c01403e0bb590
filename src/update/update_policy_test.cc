#include "update/update_policy.h"

#include <gtest/gtest.h>

#include "update/batch.h"
#include "update/request_for_test.h"

namespace nomen::update {
namespace {

using dns::RRType;
using zone::name_of;

PolicyRule rule(bool grants, std::string_view identity, RuleMatch match, std::string_view name = ".",
                std::vector<PolicyRule::TypeLimit> types = {}) {
  return {grants, match, name_of(identity), name_of(name), std::move(types)};
}
Requester key(std::string_view name) {
  Requester requester;
  requester.key = name_of(name);
  return requester;
}
Requester address(std::vector<uint8_t> bytes, bool over_tcp) {
  Requester requester;
  std::copy(bytes.begin(), bytes.end(), requester.address.begin());
  requester.address_size = static_cast<uint8_t>(bytes.size());
  requester.over_tcp = over_tcp;
  return requester;
}
bool granted(const PolicyRule& rule, const Requester& requester, std::string_view name,
             RRType type = RRType::kA) {
  return UpdatePolicy({rule}).judge(requester, name_of(name), type).granted;
}

TEST(UpdatePolicy, TheFirstRuleThatMatchesDecides) {
  const UpdatePolicy policy({rule(false, "k.", RuleMatch::kName, "www.example."),
                             rule(true, "k.", RuleMatch::kSubdomain, "example.")});
  EXPECT_FALSE(policy.judge(key("k."), name_of("WWW.example."), RRType::kA).granted);
  const auto verdict = policy.judge(key("K."), name_of("a.example."), RRType::kA);
  EXPECT_TRUE(verdict.granted);
  EXPECT_EQ(explain(verdict), "rule 2 (grant k. subdomain example.) grants it");
  EXPECT_EQ(explain(policy.judge(key("other."), name_of("a.example."), RRType::kA)), "no rule matches");
  EXPECT_FALSE(policy.judge({}, name_of("a.example."), RRType::kA).granted) << "nobody signed";
}

TEST(UpdatePolicy, NamesOfEachKindOfRule) {
  const auto name = rule(true, "k.", RuleMatch::kName, "a.example.");
  EXPECT_TRUE(granted(name, key("k."), "A.example."));
  EXPECT_FALSE(granted(name, key("k."), "b.a.example."));
  const auto subdomain = rule(true, "k.", RuleMatch::kSubdomain, "a.example.");
  EXPECT_TRUE(granted(subdomain, key("k."), "a.example."));
  EXPECT_TRUE(granted(subdomain, key("k."), "c.b.a.example."));
  EXPECT_FALSE(granted(subdomain, key("k."), "ba.example."));
  const auto wildcard = rule(true, "k.", RuleMatch::kWildcard, "*.a.example.");
  EXPECT_TRUE(granted(wildcard, key("k."), "b.a.example."));
  EXPECT_TRUE(granted(wildcard, key("k."), "c.b.a.example."));
  EXPECT_TRUE(granted(wildcard, key("k."), "*.a.example."));
  EXPECT_FALSE(granted(wildcard, key("k."), "a.example."));
}

TEST(UpdatePolicy, NamesOfTheKeyItself) {
  const Requester host = key("host.example.");
  EXPECT_TRUE(granted(rule(true, "*.example.", RuleMatch::kSelf), host, "host.example."));
  EXPECT_FALSE(granted(rule(true, "*.example.", RuleMatch::kSelf), host, "a.host.example."));
  EXPECT_TRUE(granted(rule(true, "*.example.", RuleMatch::kSelfSub), host, "a.host.example."));
  EXPECT_TRUE(granted(rule(true, "*.example.", RuleMatch::kSelfSub), host, "host.example."));
  EXPECT_FALSE(granted(rule(true, "*.example.", RuleMatch::kSelfWild), host, "host.example."));
  EXPECT_TRUE(granted(rule(true, "*.example.", RuleMatch::kSelfWild), host, "a.host.example."));
  EXPECT_FALSE(granted(rule(true, "*.other.", RuleMatch::kSelf), host, "host.example."))
      << "not the identity";
  EXPECT_FALSE(granted(rule(true, "example.", RuleMatch::kSelf), host, "host.example.")) << "no wildcard";
}

TEST(UpdatePolicy, ReverseNamesOverTcp) {
  const Requester v4 = address({192, 0, 2, 1}, true);
  EXPECT_EQ(dns::to_string(reverse_name(v4)), "1.2.0.192.in-addr.arpa.");
  EXPECT_EQ(dns::to_string(six_to_four_name(v4)), "1.0.2.0.0.0.0.c.2.0.0.2.ip6.arpa.");
  const auto self = rule(true, "*.in-addr.arpa.", RuleMatch::kTcpSelf);
  EXPECT_TRUE(granted(self, v4, "1.2.0.192.in-addr.arpa.", RRType::kPtr));
  EXPECT_FALSE(granted(self, v4, "2.2.0.192.in-addr.arpa.", RRType::kPtr));
  EXPECT_FALSE(granted(self, address({192, 0, 2, 1}, false), "1.2.0.192.in-addr.arpa.", RRType::kPtr));
  const Requester v6 = address({0x20, 0x02, 0xc0, 0, 2, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1}, true);
  EXPECT_EQ(dns::to_string(six_to_four_name(v6)), "1.0.2.0.0.0.0.c.2.0.0.2.ip6.arpa.");
  EXPECT_EQ(dns::to_string(reverse_name(v6)),
            "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.9.0.0.0.1.0.2.0.0.0.0.c.2.0.0.2.ip6.arpa.");
  const auto network = rule(true, "*.2.0.0.2.ip6.arpa.", RuleMatch::k6to4Self, ".", {{RRType::kNs}});
  EXPECT_TRUE(granted(network, v4, "1.0.2.0.0.0.0.c.2.0.0.2.ip6.arpa.", RRType::kNs));
  EXPECT_TRUE(granted(network, v6, "1.0.2.0.0.0.0.c.2.0.0.2.ip6.arpa.", RRType::kNs));
  EXPECT_FALSE(granted(network, v6, "9.0.0.0.1.0.2.0.0.0.0.c.2.0.0.2.ip6.arpa.", RRType::kNs));
}

TEST(UpdatePolicy, LocalIsForThisHostOnly) {
  const auto local = rule(true, "local-ddns.", RuleMatch::kLocal, "example.", {{RRType::kAny}});
  Requester requester = key("local-ddns.");
  EXPECT_FALSE(granted(local, requester, "a.example."));
  requester.is_local = true;
  EXPECT_TRUE(granted(local, requester, "a.example."));
  EXPECT_TRUE(granted(local, requester, "example.", RRType::kSoa));
}

TEST(UpdatePolicy, TypesAndTheirLimits) {
  const auto plain = rule(true, "k.", RuleMatch::kSubdomain, "example.");
  for (const RRType type : {RRType::kNs, RRType::kSoa, RRType::kRrsig, RRType::kNsec, RRType::kNsec3})
    EXPECT_FALSE(granted(plain, key("k."), "a.example.", type)) << dns::to_string(type);
  EXPECT_TRUE(granted(plain, key("k."), "a.example.", RRType::kDs));
  const auto some = rule(true, "k.", RuleMatch::kSubdomain, "example.", {{RRType::kA, 3}, {RRType::kNs}});
  EXPECT_TRUE(granted(some, key("k."), "a.example.", RRType::kNs));
  EXPECT_FALSE(granted(some, key("k."), "a.example.", RRType::kTxt));
  EXPECT_EQ(some.most(RRType::kA), 3U);
  EXPECT_EQ(some.most(RRType::kNs), 0U);
  const auto any = rule(true, "k.", RuleMatch::kSubdomain, "example.", {{RRType::kAny, 2}, {RRType::kA, 1}});
  EXPECT_EQ(any.most(RRType::kA), 1U);
  EXPECT_EQ(any.most(RRType::kTxt), 2U);
}

TEST(UpdatePolicy, WhatDaemonsAreToDecideIsAskedOnceAndOnlyWhereNoRuleBeforeDoes) {
  const UpdatePolicy policy({rule(false, "k.", RuleMatch::kName, "bad.example."),
                             rule(true, "local:/run/a.", RuleMatch::kExternal, ".", {{RRType::kAny}}),
                             rule(true, "k.", RuleMatch::kName, "good.example."),
                             rule(true, "local:/run/b.", RuleMatch::kExternal, ".", {{RRType::kTxt}})});
  const auto content = zone::content_of(
      "@ 300 SOA ns host 1 1 2 3 4\n@ 300 NS ns\nold 300 TXT x\nold 300 A 192.0.2.1\n", "example.");
  const auto asked = [&](const std::string& lines) {
    std::vector<std::string> texts;
    for (const ExternalQuestion& question :
         policy.external_questions(key("k."), request_for_test("example.", lines), *content))
      texts.push_back(std::to_string(question.rule) + " " + dns::to_string(question.name) + " " +
                      dns::to_string(question.type));
    return texts;
  };
  using Texts = std::vector<std::string>;
  EXPECT_EQ(asked("add bad 5 A 192.0.2.1\n"), Texts());
  EXPECT_EQ(asked("add a 5 A 192.0.2.1\nadd a 5 A 192.0.2.2\n"), Texts{"1 a.example. A"});
  EXPECT_EQ(asked("add good 5 TXT x\n"), Texts{"1 good.example. TXT"});
  EXPECT_EQ(asked("add a 5 TXT x\n"), (Texts{"1 a.example. TXT", "3 a.example. TXT"}));
  EXPECT_EQ(asked("delete old\n").size(), 3U);
}

TEST(UpdatePolicy, AnExternalRuleMatchesWhatItsDaemonHasGranted) {
  const UpdatePolicy policy({rule(true, "local:/run/a.", RuleMatch::kExternal, ".", {{RRType::kAny}}),
                             rule(false, "local:/run/b.", RuleMatch::kExternal, ".", {{RRType::kAny}})});
  Requester requester;
  EXPECT_FALSE(policy.judge(requester, name_of("a.example."), RRType::kA).granted);
  requester.granted = {{0, name_of("a.example."), RRType::kA}, {1, name_of("b.example."), RRType::kA}};
  EXPECT_TRUE(policy.judge(requester, name_of("A.example."), RRType::kA).granted);
  EXPECT_FALSE(policy.judge(requester, name_of("a.example."), RRType::kTxt).granted);
  const auto denied = policy.judge(requester, name_of("b.example."), RRType::kA);
  EXPECT_FALSE(denied.granted);
  EXPECT_EQ(denied.rule_number, 2U);
}

TEST(UpdatePolicy, WhatMayBeAddedIsLimitedAndWhatMayNotIsRefused) {
  const UpdatePolicy policy(
      {rule(true, "k.", RuleMatch::kSubdomain, "example.", {{RRType::kA, 2}, {RRType::kTxt}})});
  UpdateSettings settings;
  settings.policy = &policy;
  UpdateBatch batch(
      zone::content_of("@ 300 SOA ns host 1 1 2 3 4\n@ 300 NS ns\nmixed 300 TXT x\nmixed 300 MX 5 ns\n",
                       "example."),
      settings, 0);
  const auto add = [&](const std::string& lines) {
    return batch.add(request_for_test("example.", lines), key("k."), nullptr).rcode;
  };
  EXPECT_EQ(add("add a 5 A 192.0.2.1\nadd a 5 A 192.0.2.2\nadd a 5 A 192.0.2.3\n"), dns::Rcode::kNoError);
  EXPECT_EQ(batch.draft().find(name_of("a.example.")).find(RRType::kA).count(), 2U)
      << "the third is passed over";
  EXPECT_EQ(add("add a 5 A 192.0.2.1\nadd a 5 MX 5 a\n"), dns::Rcode::kRefused);
  EXPECT_EQ(add("delete mixed\n"), dns::Rcode::kRefused) << "it has an MX";
  EXPECT_EQ(add("delete mixed TXT\n"), dns::Rcode::kNoError);
  EXPECT_EQ(add("delete nowhere\n"), dns::Rcode::kNoError);
  EXPECT_EQ(batch.add(request_for_test("example.", "add a 5 A 192.0.2.1\n"), key("x."), nullptr).reason,
            "update failed: rejected by secure update (REFUSED)");
}

}  // namespace
}  // namespace nomen::update
