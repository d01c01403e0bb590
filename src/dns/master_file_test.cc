#include "dns/master_file.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "dns/rdata.h"

namespace nomen::dns {
namespace {

/// What came of a text: records as BIND prints them, one blank between the fields, and diagnostics.
struct Reading {
  std::vector<std::string> records;
  std::vector<std::string> diagnostics;
  uint64_t errors = 0;
};

std::string to_line(const RecordBatch& batch, const BatchRecord& record) {
  const auto type = static_cast<RRType>(record.type);
  const auto rr_class = static_cast<RRClass>(record.rr_class);
  return fmt::format("{} {} {} {} {}", to_string(batch.owner(record)), record.ttl_s, to_string(rr_class),
                     to_string(type), rdata_to_text(type, rr_class, batch.rdata(record)));
}

MasterFileOptions example_options() {
  MasterFileOptions options;
  options.origin = *Name::parse("example.");
  return options;
}

void keep(const MasterFileSummary& summary, Reading& reading) {
  for (const Diagnostic& diagnostic : summary.diagnostics)
    reading.diagnostics.push_back(to_string(diagnostic));
  reading.errors = summary.errors;
  EXPECT_EQ(summary.records, reading.records.size());
}

Reading read(std::string_view text, const MasterFileOptions& options = example_options()) {
  Reading reading;
  keep(read_master_text(text, "z", options,
                        [&](const RecordBatch& batch) {
                          for (const auto& r : batch.records) reading.records.push_back(to_line(batch, r));
                        }),
       reading);
  return reading;
}

using Lines = std::vector<std::string>;

TEST(MasterFile, ReadsPlainRecords) {
  const Reading r = read(
      "$TTL 300\n@ IN SOA ns host 1 2 3 4 5\n@ IN NS ns\nns IN A 192.0.2.1\nns IN AAAA 2001:db8::1\n"
      "m 60 IN MX 10 mail.example.net.\nt IN TXT \"a b\" c\nc CNAME ns\n4.3 PTR @\ns SRV 1 2 3 ns\n");
  EXPECT_EQ(r.diagnostics, Lines{});
  EXPECT_EQ(r.records,
            (Lines{"example. 300 IN SOA ns.example. host.example. 1 2 3 4 5",
                   "example. 300 IN NS ns.example.", "ns.example. 300 IN A 192.0.2.1",
                   "ns.example. 300 IN AAAA 2001:db8::1", "m.example. 60 IN MX 10 mail.example.net.",
                   "t.example. 300 IN TXT \"a b\" \"c\"", "c.example. 300 IN CNAME ns.example.",
                   "4.3.example. 300 IN PTR example.", "s.example. 300 IN SRV 1 2 3 ns.example."}));
}

TEST(MasterFile, TakesFieldsInEitherOrderAndFoldsCase) {
  const Reading r = read(
      "a 5 IN A 1.1.1.1\na IN 6 A 1.1.1.2\na in a 1.1.1.3\n 7 a 1.1.1.4\n\ta 1.1.1.5\nb 1h30m A 1.1.1.6\n"
      "b TYPE1 \\# 4 01010107\n");
  EXPECT_EQ(r.errors, 0U);
  EXPECT_EQ(r.records,
            (Lines{"a.example. 5 IN A 1.1.1.1", "a.example. 6 IN A 1.1.1.2", "a.example. 6 IN A 1.1.1.3",
                   "a.example. 7 IN A 1.1.1.4", "a.example. 7 IN A 1.1.1.5", "b.example. 5400 IN A 1.1.1.6",
                   "b.example. 5400 IN A 1.1.1.7"}));
  EXPECT_EQ(r.diagnostics, Lines{"z:3:1: warning: using RFC1035 TTL semantics"});
}

TEST(MasterFile, OriginChangesNames) {
  const Reading r =
      read("$TTL 1\n$ORIGIN sub\na A 1.1.1.1\n$ORIGIN other.test.\na NS b\n$origin .\na NS b\n@ NS @\n");
  EXPECT_EQ(r.records, (Lines{"a.sub.example. 1 IN A 1.1.1.1", "a.other.test. 1 IN NS b.other.test.",
                              "a. 1 IN NS b.", ". 1 IN NS ."}));
}

TEST(MasterFile, SameTextUnderAnotherOriginIsAnotherOwner) {
  const Reading r = read("$TTL 1\na A 1.1.1.1\n$ORIGIN b.test.\na A 1.1.1.1\n A 1.1.1.2\n");
  EXPECT_EQ(r.records,
            (Lines{"a.example. 1 IN A 1.1.1.1", "a.b.test. 1 IN A 1.1.1.1", "a.b.test. 1 IN A 1.1.1.2"}));
}

TEST(MasterFile, ParenthesesCommentsAndBlankLines) {
  const Reading r = read(
      "; first\n\n   \n$TTL 1 ; comment\n@ SOA ns host ( ; open\n\t1 ; serial\n 2 3\n\n 4 5 ) ; done\n"
      "a (\n) A (1.1.1.1);x\r\n  ; only a comment\nb A 1.1.1.2 ; c\n( c A 1.1.1.3 )\n");
  EXPECT_EQ(r.diagnostics, Lines{});
  EXPECT_EQ(r.records,
            (Lines{"example. 1 IN SOA ns.example. host.example. 1 2 3 4 5", "a.example. 1 IN A 1.1.1.1",
                   "b.example. 1 IN A 1.1.1.2", "c.example. 1 IN A 1.1.1.3"}));
}

TEST(MasterFile, Escapes) {
  const Reading r = read(
      "$TTL 1\na\\.b A 1.1.1.1\na\\032b A 1.1.1.2\n\\$x A 1.1.1.3\n\\@ A 1.1.1.4\n\"q d\" A 1.1.1.5\n"
      "t TXT \"a\\\"b;c\" d\\;e \\065\\ f\nu TXT \"two\\\nlines\"\nv TXT foo=\"bar baz\"\n");
  EXPECT_EQ(r.diagnostics, Lines{});
  EXPECT_EQ(r.records,
            (Lines{"a\\.b.example. 1 IN A 1.1.1.1", "a\\032b.example. 1 IN A 1.1.1.2",
                   "\\$x.example. 1 IN A 1.1.1.3", "\\@.example. 1 IN A 1.1.1.4",
                   "q\\032d.example. 1 IN A 1.1.1.5", "t.example. 1 IN TXT \"a\\\"b;c\" \"d;e\" \"A f\"",
                   "u.example. 1 IN TXT \"two\\010lines\"", "v.example. 1 IN TXT \"foo=\" \"bar baz\""}));
}

TEST(MasterFile, LineEndsOfAllKinds) {
  const Reading r = read("$TTL 1\r\na A 1.1.1.1\r\nb A 1.1.1.2\rc A 1.1.1.3\nd A 1.1.1.4");
  EXPECT_EQ(r.records, (Lines{"a.example. 1 IN A 1.1.1.1", "b.example. 1 IN A 1.1.1.2",
                              "c.example. 1 IN A 1.1.1.3", "d.example. 1 IN A 1.1.1.4"}));
  EXPECT_EQ(r.diagnostics, Lines{"z:4: warning: file does not end with newline"});
}

TEST(MasterFile, TtlOfTheSoaWhenNoneIsKnown) {
  const Reading r = read("@ SOA a b 1 2 3 4 5\n NS ns\nns 77 A 1.1.1.1\nx A 1.1.1.2\n");
  EXPECT_EQ(r.diagnostics, Lines{"z:1:1: warning: no TTL specified; using SOA MINTTL instead"});
  EXPECT_EQ(r.records,
            (Lines{"example. 5 IN SOA a.example. b.example. 1 2 3 4 5", "example. 5 IN NS ns.example.",
                   "ns.example. 77 IN A 1.1.1.1", "x.example. 5 IN A 1.1.1.2"}));
}

TEST(MasterFile, NoTtlAtAllIsAnError) {
  const Reading r = read("@ NS ns\n@ SOA a b 1 2 3 4 5\nns A 1.1.1.1\n");
  EXPECT_EQ(r.errors, 1U);
  EXPECT_EQ(r.diagnostics[0], "z:1:1: no TTL specified; zone rejected");
  EXPECT_EQ(r.records.size(), 2U);
}

TEST(MasterFile, TtlAboveTheLimitIsZero) {
  const Reading r = read("$TTL 5\na 2147483648 A 1.1.1.1\nb 2147483647 A 1.1.1.1\n");
  EXPECT_EQ(r.errors, 0U);
  EXPECT_EQ(r.diagnostics, Lines{"z:2:3: warning: $TTL 2147483648 > MAXTTL, setting $TTL to 0"});
  EXPECT_EQ(r.records, (Lines{"a.example. 0 IN A 1.1.1.1", "b.example. 2147483647 IN A 1.1.1.1"}));
}

TEST(MasterFile, ErrorsGoOnWithTheNextRecord) {
  const Reading r = read(
      "$TTL 1\na BLA 1.1.1.1\nb A 1.1.1\nc CH A 1.1.1.1\nd A\n$FOO bar\ne A 1.1.1.1 2\n"
      "f..g A 1.1.1.1\ng MD x\nh OPT \\# 0\n$TTL bad\nz A 1.1.1.1\n");
  EXPECT_EQ(r.errors, 10U);
  ASSERT_EQ(r.diagnostics.size(), 10U);
  EXPECT_EQ(r.diagnostics[0], "z:2:3: unknown RR type 'BLA'");
  EXPECT_TRUE(r.diagnostics[1].starts_with("z:3:5: near '1.1.1': ")) << r.diagnostics[1];
  EXPECT_EQ(r.diagnostics[2], "z:4:3: class 'CH' != zone class 'IN'");
  EXPECT_TRUE(r.diagnostics[3].starts_with("z:5:4: near eol: ")) << r.diagnostics[3];
  EXPECT_TRUE(r.diagnostics[4].starts_with("z:6:1: unknown $ directive '$FOO'")) << r.diagnostics[4];
  EXPECT_TRUE(r.diagnostics[5].starts_with("z:7:13: near '2': ")) << r.diagnostics[5];
  EXPECT_TRUE(r.diagnostics[6].starts_with("z:8:1: bad owner name 'f..g'")) << r.diagnostics[6];
  EXPECT_TRUE(r.diagnostics[7].starts_with("z:9:3: type 'MD': obsolete")) << r.diagnostics[7];
  EXPECT_EQ(r.diagnostics[8], "z:10:3: type 'OPT': invalid use of a meta type");
  EXPECT_TRUE(r.diagnostics[9].starts_with("z:11:6: bad ttl 'bad'")) << r.diagnostics[9];
  EXPECT_EQ(r.records, Lines{"z.example. 0 IN A 1.1.1.1"});
}

TEST(MasterFile, UnbalancedQuotesAndParenthesesCostOneRecord) {
  const Reading r = read("$TTL 1\na TXT \"x\nb A 1.1.1.2)\nc A (1.1.1.3\nd A 1.1.1.4\n");
  EXPECT_EQ(r.diagnostics, (Lines{"z:2:7: unbalanced quotes", "z:3:12: unbalanced parentheses",
                                  "z:4:5: unbalanced parentheses"}));
  EXPECT_EQ(r.records, Lines{"d.example. 1 IN A 1.1.1.4"});
}

TEST(MasterFile, NulIsReportedOutsideOfQuotes) {
  using namespace std::string_view_literals;
  const Reading r = read("$TTL 1\na TXT x\0y\nb TXT \"x\0y\"\nc A 1.1.1.1\n"sv);
  EXPECT_EQ(r.errors, 1U);
  EXPECT_EQ(r.records, (Lines{"b.example. 1 IN TXT \"x\\000y\"", "c.example. 1 IN A 1.1.1.1"}));
}

TEST(MasterFile, NoOwnerBefore) {
  const Reading r = read("$TTL 1\n A 1.1.1.1\na A 1.1.1.2\n");
  EXPECT_EQ(r.diagnostics, Lines{"z:2:1: no current owner name"});
  EXPECT_EQ(r.records.size(), 1U);
}

TEST(MasterFile, KeepsOnlySoManyDiagnostics) {
  MasterFileOptions options = example_options();
  options.max_diagnostics = 2;
  const Reading r = read("a X y\nb X y\nc X y\n", options);
  EXPECT_EQ(r.diagnostics.size(), 2U);
  EXPECT_EQ(r.errors, 3U);
}

TEST(MasterFile, OtherClasses) {
  MasterFileOptions options = example_options();
  options.rr_class = RRClass::kCh;
  const Reading r = read("$TTL 1\nversion CH TXT \"n\"\n TXT \"m\"\na IN A 1.1.1.1\n", options);
  EXPECT_EQ(r.errors, 1U);
  EXPECT_EQ(r.records, (Lines{"version.example. 1 CH TXT \"n\"", "version.example. 1 CH TXT \"m\""}));
}

TEST(MasterFile, ServiceParametersMayBeQuoted) {
  const Reading r = read("$TTL 1\na HTTPS 1 . alpn=\"h2,h3\" port=443\n");
  EXPECT_EQ(r.diagnostics, Lines{});
  EXPECT_EQ(r.records, Lines{"a.example. 1 IN HTTPS 1 . alpn=\"h2,h3\" port=443"});
}

TEST(MasterFile, Generate) {
  const Reading r = read(
      "$TTL 1\n$GENERATE 1-3/2 h$ A 1.1.1.$\n$GENERATE 0-1 $$\\$${10,3} 7 IN TXT \"a $ \\\"b c\\\"\"\n"
      "$GENERATE 17-17 x${0,4,X}.${0,3,n} CNAME y${-7}\n$GENERATE 8-8 o${0,3,o} MX \"$ m.example.\"\n"
      "a A 1.1.1.1\n$GENERATE 1-1 g$ A 1.1.1.9\n A 1.1.1.2\n");
  EXPECT_EQ(r.diagnostics, Lines{});
  EXPECT_EQ(r.records,
            (Lines{"h1.example. 1 IN A 1.1.1.1", "h3.example. 1 IN A 1.1.1.3",
                   "\\$\\$010.example. 7 IN TXT \"a\" \"0\" \"b c\"",
                   "\\$\\$011.example. 7 IN TXT \"a\" \"1\" \"b c\"",
                   "x0011.1.1.example. 1 IN CNAME y10.example.", "o010.example. 1 IN MX 8 m.example.",
                   "a.example. 1 IN A 1.1.1.1", "g1.example. 1 IN A 1.1.1.9", "a.example. 1 IN A 1.1.1.2"}));
}

TEST(MasterFile, GenerateErrors) {
  const Reading r = read(
      "$TTL 1\n$GENERATE 3-1 a$ A 1.1.1.1\n$GENERATE 1-2/ a$ A 1.1.1.1\n$GENERATE 1-2 a${0,3 A 1.1.1.1\n"
      "$GENERATE 1-2 a${0,3,q} A 1.1.1.1\n$GENERATE 1-2 a$ A bad\n$GENERATE 1-2 a$ BLA x\n$GENERATE 1-2\n"
      "$GENERATE 1-9 a$..b A 1.1.1.1\nz A 1.1.1.1\n");
  EXPECT_EQ(r.errors, 8U);
  EXPECT_EQ(r.records, Lines{"z.example. 1 IN A 1.1.1.1"});
}

/// A directory that goes away with its files.
class Files : public testing::Test {
 protected:
  Files() {
    std::string pattern = (std::filesystem::temp_directory_path() / "master_file_XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
  }
  ~Files() override { std::filesystem::remove_all(directory_); }
  std::string write(const std::string& name, std::string_view text) const {
    const std::string path = directory_ + "/" + name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  Reading read_path(const std::string& path) const {
    MasterFileOptions options = example_options();
    options.include_directory = directory_;
    Reading reading;
    const auto summary = read_master_file(path, options, [&](const RecordBatch& batch) {
      for (const auto& r : batch.records) reading.records.push_back(to_line(batch, r));
    });
    if (summary) keep(*summary, reading);
    return reading;
  }
  std::string directory_;
};

TEST_F(Files, IncludeKeepsOriginAndOwnerOfTheOuterFile) {
  write("inner", "$ORIGIN deep\n@ A 2.2.2.1\n$TTL 9\nx A 2.2.2.2\n");
  const Reading r =
      read_path(write("outer",
                      "$TTL 1\na A 1.1.1.1\n$INCLUDE inner\n A 1.1.1.2\n$INCLUDE \"inner\" sub ; c\n"
                      "b A 1.1.1.3\n"));
  EXPECT_EQ(r.diagnostics, Lines{});
  EXPECT_EQ(r.records, (Lines{"a.example. 1 IN A 1.1.1.1", "deep.example. 1 IN A 2.2.2.1",
                              "x.deep.example. 9 IN A 2.2.2.2", "a.example. 9 IN A 1.1.1.2",
                              "deep.sub.example. 9 IN A 2.2.2.1", "x.deep.sub.example. 9 IN A 2.2.2.2",
                              "b.example. 9 IN A 1.1.1.3"}));
}

TEST_F(Files, IncludeOfItselfEnds) {
  const Reading r = read_path(write("loop", "$TTL 1\na A 1.1.1.1\n$INCLUDE loop\n"));
  EXPECT_EQ(r.errors, 1U);
  EXPECT_EQ(r.records.size(), 17U);
}

TEST_F(Files, MissingFiles) {
  const Reading r = read_path(write("outer", "$TTL 1\n$INCLUDE nowhere\nb A 1.1.1.3\n"));
  EXPECT_EQ(r.errors, 1U);
  EXPECT_EQ(r.records.size(), 1U);
  EXPECT_FALSE(
      read_master_file(directory_ + "/none", example_options(), [](const RecordBatch&) {}).has_value());
  EXPECT_FALSE(read_master_file(directory_, example_options(), [](const RecordBatch&) {}).has_value());
}

}  // namespace
}  // namespace nomen::dns
