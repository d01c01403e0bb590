#include "store/memory_store.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "store/store_contract_for_test.h"
#include "store/version_for_test.h"

namespace nomen::store {
namespace {

const ZoneName kZone{"", name_of("example.com."), dns::RRClass::kIn};

void append(MemoryStore& store, ZoneId zone, uint32_t from, uint32_t& acknowledged) {
  std::vector<Version> rows;
  rows.push_back(version_of(zone, from, from + 1));
  store.append(std::move(rows), [&acknowledged, from](const Result<void>& done) {
    if (done) acknowledged = from + 1;
  });
}

uint32_t newest(MemoryStore& store, ZoneId zone) {
  const auto rows = store.list(zone, 1, {});
  return rows->empty() ? 1 : rows->front().to.value;
}

/// Runs a life of appends, syncs and crashes; false when something acknowledged was lost.
bool keeps_promises(uint64_t seed, bool lies) {
  MemoryStore store(seed);
  const ZoneId zone = *store.zone_id(kZone);
  store.lie_about_syncs(lies);
  FastRandom random(seed + 1);
  uint32_t acknowledged = 1;
  uint32_t next = 1;
  for (int step = 0; step < 200; step++) {
    switch (random.below(8)) {
      case 0:
        store.sync();
        break;
      case 1:
        store.crash();
        if (newest(store, zone) < acknowledged) return false;
        next = newest(store, zone);
        break;
      case 2:
        store.fail_next_sync({"the disk is full"});
        store.sync();
        next = newest(store, zone);
        break;
      default:
        append(store, zone, next++, acknowledged);
    }
  }
  return true;
}

TEST(MemoryStore, KeepsTheContractOfTheInterface) {
  check_store_contract([] { return std::make_unique<MemoryStore>(1, MemoryStore::Syncs::kAtOnce); });
}

TEST(MemoryStore, NothingIsAcknowledgedOrSeenBeforeTheSync) {
  MemoryStore store(1);
  const ZoneId zone = *store.zone_id(kZone);
  uint32_t acknowledged = 1;
  append(store, zone, 1, acknowledged);
  append(store, zone, 2, acknowledged);
  EXPECT_EQ(acknowledged, 1U);
  EXPECT_EQ(newest(store, zone), 1U);
  EXPECT_EQ(store.queued(), 2U);
  store.sync();
  EXPECT_EQ(acknowledged, 3U);
  EXPECT_EQ(newest(store, zone), 3U);
}

TEST(MemoryStore, WhatIsAcknowledgedOutlivesCrashes) {
  for (uint64_t seed = 1; seed <= 300; seed++) EXPECT_TRUE(keeps_promises(seed, false)) << "seed " << seed;
}

TEST(MemoryStore, ALieIsFoundOut) {
  int found = 0;
  for (uint64_t seed = 1; seed <= 100; seed++) found += keeps_promises(seed, true) ? 0 : 1;
  EXPECT_GT(found, 90);
}

TEST(MemoryStore, ACrashKeepsAPartOfWhatWasQueuedFromItsFront) {
  std::vector<uint32_t> kept;
  for (uint64_t seed = 1; seed <= 100; seed++) {
    MemoryStore store(seed);
    const ZoneId zone = *store.zone_id(kZone);
    uint32_t acknowledged = 1;
    for (uint32_t serial = 1; serial <= 4; serial++) append(store, zone, serial, acknowledged);
    store.crash();
    EXPECT_EQ(acknowledged, 1U);
    EXPECT_EQ(store.list(zone, 10, {})->size(), newest(store, zone) - 1U);
    kept.push_back(newest(store, zone));
  }
  EXPECT_EQ(*std::min_element(kept.begin(), kept.end()), 1U);
  EXPECT_EQ(*std::max_element(kept.begin(), kept.end()), 5U);
}

}  // namespace
}  // namespace nomen::store
