#include "transfer/catalog.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "zone/content_for_test.h"

namespace nomen::transfer {
namespace {

using zone::name_of;

const std::string kHead = "@ 3600 IN SOA invalid. invalid. 1 3600 600 86400 0\n@ 3600 IN NS invalid.\n";

zone::ContentPtr content_of(const std::string& text) {
  return zone::content_of(kHead + text, "catalog.test.");
}
Catalog catalog_of(const std::string& text, const std::string& version = "2") {
  auto catalog = read_catalog(*content_of("version 0 IN TXT \"" + version + "\"\n" + text));
  EXPECT_TRUE(catalog.has_value()) << (catalog ? "" : catalog.error().text);
  return std::move(*catalog);
}
std::string error_of(const std::string& text) {
  const auto catalog = read_catalog(*content_of(text));
  return catalog ? "" : catalog.error().text;
}
std::string names_of(const std::vector<CatalogMember>& members) {
  std::string text;
  for (const CatalogMember& member : members) text += dns::to_string(member.zone) + " ";
  return text;
}

TEST(Catalog, MembersComeWithTheirGroupsAndNewOwner) {
  const Catalog catalog = catalog_of(
      "One.zones 0 IN PTR B.example.\ntwo.zones 0 IN PTR a.example.\n"
      "group.one.zones 0 IN TXT \"nodnssec\"\ngroup.one.zones 0 IN TXT \"europe\"\n"
      "coo.two.zones 0 IN PTR other-catalog.test.\n");
  ASSERT_EQ(catalog.members.size(), 2U);
  EXPECT_EQ(names_of(catalog.members), "a.example. b.example. ");
  const CatalogMember* member = catalog.find(name_of("B.EXAMPLE."));
  ASSERT_NE(member, nullptr);
  EXPECT_EQ(member->label, "one");
  EXPECT_EQ(member->groups, (std::vector<std::string>{"europe", "nodnssec"}));
  EXPECT_EQ(*catalog.find(name_of("a.example."))->new_owner, name_of("other-catalog.test."));
  EXPECT_TRUE(catalog.warnings.empty());
}

TEST(Catalog, ABrokenOneIsRefusedAndSaysWhy) {
  EXPECT_EQ(error_of(""), "the catalog has no version record");
  EXPECT_EQ(error_of("version 0 IN TXT \"3\"\n"), "the version of the catalog is not known");
  EXPECT_EQ(error_of("version 0 IN TXT \"2\" \"2\"\n"), "the version of the catalog is not known");
  EXPECT_EQ(error_of("version 0 IN TXT \"2\"\nversion 0 IN TXT \"1\"\n"),
            "the catalog has more than one version record");
  const std::string version = "version 0 IN TXT \"2\"\n";
  EXPECT_EQ(error_of(version + "x.zones 0 IN PTR a.example.\nx.zones 0 IN PTR b.example.\n"),
            "the member label 'x' has more than one PTR record");
  EXPECT_EQ(error_of(version + "x.zones 0 IN PTR a.example.\ny.zones 0 IN PTR A.example.\n"),
            "'a.example' is listed twice");
}

TEST(Catalog, CustomPropertiesOfBothSchemasAreRead) {
  const std::string two =
      "primaries.ext 0 IN A 192.0.2.1\nprimaries.ext 0 IN AAAA 2001:db8::1\n"
      "second.primaries.ext 0 IN A 192.0.2.2\nsecond.primaries.ext 0 IN TXT \"Key.name\"\n"
      "x.zones 0 IN PTR a.example.\n"
      "allow-query.ext.x.zones 0 IN APL 1:10.0.0.0/8 !2:2001:db8::/32\n"
      "allow-transfer.ext 0 IN APL 1:0.0.0.0/0\n";
  std::string one = two;
  for (size_t at = 0; (at = one.find(".ext", at)) != std::string::npos;) one.erase(at, 4);
  for (const auto& [text, version] : {std::pair{two, "2"}, std::pair{one, "1"}}) {
    const Catalog catalog = catalog_of(text, version);
    EXPECT_TRUE(catalog.warnings.empty());
    ASSERT_EQ(catalog.options.primaries.size(), 2U);
    EXPECT_EQ(catalog.options.primaries[0].addresses.size(), 2U);
    EXPECT_EQ(catalog.options.primaries[1].label, "second");
    EXPECT_EQ(catalog.options.primaries[1].key, "key.name");
    ASSERT_EQ(catalog.members.size(), 1U);
    ASSERT_NE(catalog.members[0].options, nullptr);
    const auto& prefixes = *catalog.members[0].options->allow_query;
    ASSERT_EQ(prefixes.size(), 2U);
    EXPECT_EQ(prefixes[0].address, (std::vector<uint8_t>{10, 0, 0, 0}));
    EXPECT_EQ(prefixes[0].bits, 8);
    EXPECT_TRUE(prefixes[1].is_negated);
    EXPECT_EQ(prefixes[1].address.size(), 16U);
    EXPECT_TRUE(catalog.options.allow_transfer.has_value());
  }
}

TEST(Catalog, APropertyThatIsNotAsItShouldBeIsPassedOverAndTold) {
  const Catalog catalog = catalog_of(
      "x.zones 0 IN PTR a.example.\ngroup.x.zones 0 IN TXT \"a\" \"b\"\n"
      "coo.x.zones 0 IN PTR c.\ncoo.x.zones 0 IN PTR d.\nprimaries.ext.x.zones 0 IN TXT \"key\"\n"
      "unknown.x.zones 0 IN TXT \"whatever\"\nproperty.of.nobody.zones 0 IN TXT \"x\"\n");
  ASSERT_EQ(catalog.members.size(), 1U);
  EXPECT_TRUE(catalog.members[0].groups.empty());
  EXPECT_EQ(catalog.members[0].new_owner, nullptr);
  EXPECT_EQ(catalog.warnings.size(), 3U);
}

TEST(Catalog, TheDifferenceTellsWhatCameWentChangedAndWasReset) {
  const Catalog before = catalog_of(
      "1.zones 0 IN PTR gone.example.\n2.zones 0 IN PTR same.example.\n3.zones 0 IN PTR changed.example.\n"
      "4.zones 0 IN PTR reset.example.\n");
  const Catalog after = catalog_of(
      "2.zones 0 IN PTR same.example.\n3.zones 0 IN PTR changed.example.\ngroup.3.zones 0 IN TXT \"g\"\n"
      "44.zones 0 IN PTR reset.example.\n5.zones 0 IN PTR new.example.\n");
  const CatalogDifference result = difference(&before, after);
  EXPECT_EQ(names_of(result.added), "new.example. ");
  EXPECT_EQ(names_of(result.removed), "gone.example. ");
  EXPECT_EQ(names_of(result.changed), "changed.example. ");
  EXPECT_EQ(names_of(result.reset), "reset.example. ");
  EXPECT_EQ(difference(nullptr, after).added.size(), 4U);
  EXPECT_TRUE(difference(&after, after).empty());
}

TEST(Catalog, OtherOptionsOfTheCatalogChangeAllMembers) {
  const std::string members = "1.zones 0 IN PTR a.example.\n2.zones 0 IN PTR b.example.\n";
  const Catalog before = catalog_of(members);
  const Catalog after = catalog_of(members + "primaries.ext 0 IN A 192.0.2.1\n");
  EXPECT_EQ(difference(&before, after).changed.size(), 2U);
}

TEST(Catalog, AMemberMovesOnlyToTheOwnerThatItsCatalogNames) {
  const Catalog from = catalog_of("1.zones 0 IN PTR a.example.\ncoo.1.zones 0 IN PTR new.test.\n");
  EXPECT_TRUE(may_move(from, name_of("a.example."), name_of("NEW.test.")));
  EXPECT_FALSE(may_move(from, name_of("a.example."), name_of("other.test.")));
  EXPECT_FALSE(may_move(from, name_of("b.example."), name_of("new.test.")));
}

TEST(Catalog, WhatIsProducedIsReadBack) {
  CatalogMember member;
  member.zone = name_of("member.example.");
  member.label = member_label(member.zone);
  member.groups = {"one", "two"};
  member.new_owner = std::make_shared<const dns::Name>(name_of("new.test."));
  zone::Change change;
  ASSERT_TRUE(add_member_records(name_of("catalog.test."), member, 0, change.added).has_value());
  const auto base = content_of("version 0 IN TXT \"2\"\n");
  zone::ContentWriter writer(*base, {});
  ASSERT_TRUE(writer.apply(change).has_value());
  Diagnostics diagnostics;
  const auto catalog = read_catalog(*writer.finish(diagnostics));
  ASSERT_TRUE(catalog.has_value());
  ASSERT_EQ(catalog->members.size(), 1U);
  EXPECT_EQ(catalog->members[0], member);
}

TEST(Catalog, AHundredThousandMembersAreReadAndCompared) {
  std::string text = kHead + "version 0 IN TXT \"2\"\n";
  for (int i = 0; i < 100'000; i++)
    text += "m" + std::to_string(i) + ".zones 0 IN PTR z" + std::to_string(i) + ".example.\n";
  const auto content = zone::content_of(text, "catalog.test.");
  const auto catalog = read_catalog(*content);
  ASSERT_TRUE(catalog.has_value());
  EXPECT_EQ(catalog->members.size(), 100'000U);
  Catalog later = *catalog;
  later.members.erase(later.members.begin() + 500);
  EXPECT_EQ(difference(&*catalog, later).removed.size(), 1U);
}

}  // namespace
}  // namespace nomen::transfer
