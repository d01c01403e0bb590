#include "transfer/catalog.h"

#include <gtest/gtest.h>

#include <set>

#include "zone/content_for_test.h"

namespace nomen::transfer {
namespace {

using zone::name_of;

const std::string kCatalogHead =
    "@ 3600 IN SOA invalid. invalid. 1 3600 600 86400 0\n@ 3600 IN NS invalid.\n";

zone::ContentPtr content_of(const std::string& text) {
  return zone::content_of(kCatalogHead + text, "catalog.test.");
}
Catalog catalog_of(const std::string& text, const std::string& version = "2") {
  const auto content = content_of("version 0 IN TXT \"" + version + "\"\n" + text);
  Catalog catalog(content->apex());
  catalog.read(*content);
  const auto good = catalog.check();
  EXPECT_TRUE(good.has_value()) << (good ? "" : good.error().text);
  return catalog;
}
std::string error_of(const std::string& text) {
  const auto content = content_of(text);
  Catalog catalog(content->apex());
  catalog.read(*content);
  const auto good = catalog.check();
  return good ? "" : good.error().text;
}
std::string touched(Catalog& catalog) {
  std::set<std::string> zones;
  for (const std::string& zone : catalog.take_touched())
    zones.insert(dns::to_string({reinterpret_cast<const uint8_t*>(zone.data()), zone.size()}));
  std::string text;
  for (const std::string& zone : zones) text += zone + " ";
  return text;
}
/// The second version read by the names at which it differs.
void step(Catalog& catalog, const std::string& text, const std::vector<std::string>& names) {
  std::vector<dns::Name> owners;
  owners.reserve(names.size());
  for (const std::string& name : names) owners.push_back(name_of(name + ".catalog.test."));
  catalog.read_names(*content_of("version 0 IN TXT \"2\"\n" + text), owners);
}

TEST(Catalog, MembersComeWithTheirGroupsAndNewOwner) {
  Catalog catalog = catalog_of(
      "One.zones 0 IN PTR B.example.\ntwo.zones 0 IN PTR a.example.\n"
      "group.one.zones 0 IN TXT \"nodnssec\"\ngroup.one.zones 0 IN TXT \"europe\"\n"
      "coo.two.zones 0 IN PTR other-catalog.test.\n");
  ASSERT_EQ(catalog.size(), 2U);
  EXPECT_EQ(touched(catalog), "a.example. b.example. ");
  EXPECT_EQ(touched(catalog), "");
  const auto member = catalog.find(name_of("B.EXAMPLE."));
  ASSERT_TRUE(member.has_value());
  EXPECT_EQ(member->label, "one");
  EXPECT_EQ(member->properties.groups, (std::vector<std::string>{"europe", "nodnssec"}));
  EXPECT_EQ(catalog.find(name_of("a.example."))->properties.new_owner, name_of("other-catalog.test."));
  EXPECT_TRUE(catalog.take_warnings().empty());
}

TEST(Catalog, ABrokenOneIsRefusedAndSaysWhy) {
  EXPECT_EQ(error_of(""), "zone 'catalog.test' has no 'version' record");
  EXPECT_EQ(error_of("version 0 IN TXT \"3\"\n"), "zone 'catalog.test' unsupported version '3'");
  EXPECT_EQ(error_of("version 0 IN TXT \"2\" \"2\"\n"),
            "invalid record for the catalog zone version property");
  EXPECT_EQ(error_of("version 0 IN TXT \"2\"\nversion 0 IN TXT \"1\"\n"),
            "'version' property TXT RRset contains more than one record, which is invalid");
  const std::string version = "version 0 IN TXT \"2\"\n";
  EXPECT_EQ(error_of(version + "x.zones 0 IN PTR a.example.\nx.zones 0 IN PTR b.example.\n"),
            "member zone PTR RRset contains more than one record, which is invalid ('x')");
  EXPECT_EQ(error_of(version + "x.zones 0 IN PTR a.example.\ny.zones 0 IN PTR A.example.\n"),
            "zone 'a.example' is listed more than once");
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
    Catalog catalog = catalog_of(text, version);
    EXPECT_TRUE(catalog.take_warnings().empty());
    ASSERT_EQ(catalog.options().primaries.size(), 2U);
    EXPECT_EQ(catalog.options().primaries[0].addresses.size(), 2U);
    EXPECT_EQ(catalog.options().primaries[1].label, "second");
    EXPECT_EQ(catalog.options().primaries[1].key, "key.name");
    const auto member = catalog.find(name_of("a.example."));
    ASSERT_TRUE(member.has_value());
    const auto& prefixes = *member->properties.options.allow_query;
    ASSERT_EQ(prefixes.size(), 2U);
    EXPECT_EQ(prefixes[0].address, (std::vector<uint8_t>{10, 0, 0, 0}));
    EXPECT_EQ(prefixes[0].bits, 8);
    EXPECT_TRUE(prefixes[1].is_negated);
    EXPECT_EQ(prefixes[1].address.size(), 16U);
    EXPECT_TRUE(catalog.options().allow_transfer.has_value());
  }
}

TEST(Catalog, APropertyThatIsNotAsItShouldBeIsPassedOverAndTold) {
  Catalog catalog = catalog_of(
      "x.zones 0 IN PTR a.example.\ngroup.x.zones 0 IN TXT \"a\" \"b\"\n"
      "coo.x.zones 0 IN PTR c.\ncoo.x.zones 0 IN PTR d.\nprimaries.ext.x.zones 0 IN TXT \"key\"\n"
      "unknown.x.zones 0 IN TXT \"whatever\"\nproperty.of.nobody.zones 0 IN TXT \"x\"\n");
  ASSERT_EQ(catalog.size(), 1U);
  EXPECT_TRUE(catalog.find(name_of("a.example."))->properties.empty());
  EXPECT_EQ(catalog.take_warnings().size(), 3U);
}

TEST(Catalog, AStepTouchesWhatItChanges) {
  Catalog catalog = catalog_of(
      "1.zones 0 IN PTR gone.example.\n2.zones 0 IN PTR same.example.\n3.zones 0 IN PTR changed.example.\n"
      "4.zones 0 IN PTR reset.example.\n");
  EXPECT_EQ(catalog.take_touched().size(), 4U);
  step(catalog,
       "2.zones 0 IN PTR same.example.\n3.zones 0 IN PTR changed.example.\ngroup.3.zones 0 IN TXT \"g\"\n"
       "44.zones 0 IN PTR reset.example.\n5.zones 0 IN PTR new.example.\n",
       {"1.zones", "group.3.zones", "4.zones", "44.zones", "5.zones"});
  ASSERT_TRUE(catalog.check().has_value());
  EXPECT_EQ(touched(catalog), "changed.example. gone.example. new.example. reset.example. ");
  EXPECT_FALSE(catalog.find(name_of("gone.example.")).has_value());
  EXPECT_EQ(catalog.find(name_of("reset.example."))->label, "44");
  EXPECT_EQ(catalog.find(name_of("changed.example."))->properties.groups.size(), 1U);
  EXPECT_EQ(catalog.size(), 4U);
}

TEST(Catalog, WhatABrokenVersionChangedIsTouchedWhenItIsWholeAgain) {
  const std::string one = "1.zones 0 IN PTR a.example.\n";
  Catalog catalog = catalog_of(one);
  catalog.take_touched();
  step(catalog, one + "2.zones 0 IN PTR b.example.\n3.zones 0 IN PTR b.example.\n", {"2.zones", "3.zones"});
  EXPECT_FALSE(catalog.check().has_value());
  step(catalog, one + "3.zones 0 IN PTR b.example.\n", {"2.zones"});
  EXPECT_TRUE(catalog.check().has_value());
  EXPECT_EQ(touched(catalog), "b.example. ");
  EXPECT_EQ(catalog.find(name_of("b.example."))->label, "3");
}

TEST(Catalog, OtherOptionsOfTheCatalogTouchAllMembers) {
  const std::string members = "1.zones 0 IN PTR a.example.\n2.zones 0 IN PTR b.example.\n";
  Catalog catalog = catalog_of(members);
  catalog.take_touched();
  step(catalog, members + "primaries.ext 0 IN A 192.0.2.1\n", {"primaries.ext"});
  EXPECT_EQ(touched(catalog), "a.example. b.example. ");
  step(catalog, members + "primaries.ext 0 IN A 192.0.2.1\n", {"primaries.ext"});
  EXPECT_EQ(touched(catalog), "");
  step(catalog, members, {"primaries.ext"});
  EXPECT_TRUE(catalog.options().empty());
}

TEST(Catalog, AnotherSchemaVersionIsReadAnew) {
  const std::string text = "1.zones 0 IN PTR a.example.\nprimaries 0 IN A 192.0.2.1\n";
  Catalog catalog = catalog_of(text, "1");
  EXPECT_EQ(catalog.options().primaries.size(), 1U);
  step(catalog, text, {"version"});
  EXPECT_TRUE(catalog.options().empty());
}

TEST(Catalog, WhatIsProducedIsReadBack) {
  CatalogMember member;
  member.zone = name_of("member.example.");
  member.label = member_label(member.zone, 1);
  EXPECT_NE(member.label, member_label(member.zone, 2));
  member.properties.groups = {"one", "two"};
  member.properties.new_owner = name_of("new.test.");
  zone::Change change;
  ASSERT_TRUE(add_member_records(name_of("catalog.test."), member, 0, change.added).has_value());
  const auto base = content_of("version 0 IN TXT \"2\"\n");
  zone::ContentWriter writer(*base, {});
  ASSERT_TRUE(writer.apply(change).has_value());
  Diagnostics diagnostics;
  const auto content = writer.finish(diagnostics);
  Catalog catalog(content->apex());
  catalog.read(*content);
  ASSERT_TRUE(catalog.check().has_value());
  ASSERT_EQ(catalog.size(), 1U);
  EXPECT_EQ(*catalog.find(member.zone), member);
}

TEST(Catalog, OneMoreAmongAHundredThousandTouchesOne) {
  std::string text = kCatalogHead + "version 0 IN TXT \"2\"\n";
  for (int i = 0; i < 100'000; i++)
    text += "m" + std::to_string(i) + ".zones 0 IN PTR z" + std::to_string(i) + ".example.\n";
  const auto content = zone::content_of(text, "catalog.test.");
  Catalog catalog(content->apex());
  catalog.read(*content);
  EXPECT_EQ(catalog.take_touched().size(), 100'000U);
  zone::Change change;
  const CatalogMember member{name_of("new.example."), "new", {}};
  ASSERT_TRUE(add_member_records(content->apex(), member, 0, change.added).has_value());
  zone::ContentWriter writer(*content, {});
  ASSERT_TRUE(writer.apply(change).has_value());
  Diagnostics diagnostics;
  catalog.read_names(*writer.finish(diagnostics), std::vector{name_of("new.zones.catalog.test.")});
  EXPECT_EQ(touched(catalog), "new.example. ");
  EXPECT_EQ(catalog.size(), 100'001U);
}

}  // namespace
}  // namespace nomen::transfer
