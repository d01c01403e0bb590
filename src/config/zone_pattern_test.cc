#include "config/zone_pattern.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "config/build.h"
#include "config/check.h"
#include "config/parser.h"
#include "config/serve_check.h"

namespace nomen::config {
namespace {

/// Every node with its place, in order; and how many zones were copied from a pattern.
void describe(Nodes nodes, std::string& out, size_t& alike) {
  for (const Node& node : nodes) {
    out += std::to_string(node.position.line) + ":" + std::to_string(node.position.column) + " " +
           std::to_string(static_cast<int>(node.kind)) + " " + std::string(node.text) +
           (node.quoted ? " quoted\n" : "\n");
    alike += node.pattern != nullptr ? 1 : 0;
    describe(node.children(), out, alike);
  }
}

struct Described {
  std::string nodes;
  size_t alike = 0;
  Diagnostics diagnostics;
};

Described described(const std::string& text) {
  Described out;
  const auto tree = parse_text("c", text, {}, real_disk(), out.diagnostics);
  describe(tree->statements(), out.nodes, out.alike);
  if (has_error(out.diagnostics)) return out;
  check_tree(*tree, {}, real_disk(), out.diagnostics);
  build_config(*tree, out.diagnostics);
  return out;
}

/// Each zone alone has no pattern in front of it.
TEST(ZonePattern, ZonesThatAreAlikeAreReadAsIfTheyWereAlone) {
  const std::string forms[] = {
      "zone \"NAME\" { type primary; file \"FILE\"; };\n",
      "  zone \"NAME\" IN {\n\ttype primary; # of ours\n\tfile \"FILE\"; notify no;\n};",
      "zone\n\"NAME\"\n{ file\n \"FILE\"; allow-query { !192.0.2.1; any; }; type primary; };",
      "zone \"NAME\" { file \"FILE\"; type primary; /* } */ }; zone \"NAMEx\" { type hint; file \"h\"; };",
  };
  const std::pair<const char*, const char*> zones[] = {{"a.example", "a"},
                                                       {"bbbbbbbb.example", "some/where/b"},
                                                       {"c", "c\\\"d"},
                                                       {"d.\\\\.example", "d"},
                                                       {"e.example", "eee"}};
  for (const std::string& form : forms) {
    std::string together;
    std::string expected;
    uint32_t line = 0;
    for (const auto& [name, file] : zones) {
      std::string one = form;
      for (size_t at; (at = one.find("NAME")) != std::string::npos;) one.replace(at, 4, name);
      one.replace(one.find("FILE"), 4, file);
      const std::string alone = std::string(line, '\n') + one;
      Described got = described(alone);
      EXPECT_EQ(got.alike, 0U) << alone;
      expected += got.nodes;
      together += one + "\n";
      line += static_cast<uint32_t>(std::count(one.begin(), one.end(), '\n')) + 1;
    }
    const Described all = described(together);
    EXPECT_EQ(all.nodes, expected) << together;
    EXPECT_EQ(all.alike > 0, form.find("hint") == std::string::npos) << together;
  }
}

TEST(ZonePattern, ColumnsBehindTheLastThatIsCountedStayThere) {
  const std::string first = "zone \"a\" { type primary; file \"a\"; };";
  const std::string second = std::string(65'500, ' ') + "zone \"bb\" { type primary; file \"bb\"; };";
  const Described all = described(first + second);
  EXPECT_EQ(all.alike, 1U);
  const Described alone = described(std::string(first.size(), ' ') + second);
  EXPECT_TRUE(all.nodes.ends_with(alone.nodes)) << all.nodes << alone.nodes;
}

TEST(ZonePattern, ThreadsThatAskForTheNodesGetTheSame) {
  std::string text;
  for (int i = 0; i < 1000; i++)
    text += "zone \"z" + std::to_string(i) + "\" { type primary; file \"f" + std::to_string(i) + "\"; };\n";
  Diagnostics diagnostics;
  const auto tree = parse_text("c", text, {}, real_disk(), diagnostics);
  std::vector<const Node*> zones;
  for (const Node& zone : tree->statements()) zones.push_back(&zone);
  const auto values = [&](std::vector<const Node*>& out) {
    for (const Node* zone : zones) out.push_back(zone->value());
  };
  std::vector<const Node*> here, there;
  std::thread other([&] { values(there); });
  values(here);
  other.join();
  EXPECT_EQ(here, there);
  ASSERT_EQ(here.size(), 1000U);
  EXPECT_EQ(here[999]->text, "z999");
  const Node& last = *zones[999];
  EXPECT_EQ(zone_name(last), "z999");
  EXPECT_EQ(last.pattern->file_of(last), "f999");
}

TEST(ZonePattern, WhatIsWrongWithAZoneLikeTheOneBeforeIsSaid) {
  const std::string head = "zone \"a.example\" { type primary; file \"a\"; };\n";
  const auto found = [&](const std::string& more) {
    const Described all = described(head + more);
    std::string text;
    for (const Diagnostic& diagnostic : all.diagnostics) text += to_string(diagnostic) + "\n";
    return text;
  };
  EXPECT_EQ(found("zone \"b.example\" { type primary; file \"b\"; };\n"), "");
  EXPECT_EQ(found("zone \"A.example\" { type primary; file \"b\"; };\n"),
            "c:2:1: zone 'A.example': already exists previous definition: c:1\n");
  EXPECT_EQ(found("zone \"\\097.example.\" { type primary; file \"b\"; };\n"),
            "c:2:1: zone '\\097.example.': already exists previous definition: c:1\n");
  EXPECT_NE(found("zone \"b..example\" { type primary; file \"b\"; };\n"), "");
  EXPECT_NE(found("zone \"b.example\" { type primary; file \"b\"; }\n"), "");
  EXPECT_NE(found("zone \"b.example { type primary; file \"b\"; };\n"), "");
}

TEST(ZonePattern, TheFileOfADynamicZoneMayNotBeAnother) {
  const std::string text =
      "zone \"a.example\" { type primary; file \"a\"; allow-update { any; }; };\n"
      "zone \"b.example\" { type primary; file \"b\"; allow-update { any; }; };\n"
      "zone \"c.example\" { type primary; file \"a\"; allow-update { any; }; };\n";
  const Described all = described(text);
  EXPECT_EQ(all.alike, 2U);
  ASSERT_EQ(all.diagnostics.size(), 1U);
  EXPECT_EQ(to_string(all.diagnostics[0]), "c:3:34: writeable file 'a': already in use: c:1");
}

TEST(ZonePattern, AFileThatOneZoneReadsMayNotBeWrittenByAnother) {
  const std::string read =
      "zone \"a.example\" { type primary; file \"a\"; };\nzone \"b.example\" { type primary; file \"b\"; "
      "};\n";
  const std::string written =
      "zone \"c.example\" { type secondary; file \"b\"; primaries { 192.0.2.1; }; };\n";
  const Described later = described(read + written);
  ASSERT_EQ(later.diagnostics.size(), 1U);
  EXPECT_EQ(to_string(later.diagnostics[0]), "c:3:36: writeable file 'b': already in use: c:2");
  const Described earlier = described(written + read);
  EXPECT_EQ(earlier.alike, 1U);
  ASSERT_EQ(earlier.diagnostics.size(), 1U);
  EXPECT_EQ(to_string(earlier.diagnostics[0]), "c:3:34: writeable file 'b': already in use: c:1");
  EXPECT_EQ(described(read + "zone \"c.example\" { type primary; file \"b\"; };\n").diagnostics.size(), 0U);
}

TEST(ZonePattern, WhatDependsOnTheNameIsItsOwn) {
  Diagnostics diagnostics;
  std::string text;
  for (const char* name : {"a.example", "b.example"}) {
    text += "zone \"" + std::string(name) + "\" { type primary; file \"" + name +
            ".db\"; update-policy { grant k zonesub any; }; };\n" + "zone \"plain." + name +
            "\" { type primary; file \"plain\"; };\n" + "zone \"too." + name +
            "\" { type primary; file \"other\"; };\n";
  }
  const auto tree = parse_text("c", text, {}, real_disk(), diagnostics);
  const Config config = build_config(*tree, diagnostics);
  ASSERT_EQ(diagnostics.size(), 0U) << to_string(diagnostics[0]);
  ASSERT_EQ(config.views[0].zones.size(), 6U);
  for (const size_t i : {0U, 3U}) {
    const Zone& dynamic = *config.views[0].zones[i];
    EXPECT_NE(dynamic.update_policy, nullptr);
    EXPECT_EQ(dynamic.display_name() + " " + dynamic.file,
              i == 0 ? "a.example/IN a.example.db" : "b.example/IN b.example.db");
  }
  const Zone& plain = *config.views[0].zones[1];
  const Zone& copied = *config.views[0].zones[2];
  EXPECT_EQ(copied.display_name() + " " + copied.file, "too.a.example/IN other");
  EXPECT_EQ(copied.type, plain.type);
  EXPECT_EQ(copied.options, plain.options);
  EXPECT_EQ(copied.update_policy, nullptr);
}

TEST(ZonePattern, HoldsInOneViewOnly) {
  const std::string text =
      "view \"one\" {\n zone \"a.example\" { type primary; file \"z\"; };\n};\n"
      "view \"two\" { allow-update { any; };\n zone \"a.example\" { type primary; file \"a\"; };\n"
      " zone \"b.example\" { type primary; file \"a\"; };\n};\n";
  const Described all = described(text);
  EXPECT_EQ(all.alike, 2U);
  ASSERT_EQ(all.diagnostics.size(), 1U);
  EXPECT_EQ(to_string(all.diagnostics[0]), "c:6:35: writeable file 'a': already in use: c:5");
}

TEST(ZonePattern, WhatCannotBeServedIsCountedInEachZoneThatSaysIt) {
  std::string text = "zone \"plain.example\" { type primary; file \"p\"; };\n";
  for (const char* name : {"a", "b", "c"})
    text += "zone \"" + std::string(name) + ".example\" { type primary; file \"" + name +
            "\"; dnssec-policy default; };\n";
  Diagnostics diagnostics;
  const auto tree = parse_text("c", text, {}, real_disk(), diagnostics);
  ASSERT_NE(tree->statements().first()->next->next->pattern, nullptr);
  const Diagnostics problems = serve_problems(*tree);
  const auto told = std::find_if(problems.begin(), problems.end(), [](const Diagnostic& problem) {
    return problem.text.starts_with("'dnssec-policy' cannot be served");
  });
  ASSERT_NE(told, problems.end());
  EXPECT_TRUE(told->text.ends_with("(and 2 more)")) << told->text;
}

}  // namespace
}  // namespace nomen::config
