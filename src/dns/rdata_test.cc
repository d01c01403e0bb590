#include "dns/rdata.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <sstream>
#include <vector>

#include "base/source_dir.h"
#include "dns/rdata/addresses.h"
#include "dns/rdata/encodings.h"
#include "dns/rdata/name_text.h"
#include "dns/rdata/tokens_for_test.h"

namespace nomen::dns {
namespace {

const Name& origin() {
  static const Name name = *Name::parse("example.");
  return name;
}

RdataBuffer& buffer() {
  static RdataBuffer wire;
  return wire;
}

std::string hex(Bytes bytes) {
  std::string text;
  append_hex(bytes, 0, "", text);
  return text;
}

std::vector<uint8_t> from_hex(std::string_view text) {
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<uint8_t>(hex_digit(text[i]) << 4 | hex_digit(text[i + 1])));
  }
  return bytes;
}

/// Lines of tests/vectors, split at tabs.
std::vector<std::vector<std::string>> rdata_vectors(const std::string& name) {
  std::ifstream file(std::string(kSourceDir) + "/tests/vectors/" + name);
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream in(line);
    std::vector<std::string>& row = rows.emplace_back();
    for (std::string cell; std::getline(in, cell, '\t');) row.push_back(cell);
  }
  return rows;
}

TEST(Rdata, TextOfEveryTypeBecomesItsWireAndTheTextThatBindPrints) {
  const auto rows = rdata_vectors("rdata.txt");
  ASSERT_GT(rows.size(), 200U);
  for (auto row : rows) {
    row.resize(4);
    const RRType type = *parse_type(row[0]);
    const auto read = rdata_from_text(type, RRClass::kIn, tokens_of(row[1]), origin(), buffer());
    ASSERT_TRUE(read) << row[0] << ' ' << row[1] << ": " << read.error().text;
    EXPECT_EQ(hex(buffer().bytes()), row[2]) << row[0] << ' ' << row[1];
    EXPECT_TRUE(check_rdata(type, RRClass::kIn, buffer().bytes())) << row[0] << ' ' << row[1];
    EXPECT_EQ(rdata_to_text(type, RRClass::kIn, buffer().bytes()), row[3]);
    const auto wire = from_hex(row[2]);
    ASSERT_TRUE(rdata_from_text(type, RRClass::kIn, tokens_of(row[3]), NameView(), buffer())) << row[3];
    EXPECT_EQ(hex(buffer().bytes()), row[2]) << row[3];
    const std::string generic = rdata_to_text(type, RRClass::kIn, wire, {.unknown_format = true});
    ASSERT_TRUE(rdata_from_text(type, RRClass::kIn, tokens_of(generic), NameView(), buffer())) << generic;
    EXPECT_EQ(hex(buffer().bytes()), row[2]);
  }
}

TEST(Rdata, WhatBindRejectsIsRejected) {
  const auto rows = rdata_vectors("rdata_bad.txt");
  ASSERT_GT(rows.size(), 200U);
  for (auto row : rows) {
    row.resize(2);
    EXPECT_FALSE(rdata_from_text(*parse_type(row[0]), RRClass::kIn, tokens_of(row[1]), origin(), buffer()))
        << row[0] << ' ' << row[1];
  }
}

RdataTextError rdata_error(RRType type, std::string_view text) {
  const auto read = rdata_from_text(type, RRClass::kIn, tokens_of(text), origin(), buffer());
  return read ? RdataTextError{999, "no error"} : read.error();
}

TEST(Rdata, ErrorsNameTheTokenAndWhatWasExpected) {
  EXPECT_EQ(rdata_error(RRType::kMx, "10").token, 1U);
  EXPECT_EQ(rdata_error(RRType::kMx, "10").text, "unexpected end of input");
  EXPECT_EQ(rdata_error(RRType::kMx, "10 a b").token, 2U);
  EXPECT_EQ(rdata_error(RRType::kMx, "10 a b").text, "extra input text");
  EXPECT_EQ(rdata_error(RRType::kMx, "65536 a").text, "number out of range");
  EXPECT_EQ(rdata_error(RRType::kNs, "a..b").text, "empty label");
  EXPECT_EQ(rdata_error(RRType::kA, "1.2.3").text, "expected an IPv4 address");
  EXPECT_EQ(rdata_error(RRType::kA, "\"1.2.3.4\"").text, "unexpected quoted string");
}

TEST(Rdata, ClassDecidesWhatAnAddressIs) {
  const RRType a = RRType::kA;
  ASSERT_TRUE(rdata_from_text(a, RRClass::kCh, tokens_of("host 377"), origin(), buffer()));
  EXPECT_EQ(hex(buffer().bytes()), "04686F7374076578616D706C650000FF");
  EXPECT_EQ(rdata_to_text(a, RRClass::kCh, buffer().bytes()), "host.example. 377");
  EXPECT_FALSE(rdata_from_text(a, RRClass::kCh, tokens_of("host 8"), origin(), buffer()));
  ASSERT_TRUE(rdata_from_text(a, RRClass::kHs, tokens_of("1.2.3.4"), origin(), buffer()));
  EXPECT_FALSE(rdata_from_text(RRType::kAaaa, RRClass::kCh, tokens_of("::1"), origin(), buffer()));
  ASSERT_TRUE(rdata_from_text(RRType::kAaaa, RRClass::kCh, tokens_of("\\# 1 00"), origin(), buffer()));
  EXPECT_EQ(rdata_to_text(RRType::kAaaa, RRClass::kCh, buffer().bytes()), "\\# 1 00");
}

