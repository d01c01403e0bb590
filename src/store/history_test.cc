#include "store/history.h"

#include <gtest/gtest.h>

#include "store/version_for_test.h"

namespace nomen::store {
namespace {

constexpr dns::RRClass kIn = dns::RRClass::kIn;

zone::Change change_of(std::string_view patch) {
  const auto change = parse_patch(patch, name_of("example.com."), kIn);
  EXPECT_TRUE(change) << change.error().text;
  return change ? *change : zone::Change();
}
std::string condensed(const std::vector<std::string_view>& patches) {
  std::vector<zone::Change> changes;
  changes.reserve(patches.size());
  for (const std::string_view patch : patches) changes.push_back(change_of(patch));
  return to_patch(condense(changes, kIn), kIn);
}

constexpr std::string_view kFirst =
    "-@ 60 SOA ns host 1 2 3 4 5\n-old 60 A 192.0.2.1\n"
    "+@ 60 SOA ns host 2 2 3 4 5\n+new 60 A 192.0.2.2\n+both 60 A 192.0.2.3\n";
constexpr std::string_view kSecond =
    "-@ 60 SOA ns host 2 2 3 4 5\n-new 60 A 192.0.2.2\n"
    "+@ 60 SOA ns host 3 2 3 4 5\n+old 60 A 192.0.2.1\n";

TEST(History, WhatIsTakenBackVanishesFromTheCondensedChange) {
  EXPECT_EQ(condensed({kFirst, kSecond}),
            "-example.com. 60 IN SOA ns.example.com. host.example.com. 1 2 3 4 5\n"
            "+example.com. 60 IN SOA ns.example.com. host.example.com. 3 2 3 4 5\n"
            "+both.example.com. 60 IN A 192.0.2.3\n");
  EXPECT_EQ(condensed({}), "");
}

TEST(History, AChangedTtlStaysAChange) {
  EXPECT_EQ(condensed({"-a 60 A 192.0.2.1\n+a 90 A 192.0.2.1\n", "-a 90 A 192.0.2.1\n+a 120 A 192.0.2.1\n"}),
            "-a.example.com. 60 IN A 192.0.2.1\n+a.example.com. 120 IN A 192.0.2.1\n");
  EXPECT_EQ(condensed({"-a 60 A 192.0.2.1\n+a 90 A 192.0.2.1\n", "-a 90 A 192.0.2.1\n+a 60 A 192.0.2.1\n"}),
            "");
}

TEST(History, AChangeAndItsInverseAreNothing) {
  const zone::Change change = change_of(kFirst);
  EXPECT_TRUE(condense(std::vector{change, invert(change)}, kIn).empty());
  const auto rollback = with_serial(invert(change), {9});
  ASSERT_TRUE(rollback);
  EXPECT_NE(to_patch(*rollback, kIn).find("+example.com. 60 IN SOA ns.example.com. host.example.com. 9 "),
            std::string::npos);
  EXPECT_FALSE(with_serial(change_of("+a 60 A 192.0.2.1\n"), {9}));
}

TEST(History, BlameNamesTheVersionsThatTouchedAName) {
  std::vector<Version> versions;
  versions.push_back(version_of({}, 1, 2));
  versions.push_back(version_of({}, 2, 3));
  const auto host = blame(versions, name_of("HOST-3.example.com."));
  ASSERT_EQ(host.size(), 1U);
  EXPECT_EQ(host[0].to.value, 3U);
  EXPECT_EQ(host[0].actor.name, "ddns.example.com");
  EXPECT_EQ(host[0].change.added.size(), 1U);
  EXPECT_EQ(blame(versions, name_of("example.com.")).size(), 2U);
  EXPECT_TRUE(blame(versions, name_of("nobody.example.com.")).empty());
}

TEST(History, APatchComesBackAsTheSameChange) {
  const zone::Change change = change_of(kFirst);
  EXPECT_EQ(text_of(change_of("; a comment\n\n" + to_patch(change, kIn))), text_of(change));
}

TEST(History, APatchThatIsNoneSaysWhere) {
  const auto error = [](std::string_view patch) {
    const auto change = parse_patch(patch, name_of("example.com."), kIn);
    return change ? "" : change.error().text;
  };
  EXPECT_EQ(error("+a 60 A 192.0.2.1\na 60 A 192.0.2.1\n"),
            "line 2 of the patch: expected '+' or '-' and a record right behind it, or a comment");
  EXPECT_NE(error("+$INCLUDE /etc/passwd\n"), "");
  EXPECT_NE(error("+ 60 A 192.0.2.1\n"), "");
  EXPECT_EQ(error("+a 60 A 192.0.2.1\n-b 60 A nonsense\n").substr(0, 7), "patch:2");
}

}  // namespace
}  // namespace nomen::store
