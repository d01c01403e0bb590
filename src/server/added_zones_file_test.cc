#include "server/added_zones_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "base/os/file.h"

namespace nomen::server {
namespace {

class AddedZonesFileTest : public ::testing::Test {
 protected:
  AddedZonesFileTest() {
    char path[] = "/tmp/nomen-added-XXXXXX";
    directory = ::mkdtemp(path);
  }
  ~AddedZonesFileTest() override { std::filesystem::remove_all(directory); }

  std::string path() const { return directory + "/_default.nzf"; }
  static dns::Name name(const std::string& text) { return *dns::Name::parse(text); }
  static std::string line(const std::string& zone, const std::string& file) {
    return "zone \"" + zone + "\" { type primary; file \"" + file + "\"; };";
  }
  std::string kept(AddedZonesFile& file, const std::string& zone) {
    auto found = file.statement(name(zone));
    return found && *found ? **found : "";
  }

  std::string directory;
};

TEST_F(AddedZonesFileTest, WhatWasPutIsThereForTheNextOne) {
  AddedZonesFile file(path());
  ASSERT_TRUE(file.put(name("a.example"), line("a.example", "one")));
  ASSERT_TRUE(file.put(name("b.example"), line("b.example", "b")));
  ASSERT_TRUE(file.put(name("A.example"), line("a.example", "two")));
  ASSERT_TRUE(file.remove(name("b.example")));
  ASSERT_TRUE(file.remove(name("never.example")));
  AddedZonesFile next(path());
  EXPECT_EQ(kept(next, "a.example"), line("a.example", "two"));
  EXPECT_EQ(kept(next, "b.example"), "");
  EXPECT_EQ(kept(file, "a.example"), line("a.example", "two"));
}

TEST_F(AddedZonesFileTest, AFileInAnotherLayoutIsPutInOrderFirst) {
  const std::string text =
      "zone \"a.example\" {\n type primary;\n file \"a\"; };\nzone b.example { type primary; file \"b\"; "
      "};\n";
  ASSERT_TRUE(os::replace_file(path(), as_bytes(text)));
  AddedZonesFile file(path());
  ASSERT_TRUE(file.remove(name("a.example")));
  EXPECT_EQ(kept(file, "a.example"), "");
  EXPECT_EQ(kept(file, "b.example"), line("b.example", "b"));
}

TEST_F(AddedZonesFileTest, TheFileDoesNotGrowForEver) {
  AddedZonesFile file(path());
  ASSERT_TRUE(file.put(name("stays.example"), line("stays.example", "s")));
  std::string gone;
  for (int i = 0; i < 3000; i++) gone += "#" + line("gone.example", "g") + "\n";
  const std::string before = *os::read_file(path());
  ASSERT_TRUE(os::replace_file(path(), as_bytes(before + gone)));
  AddedZonesFile next(path());
  ASSERT_TRUE(next.put(name("new.example"), line("new.example", "n")));
  EXPECT_LT(os::read_file(path())->size(), 1000U);
  EXPECT_EQ(kept(next, "stays.example"), line("stays.example", "s"));
}

TEST_F(AddedZonesFileTest, AViewWithAnOddNameHasTheBeginOfItsDigest) {
  EXPECT_EQ(added_zones_path("", "_default"), "_default.nzf");
  EXPECT_EQ(added_zones_path("/var/x", "inside"), "/var/x/inside.nzf");
  const std::string odd = added_zones_path("/var/x", "Inside/1");
  EXPECT_EQ(odd.size(), std::string("/var/x/0123456789abcdef.nzf").size()) << odd;
}

}  // namespace
}  // namespace nomen::server
