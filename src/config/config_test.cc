#include <gtest/gtest.h>

#include <map>

#include "base/os/file.h"
#include "base/source_dir.h"
#include "config/build.h"
#include "config/check.h"
#include "config/check_catalogs.h"
#include "config/compatibility.h"
#include "config/printer.h"
#include "config/serve_check.h"

namespace nomen::config {
namespace {

/// A disk in memory: what a test says is there, and nothing else.
class MemoryDisk final : public Disk {
 public:
  std::map<std::string, std::string> files;
  Result<std::string> read(const std::string& path) override {
    const auto found = files.find(path);
    if (found == files.end()) return failure("file not found");
    return found->second;
  }
  std::vector<std::string> expand(const std::string& pattern) override {
    std::vector<std::string> out;
    const size_t star = pattern.find('*');
    for (const auto& [name, text] : files) {
      const bool fits = star == std::string::npos ? name == pattern
                                                  : name.starts_with(pattern.substr(0, star)) &&
                                                        name.ends_with(pattern.substr(star + 1));
      if (fits) out.push_back(name);
    }
    return out;
  }
  bool is_directory(const std::string& path) override { return path.starts_with("/dir"); }
  bool exists(const std::string& path) override { return files.contains(path); }
};

struct Parsed {
  std::unique_ptr<Tree> tree;
  Config config;
  Diagnostics diagnostics;

