// What BIND's named-checkzone makes of a line in a zone, and what we make of it: accepted or not, and the
// records.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <sstream>

#include "dns/master_file.h"
#include "dns/rdata.h"

namespace nomen::dns {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kHead = "$TTL 300\n@ IN SOA ns host 1 2 3 4 5\n@ IN NS ns\nns IN A 192.0.2.1\n";

constexpr std::string_view kLines[] = {
    "x A 1.2.3.4",
    "x 300 A 1.2.3.4",
    "x IN 300 A 1.2.3.4",
    "x 300 IN A 1.2.3.4",
    "x IN A 01.2.3.4",
    "x A 1.2.3",
    "x A 1.2.3.256",
    "x A 1.2.3.4 y",
    "x A ( 1.2.3.4",
    "x A 1.2.3.4 )",
    "x ( A ) ( 1.2.3.4 )",
    "( x A 1.2.3.4 )",
    "x A \"1.2.3.4\"",
    "x BLA 1",
    "x CH A 1.2.3.4",
    "x HS A 1.2.3.4",
    "x ANY A 1.2.3.4",
    "x 5x A 1.2.3.4",
    "x 1W2D3H4M5S TXT a",
    "x 1w1 A 1.2.3.4",
    "x 4294967296 A 1.2.3.4",
    "x 2147483648 A 1.2.3.4",
    "x 300 IN 300 A 1.2.3.4",
    "x IN 300 IN A 1.2.3.4",
    "x AAAA ::1",
    "x AAAA 1::2::3",
    "x AAAA 1:2:3:4:5:6:7:8",
    "x AAAA 1:2:3:4:5:6:7::",
    "x AAAA ::ffff:1.2.3.4",
    "x AAAA :1::2",
    "x AAAA 12345::",
    "x AAAA 1:2:3:4:5:6:7:",
    "x AAAA ::2:3:4:5:6:7:8",
    "x AAAA 1:2:3:4::5:6:7:8",
    "x NS y",
    "x NS y.example.",
    "x NS @",
    "x NS .",
    "x NS y..z",
    "x NS .y",
    "x NS y z",
    "x NS \"y\"",
    "x NS",
    "x NS aaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbbaaa",
    "x NS aaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbbaaaa",
    "x..y A 1.2.3.4",
    ".x A 1.2.3.4",
    "x. A 1.2.3.4",
    "x\\.y A 1.2.3.4",
    "x\\032y A 1.2.3.4",
    "x\\256 A 1.2.3.4",
    "x\\25 A 1.2.3.4",
    "\\@ A 1.2.3.4",
    "\"x y\" A 1.2.3.4",
    "a@b A 1.2.3.4",
    "\\$x A 1.2.3.4",
    "x$ A 1.2.3.4",
    "$x A 1.2.3.4",
    "X A 1.2.3.4",
    "x CNAME Y.Example.",
    "x\xc3\xbc A 1.2.3.4",
    "x TXT a b",
    "x TXT \"a b\" c",
    "x TXT \"\"",
    "x TXT",
    "x TXT \"a",
    "x TXT a\"b\"",
    "x TXT \"a\"b",
    "x TXT \"a\"\"b\"",
    "x TXT \"a\\\"b\"",
    "x TXT \"a\\\nb\"",
    "x TXT \"a\nb\"",
    "x TXT a;b",
    "x TXT a\\;b",
    "x TXT a\\ b",
    "x TXT \\065",
    "x TXT a\0b"sv,
    "x TXT \"a\0b\""sv,
    "x TXT ( \"a\" ; c\n \"b\" )",
    "x TXT foo=\"bar baz\"",
    "x TXT \\# 2 0161",
    "x TXT \\# 3 0161",
    "x MX 10 m",
    "x MX 65535 m",
    "x MX 65536 m",
    "x MX -1 m",
    "x MX m",
    "x MX 10",
    "x MX 010 m",
    "x SRV 1 2 3 t",
    "x SRV 1 2 65536 t",
    "x DS 1 8 1 0123456789abcdef0123456789ABCDEF01234567",
    "x DS 1 8 1 0123456789abcdef 0123456789ABCDEF01234567",
    "x DS 1 8 1 0123",
    "x DS 1 8 2 0123456789abcdef0123456789ABCDEF01234567",
    "x DS 1 256 1 0123456789abcdef0123456789ABCDEF01234567",
    "x DS 0 8 1 0123456789abcdef0123456789ABCDEF0123456789",
    "x DS 1 RSASHA256 1 0123456789abcdef0123456789ABCDEF01234567",
    "x PTR y",
    "x CNAME y",
    "x DNAME y",
    "x MD y",
    "x OPT \\# 0",
    "x TYPE0 \\# 0",
    "x TYPE65280 \\# 2 abcd",
    "x TYPE1 \\# 4 01020304",
    "x TYPE1 \\# 3 010203",
    "x CLASS1 TYPE1 1.2.3.4",
    "x A 1.2.3.4 ; comment",
    "x A 1.2.3.4;comment",
    " A 1.2.3.4",
    "\tIN TXT z",
    "   ",
    "x A 1.2.3.4\r",
    "x A 1.2.3.4\ry A 1.2.3.5",
    "; c\r y",
    "$ORIGIN sub\nx A 1.2.3.4",
    "$ORIGIN sub.example.\nx A 1.2.3.4\n@ TXT a",
    "$ORIGIN a..b\nx A 1.2.3.4",
    "$ORIGIN",
    "$TTL 2h\nx TXT a",
    "$TTL x",
    "$ttl 5 5",
    "$TTL",
    "$FOO",
    "$INCLUDE /nowhere/nothing",
    "$GENERATE 1-3 g$ A 1.2.3.$",
    "$GENERATE 1-5/2 g$ A 1.2.3.$",
    "$GENERATE 3-1 g$ A 1.2.3.$",
    "$GENERATE 1-3/ g$ A 1.2.3.4",
    "$GENERATE 1-3/0 g$ A 1.2.3.4",
    "$GENERATE 1-3x g$ A 1.2.3.4",
    "$GENERATE 1-2 g${3} A 1.2.3.4",
    "$GENERATE 1-2 g${-3} A 1.2.3.4",
    "$GENERATE 1-2 g${0,3} A 1.2.3.4",
    "$GENERATE 10-11 g${0,3,x} A 1.2.3.4",
    "$GENERATE 10-11 g${0,0,X} TXT ${0,5,o}",
    "$GENERATE 17-18 g${0,5,n}.x A 1.2.3.4",
    "$GENERATE 17-18 g${0,4,n}.x A 1.2.3.4",
    "$GENERATE 300-301 g${0,0,N}.x A 1.2.3.4",
    "$GENERATE 1-2 g${0,3,q} A 1.2.3.4",
    "$GENERATE 1-2 g${0,3 A 1.2.3.4",
    "$GENERATE 1-2 g${} A 1.2.3.4",
    "$GENERATE 1-2 g${ 1} A 1.2.3.4",
    "$GENERATE 1-2 g$$ A 1.2.3.4",
    "$GENERATE 1-2 g\\$$ A 1.2.3.4",
    "$GENERATE 1-2 g$ 7 IN TXT $",
    "$GENERATE 1-2 g$ IN 7 TXT $",
    "$GENERATE 1-2 g$ CH TXT $",
    "$GENERATE 1-2 g$ TXT \"a $\"",
    "$GENERATE 1-2 g$ TXT \"\\\"a $\\\" b\"",
    "$GENERATE 1-2 g$ MX \"10 m$\"",
    "$GENERATE 1-2 g$ MX 10 m$",
    "$GENERATE 1-2 g$ BLA x",
    "$GENERATE 1-2 g$ A 1.2.3",
    "$GENERATE 1-2 g$",
    "$GENERATE 1-2 @ TXT $",
    "x HTTPS 1 . alpn=\"h2,h3\"",
    "x SVCB 1 y alpn=h2 port=53",
    "x CAA 0 issue \"ca.example\"",
    "x NAPTR 1 2 \"s\" \"x\" \"\" y",
};

struct Outcome {
  bool is_accepted = false;
  std::set<std::string> records;
};

Outcome ours(const std::string& path) {
  MasterFileOptions options;
  options.origin = *Name::parse("example.");
  Outcome outcome;
  const auto summary = read_master_file(path, options, [&](const RecordBatch& batch) {
    for (const auto& r : batch.records) {
      if (!batch.owner(r).is_at_or_below(options.origin)) continue;
      const auto type = static_cast<RRType>(r.type);
      outcome.records.insert(fmt::format("{} {} IN {} {}", to_string(batch.owner(r)), r.ttl_s,
                                         to_string(type), rdata_to_text(type, RRClass::kIn, batch.rdata(r))));
    }
  });
  outcome.is_accepted = summary && summary->errors == 0;
  return outcome;
}

std::string one_blank_between_fields(const std::string& line) {
  std::istringstream in(line);
  std::string owner;
  std::string ttl;
  std::string rr_class;
  std::string type;
  std::string rdata;
  in >> owner >> ttl >> rr_class >> type >> std::ws;
  std::getline(in, rdata);
  return fmt::format("{} {} {} {} {}", owner, ttl, rr_class, type, rdata);
}

Outcome of_named_checkzone(const std::string& path) {
  Outcome outcome;
  const std::string out = path + ".out";
  const std::string command =
      "named-checkzone -q -D -i none -k ignore -r ignore -o " + out + " example " + path + " >/dev/null 2>&1";
  const int status = std::system(command.c_str());
  outcome.is_accepted = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  std::ifstream in(out);
  for (std::string line; std::getline(in, line);) outcome.records.insert(one_blank_between_fields(line));
  std::filesystem::remove(out);
  return outcome;
}

TEST(MasterPeer, SameAsNamedCheckzone) {
  if (std::system("command -v named-checkzone >/dev/null") != 0)
    GTEST_SKIP() << "named-checkzone is not installed";
  std::string directory = (std::filesystem::temp_directory_path() / "master_peer_XXXXXX").string();
  ASSERT_NE(::mkdtemp(directory.data()), nullptr);
  const std::string path = directory + "/zone";
  size_t accepted = 0;
  for (const std::string_view line : kLines) {
    std::ofstream(path, std::ios::binary) << kHead << line << "\n";
    const Outcome theirs = of_named_checkzone(path);
    const Outcome here = ours(path);
    EXPECT_EQ(theirs.is_accepted, here.is_accepted) << line;
    if (theirs.is_accepted) {
      accepted++;
      EXPECT_GE(theirs.records.size(), 3U) << line;
    }
    if (theirs.is_accepted && here.is_accepted) {
      EXPECT_EQ(theirs.records, here.records) << line;
    }
  }
  EXPECT_GT(accepted, 50U);
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace nomen::dns