TEST(Rdata, NamesAreDecompressedWhereOthersMayCompressThem) {
  // At 12: "example.", at 21: MX 5 "mail" and a pointer to it.
  auto message = from_hex("000000000000000000000000076578616D706C65000005046D61696CC00C");
  ASSERT_TRUE(rdata_from_message(RRType::kMx, RRClass::kIn, message, 21, 9, buffer()));
  EXPECT_EQ(hex(buffer().bytes()), "0005046D61696C076578616D706C6500");
  EXPECT_FALSE(rdata_from_message(RRType::kMx, RRClass::kIn, message, 21, 8, buffer()));
  EXPECT_FALSE(rdata_from_message(RRType{36}, RRClass::kIn, message, 21, 9, buffer()))
      << "KX is not compressed";
  message.back() = 28;  // the pointer points at itself
  EXPECT_FALSE(rdata_from_message(RRType::kMx, RRClass::kIn, message, 21, 9, buffer()));
  message.back() = 23;  // and at the label before it
  EXPECT_FALSE(rdata_from_message(RRType::kMx, RRClass::kIn, message, 21, 9, buffer()));
}

TEST(Rdata, CanonicalFormLowersNamesOfTheOldTypesOnly) {
  const auto mx = from_hex("000A044D41494C00");
  canonical_rdata(RRType::kMx, RRClass::kIn, mx, buffer());
  EXPECT_EQ(hex(buffer().bytes()), "000A046D61696C00");
  const auto nsec = from_hex("014100000140");
  canonical_rdata(RRType::kNsec, RRClass::kIn, nsec, buffer());
  EXPECT_EQ(hex(buffer().bytes()), "014100000140") << "RFC 6840 5.1";
  const auto lower_mx = from_hex("000A046D61696C00");
  EXPECT_TRUE(compare_rdata(RRType::kMx, RRClass::kIn, mx, lower_mx) == 0);
  EXPECT_TRUE(compare_rdata(RRType::kTxt, RRClass::kIn, from_hex("0141"), from_hex("0161")) < 0);
  EXPECT_TRUE(compare_rdata(RRType::kTxt, RRClass::kIn, from_hex("0141"), from_hex("01410141")) < 0);
  const auto soa = from_hex(
      "014100014200"
      "0000000100000002000000030000000400000041");
  canonical_rdata(RRType::kSoa, RRClass::kIn, soa, buffer());
  EXPECT_EQ(hex(buffer().bytes()), "0161000162000000000100000002000000030000000400000041");
  const auto names = names_in_rdata(RRType::kSoa, RRClass::kIn, soa);
  ASSERT_EQ(names.count, 2U);
  EXPECT_EQ(names.offsets[1], 3);
}

TEST(Rdata, NamesBelowTheOriginAreRelativeWhereTheStyleAsks) {
  ASSERT_TRUE(rdata_from_text(RRType::kMx, RRClass::kIn, tokens_of("1 a.b"), origin(), buffer()));
  const RdataStyle style{.origin = origin()};
  EXPECT_EQ(rdata_to_text(RRType::kMx, RRClass::kIn, buffer().bytes(), style), "1 a.b");
  ASSERT_TRUE(rdata_from_text(RRType::kMx, RRClass::kIn, tokens_of("1 @"), origin(), buffer()));
  EXPECT_EQ(rdata_to_text(RRType::kMx, RRClass::kIn, buffer().bytes(), style), "1 example.");
}

std::string multiline_text(RRType type, std::string_view text) {
  EXPECT_TRUE(rdata_from_text(type, RRClass::kIn, tokens_of(text), origin(), buffer()));
  return rdata_to_text(type, RRClass::kIn, buffer().bytes(),
                       {.multiline = true, .split_width = 44, .line_break = "\n\t"});
}

