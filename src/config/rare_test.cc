#include "config/rare.h"

#include <gtest/gtest.h>

#include <vector>

namespace nomen::config {
namespace {

TEST(Rare, WithoutAValueReadsAsAnEmptyOne) {
  const Rare<std::string> text;
  const Rare<std::vector<int>> numbers(std::vector<int>{});
  EXPECT_TRUE(text.empty());
  EXPECT_EQ(text, "");
  EXPECT_EQ(text.size(), 0U);
  EXPECT_EQ(numbers.begin(), numbers.end());
  EXPECT_EQ(numbers, Rare<std::vector<int>>());
  EXPECT_EQ(sizeof text, sizeof(void*));
}

TEST(Rare, StandsForItsValue) {
  Rare<std::string> text = std::string("a journal");
  const std::string& same = text;
  EXPECT_EQ(same, "a journal");
  const std::string_view seen = text;
  EXPECT_EQ(seen.data(), same.data());
  EXPECT_EQ(std::string("in/") + text, "in/a journal");
  EXPECT_EQ(text.front(), 'a');
  text = std::string();
  EXPECT_TRUE(text.empty());
}

TEST(Rare, CopiesAreTheirOwn) {
  Rare<std::vector<int>> first = std::vector<int>{1, 2};
  const Rare<std::vector<int>> copy = first;
  EXPECT_EQ(copy, first);
  EXPECT_NE(&copy.get(), &first.get());
  first = std::vector<int>{3};
  EXPECT_EQ(copy, (std::vector<int>{1, 2}));
  const Rare<std::vector<int>> moved = std::move(first);
  EXPECT_EQ(moved.size(), 1U);
  first = copy;
  EXPECT_EQ(first, copy);
}

}  // namespace
}  // namespace nomen::config
