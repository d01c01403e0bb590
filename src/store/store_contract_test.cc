#include <gtest/gtest.h>

#include "store/store_contract_for_test.h"
#include "store/version_for_test.h"

namespace nomen::store {
namespace {

constexpr dns::RRClass kContractClass = dns::RRClass::kIn;

std::string steps_since(VersionStore& store, ZoneId zone, uint32_t from) {
  std::string steps;
  const auto reaches = store.since(zone, {from}, [&](Version&& version) {
    steps += std::to_string(version.from.value) + ">" + std::to_string(version.to.value) + " ";
    return true;
  });
  if (!reaches) return reaches.error().text;
  return *reaches ? steps : "does not reach back";
}

std::string listed(VersionStore& store, ZoneId zone, size_t count, std::optional<dns::Serial> before = {}) {
  const auto versions = store.list(zone, count, before);
  if (!versions) return versions.error().text;
  std::string text;
  for (const VersionInfo& version : *versions)
    text += "#" + std::to_string(version.number) + ":" + std::to_string(version.to.value) + " ";
  return text;
}

void rows_are_a_chain(VersionStore& store) {
  const ZoneId zone = *store.zone_id({"", name_of("example.com."), kContractClass});
  const ZoneId other = *store.zone_id({"inside", name_of("example.com."), kContractClass});
  EXPECT_NE(zone, other);
  EXPECT_EQ(*store.zone_id({"", name_of("Example.COM."), kContractClass}), zone);
  EXPECT_EQ(store.zones()->size(), 2U);
  EXPECT_EQ(listed(store, zone, 10), "");
  EXPECT_EQ(steps_since(store, zone, 5), "does not reach back");
  // The first row begins anywhere; the next ones where the one before ended.
  EXPECT_TRUE(append_and_wait(store, version_of(zone, 5, 6, 1000)));
  EXPECT_FALSE(append_and_wait(store, version_of(zone, 5, 6)));
  EXPECT_FALSE(append_and_wait(store, version_of(static_cast<ZoneId>(4711), 6, 7)));
  std::vector<Version> broken;
  broken.push_back(version_of(zone, 6, 7));
  broken.push_back(version_of(zone, 8, 9));
  EXPECT_FALSE(append_and_wait(store, std::move(broken)));
  std::vector<Version> two;
  two.push_back(version_of(zone, 6, 7));
  two.push_back(version_of(zone, 7, 9));
  EXPECT_TRUE(append_and_wait(store, std::move(two)));
  EXPECT_TRUE(append_and_wait(store, version_of(other, 100, 101)));
  EXPECT_EQ(listed(store, zone, 10), "#3:9 #2:7 #1:6 ");
  EXPECT_EQ(listed(store, zone, 1), "#3:9 ");
  EXPECT_EQ(listed(store, zone, 10, dns::Serial{9}), "#2:7 #1:6 ");
  EXPECT_EQ(listed(store, zone, 10, dns::Serial{4}), "");
  EXPECT_EQ(steps_since(store, zone, 5), "5>6 6>7 7>9 ");
  EXPECT_EQ(steps_since(store, zone, 7), "7>9 ");
  EXPECT_EQ(steps_since(store, zone, 9), "");
  EXPECT_EQ(steps_since(store, zone, 8), "does not reach back");
  size_t visited = 0;
  EXPECT_TRUE(*store.since(zone, {5}, [&](Version&&) { return ++visited < 2; }));
  EXPECT_EQ(visited, 2U);
}

void rows_come_back_whole(VersionStore& store) {
  const ZoneId zone = *store.zone_id({"", name_of("example.com."), kContractClass});
  const Version wanted = version_of(zone, 5, 6, 1000);
  const auto version = store.version_to(zone, {6});
  ASSERT_TRUE(version && *version);
  EXPECT_EQ((*version)->from, wanted.from);
  EXPECT_EQ((*version)->time_us, 1000);
  EXPECT_EQ((*version)->actor, wanted.actor);
  EXPECT_EQ(text_of((*version)->change), text_of(wanted.change));
  EXPECT_TRUE(store.version_to(zone, {7})->has_value());
  EXPECT_TRUE(store.version_to(zone, {9})->has_value());
  EXPECT_FALSE(store.version_to(zone, {5})->has_value());
  EXPECT_FALSE(store.version_to(zone, {8})->has_value());
  const VersionInfo info = store.list(zone, 1, dns::Serial{7})->at(0);
  EXPECT_EQ(info.records_removed, 1U);
  EXPECT_EQ(info.records_added, 2U);
  EXPECT_GT(info.bytes, 0U);
}

/// Serials wrap, and may even come again (a file with an older serial): rows are found by the newest of them.
void serials_wrap(VersionStore& store) {
  const ZoneId zone = *store.zone_id({"wrap", name_of("example.com."), kContractClass});
  for (const auto& [from, to] :
       {std::pair{0xfffffffeU, 0xffffffffU}, {0xffffffffU, 3U}, {3U, 2U}, {2U, 3U}, {3U, 10U}})
    EXPECT_TRUE(append_and_wait(store, version_of(zone, from, to)));
  EXPECT_EQ(listed(store, zone, 10), "#5:10 #4:3 #3:2 #2:3 #1:4294967295 ");
  EXPECT_EQ(steps_since(store, zone, 0xfffffffe), "4294967294>4294967295 4294967295>3 3>2 2>3 3>10 ");
  EXPECT_EQ(steps_since(store, zone, 3), "3>10 ");
  EXPECT_EQ((*store.version_to(zone, {3}))->from.value, 2U);
}

/// Where what changed is not known, no way leads over it.
void gaps_are_not_crossed(VersionStore& store) {
  const ZoneId zone = *store.zone_id({"gap", name_of("example.com."), kContractClass});
  EXPECT_TRUE(append_and_wait(store, version_of(zone, 1, 2)));
  Version gap{zone, {2}, {2}, 7, {ActorKind::kFile, "db.example"}, {}, true, zone::ContentDigest{}};
  gap.digest->value[3] = 9;
  EXPECT_TRUE(append_and_wait(store, gap));
  EXPECT_TRUE(append_and_wait(store, version_of(zone, 2, 3)));
  EXPECT_EQ(steps_since(store, zone, 1), "does not reach back");
  EXPECT_EQ(steps_since(store, zone, 2), "2>3 ");
  const auto rows = *store.list(zone, 10, {});
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_TRUE(rows[1].is_gap && !rows[0].is_gap && !rows[2].is_gap);
  EXPECT_EQ(rows[1].digest, gap.digest);
  EXPECT_FALSE(rows[0].digest);
  std::string visited;
  EXPECT_TRUE(*store.rows_from(zone, 1, [&](Version&& version) {
    visited += (version.is_gap ? "gap " : "") + std::to_string(version.to.value) + " ";
    return true;
  }));
  EXPECT_EQ(visited, "2 gap 2 3 ");
  EXPECT_FALSE(*store.rows_from(zone, 4, [](Version&&) { return true; }));
}

void old_rows_go(VersionStore& store) {
  const ZoneId zone = *store.zone_id({"prune", name_of("example.com."), kContractClass});
  for (uint32_t serial = 1; serial <= 20; serial++)
    EXPECT_TRUE(append_and_wait(store, version_of(zone, serial, serial + 1, serial * 100)));
  EXPECT_EQ(*store.prune(zone, {}), 0U);
  EXPECT_EQ(*store.prune(zone, {.max_versions = 15, .max_bytes = {}, .not_before_us = {}}), 5U);
  EXPECT_EQ(steps_since(store, zone, 5), "does not reach back");
  EXPECT_EQ(*store.prune(zone, {.max_versions = {}, .max_bytes = {}, .not_before_us = 1000}), 4U);
  EXPECT_EQ(store.list(zone, 100, {})->back().time_us, 1000);
  const uint64_t bytes = store.list(zone, 1, {})->at(0).bytes;
  EXPECT_EQ(*store.prune(zone, {.max_versions = {}, .max_bytes = 3 * bytes, .not_before_us = {}}), 8U);
  EXPECT_EQ(steps_since(store, zone, 18), "18>19 19>20 20>21 ");
  EXPECT_EQ(*store.prune(zone, {.max_versions = 0, .max_bytes = 0, .not_before_us = INT64_MAX}), 2U);
  EXPECT_EQ(listed(store, zone, 10), "#20:21 ");
  EXPECT_FALSE(store.version_to(zone, {20})->has_value());
  EXPECT_TRUE(store.clear(zone));
  EXPECT_EQ(listed(store, zone, 10), "");
  EXPECT_TRUE(append_and_wait(store, version_of(zone, 500, 501)));
}

void times_are_kept(VersionStore& store) {
  const ZoneName name{"times", name_of("example.org."), kContractClass};
  const ZoneId zone = *store.zone_id(name);
  EXPECT_FALSE(store.times(zone)->has_value());
  for (const ZoneTimes& times : {ZoneTimes{1, 2, 3, {4}, "192.0.2.1"}, ZoneTimes{5, 6, 7, {8}, ""}}) {
    std::promise<bool> saved;
    store.save_times(zone, times, [&](const Result<void>& done) { saved.set_value(done.has_value()); });
    EXPECT_TRUE(saved.get_future().get());
    EXPECT_EQ(**store.times(zone), times);
  }
  EXPECT_TRUE(append_and_wait(store, version_of(zone, 1, 2)));
  EXPECT_TRUE(store.forget(zone));
  EXPECT_FALSE(store.times(zone)->has_value());
  EXPECT_FALSE(append_and_wait(store, version_of(zone, 2, 3)));
  EXPECT_NE(*store.zone_id(name), zone);
}

}  // namespace

void check_store_contract(const std::function<std::unique_ptr<VersionStore>()>& open) {
  const std::unique_ptr<VersionStore> store = open();
  ASSERT_TRUE(store);
  rows_are_a_chain(*store);
  rows_come_back_whole(*store);
  serials_wrap(*store);
  gaps_are_not_crossed(*store);
  old_rows_go(*store);
  times_are_kept(*store);
}

TEST(Actor, IsNamedInWords) {
  EXPECT_EQ(to_string(Actor{ActorKind::kUpdate, "ddns.example"}), "update ddns.example");
  EXPECT_EQ(to_string(Actor{}), "server");
}

}  // namespace nomen::store