  std::string text(size_t i) const { return i < diagnostics.size() ? to_string(diagnostics[i]) : ""; }
};

Parsed parsed(const std::string& text, MemoryDisk disk = {}) {
  Parsed out;
  out.tree = parse_text("named.conf", text, {}, disk, out.diagnostics);
  if (has_error(out.diagnostics)) return out;
  check_tree(*out.tree, {}, disk, out.diagnostics);
  out.config = build_config(*out.tree, out.diagnostics);
  return out;
}

Config config_of(const std::string& text) {
  Parsed out = parsed(text);
  EXPECT_FALSE(has_error(out.diagnostics)) << out.text(0);
  return std::move(out.config);
}

TEST(Lexer, KnowsWordsStringsSpecialsAndTheirPlaces) {
  TextArena arena;
  Lexer lexer("a-b /* x\n */ \"q \\\"z\"{;}!10/8 # c\n// d\nend", 3, arena);
  const std::pair<TokenKind, std::string_view> expected[] = {
      {TokenKind::kWord, "a-b"},  {TokenKind::kQuoted, "q \"z"}, {TokenKind::kSpecial, "{"},
      {TokenKind::kSpecial, ";"}, {TokenKind::kSpecial, "}"},    {TokenKind::kSpecial, "!"},
      {TokenKind::kWord, "10"},   {TokenKind::kSpecial, "/"},    {TokenKind::kWord, "8"}};
  for (const auto& [kind, text] : expected) {
    const Token token = lexer.next();
    EXPECT_EQ(token.kind, kind);
    EXPECT_EQ(token.text, text);
    EXPECT_EQ(token.position.file, 3U);
  }
  const Token end = lexer.next();
  EXPECT_EQ(end.text, "end");
  EXPECT_EQ(end.position.line, 4U);
  EXPECT_EQ(end.position.column, 1U);
  EXPECT_EQ(lexer.next().kind, TokenKind::kEnd);
}

TEST(Parser, SaysAllThatIsWrongWithPlaces) {
  const Parsed out =
      parsed("options {\n  recursion maybe;\n  foo yes;\n  edns-udp-size x;\n};\nzne \"a\" { };\n");
  ASSERT_EQ(out.diagnostics.size(), 4U);
  EXPECT_EQ(out.text(0), "named.conf:2:13: boolean expected near 'maybe'");
  EXPECT_EQ(out.text(1), "named.conf:3:3: unknown option 'foo'");
  EXPECT_EQ(out.text(2), "named.conf:4:17: expected number near 'x'");
  EXPECT_EQ(out.text(3), "named.conf:6:1: unknown option 'zne'");
}

TEST(Parser, SaysWhereASemicolonIsMissing) {
  EXPECT_EQ(parsed("options { recursion yes };").text(0), "named.conf:1:25: missing ';' before '}'");
  EXPECT_EQ(parsed("options { recursion yes; }").text(0), "named.conf:1:27: missing ';' before end of file");
}

TEST(Parser, RefusesASecondStatementWhereOneIsAllowed) {
  EXPECT_EQ(parsed("options { recursion yes; recursion no; };").text(0),
            "named.conf:1:26: 'recursion' redefined near 'recursion'");
}

TEST(Parser, ReadsIncludedFilesInPlaceAndNamesThemInErrors) {
  MemoryDisk disk;
  disk.files["zones/a.conf"] = "zone a { type primary; file \"a\"; };\n";
  disk.files["zones/b.conf"] = "zone b { type primary;\n bad; file \"b\"; };\n";
  const Parsed out = parsed("include \"zones/*.conf\"; zone c { include \"zones/none\"; };", disk);
  EXPECT_EQ(out.text(0), "zones/b.conf:2:2: unknown option 'bad'");
  EXPECT_EQ(out.text(1), "named.conf:1:42: open: zones/none: file not found");
}

TEST(Parser, EndsWhenFilesIncludeThemselves) {
  MemoryDisk disk;
  disk.files["a"] = "include \"a\"; include \"a\";";
  const Parsed out = parsed("include \"a\";", disk);
  ASSERT_TRUE(has_error(out.diagnostics));
  EXPECT_NE(out.text(0).find("without end"), std::string::npos);
}

TEST(Parser, EndsWhenBracesNestWithoutEnd) {
  std::string text = "acl a ";
  for (int i = 0; i < 100000; ++i) text += "{";
  EXPECT_TRUE(has_error(parsed(text).diagnostics));
}

TEST(Parser, LooksForIncludesBelowTheDirectoryOnceItIsNamed) {
  MemoryDisk disk;
  disk.files["/dir/x.conf"] = "acl a { any; };";
  EXPECT_TRUE(parsed("options { directory \"/dir\"; }; include \"x.conf\";", disk).diagnostics.empty());
  EXPECT_TRUE(has_error(parsed("include \"x.conf\"; options { directory \"/dir\"; };", disk).diagnostics));
}

// Each default of the table, written out, changes nothing: the model's defaults and the table's are the same.
TEST(Check, RefusesValuesThatOnlyTheirMeaningRulesOut) {
  const auto first_error = [](const std::string& text) {
    const Parsed out = parsed(text);
    for (const Diagnostic& diagnostic : out.diagnostics) {
      if (diagnostic.severity == Severity::kError) return to_string(diagnostic);
    }
    return std::string();
  };
  EXPECT_EQ(first_error("options {\n use-v4-udp-ports { range 2 1; }; };"),
            "named.conf:2:21: low port '2' must not be larger than high port '1'");
  EXPECT_EQ(first_error("options { use-v4-udp-ports { range 1 1; 7; }; };"), "");
  EXPECT_EQ(first_error("options {\n dual-stack-servers { 192.0.2.1; \"a..b\"; }; };"),
            "named.conf:2:34: bad name 'a..b'");
  EXPECT_EQ(first_error("server 192.0.2.1 {\n query-source port 53; };"),
            "named.conf:2:2: 'query-source' cannot specify the DNS listener port (53)");
  EXPECT_EQ(first_error("server 192.0.2.1 { query-source port 5353; };"), "");
  const std::string zone = "zone a { type primary; file \"a\"; update-policy { grant k zonesub ";
  EXPECT_EQ(first_error(zone + "\nA(65536); }; };"), "named.conf:1:50: '(65536)' is not a valid count");
  EXPECT_EQ(first_error(zone + "A(1x); }; };"), "named.conf:1:50: '(1x)' is not a valid count");
  EXPECT_EQ(first_error(zone + "A(3 TXT; }; };"), "named.conf:1:50: '(3' is not a valid count");
  EXPECT_EQ(first_error(zone + "A(65535) TXT(); }; };"), "");
}

TEST(Model, DefaultsAreThoseOfTheTable) {
  const Config plain = config_of("zone a { type primary; file \"a\"; };");
  for (const StatementRow& row : grammar()) {
    if (!row.stands_in(Place::kOptions) || row.default_text.empty() || row.lifecycle == Lifecycle::kNewer)
      continue;
    std::string values(row.default_text);
    if (row.name == "check-names")
      values = "primary fail; check-names secondary warn; check-names response ignore";
    Diagnostics notes;
    MemoryDisk disk;
    const std::string text =
        "options { " + std::string(row.name) + " " + values + "; }; zone a { type primary; file \"a\"; };";
    const auto tree = parse_text("t", text, {.check_directory = false}, disk, notes);
    if (has_error(notes)) continue;                 // a default that is said in words, as the host's name
    if (row.name == "masterfile-format") continue;  // unset is raw for secondaries
    if (row.name == "notify-delay") continue;       // unset is the server's choice
    const Config changed = build_config(*tree, notes);
    EXPECT_EQ(*changed.views[0].zones[0]->options, *plain.views[0].zones[0]->options) << text;
    if (row.name != "rrset-order") {
      EXPECT_EQ(changed.views[0].options, plain.views[0].options) << text;
    }
    EXPECT_EQ(changed.options.port, plain.options.port) << text;
    EXPECT_EQ(changed.options.tcp_clients, plain.options.tcp_clients) << text;
    EXPECT_EQ(changed.options.interface_interval_s, plain.options.interface_interval_s) << text;
    EXPECT_EQ(changed.options.answer_cookie, plain.options.answer_cookie) << text;
    EXPECT_EQ(changed.options.pid_file, plain.options.pid_file) << text;
    EXPECT_EQ(changed.options.server_id, plain.options.server_id) << text;
  }
}

TEST(Model, ZonesInheritFromViewAndOptions) {
  const Config config = config_of(
      "options { allow-query { 10/8; }; check-integrity no; max-records 5; };\n"
      "view v { allow-query { 192.0.2.0/24; };\n"
      "  zone a { type primary; file \"a\"; };\n"
      "  zone b { type primary; file \"b\"; allow-query { none; }; };\n"
      "  zone c { type primary; file \"c\"; allow-query { none; }; }; };\n");
  const auto& zones = config.views[0].zones;
  EXPECT_EQ(to_string(*zones[0]->options->allow_query), "{ 192.0.2.0/24; }");
  EXPECT_EQ(to_string(*zones[1]->options->allow_query), "{ none; }");
  EXPECT_FALSE(zones[1]->options->check_integrity);
  EXPECT_EQ(zones[1]->options->max_records, 5U);
  EXPECT_EQ(zones[1]->options, zones[2]->options) << "equal settings are shared";
}

TEST(Model, AclsAreResolvedWhereverTheyAreDefined) {
  const Config config = config_of(
      "options { blackhole { b; key k; !::1; }; }; acl A { 10/8; }; acl b { !a; localnets; };"
      "key k { algorithm hmac-sha256-128; secret \"MTIzNDU2Nzg=\"; };");
  const MatchList& list = *config.options.blackhole;
  ASSERT_EQ(list.elements.size(), 3U);
  EXPECT_EQ(list.elements[0].nested->elements[0].nested->elements[0].prefix, parse_prefix("10/8"));
  EXPECT_TRUE(list.elements[0].nested->elements[0].negated);
  EXPECT_EQ(list.elements[1].kind, MatchElement::Kind::kKey);
  EXPECT_TRUE(list.elements[2].negated);
  EXPECT_EQ(config.keys[0].algorithm, "hmac-sha256");
  EXPECT_EQ(config.keys[0].digest_bits, 128);
  EXPECT_EQ(config.keys[0].secret.size(), 8U);
}

TEST(Model, AnAclInItselfIsAnError) {
  const Parsed out = parsed("acl a { b; }; acl b { a; }; options { allow-query { a; }; };");
  ASSERT_TRUE(has_error(out.diagnostics));
  EXPECT_NE(out.text(0).find("acl loop detected"), std::string::npos);
}

TEST(Model, WhatIsWrongWithAnAclIsSaidToTheFirstWhoUsesIt) {
  const std::string acls = "acl a { b; }; acl b { nosuch; }; acl c { !!any; };";
  // What zones would inherit is looked at, and nothing is said: there are none.
  for (const std::string name : {"a", "c"}) {
    const std::string unused = acls + "options { allow-transfer { " + name + "; }; };";
    EXPECT_FALSE(has_error(parsed(unused).diagnostics)) << name;
    const Parsed used = parsed(unused + "view v { match-clients { " + name + "; }; };");
    ASSERT_EQ(used.diagnostics.size(), 1U) << name;
    EXPECT_NE(used.text(0).find(name == "a" ? "undefined ACL 'nosuch'"
                                            : "address match list contains unsupported element type"),
              std::string::npos)
        << used.text(0);
  }
}

TEST(Model, AclsThatNameEachOtherManyTimesAreReadOnce) {
  std::string text = "acl a0 { nosuch; };";
  for (int i = 1; i < 40; i++) {
    const std::string before = "a" + std::to_string(i - 1) + "; ";
    text += "acl a" + std::to_string(i) + " { " + before + before + "};";
  }
  text += "options { allow-transfer { a39; }; };";
  EXPECT_FALSE(has_error(parsed(text).diagnostics));
  EXPECT_TRUE(has_error(parsed(text + "view v { match-clients { a39; }; };").diagnostics));
}

TEST(Model, AZoneThatSaysTheSameIsEqualAfterAReload) {
  const std::string text = "zone a { type primary; file \"a\"; allow-query { 10/8; }; };";
  const Config one = config_of(text), same = config_of("\n\n" + text);
  const Config other = config_of("zone a { type primary; file \"a\"; allow-query { 11/8; }; };");
  const Config by_options = config_of("options { max-records 7; };" + text);
  EXPECT_TRUE(*one.views[0].zones[0] == *same.views[0].zones[0]);
  EXPECT_FALSE(*one.views[0].zones[0] == *other.views[0].zones[0]);
  EXPECT_FALSE(*one.views[0].zones[0] == *by_options.views[0].zones[0]);
}

TEST(Model, LoggingAndControlsAreUnderstood) {
  const Config config = config_of(
      "logging { channel c { file \"q.log\" versions 3 size 5k suffix timestamp; severity debug 3; "
      "print-time iso8601; };"
      " category queries { c; default_syslog; }; };"
      "controls { inet 127.0.0.1 port 5953 allow { localhost; } read-only yes; };");
  const LogChannel& channel = config.logging.channels.back();
  EXPECT_EQ(channel.file, "q.log");
  EXPECT_EQ(channel.versions, 3U);
  EXPECT_EQ(channel.size, 5120U);
  EXPECT_EQ(channel.debug_level, 3);
  EXPECT_EQ(config.logging.categories[0].category, LogCategory::kQueries);
  EXPECT_EQ(config.logging.categories[0].channels.size(), 2U);
  EXPECT_EQ(config.controls.channels[0].port, 5953);
  EXPECT_TRUE(config.controls.channels[0].read_only);
}

TEST(Model, SecondariesNamePrimariesThroughLists) {
  const Config config = config_of(
      "primaries l { 192.0.2.1; 2001:db8::1 port 5300; };"
      "zone a { type secondary; primaries port 53 { l; 192.0.2.2; }; };");
  const auto& primaries = config.views[0].zones[0]->primaries;
  ASSERT_EQ(primaries.size(), 3U);
  EXPECT_EQ(primaries[1].port, 5300);
  EXPECT_EQ(to_string(primaries[2].address), "192.0.2.2");
}

TEST(Printer, PrintsAsBindDoesAndTheSameAgain) {
  const Parsed out = parsed(
      "zone a { file \"x\"; type master; };options { recursion no; directory \"/dir\"; listen-on port 5300 { "
      "10/8; "
      "any; }; max-cache-size 5m; };key k { algorithm hmac-md5; secret \"MTIz\"; };");
  const std::string text = print_tree(*out.tree);
  EXPECT_EQ(text,
            "options {\n\tdirectory \"/dir\";\n\tlisten-on port 5300 {\n\t\t10.0.0.0/8;\n\t\t\"any\";\n\t};\n"
            "\tmax-cache-size 5242880;\n\trecursion no;\n};\n"
            "key \"k\" {\n\talgorithm \"hmac-md5\";\n\tsecret \"MTIz\";\n};\n"
            "zone \"a\" {\n\ttype master;\n\tfile \"x\";\n};\n");
  EXPECT_EQ(print_tree(*parsed(text).tree), text);
  EXPECT_NE(print_tree(*out.tree, {.hide_secrets = true}).find("secret \"????\""), std::string::npos);
}

TEST(ServeCheck, RefusesWhatWouldBeHalfObeyedAndAllowsWhatAsksForNothing) {
  const Parsed nothing = parsed(
      "options { recursion no; allow-update { none; }; notify no; dnssec-validation no; forwarders { }; };");
  EXPECT_TRUE(serve_problems(*nothing.tree).empty()) << to_string(serve_problems(*nothing.tree)[0]);
  const Parsed much = parsed(
      "options { recursion no; forwarders { 192.0.2.1; }; request-nsid yes; };"
      "zone a { type mirror; primaries { 192.0.2.1; }; };");
  const Diagnostics problems = serve_problems(*much.tree);
  int errors = 0;
  for (const Diagnostic& d : problems) errors += d.severity == Severity::kError ? 1 : 0;
  EXPECT_EQ(errors, 2) << "forwarders and the mirror zone";
  EXPECT_GT(problems.size(), 2U) << "request-nsid is kept with a warning";
  const Parsed secondary = parsed(
      "options { recursion no; notify yes; };"
      "zone a { type secondary; primaries { 192.0.2.1 tls none; }; also-notify { 192.0.2.2; }; };");
  EXPECT_TRUE(serve_problems(*secondary.tree).empty());
  const Parsed over_tls = parsed(
      "options { recursion no; listen-on port 853 tls ephemeral { any; }; };"
      "zone a { type secondary; primaries { 192.0.2.1 tls ephemeral; }; };");
  EXPECT_TRUE(serve_problems(*over_tls.tree).empty());
}

TEST(CatalogGroups, AreTemplatesOfMembersInEachView) {
  const Parsed out = parsed(
      "options { recursion no; allow-query { none; }; };"
      "catalog-group-options \"blue\" { primaries { 192.0.2.1; }; allow-query { any; }; };"
      "view a { catalog-group-options blue { request-ixfr no; }; };"
      "view b { };");
  Diagnostics diagnostics;
  const Config config = build_config(*out.tree, diagnostics);
  ASSERT_TRUE(diagnostics.empty());
  ASSERT_EQ(config.views.size(), 2U);
  const auto& own = config.views[0].options.catalog_groups;
  ASSERT_EQ(own.size(), 1U);
  EXPECT_TRUE(own[0].primaries.empty());
  EXPECT_FALSE(own[0].options->request_ixfr);
  const auto& global = config.views[1].options.catalog_groups;
  ASSERT_EQ(global.size(), 1U);
  EXPECT_EQ(global[0].primaries.size(), 1U);
  EXPECT_TRUE(global[0].options->request_ixfr);
  EXPECT_EQ(global[0].name, "blue");
}

TEST(CatalogZone, NamesAGeneratedZoneOfItsView) {
  const auto problems = [](const std::string& text) {
    const Parsed out = parsed(text);
    Diagnostics diagnostics;
    return catalog_problems(build_config(*out.tree, diagnostics));
  };
  const std::string catalog = "zone cat { type primary; file c; catalog-generate yes; };";
  const std::string listed = "zone a { type primary; file a; catalog-zone \"CAT\"; };";
  EXPECT_TRUE(problems(catalog + listed).empty());
  EXPECT_EQ(problems(listed).size(), 1U);
  EXPECT_EQ(problems("view x { " + catalog + " }; view y { " + listed + " };").size(), 1U);
  EXPECT_TRUE(problems("zone a { type stub; primaries { 192.0.2.1; }; };").empty());
}

std::vector<std::string> problems_of(const std::string& text) {
  std::vector<std::string> out;
  for (const Diagnostic& d : serve_problems(*parsed(text).tree)) out.push_back(to_string(d));
  return out;
}

TEST(ServeCheck, RefusesByFileAndLineWhatWouldBeHalfObeyed) {
  const std::string statements[] = {"cookie-algorithm aes;",
                                    "rate-limit { slip 2; };",
                                    "response-policy { zone \"r\"; };",
                                    "dnssec-policy default;",
                                    "allow-query { geoip country NL; };",
                                    "listen-on port 443 tls ephemeral http default { any; };"};
  for (const std::string& statement : statements) {
    const auto problems = problems_of("options { recursion no;\n" + statement + "\n};");
    ASSERT_EQ(problems.size(), 1U) << statement;
    EXPECT_EQ(problems[0].find("named.conf:2:"), 0U) << problems[0];
    EXPECT_EQ(problems[0].find("warning"), std::string::npos) << problems[0];
    EXPECT_NE(problems[0].find("cannot be served by this version"), std::string::npos) << problems[0];
  }
  EXPECT_EQ(
      problems_of("options { recursion no; }; controls {\n unix \"/s\" perm 0600 owner 0 group 0; };").size(),
      1U);
}

TEST(ServeCheck, AListenerWantsACertificate) {
  EXPECT_EQ(problems_of("tls t { }; options { recursion no; listen-on port 853 tls T { any; }; };").size(),
            1U);
  EXPECT_TRUE(problems_of("tls t { cert-file \"c\"; key-file \"k\"; };"
                          "options { recursion no; listen-on port 853 tls t { any; }; };")
                  .empty());
}

TEST(Build, TlsBlocksAreWhatTheySay) {
  const Parsed text = parsed(
      "tls Strict { ca-file \"ca\"; remote-hostname \"primary.example\"; protocols { TLSv1.3; };"
      "  prefer-server-ciphers yes; session-tickets no; ciphers \"HIGH\"; };"
      "options { listen-on tls ephemeral { any; }; tls-port 8853; };"
      "zone a { type secondary; primaries { 192.0.2.1 tls STRICT; 192.0.2.2 tls none; }; };");
  Diagnostics diagnostics;
  const Config config = build_config(*text.tree, diagnostics);
  ASSERT_EQ(config.tls.size(), 1U);
  EXPECT_EQ(config.tls[0].name, "strict");
  EXPECT_EQ(config.tls[0].settings, (crypto::TlsSettings{.ca_file = "ca",
                                                         .remote_hostname = "primary.example",
                                                         .ciphers = "HIGH",
                                                         .tls12 = false,
                                                         .prefer_server_ciphers = true,
                                                         .session_tickets = false}));
  EXPECT_EQ(config.options.tls_port, 8853);
  EXPECT_EQ(config.options.listen_on[0].tls, "ephemeral");
  const config::Zone& zone = *config.views[0].zones[0];
  EXPECT_EQ(zone.primaries[0].tls, "strict");
  EXPECT_EQ(zone.primaries[1].tls, "");
}

TEST(ServeCheck, WarnsOfWhatIsIgnored) {
  const std::string statements[] = {"zone-statistics full;", "masterfile-style full;", "dump-file \"d\";"};
  for (const std::string& statement : statements) {
    const auto problems = problems_of("options { recursion no; " + statement + " };");
    ASSERT_EQ(problems.size(), 1U) << statement;
    EXPECT_NE(problems[0].find("warning: "), std::string::npos) << problems[0];
  }
}

TEST(ServeCheck, WarnsThatRecursionIsNotThere) {
  const Parsed out = parsed("options { };");
  const Diagnostics problems = serve_problems(*out.tree);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].severity, Severity::kWarning);
}

TEST(Grammar, EveryShapeCompilesAndEveryDefaultIsInPlace) {
  EXPECT_GT(grammar().size(), 300U);
  for (const StatementRow& row : grammar()) EXPECT_NE(row.places, 0U) << row.name;
}

TEST(Reference, DocsCompatibilityIsMadeFromTheTable) {
  const auto page = os::read_file(std::string(kSourceDir) + "/docs/compatibility.md");
  ASSERT_TRUE(page.has_value()) << page.error().text;
  EXPECT_TRUE(*page == compatibility_reference())
      << "stale: run `nomen checkconf --reference > docs/compatibility.md`";
}

TEST(ManyZones, AreCheapAndShareTheirOptions) {
  std::string text;
  for (int i = 0; i < 20000; ++i) {
    text += "zone \"z" + std::to_string(i) + ".example\" { type primary; file \"zones/z" + std::to_string(i) +
            ".db\"; allow-transfer { 10/8; }; };\n";
  }
  const Config config = config_of(text);
  ASSERT_EQ(config.zone_count(), 20000U);
  EXPECT_EQ(config.views[0].zones[0]->options, config.views[0].zones[19999]->options);
}

}  // namespace
}  // namespace nomen::config
