// Dumps with the spellings of the file: RRset by RRset, and label by label in $ORIGIN.
#include "zone/spellings.h"

#include <gtest/gtest.h>

#include "zone/content_for_test.h"
#include "zone/dump.h"

namespace nomen::zone {
namespace {

Spellings spellings_of(const std::string& text) {
  Spellings spellings(name_of("example."));
  dns::MasterFileOptions options;
  options.origin = name_of("example.");
  dns::read_master_text(text, "zone", options, [&](const dns::RecordBatch& batch) { spellings.add(batch); });
  return spellings;
}

std::string owner_in(const Spellings& spellings, const std::string& owner, dns::RRType type) {
  dns::HashedName name;
  name.assign(name_of(owner));
  return dns::to_string(spellings.owner(name, type, dns::RRType{}));
}

TEST(Spellings, AreThoseOfTheFirstRunOfEachRRset) {
  const Spellings spellings = spellings_of(
      "www 60 TXT a\nWWW 60 A 192.0.2.1\nwWw 60 A 192.0.2.2\nwWw 60 AAAA ::1\nOther.EXAMPLE. 60 A "
      "192.0.2.1\n");
  EXPECT_EQ(owner_in(spellings, "www.example.", dns::RRType::kTxt), "www.example.");
  EXPECT_EQ(owner_in(spellings, "www.example.", dns::RRType::kA), "WWW.example.");
  EXPECT_EQ(owner_in(spellings, "www.example.", dns::RRType::kAaaa), "wWw.example.");
  EXPECT_EQ(owner_in(spellings, "other.example.", dns::RRType::kA), "Other.EXAMPLE.");
  EXPECT_EQ(owner_in(spellings, "NONE.example.", dns::RRType::kA), "none.example.");
}

TEST(Spellings, OfTheTreeAreThoseOfTheFirstNameThatHasTheLabel) {
  const Spellings spellings =
      spellings_of("X.y.Z.EXAMPLE. 60 TXT a\na.x.Y.z 60 TXT a\nx.y.z 60 A 192.0.2.1\n");
  EXPECT_EQ(dns::to_string(spellings.in_tree(name_of("a.x.y.z.example."))), "a.X.y.Z.example.");
}

/// BIND adds glue before the delegation that it stands behind.
TEST(Spellings, OfGlueComeBeforeThoseOfItsDelegation) {
  const Spellings spellings = spellings_of("sub 60 NS ns.sub\nns.SUB 60 A 192.0.2.1\nnext 60 TXT x\n");
  EXPECT_EQ(dns::to_string(spellings.in_tree(name_of("sub.example."))), "SUB.example.");
  EXPECT_EQ(owner_in(spellings, "sub.example.", dns::RRType::kNs), "sub.example.");
}

}  // namespace
}  // namespace nomen::zone
