#include "config/zone_memory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>

#include "config/build.h"
#include "config/one_zone.h"

namespace nomen::config {
namespace {

/// A disk in memory with one configuration file, "c", and what it includes.
class ConfigDisk final : public Disk {
 public:
  std::map<std::string, std::string> files;
  Result<std::string> read(const std::string& path) override {
    const auto found = files.find(path);
    if (found == files.end()) return failure("file not found");
    return found->second;
  }
  std::vector<std::string> expand(const std::string& pattern) override { return {pattern}; }
  bool is_directory(const std::string&) override { return true; }
  bool exists(const std::string& path) override { return files.contains(path); }
};

std::string zone(const std::string& name, const std::string& more = "") {
  return "zone \"" + name + "\" { type primary; file \"" + name + ".db\"; " + more + "};\n";
}
const std::string kHead = "options { recursion no; allow-query { ours; }; };\nacl ours { 10/8; };\n";

class ZoneMemoryTest : public ::testing::Test {
 protected:
  /// Reads "c" with this text, with the memory of what was read before.
  Loaded load(const std::string& text) {
    disk.files["c"] = text;
    LoadOptions options;
    options.memory = &memory;
    options.added_zones_file = [](const std::string&, const std::string& view) { return view + ".nzf"; };
    return load_config("c", options, disk);
  }
  /// What a reading without memory makes of it: names and files, sorted.
  static std::map<std::string, std::string> zones_of(const Config& config) {
    std::map<std::string, std::string> out;
    for (const View& view : config.views) {
      for (const ZonePtr& zone : view.zones) out[view.name + "/" + zone->display_name()] = zone->file;
    }
    return out;
  }
  static ZonePtr find(const Config& config, const std::string& name) {
    for (const View& view : config.views) {
      for (const ZonePtr& zone : view.zones) {
        if (zone->display_name() == name + "/IN") return zone;
      }
    }
    return nullptr;
  }

