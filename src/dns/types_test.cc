#include "dns/types.h"

#include <gtest/gtest.h>

#include "dns/name.h"
#include "dns/rr_table.h"

namespace nomen::dns {
namespace {

TEST(Types, MnemonicsAreReadInAnyCaseAndPrintedAsRegistered) {
  for (const RRTypeRow& row : all_rows()) {
    std::string small(row.mnemonic);
    for (char& c : small) c = static_cast<char>(lower(static_cast<uint8_t>(c)));
    EXPECT_EQ(parse_type(small), row.type) << small;
    EXPECT_EQ(parse_type(row.mnemonic), row.type);
    EXPECT_EQ(to_string(row.type), row.mnemonic);
    EXPECT_EQ(find_row(row.type), &row);
  }
}

TEST(Types, UnknownTypesAreNumbers) {
  EXPECT_EQ(to_string(RRType{65280}), "TYPE65280");
  EXPECT_EQ(to_string(RRType{0}), "TYPE0");
  EXPECT_EQ(parse_type("type65280"), RRType{65280});
  EXPECT_EQ(parse_type("TYPE1"), RRType::kA);
  EXPECT_EQ(parse_type("TYPE010"), RRType{10});
}

TEST(Types, WhatIsNoTypeIsRefused) {
  for (const std::string_view text :
       {"", "B", "TYPE", "TYPE65536", "TYPE1x", "TYPE-1", "TYPE+1", "TYPE 1", "AA", "NSEC3PARAMS", "1h30m",
        "\x81", "Q1", "A.", "averyveryverylongword"}) {
    EXPECT_FALSE(parse_type(text)) << text;
  }
  EXPECT_FALSE(parse_type(std::string_view("A\0", 2)));
}

TEST(Types, MetaTypesAreThoseThatNoZoneHolds) {
  for (const uint16_t n : {0, 41, 128, 249, 250, 251, 252, 253, 254, 255})
    EXPECT_TRUE(is_meta_type(RRType{n})) << n;
  for (const uint16_t n : {1, 40, 42, 127, 256, 257, 65535}) EXPECT_FALSE(is_meta_type(RRType{n})) << n;
  for (const RRTypeRow& row : all_rows()) EXPECT_EQ(row.is_meta, is_meta_type(row.type)) << row.mnemonic;
}

TEST(Types, ClassesHaveMnemonicsAliasesAndNumbers) {
  EXPECT_EQ(to_string(RRClass::kIn), "IN");
  EXPECT_EQ(to_string(RRClass{42}), "CLASS42");
  EXPECT_EQ(parse_class("in"), RRClass::kIn);
  EXPECT_EQ(parse_class("Chaos"), RRClass::kCh);
  EXPECT_EQ(parse_class("HESIOD"), RRClass::kHs);
  EXPECT_EQ(parse_class("class42"), RRClass{42});
  EXPECT_FALSE(parse_class("CLASS65536"));
  EXPECT_FALSE(parse_class("I"));
  EXPECT_FALSE(parse_class("INN"));
}

TEST(Types, OpcodesAndRcodesHaveTheirNames) {
  EXPECT_EQ(to_string(Opcode::kNotify), "NOTIFY");
  EXPECT_EQ(to_string(Opcode{3}), "RESERVED3");
  EXPECT_EQ(to_string(Rcode::kNxDomain), "NXDOMAIN");
  EXPECT_EQ(to_string(Rcode{12}), "RESERVED12");
  EXPECT_EQ(to_string(Rcode::kBadCookie), "BADCOOKIE");
}

TEST(Types, PeriodsHaveUnits) {
  EXPECT_EQ(parse_ttl("0"), 0U);
  EXPECT_EQ(parse_ttl("3600"), 3600U);
  EXPECT_EQ(parse_ttl("1h30m"), 5400U);
  EXPECT_EQ(parse_ttl("2W"), 1209600U);
  EXPECT_EQ(parse_ttl("1w1d1h1m1s"), 694861U);
  EXPECT_EQ(parse_ttl("4294967295"), 4294967295U);
  for (const std::string_view text : {"", "h", "1h30", "1x", "4294967296", "7102w", "-1", "1h-", "1 h"}) {
    EXPECT_FALSE(parse_ttl(text)) << text;
  }
}

TEST(Types, SerialsCompareInTheirCircle) {
  EXPECT_TRUE(Serial{1}.is_after(Serial{0xffffffff}));
  EXPECT_FALSE(Serial{0xffffffff}.is_after(Serial{1}));
  EXPECT_FALSE(Serial{0x80000000}.is_after(Serial{0}));
  EXPECT_FALSE(Serial{0}.is_after(Serial{0x80000000}));
  EXPECT_FALSE(Serial{5}.is_after(Serial{5}));
}

}  // namespace
}  // namespace nomen::dns
