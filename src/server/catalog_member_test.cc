#include "server/catalog_member.h"

#include <gtest/gtest.h>

namespace nomen::server {
namespace {

dns::Name name_of(const std::string& text) {
  return *dns::Name::parse(text);
}

config::CatalogZone catalog() {
  config::CatalogZone made;
  made.name = name_of("catalog.example.");
  made.default_primaries.push_back(
      {.address = *config::parse_ip("192.0.2.1"), .port = 0, .key = {}, .tls = {}});
  return made;
}

transfer::CatalogOptions primaries(uint8_t last, const std::string& key) {
  transfer::CatalogOptions options;
  options.primaries.push_back({"", {{192, 0, 2, last}}, key});
  return options;
}

const auto kInherited = std::make_shared<const config::ZoneOptions>();

TEST(CatalogMember, PrimariesAreTheMembersOwnThenTheCatalogsThenTheDefault) {
  const auto address = [](const MemberSettings& settings) {
    return settings.primaries.size() == 1 ? config::to_string(settings.primaries[0].address) : "";
  };
  EXPECT_EQ(address(member_settings(catalog(), {}, {}, kInherited)), "192.0.2.1");
  EXPECT_EQ(address(member_settings(catalog(), primaries(2, ""), {}, kInherited)), "192.0.2.2");
  const auto own = member_settings(catalog(), primaries(2, ""), primaries(3, "k"), kInherited);
  EXPECT_EQ(address(own), "192.0.2.3");
  EXPECT_EQ(own.primaries[0].key, "k");
  EXPECT_EQ(own.options, kInherited);
}

TEST(CatalogMember, ListsOfPrefixesBecomeAccessLists) {
  transfer::CatalogOptions of_catalog;
  of_catalog.allow_query = {{{10, 0, 0, 0}, 8, false}, {{192, 0, 2, 0}, 24, true}};
  transfer::CatalogOptions own;
  own.allow_transfer = std::vector<transfer::CatalogPrefix>{};
  const auto settings = member_settings(catalog(), of_catalog, own, kInherited);
  EXPECT_EQ(config::to_string(*settings.options->allow_query), "{ 10.0.0.0/8; !192.0.2.0/24; }");
  EXPECT_TRUE(settings.options->allow_transfer->elements.empty());
  EXPECT_TRUE(settings == member_settings(catalog(), of_catalog, own, kInherited));
  EXPECT_FALSE(settings == member_settings(catalog(), of_catalog, {}, kInherited));
}

TEST(CatalogMember, AGroupComesBeforeTheDefaultsAndAfterTheCatalogsProperties) {
  config::ZoneOptions text;
  text.request_ixfr = false;
  const config::CatalogGroup group{
      .name = "blue",
      .primaries = {{.address = *config::parse_ip("192.0.2.7"), .port = 0, .key = {}, .tls = {}}},
      .options = std::make_shared<const config::ZoneOptions>(text)};
  const auto of_group = member_settings(catalog(), {}, {}, kInherited, &group);
  EXPECT_EQ(of_group.options, group.options);
  EXPECT_EQ(of_group.primaries, group.primaries);
  const auto own = member_settings(catalog(), {}, primaries(3, ""), kInherited, &group);
  EXPECT_EQ(config::to_string(own.primaries[0].address), "192.0.2.3");
  transfer::CatalogOptions closed;
  closed.allow_query = std::vector<transfer::CatalogPrefix>{};
  const auto with_list = member_settings(catalog(), closed, {}, kInherited, &group);
  EXPECT_TRUE(with_list.options->allow_query->elements.empty());
  EXPECT_FALSE(with_list.options->request_ixfr);
  const config::CatalogGroup without{.name = "red", .primaries = {}, .options = group.options};
  EXPECT_EQ(member_settings(catalog(), {}, {}, kInherited, &without).primaries, catalog().default_primaries);
}

TEST(CatalogMember, TheSavedCopyIsWhereBindHasIt) {
  config::CatalogZone zone = catalog();
  EXPECT_EQ(member_file(zone, "_default", name_of("b.test.")), "__catz___default_catalog.example_b.test.db");
  zone.zone_directory = "zd";
  EXPECT_EQ(member_file(zone, "_default", name_of(std::string(35, 'x') + ".test.")),
            "zd/__catz___default_catalog.example_" + std::string(35, 'x') + ".test.db");
  EXPECT_EQ(member_file(zone, "_default", name_of(std::string(36, 'x') + ".test.")),
            "zd/__catz__64cf651c9eac6d87af698d92ccbb54cc323bbef9c531dfae148a4fbd51fc8298.db");
  EXPECT_EQ(member_file(zone, "_default", name_of("a/b.test.")).size(),
            std::string("zd/__catz__.db").size() + 64);
  zone.in_memory = true;
  EXPECT_EQ(member_file(zone, "_default", name_of("b.test.")), "");
}

TEST(CatalogMember, IsASecondaryThatKnowsItsCatalog) {
  const auto settings = member_settings(catalog(), primaries(2, "key.test"), {}, kInherited);
  const auto name = std::make_shared<const std::string>("catalog.example");
  const auto zone = member_zone(name_of("b.test."), name, settings, "file");
  EXPECT_EQ(zone->type, config::ZoneType::kSecondary);
  EXPECT_EQ(*zone->catalog, "catalog.example");
  EXPECT_EQ(statement_text(*zone),
            "zone \"b.test\" { type secondary; file \"file\"; primaries { 192.0.2.2 key \"key.test\"; }; "
            "allow-query { any; }; allow-transfer { any; }; };");
}

}  // namespace
}  // namespace nomen::server
