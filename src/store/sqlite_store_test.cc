#include "store/sqlite_store.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/random.h"
#include "store/limits.h"
#include "store/sqlite_connection.h"
#include "store/store_contract_for_test.h"
#include "store/version_for_test.h"

namespace nomen::store {
namespace {

class SqliteStoreTest : public testing::Test {
 protected:
  SqliteStoreTest() {
    std::string pattern = testing::TempDir() + "store_XXXXXX";
    directory_ = ::mkdtemp(pattern.data());
    path_ = directory_ + "/versions.db";
  }
  ~SqliteStoreTest() override { std::filesystem::remove_all(directory_); }

  std::unique_ptr<SqliteStore> open() {
    auto store = SqliteStore::open(path_);
    EXPECT_TRUE(store) << store.error().text;
    return store ? std::move(*store) : nullptr;
  }
  std::string error_of_open() {
    const auto store = SqliteStore::open(path_);
    return store ? "" : store.error().text;
  }
  void copy_to(const std::string& other) {
    for (const char* end : {"", "-wal"}) {
      if (std::filesystem::exists(path_ + end)) std::filesystem::copy_file(path_ + end, other + end);
    }
  }

  std::string directory_;
  std::string path_;
};

TEST_F(SqliteStoreTest, KeepsTheContractOfTheInterface) {
  check_store_contract([this] { return open(); });
}

TEST_F(SqliteStoreTest, WhatWasAcknowledgedIsThereWhenTheFileIsOpenedAgain) {
  ZoneId zone{};
  {
    const auto store = open();
    zone = *store->zone_id({"", name_of("example.com."), dns::RRClass::kIn});
    for (uint32_t serial = 1; serial < 40; serial++)
      ASSERT_TRUE(append_and_wait(*store, version_of(zone, serial, serial + 1)));
  }
  const auto store = open();
  EXPECT_EQ(*store->zone_id({"", name_of("EXAMPLE.com."), dns::RRClass::kIn}), zone);
  EXPECT_EQ(store->list(zone, 100, {})->size(), 39U);
  EXPECT_FALSE(append_and_wait(*store, version_of(zone, 39, 40)));
  EXPECT_TRUE(append_and_wait(*store, version_of(zone, 40, 41)));
}

TEST_F(SqliteStoreTest, ManyThreadsAppendAndReadAtOnce) {
  const auto store = open();
  constexpr size_t kThreads = 4;
  constexpr uint32_t kRows = 300;
  std::atomic<size_t> acknowledged = 0;
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (size_t t = 0; t < kThreads; t++) {
    threads.emplace_back([&, t] {
      const auto zone =
          store->zone_id({"view" + std::to_string(t), name_of("example.com."), dns::RRClass::kIn});
      for (uint32_t serial = 1; serial <= kRows; serial++) {
        std::vector<Version> rows;
        rows.push_back(version_of(*zone, serial, serial + 1));
        store->append(std::move(rows), [&](const Result<void>& done) { acknowledged += done ? 1 : 0; });
        if (serial % 50 == 0) {
          EXPECT_TRUE(store->list(*zone, 10, {}));
        }
      }
      EXPECT_TRUE(append_and_wait(*store, std::vector<Version>()));
      uint32_t rows = 0;
      EXPECT_TRUE(*store->since(*zone, {1}, [&](Version&& version) {
        rows++;
        return version.zone == *zone;
      }));
      EXPECT_EQ(rows, kRows);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(acknowledged, kThreads * kRows);
}

TEST_F(SqliteStoreTest, WhatIsQueuedWhenTheStoreEndsIsWritten) {
  ZoneId zone{};
  size_t acknowledged = 0;
  {
    const auto store = open();
    zone = *store->zone_id({"", name_of("example.com."), dns::RRClass::kIn});
    for (uint32_t serial = 1; serial <= 500; serial++) {
      std::vector<Version> rows;
      rows.push_back(version_of(zone, serial, serial + 1));
      store->append(std::move(rows), [&](const Result<void>& done) { acknowledged += done ? 1 : 0; });
    }
  }
  EXPECT_EQ(acknowledged, 500U);
  EXPECT_EQ(open()->list(zone, 1000, {})->size(), 500U);
}

TEST_F(SqliteStoreTest, OneProcessOwnsTheStore) {
  const auto store = open();
  EXPECT_NE(error_of_open().find("another server uses this store"), std::string::npos) << error_of_open();
  const auto reader = SqliteStore::open(path_, SqliteStore::Access::kRead);
  ASSERT_TRUE(reader) << reader.error().text;
  const ZoneId zone = *store->zone_id({"", name_of("example.com."), dns::RRClass::kIn});
  ASSERT_TRUE(append_and_wait(*store, version_of(zone, 1, 2)));
  EXPECT_EQ((*reader)->list(zone, 10, {})->size(), 1U);
  EXPECT_EQ(append_and_wait(**reader, version_of(zone, 2, 3)).error().text,
            "the version store is open for reading only");
}

TEST_F(SqliteStoreTest, FilesThatAreNoStoreAreRefusedInWords) {
  std::ofstream(path_) << std::string(10000, 'x');
  EXPECT_EQ(error_of_open(), "the version store '" + path_ + "': the file is not a version store");
  std::filesystem::remove(path_);
  {
    auto other = Connection::open(path_, Connection::Mode::kCreate);
    ASSERT_TRUE(other->run("CREATE TABLE somebodys (x)"));
  }
  EXPECT_EQ(error_of_open(), "the version store '" + path_ + "': the file is not a version store");
  path_ = directory_ + "/nowhere/versions.db";
  EXPECT_NE(error_of_open().find("file not found"), std::string::npos) << error_of_open();
}

TEST_F(SqliteStoreTest, AStoreOfANewerSchemaIsLeftAlone) {
  open();
  {
    auto file = Connection::open(path_, Connection::Mode::kWrite);
    ASSERT_TRUE(file->run("PRAGMA user_version = 4"));
  }
  EXPECT_EQ(
      error_of_open(),
      "the version store has schema version 4, and this program knows 3: it was written by a newer one");
}

/// Makes the file one of schema 2: rows had the zone and a number as their key.
constexpr const char* kToSchema2 = R"sql(
DROP INDEX versions_from;
ALTER TABLE versions RENAME TO new_versions;
CREATE TABLE versions (
  zone BIGINT NOT NULL,
  number BIGINT NOT NULL,
  from_serial BIGINT NOT NULL,
  to_serial BIGINT NOT NULL,
  time_us BIGINT NOT NULL,
  actor_kind INTEGER NOT NULL,
  actor_name TEXT NOT NULL,
  removed BIGINT NOT NULL,
  added BIGINT NOT NULL,
  change BLOB NOT NULL,
  digest BLOB,
  PRIMARY KEY (zone, number)
) WITHOUT ROWID;
CREATE INDEX versions_from ON versions (zone, from_serial);
INSERT INTO versions SELECT zone, id - (zone << 38), from_serial, to_serial, time_us, actor_kind,
  actor_name, removed, added, change, digest FROM new_versions;
DROP TABLE new_versions;
PRAGMA user_version = 2;
)sql";
constexpr const char* kToSchema1 = "ALTER TABLE versions DROP COLUMN digest; PRAGMA user_version = 1";

TEST_F(SqliteStoreTest, StoresOfEarlierSchemasAreBroughtUpToDate) {
  for (const int schema : {1, 2}) {
    std::filesystem::remove(path_);
    std::vector<ZoneId> zones;
    {
      const auto store = open();
      for (const char* name : {"example.com.", "example.net."}) {
        zones.push_back(*store->zone_id({"", name_of(name), dns::RRClass::kIn}));
        for (uint32_t serial = 1; serial <= 3; serial++) {
          Version version = version_of(zones.back(), serial, serial + 1);
          version.digest.emplace().value.fill(static_cast<uint8_t>(serial));
          ASSERT_TRUE(append_and_wait(*store, version));
        }
      }
      ASSERT_TRUE(store->prune(zones[1], {.max_versions = 2, .max_bytes = {}, .not_before_us = {}}));
    }
    {
      auto file = Connection::open(path_, Connection::Mode::kWrite);
      ASSERT_TRUE(file->run(kToSchema2));
      if (schema == 1) {
        ASSERT_TRUE(file->run(kToSchema1));
      }
    }
    EXPECT_FALSE(SqliteStore::open(path_, SqliteStore::Access::kRead));
    const auto store = open();
    for (const ZoneId zone : zones) {
      EXPECT_TRUE(append_and_wait(*store, version_of(zone, 4, 5)));
      EXPECT_EQ(store->list(zone, 10, {})->size(), zone == zones[0] ? 4U : 3U);
      const auto version = *store->version_to(zone, {4});
      EXPECT_EQ(text_of(version->change), text_of(version_of(zone, 3, 4).change));
      EXPECT_EQ(version->digest.has_value(), schema == 2);
    }
    EXPECT_FALSE(*store->version_to(zones[1], {2}));
    EXPECT_TRUE(*store->version_to(zones[0], {2}));
  }
}

TEST_F(SqliteStoreTest, ADamagedChangeIsAnErrorAndNoCrash) {
  ZoneId zone{};
  {
    const auto store = open();
    zone = *store->zone_id({"", name_of("example.com."), dns::RRClass::kIn});
    for (uint32_t serial = 1; serial <= 3; serial++)
      ASSERT_TRUE(append_and_wait(*store, version_of(zone, serial, serial + 1)));
  }
  {
    auto file = Connection::open(path_, Connection::Mode::kWrite);
    ASSERT_TRUE(file->run("UPDATE versions SET change = zeroblob(40) WHERE id & 3 = 2"));
  }
  const auto store = open();
  EXPECT_TRUE(store->version_to(zone, {2}));
  EXPECT_NE(store->version_to(zone, {3}).error().text.find("damaged"), std::string::npos);
  EXPECT_FALSE(store->since(zone, {1}, [](Version&&) { return true; }));
}

/// How often this process has called the kernel to write.
uint64_t writes_so_far() {
  std::ifstream file("/proc/self/io");
  std::string word;
  uint64_t value = 0;
  while (file >> word >> value) {
    if (word == "syscw:") return value;
  }
  ADD_FAILURE() << "the kernel does not count writes";
  return 0;
}

TEST_F(SqliteStoreTest, ATransactionIsWrittenInOneCall) {
  const auto store = open();
  const ZoneId zone = *store->zone_id({"", name_of("example.com."), dns::RRClass::kIn});
  uint64_t least = UINT64_MAX;  // sanitizers write now and then, too
  for (uint32_t serial = 1; serial <= 10; serial++) {
    const uint64_t before = writes_so_far();
    ASSERT_TRUE(append_and_wait(*store, version_of(zone, serial, serial + 1)));
    least = std::min(least, writes_so_far() - before);
  }
  EXPECT_EQ(least, 1U);
}

TEST_F(SqliteStoreTest, ALogThatGrowsHasRoomAheadThatRecoveryPassesBy) {
  const auto store = open();
  const ZoneId zone = *store->zone_id({"", name_of("example.com."), dns::RRClass::kIn});
  constexpr uint32_t kRows = 200;
  for (uint32_t serial = 1; serial <= kRows; serial++)
    ASSERT_TRUE(append_and_wait(*store, version_of(zone, serial, serial + 1)));
  constexpr uintmax_t kRoomBytes = uintmax_t{kRoomPages} * 4096;
  EXPECT_GT(std::filesystem::file_size(path_ + "-wal"), kRoomBytes);
  const std::string crashed = directory_ + "/crashed.db";
  copy_to(crashed);
  const auto after = SqliteStore::open(crashed);
  ASSERT_TRUE(after) << after.error().text;
  EXPECT_EQ((*after)->list(zone, 2 * kRows, {})->size(), kRows);
  EXPECT_TRUE(append_and_wait(**after, version_of(zone, kRows + 1, kRows + 2)));
  EXPECT_TRUE((*after)->version_to(zone, {kRows})->has_value());
}

// The write-ahead log as a crash leaves it: cut off anywhere, or with wrong bits at its end.
TEST_F(SqliteStoreTest, ATornLogLosesNothingButItsTornEnd) {
  const auto store = open();
  const ZoneId zone = *store->zone_id({"", name_of("example.com."), dns::RRClass::kIn});
  std::vector<uintmax_t> sizes;  // of the log after each row
  for (uint32_t serial = 1; serial <= 12; serial++) {
    ASSERT_TRUE(append_and_wait(*store, version_of(zone, serial, serial + 1)));
    sizes.push_back(std::filesystem::file_size(path_ + "-wal"));
  }
  FastRandom random(7);
  for (int round = 0; round < 60; round++) {
    const std::string torn = directory_ + "/torn" + std::to_string(round) + ".db";
    copy_to(torn);
    const uintmax_t cut = random.below(static_cast<uint32_t>(sizes.back() + 1));
    if (round % 2 == 0) {
      std::filesystem::resize_file(torn + "-wal", cut);
    } else {
      std::fstream file(torn + "-wal", std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(static_cast<std::streamoff>(cut));
      for (uintmax_t at = cut; at < sizes.back(); at++) file.put(static_cast<char>(random.next()));
    }
    const auto rows_before_cut =
        static_cast<size_t>(std::upper_bound(sizes.begin(), sizes.end(), cut) - sizes.begin());
    const auto after = SqliteStore::open(torn);
    ASSERT_TRUE(after) << after.error().text;
    const auto rows = (*after)->list(zone, 100, {});
    ASSERT_TRUE(rows);
    EXPECT_GE(rows->size(), rows_before_cut);
    for (size_t i = 0; i < rows->size(); i++)
      EXPECT_TRUE((*after)->version_to(zone, (*rows)[i].to)->has_value());
    const ZoneId same = *(*after)->zone_id({"", name_of("example.com."), dns::RRClass::kIn});
    const auto next = static_cast<uint32_t>(rows->size()) + 1;
    EXPECT_TRUE(append_and_wait(**after, version_of(same, next, next + 1)));
  }
}

}  // namespace
}  // namespace nomen::store
