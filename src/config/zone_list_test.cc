#include "config/zone_list.h"

#include <gtest/gtest.h>

#include "config/model.h"

namespace nomen::config {
namespace {

std::vector<ZonePtr> some_zones(size_t count) {
  std::vector<ZonePtr> zones(count);
  for (ZonePtr& zone : zones) zone = std::make_shared<Zone>();
  return zones;
}
ZoneList list_of(const std::vector<ZonePtr>& zones) {
  ZoneList list;
  for (const ZonePtr& zone : zones) list.add(zone);
  return list;
}
std::vector<ZonePtr> all_of(const ZoneList& list) {
  return {list.begin(), list.end()};
}

TEST(ZoneList, HasWhatWasAddedInItsOrder) {
  const ZoneList nothing;
  EXPECT_TRUE(nothing.empty());
  EXPECT_EQ(nothing.begin(), nothing.end());
  EXPECT_EQ(nothing.at(0), nothing.end());
  for (const size_t count : {size_t{1}, ZoneList::kPartZones, ZoneList::kPartZones + 1, size_t{500}}) {
    const auto zones = some_zones(count);
    const ZoneList list = list_of(zones);
    EXPECT_EQ(list.size(), count);
    EXPECT_EQ(all_of(list), zones);
    EXPECT_EQ(list.at(count), list.end());
    for (size_t i = 0; i < count; i++) ASSERT_EQ(list[i], zones[i]);
  }
}

TEST(ZoneList, VisitsEachZoneOfARangeOnce) {
  const auto zones = some_zones(200);
  const ZoneList list = list_of(zones);
  for (const auto& [first, last] :
       {std::pair<size_t, size_t>{0, 200}, {0, 0}, {200, 200}, {3, 4}, {63, 65}, {64, 128}, {10, 199}}) {
    std::vector<ZonePtr> seen;
    list.visit(first, last, [&](std::span<const ZonePtr> row) {
      EXPECT_FALSE(row.empty());
      seen.insert(seen.end(), row.begin(), row.end());
    });
    EXPECT_EQ(seen, std::vector<ZonePtr>(zones.begin() + static_cast<ptrdiff_t>(first),
                                         zones.begin() + static_cast<ptrdiff_t>(last)));
  }
}

TEST(ZoneList, PartsAreSharedAndNotChangedByThoseThatShareThem) {
  const auto zones = some_zones(100);
  const ZoneList first = list_of(zones);
  ZoneList second = first;
  const ZonePtr more = std::make_shared<Zone>();
  second.add(more);
  EXPECT_EQ(all_of(first), zones);
  EXPECT_EQ(second.size(), 101U);
  EXPECT_EQ(second[100], more);
  second.replace(zones[70], more);
  EXPECT_EQ(second[70], more);
  second.replace(zones[3], nullptr);
  EXPECT_EQ(second.size(), 100U);
  EXPECT_EQ(second[3], zones[4]);
  second.replace(zones[3], more);  // not there any more
  EXPECT_EQ(second.size(), 100U);
  EXPECT_EQ(all_of(first), zones);
  ZoneList third;
  third.add_part(ZoneList::part_from(first.begin(), ZoneList::kPartZones));
  third.add(more);
  EXPECT_EQ(third.size(), ZoneList::kPartZones + 1);
  EXPECT_EQ(all_of(first), zones);
  EXPECT_EQ(ZoneList::part_from(first.at(1), ZoneList::kPartZones), nullptr);
  EXPECT_EQ(ZoneList::part_from(first.begin(), 1), nullptr);
}

TEST(ZoneList, TheLastZoneOfAPartTakesItAlong) {
  const auto zones = some_zones(ZoneList::kPartZones + 1);
  ZoneList list = list_of(zones);
  list.replace(zones.back(), nullptr);
  EXPECT_EQ(all_of(list), std::vector<ZonePtr>(zones.begin(), zones.end() - 1));
  for (const ZonePtr& zone : zones) list.replace(zone, nullptr);
  EXPECT_TRUE(list.empty());
  EXPECT_EQ(list.begin(), list.end());
}

/// Lists with and without shared parts, cut in other places.
TEST(ZoneList, WhatIsCommonIsFoundWithAndWithoutSharedParts) {
  const auto zones = some_zones(300);
  const ZoneList before = list_of(zones);
  EXPECT_EQ(ZoneList::common(before, before).first, 300U);
  EXPECT_EQ(ZoneList::common(before, before).last, 0U);
  EXPECT_EQ(ZoneList::common(before, ZoneList()).first, 0U);
  for (const size_t changed : {size_t{0}, size_t{1}, size_t{63}, size_t{64}, size_t{150}, size_t{299}}) {
    auto other = zones;
    other[changed] = std::make_shared<Zone>();
    ZoneList shared = before;
    shared.replace(zones[changed], other[changed]);
    auto shorter = zones;
    shorter.erase(shorter.begin() + static_cast<ptrdiff_t>(changed));
    for (const ZoneList& now : {list_of(other), shared, list_of(shorter)}) {
      const auto same = ZoneList::common(before, now);
      EXPECT_EQ(same.first, changed);
      EXPECT_EQ(same.last, 299 - changed);
      EXPECT_FALSE(before == now);
    }
  }
  EXPECT_TRUE(before == list_of(zones));
}

TEST(ZoneList, TheTwoEndsDoNotMeet) {
  const ZonePtr zone = std::make_shared<Zone>();
  const auto same = ZoneList::common(list_of({zone, zone, zone}), list_of({zone, zone}));
  EXPECT_EQ(same.first, 2U);
  EXPECT_EQ(same.last, 0U);
}

}  // namespace
}  // namespace nomen::config
