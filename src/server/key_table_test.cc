#include "server/key_table.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace nomen::server {
namespace {

using Table = KeyTable<uint64_t>;

Table::Owned owned(uint64_t value) {
  return std::make_unique<uint64_t>(value);
}

TEST(KeyTable, NothingIsFoundInAnEmptyOne) {
  Table table;
  table.prefetch(1);
  EXPECT_TRUE(table.empty());
  EXPECT_EQ(table.find(1), nullptr);
  EXPECT_EQ(table.extract(1), nullptr);
  table.for_each([](uint64_t, uint64_t) { FAIL(); });
}

TEST(KeyTable, TheFirstValueOfAKeyStays) {
  Table table;
  uint64_t& first = table.insert(7, owned(1));
  EXPECT_EQ(&table.insert(7, owned(2)), &first);
  EXPECT_EQ(first, 1U);
  EXPECT_EQ(table.size(), 1U);
  table.reserve(100'000);
  EXPECT_EQ(table.find(7), &first) << "values stay where they are";
}

TEST(KeyTable, WhatWasMovedAwayIsEmpty) {
  Table table;
  table.insert(1, owned(1));
  Table other = std::move(table);
  EXPECT_EQ(table.find(1), nullptr);  // NOLINT(bugprone-use-after-move): that is what is tested
  EXPECT_TRUE(table.empty());
  ASSERT_NE(other.find(1), nullptr);
  table.insert(2, owned(2));
  other = std::move(table);
  EXPECT_EQ(table.extract(2), nullptr);  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(other.find(1), nullptr);
  EXPECT_EQ(*other.find(2), 2U);
}

/// Few bits, so that keys meet at one place and at the table's end.
TEST(KeyTable, IsWhatAMapIs) {
  std::mt19937_64 random(1);
  for (const uint64_t spread : {UINT64_C(1), UINT64_C(8), UINT64_C(0xfff8)}) {
    Table table;
    std::map<uint64_t, uint64_t> expected;
    for (uint64_t round = 0; round < 20'000; round++) {
      const uint64_t key = random() % 300 * spread;
      if (random() % 2 == 0) {
        table.insert(key, owned(round));
        expected.emplace(key, round);
      } else {
        const auto out = table.extract(key);
        const auto known = expected.extract(key);
        ASSERT_EQ(out != nullptr, !known.empty());
        if (out != nullptr) {
          ASSERT_EQ(*out, known.mapped());
        }
      }
      ASSERT_EQ(table.size(), expected.size());
      const uint64_t* const found = table.find(key);
      ASSERT_EQ(found != nullptr, expected.contains(key));
    }
    std::map<uint64_t, uint64_t> all;
    table.for_each([&](uint64_t key, uint64_t value) { all.emplace(key, value); });
    EXPECT_EQ(all, expected);
  }
}

}  // namespace
}  // namespace nomen::server
