#include "tools/rndc_config.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace nomen::tools {
namespace {

std::string errors_of(const std::string& text) {
  Diagnostics diagnostics;
  parse_rndc_config("f", text, diagnostics);
  std::string out;
  for (const Diagnostic& d : diagnostics) out += to_string(d) + "\n";
  return out;
}

TEST(RndcConfig, ReadsAllStatements) {
  Diagnostics diagnostics;
  const RndcConfig config = parse_rndc_config("f", R"(
    // comment
    key "k1" { algorithm hmac-sha256; secret "c2VjcmV0"; };
    key k2 { secret c2VjcmV0; algorithm "hmac-md5"; };
    options { default-server ::1; default-key k1; default-port 1953;
              default-source-address 192.0.2.1; default-source-address-v6 * port 77; };
    server ns1 { key k2; port 2953; addresses { 192.0.2.7 port 17; host.example; };
      source-address * port 5; };
    server "ns2" { source-address-v6 2001:db8::1; };
  )",
                                              diagnostics);
  EXPECT_TRUE(diagnostics.empty()) << to_string(diagnostics[0]);
  ASSERT_EQ(config.keys.size(), 2U);
  EXPECT_EQ(config.keys[1].name, "k2");
  EXPECT_EQ(config.keys[1].algorithm, "hmac-md5");
  EXPECT_TRUE(config.has_options);
  EXPECT_EQ(config.default_server, "::1");
  EXPECT_EQ(config.default_key, "k1");
  EXPECT_EQ(config.default_port, 1953);
  EXPECT_EQ(config.default_sources.v4->to_string(), "192.0.2.1#0");
  EXPECT_EQ(config.default_sources.v6->to_string(), "::#77");
  ASSERT_EQ(config.servers.size(), 2U);
  EXPECT_EQ(config.servers[0].key, "k2");
  EXPECT_EQ(config.servers[0].port, 2953);
  ASSERT_EQ(config.servers[0].addresses.size(), 2U);
  EXPECT_EQ(config.servers[0].addresses[0].port, 17);
  EXPECT_EQ(config.servers[0].addresses[1].host, "host.example");
  EXPECT_EQ(config.servers[1].sources.v6->to_string(), "2001:db8::1#0");
}

TEST(RndcConfig, SaysWhatIsWrongAndWhereAndGoesOn) {
  EXPECT_EQ(errors_of("key x { algorithm hmac-sha256; }\n"), "f:2: missing ';' before end of file\n");
  EXPECT_EQ(errors_of("options { foo 1; bar { a; }; default-port 7; };\nnonsense x;"),
            "f:1: unknown option 'foo'\nf:1: unknown option 'bar'\nf:2: unknown option 'nonsense'\n");
  EXPECT_EQ(errors_of("options { default-port 70000; default-port x; };"),
            "f:1: expected a port number before '70000'\nf:1: expected a port number before 'x'\n");
  EXPECT_EQ(errors_of("options { default-source-address ::1; };"), "f:1: '::1' is not such an address\n");
}

TEST(RndcConfig, EveryCutOfAGoodFileEndsWithoutHarm) {
  const std::string text =
      "key \"k\" { algorithm x; secret \"y\"; }; server s { addresses { a port 1; }; }; options { "
      "default-key k; };";
  for (size_t size = 0; size <= text.size(); ++size) errors_of(text.substr(0, size));
  EXPECT_EQ(errors_of(text), "");
}

TEST(RndcConfig, IncludesOtherFilesAndRefusesAnEndlessChain) {
  const std::filesystem::path folder = std::filesystem::temp_directory_path();
  const std::string key_file = (folder / "nomen_rndc_config_test.key").string();
  const std::string self = (folder / "nomen_rndc_config_test.conf").string();
  std::ofstream(key_file) << "key k { algorithm hmac-sha1; secret aaaa; };\n";
  std::ofstream(self) << "include \"" << self << "\";\n";
  Diagnostics diagnostics;
  const RndcConfig config =
      parse_rndc_config("f", "include \"" + key_file + "\"; options { default-key k; };", diagnostics);
  EXPECT_TRUE(diagnostics.empty());
  ASSERT_EQ(config.keys.size(), 1U);
  EXPECT_EQ(config.keys[0].algorithm, "hmac-sha1");
  read_rndc_config(self, diagnostics);
  ASSERT_EQ(diagnostics.size(), 1U);
  EXPECT_NE(diagnostics[0].text.find("too many nested includes"), std::string::npos);
  std::filesystem::remove(key_file);
  std::filesystem::remove(self);
}

TEST(RndcConfig, KeysAreCheckedWithBindsWords) {
  EXPECT_EQ(to_key({"k", "hmac-sha256", std::nullopt}).error().text, "key must have algorithm and secret");
  EXPECT_EQ(to_key({"k", "hmac-foo", "aaaa"}).error().text, "unsupported algorithm: hmac-foo");
  EXPECT_EQ(to_key({"k", "hmac-sha256", "c2V"}).error().text, "decode base64 secret: bad base64 encoding");
  const Result<control::RndcKey> key = to_key({"k", "HMAC-SHA512", "c2VjcmV0"});
  ASSERT_TRUE(key);
  EXPECT_EQ(key->algorithm, crypto::DigestAlgorithm::kSha512);
  EXPECT_EQ(as_text(key->secret), "secret");
}

}  // namespace
}  // namespace nomen::tools
