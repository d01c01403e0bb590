// What a killed process and a full disk leave behind. NOMEN_STORE_KILLS sets how often the writer is killed
// (50).
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "base/random.h"
#include "store/sqlite_store.h"
#include "store/version_for_test.h"

namespace nomen::store {
namespace {

class StoreCrashTest : public testing::Test {
 protected:
  StoreCrashTest() {
    std::string pattern = testing::TempDir() + "store_XXXXXX";
    directory_ = ::mkdtemp(pattern.data());
    path_ = directory_ + "/versions.db";
  }
  ~StoreCrashTest() override { std::filesystem::remove_all(directory_); }

  std::string directory_;
  std::string path_;
};

/// Appends for ever, many in flight, and writes each serial to `out` once it is acknowledged.
[[noreturn]] void append_until_killed(const std::string& path, int out) {
  const auto store = SqliteStore::open(path);
  if (!store) ::_exit(1);
  const ZoneId zone = *(*store)->zone_id({"", name_of("example.com."), dns::RRClass::kIn});
  const auto newest = (*store)->list(zone, 1, {});
  uint32_t serial = newest->empty() ? 1 : newest->front().to.value;
  for (;;) {
    for (int in_flight = 0; in_flight < 20; in_flight++, serial++) {
      std::vector<Version> rows;
      rows.push_back(version_of(zone, serial, serial + 1));
      (*store)->append(std::move(rows), [out, to = serial + 1](const Result<void>& done) {
        if (!done || ::write(out, &to, sizeof to) != sizeof to) ::_exit(1);
      });
    }
    ::usleep(100);
  }
}

/// Runs a writer and kills it after some acknowledgements; the last serial that it acknowledged.
uint32_t kill_a_writer(const std::string& path, uint32_t after) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    append_until_killed(path, ends[1]);
  }
  ::close(ends[1]);
  uint32_t last = 0;
  uint32_t serial = 0;
  for (uint32_t acknowledged = 0; ::read(ends[0], &serial, sizeof serial) == sizeof serial; acknowledged++) {
    last = serial;
    if (acknowledged == after) ::kill(child, SIGKILL);
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the writer has failed by itself";
  return last;
}

TEST_F(StoreCrashTest, NothingAcknowledgedIsLostWhenTheWriterIsKilled) {
  const char* wanted = ::getenv("NOMEN_STORE_KILLS");
  const int kills = wanted != nullptr ? ::atoi(wanted) : 50;
  FastRandom random(random_u64());
  uint32_t checked = 1;  // all up to this serial were seen in a round before
  for (int round = 0; round < kills; round++) {
    const uint32_t last = kill_a_writer(path_, random.below(120));
    const auto store = SqliteStore::open(path_);
    ASSERT_TRUE(store) << store.error().text;
    const ZoneId zone = *(*store)->zone_id({"", name_of("example.com."), dns::RRClass::kIn});
    const auto since = (*store)->since(zone, {checked}, [&](Version&& version) {
      const Version expected = version_of(zone, checked, checked + 1);
      EXPECT_EQ(version.from.value, checked++);
      EXPECT_EQ(text_of(version.change), text_of(expected.change));
      return true;
    });
    ASSERT_TRUE(since && *since);
    ASSERT_GE(checked, last) << "acknowledged and lost in round " << round;
  }
}

TEST_F(StoreCrashTest, AFullDiskIsAnErrorAndWorksAgainWhenThereIsRoom) {
  const auto opened = SqliteStore::open(path_);
  ASSERT_TRUE(opened);
  SqliteStore& store = **opened;
  const ZoneId zone = *store.zone_id({"", name_of("example.com."), dns::RRClass::kIn});
  uint32_t serial = 1;
  for (; serial < 5; serial++) ASSERT_TRUE(append_and_wait(store, version_of(zone, serial, serial + 1)));

  // A limit on the size of files is the full disk that needs no root.
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  rlimit small = before;
  small.rlim_cur = std::filesystem::file_size(path_ + "-wal") + 20000;
  ::setrlimit(RLIMIT_FSIZE, &small);
  Result<void> done;
  while (done && serial < 1000) {
    done = append_and_wait(store, version_of(zone, serial, serial + 1));
    if (done) serial++;
  }
  EXPECT_FALSE(append_and_wait(store, version_of(zone, serial, serial + 1)));
  ::setrlimit(RLIMIT_FSIZE, &before);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().text, "the version store '" + path_ + "': I/O error");

  EXPECT_EQ(store.list(zone, 1, {})->at(0).to.value, serial);
  EXPECT_TRUE(append_and_wait(store, version_of(zone, serial, serial + 1)));
  EXPECT_EQ(store.list(zone, 1000, {})->size(), serial);
}

TEST_F(StoreCrashTest, ADeviceWithoutRoomIsTheFullDisk) {
  if (::geteuid() != 0) GTEST_SKIP() << "mounting needs root";
  const std::string mount = "mount -t tmpfs -o size=300k none '" + directory_ + "' 2>/dev/null";
  if (::system(mount.c_str()) != 0) GTEST_SKIP() << "nothing may be mounted here";
  {
    const auto opened = SqliteStore::open(path_);
    ASSERT_TRUE(opened) << opened.error().text;
    SqliteStore& store = **opened;
    const ZoneId zone = *store.zone_id({"", name_of("example.com."), dns::RRClass::kIn});
    uint32_t serial = 1;
    Result<void> done;
    while (done && serial < 5000) {
      done = append_and_wait(store, version_of(zone, serial, serial + 1));
      if (done) serial++;
    }
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().text, "the version store '" + path_ + "': the disk is full");
    EXPECT_EQ(store.list(zone, 1, {})->at(0).to.value, serial);
    const std::string grow = "mount -o remount,size=3000k '" + directory_ + "'";
    ASSERT_EQ(::system(grow.c_str()), 0);
    EXPECT_TRUE(append_and_wait(store, version_of(zone, serial, serial + 1)));
  }
  const std::string unmount = "umount '" + directory_ + "'";
  EXPECT_EQ(::system(unmount.c_str()), 0);
}

}  // namespace
}  // namespace nomen::store