TEST(Rdata, MultilineStyleIsThatOfDig) {
  EXPECT_EQ(multiline_text(RRType::kSoa, "ns host 1 3600 900 604800 90061"),
            "ns.example. host.example. (\n\t1          ; serial\n\t3600       ; refresh (1 hour)\n\t"
            "900        ; retry (15 minutes)\n\t604800     ; expire (1 week)\n\t"
            "90061      ; minimum (1 day 1 hour 1 minute 1 second)\n\t)");
  EXPECT_EQ(multiline_text(RRType::kDnskey, "257 3 8 AQM="),
            "257 3 8 (\n\tAQM=\n\t) ; KSK; alg = RSASHA256 ; key id = 1292");
  EXPECT_EQ(multiline_text(RRType{49}, "AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA="),
            "( AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2k\n\tjEA= ) ; 2 1 32");
  EXPECT_EQ(multiline_text(RRType{67}, "AQM="), " (AQM= )");
  EXPECT_EQ(multiline_text(RRType{24}, "A 8 2 60 20300101000000 20290101000000 7 example. AQM="),
            "A 8 2 60 20300101000000 (\n\t20290101000000 7 example.\n\tAQM= )");
  EXPECT_EQ(multiline_text(RRType::kNsec3, "1 0 10 - 8I0B3LDHH12T6MBK6Q3PMBRVRTIQM7CP A TYPE1234"),
            "1 0 10 - (\n\t8I0B3LDHH12T6MBK6Q3PMBRVRTIQM7CP\n\tA\n\tTYPE1234 )");
  EXPECT_EQ(multiline_text(RRType{45}, "10 1 2 192.0.2.38 AQM="), "( 10 1 2 192.0.2.38\n\tAQM= )");
  EXPECT_EQ(multiline_text(RRType::kRrsig, "A 8 2 60 20300101000000 20290101000000 7 example. AQM="),
            "A 8 2 60 (\n\t20300101000000 20290101000000 7 example.\n\tAQM= )");
}

TEST(Rdata, ServiceParametersMayHaveTheirQuotesInTheToken) {
  const std::vector<TextToken> tokens{{"1", false}, {".", false}, {"alpn=\"h2,h3\"", false}};
  ASSERT_TRUE(rdata_from_text(RRType::kSvcb, RRClass::kIn, tokens, origin(), buffer()));
  EXPECT_EQ(rdata_to_text(RRType::kSvcb, RRClass::kIn, buffer().bytes()), "1 . alpn=\"h2,h3\"");
  const std::vector<TextToken> apart{{"1", false}, {".", false}, {"alpn=", false}, {"h2,h3", true}};
  EXPECT_FALSE(rdata_from_text(RRType::kSvcb, RRClass::kIn, apart, origin(), buffer()));
}

TEST(Rdata, RdataHasItsLimit) {
  const std::string text = "\\# 65535 " + std::string(2 * 65535, '0');
  ASSERT_TRUE(rdata_from_text(RRType{65280}, RRClass::kIn, tokens_of(text), origin(), buffer()));
  EXPECT_EQ(buffer().size(), 65535U);
  std::string strings;
  for (int i = 0; i < 256; i++) strings += std::string(255, 'a') + ' ';
  EXPECT_FALSE(rdata_from_text(RRType::kTxt, RRClass::kIn, tokens_of(strings), origin(), buffer()));
}

TEST(NameText, ShortWayAndNameParseAgree) {
  std::mt19937 random(7);
  constexpr std::string_view kAlphabet = "ab.c-.\\1@*.xyz0123456789";
  for (int round = 0; round < 200000; round++) {
    std::string text(random() % (round % 10 == 0 ? 300 : 40), 'x');
    for (char& c : text) {
      if (round % 3 != 0 || random() % 16 == 0) c = kAlphabet[random() % kAlphabet.size()];
    }
    buffer().clear();
    const auto slow = Name::parse(text, origin());
    ASSERT_EQ(append_name(text, origin(), buffer()), slow.has_value()) << text;
    if (slow) {
      ASSERT_TRUE(equal(buffer().bytes(), slow->bytes())) << text;
    }
  }
}

TEST(Addresses, AgreeWithTheSystem) {
  std::mt19937 random(7);
  for (int round = 0; round < 20000; round++) {
    std::array<uint8_t, 16> address{};
    for (size_t i = 0; i < 16; i += 2) {
      if (random() % 2) store_u16(&address[i], static_cast<uint16_t>(random() >> random() % 16));
    }
    if (random() % 8 == 0) std::fill(address.begin(), address.begin() + 12, 0);
    char expected[INET6_ADDRSTRLEN];
    inet_ntop(AF_INET6, address.data(), expected, sizeof expected);
    ASSERT_EQ(ipv6_text(address.data()), expected);
  }
  constexpr std::string_view kAlphabet = "::::0011f.2a";
  for (int round = 0; round < 200000; round++) {
    std::string text(random() % 18, ':');
    for (char& c : text) c = kAlphabet[random() % kAlphabet.size()];
    std::array<uint8_t, 16> ours{};
    std::array<uint8_t, 16> theirs{};
    ASSERT_EQ(parse_ipv6(text, ours.data()), inet_pton(AF_INET6, text.c_str(), theirs.data()) == 1) << text;
    if (parse_ipv6(text, ours.data())) {
      ASSERT_EQ(ours, theirs) << text;
    }
    std::ranges::replace(text, ':', '.');
    ASSERT_EQ(parse_ipv4(text, ours.data()), inet_pton(AF_INET, text.c_str(), theirs.data()) == 1) << text;
  }
}

}  // namespace
}  // namespace nomen::dns