  ConfigDisk disk;
  ZoneMemory memory;
};

TEST_F(ZoneMemoryTest, UnchangedZonesAreTheSameObjects) {
  const Loaded first = load(kHead + zone("a") + zone("b") + zone("c"));
  ASSERT_FALSE(has_error(first.diagnostics));
  const Loaded second =
      load(kHead + zone("a") + zone("new") + "\n\n" + zone("b") + zone("c", "max-records 5; "));
  ASSERT_FALSE(has_error(second.diagnostics));
  EXPECT_EQ(find(first.config, "a"), find(second.config, "a"));
  EXPECT_EQ(find(first.config, "b"), find(second.config, "b"));
  EXPECT_NE(find(first.config, "c"), find(second.config, "c"));
  EXPECT_EQ(find(second.config, "c")->options->max_records, 5U);
  EXPECT_EQ(zones_of(second.config).size(), 4U);
  const Loaded third = load(kHead + zone("a") + zone("c", "max-records 5; "));
  EXPECT_EQ(find(first.config, "a"), find(third.config, "a"));
  EXPECT_EQ(find(second.config, "c"), find(third.config, "c"));
  EXPECT_EQ(zones_of(third.config).size(), 2U);
}

TEST_F(ZoneMemoryTest, ANewZoneMayNotWriteTheFileOfAKnownOne) {
  ASSERT_FALSE(has_error(load(kHead + zone("a") + zone("b", "allow-update { any; }; ")).diagnostics));
  const auto with = [&](const std::string& more) {
    return has_error(load(kHead + zone("a") + zone("b", "allow-update { any; }; ") +
                          "zone c { type primary; " + more + " };\n")
                         .diagnostics);
  };
  const std::string file_of_a = find(load(kHead + zone("a")).config, "a")->file;
  const std::string file_of_b = find(load(kHead + zone("b")).config, "b")->file;
  EXPECT_FALSE(with("file \"" + file_of_a + "\";"));
  EXPECT_TRUE(with("file \"" + file_of_a + "\"; allow-update { any; };"));
  EXPECT_TRUE(with("file \"" + file_of_b + "\";"));
  EXPECT_FALSE(with("file \"its own\"; allow-update { any; };"));
}

/// Statements of many zones, each on a line of its own.
std::vector<std::string> many_zones(size_t count) {
  std::vector<std::string> statements;
  statements.reserve(count);
  for (size_t i = 0; i < count; i++) statements.push_back(zone("z" + std::to_string(i)));
  return statements;
}
std::string joined(const std::vector<std::string>& statements) {
  std::string text = kHead;
  for (const std::string& statement : statements) text += statement;
  return text;
}

TEST_F(ZoneMemoryTest, RunsOfManyZonesAreAsIfEachWereReadForItself) {
  std::vector<std::string> statements = many_zones(400);
  const auto check = [&](const char* what) {
    const std::string text = joined(statements);
    const Loaded known = load(text);
    ZoneMemory nothing;
    std::swap(memory, nothing);
    const Loaded fresh = load(text);
    std::swap(memory, nothing);
    ASSERT_FALSE(has_error(known.diagnostics)) << what;
    EXPECT_EQ(zones_of(known.config), zones_of(fresh.config)) << what;
    EXPECT_EQ(known.config.views[0].particular.size(), fresh.config.views[0].particular.size()) << what;
  };
  // The first reading finds runs of the statements, the others pass them.
  for (const char* what : {"first", "second", "third"}) check(what);
  const ZonePtr before = find(load(joined(statements)).config, "z399");
  statements.push_back(zone("appended"));
  check("a zone at the end");
  EXPECT_EQ(find(load(joined(statements)).config, "z399"), before);
  statements[200] = zone("z200", "max-records 7; ");
  check("another zone in a run");
  EXPECT_EQ(find(load(joined(statements)).config, "z200")->options->max_records, 7U);
  statements.erase(statements.begin() + 70, statements.begin() + 75);
  check("zones gone from a run");
  statements.insert(statements.begin() + 10, "acl more { 192.0.2.1; };\n");
  check("another statement among them");
  statements[300] = "/* a remark */ " + statements[300];
  check("a remark among them");
  check("the same again");
  check("and again");
}

TEST_F(ZoneMemoryTest, ViewsShareTheZonesOfTheirRuns) {
  std::vector<std::string> statements = many_zones(300);
  const auto part_of = [](const Loaded& loaded, size_t place) {
    return ZoneList::part_from(loaded.config.views[0].zones.at(place), ZoneList::kPartZones);
  };
  const Loaded first = load(joined(statements));
  statements.push_back(zone("more"));
  const Loaded second = load(joined(statements));
  ASSERT_NE(part_of(first, 0), nullptr);
  EXPECT_EQ(part_of(first, 0), part_of(second, 0));
  EXPECT_EQ(part_of(first, 128), part_of(second, 128));
  statements[0] = zone("z0", "max-records 7; ");
  const Loaded third = load(joined(statements));
  EXPECT_EQ(part_of(second, 128), part_of(third, 128 - 1)) << "z0 stands at the end now";
  EXPECT_EQ(third.config.views[0].zones.size(), 301U);
  const Loaded fourth = load(joined(statements));
  EXPECT_EQ(third.config.views[0].zones.size(), fourth.config.views[0].zones.size());
  EXPECT_EQ(ZoneList::common(third.config.views[0].zones, fourth.config.views[0].zones).first, 300U)
      << "all but z0, which is not where it was expected and read again";
}

TEST_F(ZoneMemoryTest, ZonesThatComeTogetherAreARunOfTheirOwn) {
  std::vector<std::string> statements = many_zones(100);
  load(joined(statements));
  for (size_t i = 0; i < ZoneList::kPartZones; i++) statements.push_back(zone("more" + std::to_string(i)));
  load(joined(statements));
  const auto part = [&] {
    return ZoneList::part_from(load(joined(statements)).config.views[0].zones.at(100), ZoneList::kPartZones);
  };
  const ZoneList::PartPtr first = part();
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first, part());
}

/// A configuration that changes at random: zones of one view, and what stands between them.
class ChangingConfig {
 public:
  /// That is not remembered.
  static constexpr const char* kLooksElsewhere = "dnssec-policy none; ";
  explicit ChangingConfig(uint32_t seed) : random_(seed) {
    for (int i = 0; i < 300; i++) statements_.push_back(fresh(i % 100 == 70 ? kLooksElsewhere : ""));
  }
  void change() {
    if (twice_) statements_.erase(iterator(*twice_));
    twice_.reset();
    const size_t at = below(statements_.size() + 1);
    const size_t end = std::min(statements_.size(), at + below(100));
    switch (below(10)) {
      case 0:
        return statements_.push_back(fresh());
      case 1:
        return insert(at, fresh());
      case 2:
        return insert(at, "\n\n/* a remark\n */ ");
      case 3:
        return insert(at, "acl \"a" + std::to_string(next_++) + "\" { 192.0.2.1; };\n");
      case 4:
        statements_.erase(iterator(at), iterator(end));
        return;
      case 5:
        std::rotate(statements_.begin(), iterator(at), statements_.end());
        return;
      case 6:
        twice_ = at;
        return insert(at, zone("z" + std::to_string(below(next_)), "max-records 5; "));
      case 7:
        for (int i = 0; i < 70; i++) insert(at, fresh());
        return;
      case 8:
        if (at < statements_.size()) statements_[at] = fresh("allow-update { 10/8; }; ");
        return;
      default:
        return;  // the same again
    }
  }
  /// With a warning behind the zones, whose line is to be right.
  std::string text() const {
    std::string text = "options { recursion no; allow-query { 10/8; }; };\n";
    for (const std::string& statement : statements_) text += statement;
    return text + "logging { category lame-servers { null; }; };\nserver 192.0.2.9 { bogus no; };\n" +
           "managed-keys { };\n";
  }

