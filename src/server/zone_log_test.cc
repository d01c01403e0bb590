#include "server/zone_log.h"

#include <gtest/gtest.h>

#include <vector>

#include "zone/content_for_test.h"

namespace nomen::server {
namespace {

/// Keeps what is logged.
class KeptLines final : public LogSink {
 public:
  KeptLines() { set_log_sink(this); }
  ~KeptLines() override { set_log_sink(nullptr); }
  bool wants(LogCategory, LogSeverity, int) const override { return true; }
  void write(LogCategory, LogSeverity, int, std::string_view, std::string_view text) override {
    lines.emplace_back(text);
  }

  std::vector<std::string> lines;
};

config::Zone zone_named(std::string_view name) {
  const dns::Name parsed = zone::name_of(name);
  config::Zone zone;
  zone.name_wire = as_text(parsed.bytes());
  return zone;
}

std::string loaded_line(const config::Zone& zone, const std::string& view = "_default") {
  static const zone::ContentPtr content =
      zone::content_of("@ 60 SOA ns host 4294967295 2 3 4 5\n@ 60 NS ns\nns 60 A 192.0.2.1\n", "example.");
  KeptLines kept;
  log_loaded(zone, view, *content);
  return kept.lines.size() == 1 ? kept.lines.front() : "(not one line)";
}

TEST(ZoneLog, LoadedZonesAreNamedAsEverywhere) {
  EXPECT_EQ(loaded_line(zone_named("Example.com.")), "zone Example.com/IN: loaded serial 4294967295");
  EXPECT_EQ(loaded_line(zone_named("example.com."), "inside"),
            "zone example.com/IN/inside: loaded serial 4294967295");
  EXPECT_EQ(loaded_line(zone_named(".")), "zone ./IN: loaded serial 4294967295");
  config::Zone chaos = zone_named("example.com.");
  chaos.rr_class = dns::RRClass::kCh;
  EXPECT_EQ(loaded_line(chaos), "zone example.com/CH: loaded serial 4294967295");
}

TEST(ZoneLog, WhatIsNotPlainInANameIsEscaped) {
  EXPECT_EQ(loaded_line(zone_named("plain.a\\.b\\007.example.")),
            "zone plain.a\\.b\\007.example/IN: loaded serial 4294967295");
  EXPECT_EQ(loaded_line(zone_named("0/25.2.0.192.in-addr.arpa.")),
            "zone 0/25.2.0.192.in-addr.arpa/IN: loaded serial 4294967295");
}

TEST(ZoneLog, TheLongestNamesAreLoggedWhole) {
  const std::string letters(63, 'a');
  const std::string escaped(58, '\1');
  std::string text = letters + "." + letters + "." + letters + ".";
  EXPECT_EQ(loaded_line(zone_named(text + letters.substr(2) + ".")),
            "zone " + text + letters.substr(2) + "/IN: loaded serial 4294967295");
  std::string wire;
  std::string shown;
  for (int i = 0; i < 4; i++) {
    wire += static_cast<char>(escaped.size()) + escaped;
    for (size_t c = 0; c < escaped.size(); c++) shown += "\\001";
    if (i < 3) shown += '.';
  }
  config::Zone zone;
  zone.name_wire = wire + '\0';
  EXPECT_EQ(loaded_line(zone), "zone " + shown + "/IN: loaded serial 4294967295");
}

TEST(ZoneLog, WhatALabelMeansStandsAtTheEnd) {
  EXPECT_EQ(loaded_line(zone_named("xn--bcher-kva.example.")),
            "zone xn--bcher-kva.example/IN: loaded serial 4294967295 [b\xc3\xbc"
            "cher.example]");
  EXPECT_EQ(loaded_line(zone_named("a--b.example.")), "zone a--b.example/IN: loaded serial 4294967295");
  KeptLines kept;
  log_zone(LogSeverity::kInfo, "xn--bcher-kva.example/IN", "text");
  ASSERT_EQ(kept.lines.size(), 1U);
  EXPECT_EQ(kept.lines.front(),
            "zone xn--bcher-kva.example/IN: text [b\xc3\xbc"
            "cher.example]");
}

}  // namespace
}  // namespace nomen::server
