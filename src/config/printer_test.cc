// What is printed parses again, and prints the same then.
#include "config/printer.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/source_dir.h"
#include "config/parser.h"

namespace nomen::config {
namespace {

/// A disk without files.
class NoDisk final : public Disk {
 public:
  Result<std::string> read(const std::string&) override { return failure("file not found"); }
  std::vector<std::string> expand(const std::string&) override { return {}; }
  bool is_directory(const std::string&) override { return true; }
  bool exists(const std::string&) override { return false; }
};

void expect_same_again(const std::string& text) {
  NoDisk disk;
  Diagnostics diagnostics;
  const auto tree = parse_text("first", text, {}, disk, diagnostics);
  ASSERT_FALSE(has_error(diagnostics)) << to_string(diagnostics.front());
  const std::string printed = print_tree(*tree);
  const auto again = parse_text("second", printed, {}, disk, diagnostics);
  ASSERT_FALSE(has_error(diagnostics)) << to_string(diagnostics.front()) << "\n" << printed;
  EXPECT_EQ(print_tree(*again), printed);
}

TEST(Printer, TypesOfUpdatePoliciesArePrintedWithQuotesAndReadSo) {
  expect_same_again(
      "zone a { type primary; file \"a\"; update-policy { grant x name y. A AAAA; grant k zonesub any; }; "
      "};");
}

TEST(Printer, AWordThatEndsWithABackslashIsPrintedWithoutQuotes) {
  expect_same_again("acl a { a\\; \"b\\\\\"; };");
}

TEST(Printer, AClassIsABareWord) {
  NoDisk disk;
  Diagnostics diagnostics;
  const auto tree =
      parse_text("first", "zone a in { type hint; file \"x\"; }; view v chaos\\{ };", {}, disk, diagnostics);
  EXPECT_TRUE(diagnostics.empty());
  EXPECT_NE(print_tree(*tree).find("zone \"a\" in {"), std::string::npos) << print_tree(*tree);
  EXPECT_NE(print_tree(*tree).find("view \"v\" chaos\\ {"), std::string::npos) << print_tree(*tree);
  parse_text("second", "zone a \"in\" { type hint; file \"x\"; };", {}, disk, diagnostics);
  EXPECT_TRUE(has_error(diagnostics));
}

TEST(Printer, AnyPortBehindAnAddressIsLeftOut) {
  NoDisk disk;
  Diagnostics diagnostics;
  const std::string text =
      "options { notify-source * port *; notify-source-v6 * port 5; query-source port *; "
      "query-source-v6 * port 4; also-notify { 192.0.2.1 port 0; }; };";
  const auto tree = parse_text("first", text, {}, disk, diagnostics);
  const std::string printed = print_tree(*tree);
  EXPECT_NE(printed.find("notify-source 0.0.0.0;"), std::string::npos) << printed;
  EXPECT_NE(printed.find("notify-source-v6 :: port 5;"), std::string::npos) << printed;
  EXPECT_NE(printed.find("query-source address 0.0.0.0 port 0;"), std::string::npos) << printed;
  EXPECT_NE(printed.find("query-source-v6 :: port 4;"), std::string::npos) << printed;
  EXPECT_NE(printed.find("192.0.2.1;"), std::string::npos) << printed;
  expect_same_again(text);
}

TEST(Printer, TheSeedsOfTheFuzzerParseAgainAndPrintTheSame) {
  size_t files = 0;
  const std::string seeds = std::string(kSourceDir) + "/fuzz/named_conf_fuzz";
  for (const auto& entry : std::filesystem::directory_iterator(seeds)) {
    std::ifstream in(entry.path());
    std::stringstream text;
    text << in.rdbuf();
    NoDisk disk;
    Diagnostics diagnostics;
    parse_text("seed", text.str(), {}, disk, diagnostics);
    if (has_error(diagnostics)) continue;  // includes, and what a fuzzer found
    SCOPED_TRACE(entry.path());
    expect_same_again(text.str());
    files++;
  }
  EXPECT_GE(files, 20U);
}

}  // namespace
}  // namespace nomen::config
