#include "dns/hashed_name.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

namespace nomen::dns {
namespace {

/// The same hash, written naively: a label at a time from the root, eight bytes at a time through each.
uint64_t naive_hash(const std::vector<std::string>& labels_from_root) {
  const auto fold = [](uint64_t a, uint64_t b) {
    const unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
    return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
  };
  uint64_t hash = root_hash();
  for (const std::string& label : labels_from_root) {
    std::string bytes(1, static_cast<char>(label.size()));
    for (const char c : label) bytes += static_cast<char>(lower(static_cast<uint8_t>(c)));
    while (bytes.size() > 8) {
      uint64_t word = 0;
      std::memcpy(&word, bytes.data(), 8);
      hash = fold(hash ^ word, 0x9E3779B97F4A7C15ULL);
      bytes.erase(0, 8);
    }
    uint64_t word = 0;
    std::memcpy(&word, bytes.data(), bytes.size());
    hash = fold(hash ^ word, 0x9E3779B97F4A7C15ULL ^ 0xD6E8FEB86659FD93ULL);
  }
  return hash;
}

struct RandomName {
  std::vector<std::string> labels;  ///< from the first one on
  Name name;
};

RandomName random_name(std::mt19937& random) {
  RandomName made;
  const size_t wanted = random() % 130;
  const size_t longest = 1 + random() % 63;
  for (size_t i = 0; i < wanted; i++) {
    std::string label;
    for (size_t k = 1 + random() % longest; k > 0; k--) label += static_cast<char>(random());
    const auto longer = made.name.with_label(as_bytes(label));
    if (!longer) break;
    made.name = *longer;
    made.labels.insert(made.labels.begin(), label);
  }
  return made;
}

TEST(HashedName, SuffixesAndTheirHashesAreThoseOfTheNaiveWay) {
  std::mt19937 random(1);
  for (int round = 0; round < 3000; round++) {
    const RandomName made = random_name(random);
    std::vector<uint8_t> padded(made.name.bytes().begin(), made.name.bytes().end());
    padded.resize(padded.size() + 32, 0xAA);
    HashedName hashed;
    HashedName with_padding;
    hashed.assign(made.name);
    with_padding.assign_padded(NameView(padded.data(), made.name.size()));
    for (const HashedName* one : {&hashed, &with_padding}) {
      ASSERT_EQ(one->labels, made.labels.size());
      ASSERT_EQ(one->view(), made.name.view());
      ASSERT_TRUE(equal(one->view().bytes(), made.name.lowered().bytes()));
      for (size_t k = 0; k <= made.labels.size(); k++) {
        std::vector<std::string> from_root(made.labels.rbegin(),
                                           made.labels.rbegin() + static_cast<std::ptrdiff_t>(k));
        ASSERT_EQ(one->hash[k], naive_hash(from_root));
        ASSERT_EQ(one->suffix(k), made.name.view().strip(made.labels.size() - k));
      }
      ASSERT_EQ(one->full_hash(), one->hash[made.labels.size()]);
    }
  }
}

TEST(HashedName, CaseDoesNotMatterAndLabelBoundsDo) {
  const auto hash = [](std::string_view text) {
    HashedName hashed;
    const Name name = *Name::parse(text);
    hashed.assign(name);
    return hashed.full_hash();
  };
  EXPECT_EQ(hash("WWW.Example."), hash("www.eXAMPLE."));
  EXPECT_NE(hash("ab.c."), hash("a.bc."));
  EXPECT_NE(hash("a\\.b."), hash("a.b."));
  EXPECT_NE(hash("a."), hash("a.a."));
  EXPECT_NE(hash("\\000."), hash("\\000\\000."));
}

TEST(HashedName, NoTwoOfManyNamesCollide) {
  std::map<uint64_t, std::string> seen;
  for (int i = 0; i < 200000; i++) {
    const std::string text =
        "host" + std::to_string(i) + (i % 2 == 0 ? ".a-zone." : ".b-zone-of-more-than-eight.");
    HashedName hashed;
    const Name name = *Name::parse(text);
    hashed.assign(name);
    const auto [at, is_new] = seen.emplace(hashed.full_hash(), text);
    ASSERT_TRUE(is_new) << text << " " << at->second;
  }
}

}  // namespace
}  // namespace nomen::dns
