#include "zone/name_table.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

namespace nomen::zone {
namespace {

class Entry {
 public:
  Entry(std::string_view name, int number) : apex_(*dns::Name::parse(name)), number_(number) {}
  dns::NameView apex() const { return apex_; }
  uint64_t apex_hash() const {
    dns::HashedName name;
    name.assign(apex_);
    return name.full_hash();
  }
  int number() const { return number_; }

 private:
  dns::Name apex_;
  int number_;
};

using Table = NameTable<Entry>;

void put(Table& table, std::string_view name, int number) {
  table.put(std::make_shared<const Entry>(name, number));
}

dns::HashedName hashed(std::string_view text) {
  const dns::Name name = *dns::Name::parse(text);
  dns::HashedName result;
  result.assign(name);
  return result;
}
int longest(const Table& table, std::string_view name, size_t max_labels = dns::kMaxLabels) {
  const Entry* entry = table.find_longest(hashed(name), max_labels);
  return entry == nullptr ? 0 : entry->number();
}

TEST(NameTable, TheLongestMatchIsFound) {
  Table table;
  EXPECT_EQ(longest(table, "www.example."), 0);
  put(table, "example.", 1);
  put(table, "a.b.example.", 2);
  EXPECT_EQ(longest(table, "EXAMPLE."), 1);
  EXPECT_EQ(longest(table, "b.example."), 1);
  EXPECT_EQ(longest(table, "x.A.b.example."), 2);
  EXPECT_EQ(longest(table, "example.org."), 0);
  EXPECT_EQ(longest(table, "xexample."), 0);
  EXPECT_EQ(longest(table, "a.b.example.", 2), 1) << "only so many labels";
  put(table, ".", 3);
  EXPECT_EQ(longest(table, "org."), 3);
  EXPECT_EQ(longest(table, "."), 3);
  EXPECT_EQ(longest(table, "www.a.b.example."), 2);
}

TEST(NameTable, PuttingAgainReplaces) {
  Table table;
  put(table, "example.", 1);
  put(table, "Example.", 2);
  EXPECT_EQ(table.size(), 1U);
  EXPECT_EQ(table.find_exact(*dns::Name::parse("example."))->number(), 2);
}

TEST(NameTable, RemovingWhatIsNotThereSaysSo) {
  Table table;
  put(table, "example.", 1);
  EXPECT_FALSE(table.remove(*dns::Name::parse("example.org.")));
  EXPECT_TRUE(table.remove(*dns::Name::parse("EXAMPLE.")));
  EXPECT_FALSE(table.remove(*dns::Name::parse("example.")));
  EXPECT_EQ(longest(table, "www.example."), 0);
}

TEST(NameTable, CopiesDoNotSeeEachOther) {
  std::mt19937 random(5);
  Table table;
  std::map<std::string, int> model;
  std::vector<std::pair<Table, std::map<std::string, int>>> versions;
  for (int version = 0; version < 20; version++) {
    for (int i = 0; i < 400; i++) {
      const std::string name =
          "z" + std::to_string(random() % 3000) + (random() % 4 == 0 ? ".deep" : "") + ".example.";
      if (random() % 3 == 0) {
        EXPECT_EQ(table.remove(*dns::Name::parse(name)), model.erase(name) == 1);
      } else {
        const auto number = static_cast<int>(random() % 1000000) + 1;
        put(table, name, number);
        model[name] = number;
      }
    }
    versions.emplace_back(table, model);
  }
  for (const auto& [copy, names] : versions) {
    ASSERT_EQ(copy.size(), names.size());
    for (const auto& [name, number] : names) {
      ASSERT_EQ(longest(copy, name), number) << name;
      ASSERT_EQ(longest(copy, "below." + name), number) << name;
    }
    size_t visited = 0;
    copy.for_each([&](const std::shared_ptr<const Entry>& entry) {
      visited++;
      ASSERT_EQ(names.at(dns::to_string(entry->apex())), entry->number());
    });
    ASSERT_EQ(visited, names.size());
  }
}

TEST(NameTable, AnEntryLivesAsLongAsATableHasIt) {
  auto entry = std::make_shared<const Entry>("example.", 1);
  const std::weak_ptr<const Entry> watch = entry;
  Table table;
  table.put(std::move(entry));
  {
    const Table copy = table;
    table.remove(*dns::Name::parse("example."));
    EXPECT_FALSE(watch.expired());
  }
  EXPECT_TRUE(watch.expired());
}

}  // namespace
}  // namespace nomen::zone