 private:
  size_t below(size_t limit) { return std::uniform_int_distribution<size_t>(0, limit - 1)(random_); }
  std::string fresh(const std::string& more = "") { return zone("z" + std::to_string(next_++), more); }
  void insert(size_t at, std::string statement) { statements_.insert(iterator(at), std::move(statement)); }
  std::vector<std::string>::iterator iterator(size_t at) {
    return statements_.begin() + static_cast<ptrdiff_t>(at);
  }

  std::mt19937 random_;
  size_t next_ = 1;
  std::optional<size_t> twice_;  ///< the place of a zone that may stand somewhere else, too: for one reading
  std::vector<std::string> statements_;
};

/// Everything that a reading says, in no order of the zones.
std::vector<std::string> told(const Loaded& loaded) {
  std::vector<std::string> all;
  for (const Diagnostic& diagnostic : loaded.diagnostics)
    all.push_back(std::to_string(diagnostic.position.line) + ": " + diagnostic.text);
  for (const View& view : loaded.config.views) {
    for (const ZonePtr& zone : view.zones)
      all.push_back(view.name + " has " + zone->display_name() + " " + zone->file + " " +
                    std::to_string(zone->options->max_records));
    for (const ZonePtr& zone : view.particular) all.push_back(view.name + " lists " + zone->display_name());
  }
  std::sort(all.begin(), all.end());
  return all;
}

TEST_F(ZoneMemoryTest, WhateverChangesItIsAsIfReadAnew) {
  size_t shared = 0, good = 0;
  for (uint32_t seed = 1; seed <= 20; seed++) {
    ChangingConfig config(seed);
    std::optional<Loaded> before;
    for (int step = 0; step < 40; step++) {
      const std::string text = config.text();
      Loaded known = load(text);
      ZoneMemory nothing;
      std::swap(memory, nothing);
      const Loaded fresh = load(text);
      std::swap(memory, nothing);
      ASSERT_EQ(told(known), told(fresh)) << "seed " << seed << ", step " << step;
      config.change();
      if (has_error(known.diagnostics)) continue;
      good++;
      if (before)
        shared += ZoneList::common(known.config.views[0].zones, before->config.views[0].zones).first;
      before = std::move(known);
    }
  }
  EXPECT_GT(good, 700U);
  EXPECT_GT(shared, good * 100) << "what has not changed is not read again";
}

TEST_F(ZoneMemoryTest, BehindARunLinesAreCountedOn) {
  std::string text;
  for (const std::string& statement : many_zones(200)) text += statement;
  text += "options { recursion no; heartbeat-interval 5; };\n";
  // The first reading parses the zones, the others pass them in runs.
  for (const char* reading : {"first", "second", "third", "fourth"}) {
    const Loaded loaded = load(text);
    ASSERT_FALSE(loaded.diagnostics.empty()) << reading;
    for (const Diagnostic& warning : loaded.diagnostics) {
      EXPECT_EQ(warning.severity, Severity::kWarning) << reading;
      EXPECT_EQ(warning.position.line, 201U) << reading;
      EXPECT_EQ(warning.position.column, 25U) << reading;
    }
  }
}

TEST_F(ZoneMemoryTest, ZonesThatSayMoreThanTheirFileAreListed) {
  const std::string text = kHead + zone("plain") + zone("open", "allow-update { 10/8; }; ") +
                           "zone copy { type secondary; primaries { 192.0.2.1; }; };\n";
  for (int reading = 0; reading < 3; reading++) {
    const Loaded loaded = load(text + (reading == 1 ? zone("more") : ""));
    const View& view = loaded.config.views[0];
    ASSERT_EQ(view.particular.size(), 2U);
    EXPECT_EQ(view.particular[0]->display_name(), "open/IN");
    EXPECT_EQ(view.particular[1]->display_name(), "copy/IN");
  }
  const std::string updated = kHead + zone("plain") + zone("open", "allow-update { 10/8; }; ");
  for (int reading = 0; reading < 3; reading++) {
    const Loaded loaded = load(updated + (reading == 2 ? zone("more") : ""));
    ASSERT_EQ(loaded.config.views[0].particular.size(), 1U) << reading;
    EXPECT_EQ(loaded.config.views[0].particular[0]->display_name(), "open/IN");
  }
}

TEST_F(ZoneMemoryTest, WhatZonesInheritTakesEffectInUnchangedZones) {
  const Loaded first = load(kHead + zone("a"));
  const Loaded other =
      load("options { recursion no; allow-query { ours; }; };\nacl ours { 11/8; };\n" + zone("a"));
  ASSERT_FALSE(has_error(other.diagnostics));
  EXPECT_FALSE(*find(first.config, "a") == *find(other.config, "a"));
}

TEST_F(ZoneMemoryTest, ErrorsAreThoseOfAReadingWithoutMemory) {
  load(kHead + zone("a") + zone("b"));
  const Loaded twice = load(kHead + zone("a") + zone("b") + "zone A { type primary; file \"other\"; };\n");
  ASSERT_TRUE(has_error(twice.diagnostics));
  EXPECT_NE(to_string(twice.diagnostics[0]).find("already exists previous definition: c:3"),
            std::string::npos)
      << to_string(twice.diagnostics[0]);
  const Loaded same_text_twice = load(kHead + zone("a") + zone("b") + zone("a"));
  EXPECT_TRUE(has_error(same_text_twice.diagnostics));
  const Loaded broken = load(kHead + zone("a") + zone("b") + "zone c { type primary; };\n");
  EXPECT_TRUE(has_error(broken.diagnostics));
  const Loaded good = load(kHead + zone("a") + zone("b"));
  EXPECT_FALSE(has_error(good.diagnostics));
}

TEST_F(ZoneMemoryTest, AnIncludeInAZoneIsLookedAtEachTime) {
  disk.files["inc"] = "file \"one\";";
  const std::string text = kHead + "zone a { type primary; include \"inc\"; };\n" + zone("b");
  EXPECT_EQ(find(load(text).config, "a")->file, "one");
  disk.files["inc"] = "file \"two\";";
  EXPECT_EQ(find(load(text).config, "a")->file, "two");
}

TEST_F(ZoneMemoryTest, ZonesOfViewsStayInTheirs) {
  const std::string view_a = "view a { match-clients { 10/8; };\n" + zone("x") + zone("y") + "};\n";
  const std::string view_b = "view b {\n" + zone("x") + zone("z") + "};\n";
  const Loaded first = load("options { recursion no; };\n" + view_a + view_b);
  ASSERT_FALSE(has_error(first.diagnostics));
  const Loaded second = load("options { recursion no; };\n" + view_a + "view b {\n" + zone("x") + "};\n");
  ASSERT_EQ(second.config.views.size(), 2U);
  EXPECT_EQ(first.config.views[0].zones, second.config.views[0].zones);
  ASSERT_EQ(second.config.views[1].zones.size(), 1U);
  EXPECT_EQ(first.config.views[1].zones[0], second.config.views[1].zones[0]);
  const Loaded swapped = load("options { recursion no; };\n" + view_b + view_a);
  ASSERT_FALSE(has_error(swapped.diagnostics));
  EXPECT_EQ(zones_of(swapped.config).size(), 4U);
  EXPECT_EQ(zones_of(swapped.config), zones_of(first.config));
}

TEST_F(ZoneMemoryTest, AddedZonesStandAtTheEndOfTheirView) {
  const std::string text = "options { recursion no; allow-new-zones yes; };\n" + zone("a");
  disk.files["_default.nzf"] = "# head\n" + zone("added") + zone("a");
  const Loaded first = load(text);
  ASSERT_FALSE(has_error(first.diagnostics));
  ASSERT_EQ(zones_of(first.config).size(), 2U) << "the configuration file's own zone is not replaced";
  EXPECT_TRUE(find(first.config, "added")->added);
  EXPECT_FALSE(find(first.config, "a")->added);
  const Loaded without = load("options { recursion no; };\n" + zone("a"));
  EXPECT_EQ(zones_of(without.config).size(), 1U);
}

TEST(OneZone, IsJudgedByTheConfigurationInForce) {
  ConfigDisk disk;
  disk.files["c"] = kHead + zone("a");
  const Config config = load_config("c", {}, disk).config;
  const View& view = config.views[0];
  const JudgedZone good = judge_zone(config, view, "zone \"n\" { file \"n\"; type master; };", disk);
  ASSERT_TRUE(good.zone);
  EXPECT_EQ(good.zone->options, view.zone_options) << "what is the same is shared";
  EXPECT_EQ(good.statement, "zone \"n\" { type master; file \"n\"; };");
  EXPECT_TRUE(
      judge_zone(config, view, "zone n { type primary; file \"n\"; allow-query { ours; }; };", disk).zone);
  EXPECT_FALSE(
      judge_zone(config, view, "zone n { type primary; file \"n\"; allow-query { nobody; }; };", disk).zone);
  const JudgedZone no_file = judge_zone(config, view, "zone n { type primary; };", disk);
  EXPECT_TRUE(no_file.understood);
  EXPECT_FALSE(no_file.zone);
  for (const char* bad :
       {"zone n { type primari; file \"n\"; };", "zone n { type primary; file \"n\" };", "zone n {",
        "zone n { type primary; file \"n\"; }; zone m { type primary; file \"m\"; };", "acl x { any; };",
        ""}) {
    EXPECT_FALSE(judge_zone(config, view, bad, disk).understood) << bad;
  }
}

}  // namespace
}  // namespace nomen::config
