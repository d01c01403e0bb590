#include "tools/zone_plan.h"

#include <gtest/gtest.h>

#include "zone/content_for_test.h"
#include "zone/reload.h"

namespace nomen::tools {
namespace {

const std::string kZone =
    "@ 300 IN SOA ns1 admin 7 1800 900 604800 60\n@ 300 IN NS ns1\nns1 300 IN A 192.0.2.1\n"
    "www 300 IN A 192.0.2.80\nmail 300 IN A 192.0.2.25\n";

Plan plan_of(const std::string& removed, const std::string& added) {
  auto plan = parse_plan("; nomen plan 1\n; zone example IN view _default\n; from serial 7 digest " +
                         std::string(64, '0') + "\n" + removed + added);
  EXPECT_TRUE(plan) << plan.error().text;
  return std::move(*plan);
}

TEST(Plan, AsTextAndBackItIsTheSame) {
  Plan plan = plan_of("-www.example. 300 IN A 192.0.2.80\n", "+www.example. 300 IN TXT \"a ; b\"\n");
  plan.digest = zone::digest_of(*zone::content_of(kZone, "example."));
  const auto again = parse_plan(to_text(plan));
  ASSERT_TRUE(again);
  EXPECT_EQ(to_text(*again), to_text(plan));
  EXPECT_EQ(again->zone, "example");
  EXPECT_EQ(again->view, "_default");
  EXPECT_EQ(again->from, dns::Serial{7});
  EXPECT_EQ(again->digest, plan.digest);
  EXPECT_FALSE(again->to());
}

TEST(Plan, TheSerialOfTheNewSoaIsWhereItLeads) {
  const Plan plan = plan_of("-example. 300 IN SOA ns1.example. admin.example. 7 1 1 1 1\n",
                            "+example. 300 IN SOA ns1.example. admin.example. 9 1 1 1 1\n");
  EXPECT_EQ(plan.to(), dns::Serial{9});
  EXPECT_EQ(count(plan).removed, 0u);
  EXPECT_EQ(count(plan).added, 0u);
}

TEST(Plan, ARecordThatOnlyChangesItsTtlOrTheCaseOfItsOwnerIsNotRemoved) {
  const Plan plan = plan_of("-www.example. 300 IN A 192.0.2.80\n-mail.example. 300 IN A 192.0.2.25\n",
                            "+WWW.example. 60 IN A 192.0.2.80\n+new.example. 60 IN A 192.0.2.9\n");
  EXPECT_EQ(count(plan).removed, 1u);
  EXPECT_EQ(count(plan).added, 1u);
}

TEST(Plan, TheBrakeLooksAtTheShareOfTheZone) {
  const auto zone = zone::content_of(kZone, "example.");  // 5 records
  const Plan one = plan_of("-www.example. 300 IN A 192.0.2.80\n", "");
  const Plan two = plan_of("-www.example. 300 IN A 192.0.2.80\n-mail.example. 300 IN A 192.0.2.25\n", "");
  EXPECT_TRUE(check_removal(one, *zone, 20));
  EXPECT_FALSE(check_removal(one, *zone, 19.9));
  EXPECT_FALSE(check_removal(two, *zone, 20));
  EXPECT_TRUE(check_removal(two, *zone, 40));
  EXPECT_TRUE(check_removal(plan_of("", "+a.example. 1 IN A 192.0.2.1\n"), *zone, 0));
}

TEST(Plan, WhatIsNoPlanIsToldWithItsLine) {
  const std::string zeros(64, '0');
  for (const auto& [text, expected] : std::vector<std::pair<std::string, std::string>>{
           {"", "this is no plan"},
           {"; nomen plan 2\n", "this is no plan"},
           {"; nomen plan 1\n", "line 2"},
           {"; nomen plan 1\n; zone example IN _default\n", "line 2"},
           {"; nomen plan 1\n; zone example XX view v\n", "line 2"},
           {"; nomen plan 1\n; zone example IN view v\n; from serial 1x digest " + zeros + "\n", "line 3"},
           {"; nomen plan 1\n; zone example IN view v\n; from serial 1 digest 00\n", "line 3"},
           {"; nomen plan 1\n; zone example IN view v\n; from serial 1 digest " + zeros + "\nwww A 1\n",
            "line 4"},
           {"; nomen plan 1\n; zone example IN view v\n; from serial 1 digest " + zeros + "\n+www IN A 1\n",
            "patch:4"}}) {
    const auto plan = parse_plan(text);
    ASSERT_FALSE(plan) << text;
    EXPECT_NE(plan.error().text.find(expected), std::string::npos) << plan.error().text;
  }
}

}  // namespace
}  // namespace nomen::tools
