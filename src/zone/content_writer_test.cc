#include "zone/content_writer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "zone/content_for_test.h"
#include "zone/difference.h"
#include "zone/lookup.h"

namespace nomen::zone {
namespace {

using dns::RRType;

/// The records of a model zone as "owner type" with TTL and rdata texts; what a zone must hold, in plain
/// words.
using Model = std::map<std::pair<std::string, std::string>, std::pair<uint32_t, std::set<std::string>>>;

std::string text_of(const Model& model) {
  std::string text;
  for (const auto& [key, set] : model) {
    for (const std::string& rdata : set.second) {
      text += key.first + " " + std::to_string(set.first) + " " + key.second + " " + rdata + "\n";
    }
  }
  return text;
}

/// The lines of `text` as a list of records.
RecordList list_of(const std::string& text, std::string_view apex) {
  RecordList list;
  dns::MasterFileOptions options;
  options.origin = name_of(apex);
  const auto summary = dns::read_master_text(text, "change", options, [&](const dns::RecordBatch& batch) {
    for (const auto& record : batch.records)
      list.add(batch.owner(record), static_cast<RRType>(record.type), record.ttl_s, batch.rdata(record));
  });
  EXPECT_EQ(summary.errors, 0U) << text << to_string(summary.diagnostics.front());
  return list;
}

ContentPtr next_version(const Content& base, const std::string& removed, const std::string& added) {
  const std::string apex = dns::to_string(base.apex());
  const Change change{list_of(removed, apex), list_of(added, apex)};
  ContentWriter writer(base, {});
  const auto applied = writer.apply(change);
  EXPECT_TRUE(applied) << (applied ? "" : applied.error().text);
  Diagnostics diagnostics;
  return writer.finish(diagnostics);
}

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  size_t below(size_t bound) { return engine_() % bound; }

 private:
  std::mt19937 engine_;
};

/// A record for a name and type; the same pick gives the same record.
std::string random_rdata(const std::string& type, Random& random) {
  const std::string pick = std::to_string(random.below(6));
  if (type == "A") return "192.0.2." + pick;
  if (type == "TXT") return "\"text" + std::string(random.below(5) * 40, 'x') + pick + "\"";
  if (type == "NSEC") return "n" + pick + ".example. A RRSIG NSEC";
  if (type == "RRSIG") {
    static const char* kCovered[] = {"A", "NSEC", "TXT"};
    return std::string(kCovered[random.below(3)]) + " 8 2 60 20300101000000 20200101000000 " + pick +
           " example. AAAA";
  }
  return "target" + pick + ".example.";
}

std::string random_owner(Random& random) {
  static const std::vector<std::string> kLabels = {"a", "B", "c", "*",
                                                   "long-label-that-fills-more-than-a-word"};
  std::string owner;
  const size_t depth = random.below(4);
  for (size_t i = 0; i < depth; i++) owner += kLabels[random.below(kLabels.size())] + ".";
  return owner + "example.";
}

/// Takes some records out of the model and puts some in; writes what that was as master-file text.
void edit(Model& model, Random& random, std::string& removed, std::string& added) {
  const Model before = model;
  static const char* kTypes[] = {"A", "TXT", "NS", "DNAME", "CNAME", "NSEC", "RRSIG"};
  for (size_t i = random.below(12); i > 0; i--) {
    const std::string type = kTypes[random.below(std::size(kTypes))];
    std::string key_type = type;
    const std::string rdata = random_rdata(type, random);
    const std::pair<std::string, std::string> key(random_owner(random), type);
    auto& set = model[key];
    if (type == "CNAME" || type == "DNAME") set.second.clear();
    set.first = 300;
    set.second.insert(rdata);
  }
  for (size_t i = random.below(10); i > 0 && model.size() > 1; i--) {
    auto at = std::next(model.begin(), static_cast<std::ptrdiff_t>(random.below(model.size())));
    if (at->first.second == "SOA") continue;
    if (random.below(2) == 0) {
      model.erase(at);
    } else {
      at->second.second.erase(at->second.second.begin());
      if (at->second.second.empty()) model.erase(at);
    }
  }
  model[{"example.", "SOA"}].second = {"ns.example. host.example. " +
                                       std::to_string(1 + random.below(1000000)) + " 1 2 3 4"};
  const auto minus = [](const Model& from, const Model& what) {
    Model rest;
    for (const auto& [key, set] : from) {
      const auto at = what.find(key);
      for (const std::string& rdata : set.second) {
        if (at != what.end() && at->second.second.count(rdata) > 0) continue;
        rest[key].first = set.first;
        rest[key].second.insert(rdata);
      }
    }
    return rest;
  };
  removed = text_of(minus(before, model));
  added = text_of(minus(model, before));
}

Model small_model() {
  Model model;
  model[{"example.", "SOA"}] = {300, {"ns.example. host.example. 1 1 2 3 4"}};
  model[{"example.", "NS"}] = {300, {"ns.example."}};
  return model;
}

/// The mark of names that may be occluded may outlive its reason, but it must never be missing.
void expect_occluded_names_are_marked(const Content& content) {
  content.for_each_node([&](NodeView node, Ref) {
    if (node.find(RRType::kNsec3)) return;
    const dns::Name owner = node.owner(content.apex());
    for (dns::NameView above = owner; above.size() > content.apex().size();) {
      above = above.parent();
      const NodeView upper = content.find(above);
      ASSERT_TRUE(upper) << dns::to_string(above) << " has names below and does not exist";
      if (upper.has(NodeView::kCut | NodeView::kDname)) {
        EXPECT_TRUE(node.has(NodeView::kMaybeOccluded))
            << dns::to_string(owner) << " below " << dns::to_string(above);
      }
    }
  });
}

/// What proofs look up is the version's own: each entry is the node that is in the index now.
void expect_denial_is_current(const Content& content) {
  const bool wanted = static_cast<bool>(content.apex_node().find(RRType::kNsec));
  ASSERT_EQ(content.is_signed(), wanted);
  if (!wanted) return;
  content.for_each_node([&](NodeView node, Ref) {
    if (!node.find(RRType::kNsec)) return;
    const NodeView found =
        content.node(content.denial()->nsec_at_or_before(content, node.owner(content.apex())));
    ASSERT_EQ(dns::to_string(found.owner(content.apex())), dns::to_string(node.owner(content.apex())));
    const auto bytes = [](RRsetView set) { return set ? std::string(as_text(set.data())) : std::string(); };
    EXPECT_EQ(bytes(found.find(RRType::kNsec)), bytes(node.find(RRType::kNsec)));
    EXPECT_EQ(bytes(found.find_signatures(RRType::kNsec)), bytes(node.find_signatures(RRType::kNsec)));
  });
}

TEST(ContentWriter, ChangesGiveWhatBuildingFromScratchGives) {
  for (unsigned seed = 0; seed < 12; seed++) {
    Random random(seed);
    Model model = small_model();
    ContentPtr content = content_of(text_of(model), "example.");
    std::vector<std::pair<ContentPtr, std::string>> older;
    for (int round = 0; round < 120; round++) {
      std::string removed;
      std::string added;
      edit(model, random, removed, added);
      older.emplace_back(content, describe(*content));
      content = next_version(*content, removed, added);
      ASSERT_EQ(describe(*content), describe(*content_of(text_of(model), "example.")))
          << "seed " << seed << " round " << round << "\nout:\n"
          << removed << "in:\n"
          << added;
      expect_occluded_names_are_marked(*content);
      expect_denial_is_current(*content);
      if (HasFatalFailure()) return;
    }
    for (const auto& [version, text] : older)
      ASSERT_EQ(describe(*version), text) << "an older version has changed";
  }
}

TEST(ContentWriter, SeveralChangesThroughOneWriterGiveWhatBuildingFromScratchGives) {
  for (unsigned seed = 0; seed < 8; seed++) {
    Random random(seed);
    Model model = small_model();
    ContentPtr content = content_of(text_of(model), "example.");
    for (int round = 0; round < 30; round++) {
      const ContentPtr before = content;
      const std::string before_text = describe(*before);
      ContentWriter writer(*before, {});
      std::vector<dns::Name> owners;
      for (size_t i = 1 + random.below(5); i > 0; i--) {
        std::string removed;
        std::string added;
        edit(model, random, removed, added);
        const Change change{list_of(removed, "example."), list_of(added, "example.")};
        ASSERT_TRUE(writer.apply(change));
        for (const RecordList* list : {&change.removed, &change.added}) {
          for (const auto& entry : list->entries()) owners.emplace_back(list->owner(entry));
        }
        for (const auto& [key, set] : model) {
          const NodeView node = writer.draft().find(name_of(key.first));
          ASSERT_TRUE(node) << key.first;
          if (key.second != "RRSIG") {
            EXPECT_EQ(node.find(*dns::parse_type(key.second)).count(), set.second.size()) << key.first;
          }
        }
      }
      std::sort(owners.begin(), owners.end());
      owners.erase(std::unique(owners.begin(), owners.end()), owners.end());
      const Change all =
          difference_at(*before, writer.draft(), std::vector<dns::NameView>(owners.begin(), owners.end()));
      Diagnostics diagnostics;
      content = writer.finish(diagnostics);
      ASSERT_EQ(describe(*content), describe(*content_of(text_of(model), "example.")));
      expect_occluded_names_are_marked(*content);
      expect_denial_is_current(*content);
      ContentWriter in_one(*before, {});
      ASSERT_TRUE(in_one.apply(all));
      ASSERT_EQ(describe(*in_one.finish(diagnostics)), describe(*content)) << "the difference leads there";
      ASSERT_EQ(describe(*before), before_text) << "an older version has changed";
    }
  }
}

TEST(ContentWriter, ManyVersionsOfASmallZoneStaySmall) {
  ContentPtr content = content_of("@ 60 SOA ns h 0 1 2 3 4\n@ 60 NS ns\nwww 60 A 192.0.2.1\n", "example.");
  const size_t first = content->memory_bytes();
  const uint64_t first_end = content->end_ref();
  std::string soa = "example. 60 SOA ns.example. h.example. 0 1 2 3 4\n";
  for (int serial = 1; serial <= 20000; serial++) {
    const std::string now = "example. 60 SOA ns.example. h.example. " + std::to_string(serial) + " 1 2 3 4\n";
    content = next_version(*content, soa, now);
    soa = now;
    ASSERT_LE(content->memory_bytes(), first + 16384) << serial;
    ASSERT_LE(content->end_ref(), first_end + 64 * Arena::kChunkUnits) << serial;
  }
  EXPECT_EQ(content->serial().value, 20000U);
  EXPECT_EQ(content->record_count(), 3U);
}

TEST(ContentWriter, NewSignaturesOfTheChainAreInTheProofs) {
  const std::string nsec = "example. 60 NSEC example. SOA NSEC\n";
  const std::string before = "example. 60 RRSIG NSEC 8 1 60 20300101000000 20200101000000 1 example. AAAA\n";
  const std::string after = "example. 60 RRSIG NSEC 8 1 60 20310101000000 20210101000000 1 example. BBBB\n";
  const ContentPtr old = content_of("@ 60 SOA ns h 1 1 2 3 4\n" + nsec + before, "example.");
  const ContentPtr now = next_version(*old, before, after);
  const NodeView proof = now->node(now->denial()->nsec_at_or_before(*now, name_of("x.example.")));
  EXPECT_EQ(proof.find_signatures(RRType::kNsec).first_rdata().back(), 0x41);
}

TEST(ContentWriter, ARemovedRecordThatIsNotThereMakesTheChangeFail) {
  const ContentPtr content = content_of("@ 60 SOA ns h 1 1 2 3 4\nwww 60 A 192.0.2.1\n", "example.");
  for (const char* text : {"www 60 A 192.0.2.2\n", "www 60 TXT x\n", "nowhere 60 A 192.0.2.1\n"}) {
    const Change change{list_of(text, "example."), {}};
    ContentWriter writer(*content, {});
    EXPECT_FALSE(writer.apply(change)) << text;
  }
}

TEST(ContentWriter, AChangeOutsideOfTheZoneFails) {
  const ContentPtr content = content_of("@ 60 SOA ns h 1 1 2 3 4\n", "example.");
  const Change change{{}, list_of("www.elsewhere. 60 A 192.0.2.2\n", ".")};
  ContentWriter writer(*content, {});
  EXPECT_FALSE(writer.apply(change));
}

TEST(ContentWriter, EmptyNonTerminalsComeAndGoWithTheNamesBelow) {
  const ContentPtr first = content_of("@ 60 SOA ns h 1 1 2 3 4\n", "example.");
  const ContentPtr with = next_version(*first, "", "a.b.c 60 A 192.0.2.1\n");
  EXPECT_EQ(with->node_count(), 4U);
  ASSERT_TRUE(with->find(name_of("b.c.example.")));
  EXPECT_TRUE(with->find(name_of("b.c.example.")).is_empty());
  EXPECT_EQ(with->apex_node().children(), 1U);
  const ContentPtr without = next_version(*with, "a.b.c 60 A 192.0.2.1\n", "");
  EXPECT_EQ(without->node_count(), 1U);
  EXPECT_EQ(without->apex_node().children(), 0U);
  EXPECT_EQ(describe(*without), describe(*first));
  EXPECT_TRUE(with->find(name_of("a.b.c.example."))) << "the older version keeps its names";
}

TEST(ContentWriter, TheWildcardFlagFollowsTheStar) {
  const ContentPtr none = content_of("@ 60 SOA ns h 1 1 2 3 4\na 60 A 192.0.2.1\n", "example.");
  EXPECT_FALSE(none->find(name_of("a.example.")).has(NodeView::kHasWildcard));
  const ContentPtr one = next_version(*none, "", "*.a 60 A 192.0.2.2\n");
  EXPECT_TRUE(one->find(name_of("a.example.")).has(NodeView::kHasWildcard));
  const ContentPtr gone = next_version(*one, "*.a 60 A 192.0.2.2\n", "b.a 60 A 192.0.2.2\n");
  EXPECT_FALSE(gone->find(name_of("a.example.")).has(NodeView::kHasWildcard));
  const ContentPtr empty_star = next_version(*gone, "", "x.*.a 60 A 192.0.2.2\n");
  EXPECT_TRUE(empty_star->find(name_of("a.example.")).has(NodeView::kHasWildcard));
}

TEST(ContentWriter, TheRRsetTakesTheTtlThatCame) {
  const ContentPtr before = content_of("@ 60 SOA ns h 1 1 2 3 4\nwww 60 A 192.0.2.1\n", "example.");
  const ContentPtr after = next_version(*before, "", "www 900 A 192.0.2.2\n");
  EXPECT_EQ(after->find(name_of("www.example.")).find(RRType::kA).ttl_s(), 900U);
  EXPECT_EQ(before->find(name_of("www.example.")).find(RRType::kA).ttl_s(), 60U);
}

TEST(ContentWriter, TheFirstTtlInTheFileIsTheRRsetsAndOthersWarn) {
  Diagnostics diagnostics;
  const ContentPtr content = content_of("@ 60 SOA ns h 1 1 2 3 4\nwww 300 A 192.0.2.9\nwww 60 A 192.0.2.1\n",
                                        "example.", diagnostics);
  EXPECT_EQ(content->find(name_of("www.example.")).find(RRType::kA).ttl_s(), 300U);
  ASSERT_EQ(diagnostics.size(), 1U);
  EXPECT_EQ(diagnostics[0].severity, Severity::kWarning);
  EXPECT_EQ(diagnostics[0].position.line, 3U);
}

TEST(ContentWriter, TheFirstTtlHoldsInARunThatGoesOverBatches) {
  std::string text = "@ 60 SOA ns h 1 1 2 3 4\nwww 60 A 192.0.2.1\n";
  for (int i = 0; i < 9000; i++) text += "www 60 TXT same\n";
  Diagnostics diagnostics;
  const ContentPtr content = content_of(text + "www 5 A 192.0.2.2\n", "example.", diagnostics);
  const NodeView www = content->find(name_of("www.example."));
  EXPECT_EQ(www.find(RRType::kA).ttl_s(), 60U);
  EXPECT_EQ(www.find(RRType::kA).count(), 2U);
  ASSERT_EQ(diagnostics.size(), 1U);
  EXPECT_EQ(to_string(diagnostics[0]), "zone:9003: warning: TTL set to prior TTL (60)");
}

TEST(ContentWriter, BuffersTakeNothingFromOneZoneToTheNext) {
  const dns::Name zone = name_of("example.");
  dns::MasterFileOptions options;
  options.origin = zone;
  WriterBuffers buffers;
  const auto made_of = [&](const std::string& text) {
    Diagnostics diagnostics;
    ContentWriter writer(zone, dns::RRClass::kIn, 0, {}, &buffers);
    dns::read_master_text(text, "zone", options,
                          [&](const dns::RecordBatch& batch) { writer.add(batch, diagnostics); });
    ContentPtr content = writer.finish(diagnostics);
    EXPECT_TRUE(diagnostics.empty()) << to_string(diagnostics.front());
    return content;
  };
  const ContentPtr first = made_of("@ 60 SOA ns h 1 1 2 3 4\nwww 60 A 192.0.2.1\nwww 60 TXT x\n");
  const std::string before = describe(*first);
  const ContentPtr second = made_of("www 5 A 192.0.2.2\n@ 60 SOA ns h 2 1 2 3 4\n");
  EXPECT_EQ(second->find(name_of("www.example.")).find(RRType::kA).ttl_s(), 5U);
  EXPECT_EQ(second->record_count(), 2U);
  EXPECT_EQ(describe(*first), before);
  EXPECT_EQ(describe(*made_of("")).find("A "), std::string::npos);
}

TEST(ContentWriter, TheFilesLastRunOfAnRRsetSaysItsTtl) {
  Diagnostics diagnostics;
  const ContentPtr content = content_of(
      "@ 60 SOA ns h 1 1 2 3 4\nwww 300 A 192.0.2.9\nother 60 A 192.0.2.1\nwww 50 A 192.0.2.1\n"
      "www 40 A 192.0.2.2\nx 300 A 192.0.2.9\nX 5 A 192.0.2.9\n",
      "example.", diagnostics);
  EXPECT_EQ(content->find(name_of("www.example.")).find(RRType::kA).ttl_s(), 50U);
  EXPECT_EQ(content->find(name_of("x.example.")).find(RRType::kA).ttl_s(), 5U);
  EXPECT_EQ(content->find(name_of("x.example.")).find(RRType::kA).count(), 1U);
  ASSERT_EQ(diagnostics.size(), 1U);
  EXPECT_EQ(to_string(diagnostics[0]), "zone:5: warning: TTL set to prior TTL (50)");
}

TEST(ContentWriter, DuplicatesCountOnce) {
  const ContentPtr content = content_of(
      "@ 60 SOA ns h 1 1 2 3 4\nwww 60 A 192.0.2.1\nWWW 60 A 192.0.2.1\nother 60 A 192.0.2.1\nwww 60 A "
      "192.0.2.1\n"
      "@ 60 NS a.example.\n@ 60 NS A.EXAMPLE.\n",
      "example.");
  EXPECT_EQ(content->record_count(), 4U);
  EXPECT_EQ(content->name_count(), 3U);
}

TEST(ContentWriter, OutOfZoneDataIsLeftOutWithAWarning) {
  Diagnostics diagnostics;
  const ContentPtr content =
      content_of("@ 60 SOA ns h 1 1 2 3 4\nwww.elsewhere. 60 A 192.0.2.1\nbadexample. 60 A 192.0.2.1\n",
                 "example.", diagnostics);
  EXPECT_EQ(content->record_count(), 1U);
  ASSERT_EQ(diagnostics.size(), 2U);
  EXPECT_EQ(to_string(diagnostics[0]), "zone:2: warning: ignoring out-of-zone data (www.elsewhere)");
}

TEST(ContentWriter, LimitsAreKept) {
  const std::string text =
      "@ 60 SOA ns h 1 1 2 3 4\nw 60 A 192.0.2.1\nw 60 A 192.0.2.2\nw 60 A 192.0.2.3\nw 60 TXT x\n";
  const auto errors = [&](const ContentLimits& limits) {
    Diagnostics diagnostics;
    content_of(text, "example.", diagnostics, limits);
    return has_error(diagnostics);
  };
  EXPECT_FALSE(errors({.max_records = 5, .max_records_per_type = 3, .max_types_per_name = 2}));
  EXPECT_TRUE(errors({.max_records = 4}));
  EXPECT_TRUE(errors({.max_records_per_type = 2}));
  EXPECT_TRUE(errors({.max_types_per_name = 1}));
  EXPECT_FALSE(errors(kNoLimits));
}

TEST(ContentWriter, LimitsHoldForChangesToo) {
  const ContentPtr content = content_of("@ 60 SOA ns h 1 1 2 3 4\nw 60 A 192.0.2.1\n", "example.");
  const Change change{{}, list_of("w 60 A 192.0.2.2\n", "example.")};
  ContentWriter writer(*content, {.max_records_per_type = 1});
  EXPECT_FALSE(writer.apply(change));
}

TEST(ContentWriter, ANameThatAFileKeepsComingBackToIsWhole) {
  // Large nodes are merged at the end: the apex, a name of the tree, one with NSEC3, one with signatures
  // alone.
  const std::string hashed = "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom";
  const std::string lonely = "1p9mhaveqvm6t7vbl5lop2u3t2rp3tom";
  std::string text =
      "@ 60 SOA ns h 1 1 2 3 4\n@ 60 NSEC3PARAM 1 0 0 -\n" + hashed + " 60 NSEC3 1 0 0 - " + hashed + " A\n";
  std::string grouped = text;
  const std::vector<std::string> owners = {"@", "big", hashed, lonely};
  for (const std::string& owner : owners) {
    for (int i = 0; i < 200; i++) {
      const std::string number = std::to_string(i);
      grouped +=
          owner == "@" || owner == "big"
              ? owner + " 60 TXT " + number + std::string(60, 'x') + "\n"
              : owner + " 60 RRSIG NSEC3 8 2 60 20300101000000 20200101000000 " + number + " example. AAAA\n";
    }
  }
  for (int i = 0; i < 200; i++) {
    for (const std::string& owner : owners) {
      const std::string number = std::to_string(i);
      text +=
          owner == "@" || owner == "big"
              ? owner + " 60 TXT " + number + std::string(60, 'x') + "\n"
              : owner + " 60 RRSIG NSEC3 8 2 60 20300101000000 20200101000000 " + number + " example. AAAA\n";
    }
    text += "child" + std::to_string(i) + ".big 60 A 192.0.2.1\n";
    grouped += "child" + std::to_string(i) + ".big 60 A 192.0.2.1\n";
  }
  Diagnostics diagnostics;
  const ContentLimits unlimited{.max_records_per_type = 0, .max_types_per_name = 0};
  const ContentPtr scattered = content_of(text, "example.", diagnostics, unlimited);
  EXPECT_FALSE(has_error(diagnostics));
  EXPECT_EQ(scattered->find(name_of("big.example.")).find(RRType::kTxt).count(), 200U);
  EXPECT_EQ(scattered->find(name_of("big.example.")).children(), 200U);
  EXPECT_TRUE(scattered->find_nsec3(name_of(lonely + ".example.")));
  EXPECT_EQ(describe(*scattered), describe(*content_of(grouped, "example.", diagnostics, unlimited)));
}

TEST(ContentWriter, ManyNamesThatGrowTheIndexAreAllFound) {
  std::string text = "@ 60 SOA ns h 1 1 2 3 4\n";
  for (int i = 0; i < 30000; i++)
    text +=
        "Host" + std::to_string(i) + (i % 3 == 0 ? ".sub" + std::to_string(i % 7) : "") + " 60 A 192.0.2.1\n";
  for (const size_t expected : {size_t{0}, size_t{30000}, size_t{1000000}}) {
    Diagnostics diagnostics;
    const ContentPtr content = content_of(text, "example.", diagnostics, {}, expected);
    EXPECT_EQ(content->node_count(), 30008U);
    for (int i = 0; i < 30000; i++) {
      const std::string owner =
          "hOST" + std::to_string(i) + (i % 3 == 0 ? ".sub" + std::to_string(i % 7) : "") + ".Example.";
      ASSERT_TRUE(content->find(name_of(owner)).find(RRType::kA)) << owner;
    }
    EXPECT_FALSE(content->find(name_of("host30000.example.")));
    EXPECT_FALSE(content->find(name_of("host1.elsewhere.")));
  }
}

TEST(ContentWriter, TheSecondVersionOfALargeZoneSharesTheFirst) {
  std::string text = "@ 60 SOA ns h 1 1 2 3 4\n";
  for (int i = 0; i < 50000; i++) text += "host" + std::to_string(i) + " 60 A 192.0.2.1\n";
  const ContentPtr first = content_of(text, "example.");
  const ContentPtr second =
      next_version(*first, "host77 60 A 192.0.2.1\n", "host77 60 A 192.0.2.77\nnew 60 A 192.0.2.2\n");
  EXPECT_EQ(second->node_count(), 50002U);
  EXPECT_EQ(first->find(name_of("host76.example.")).data(), second->find(name_of("host76.example.")).data());
  EXPECT_EQ(second->find(name_of("host77.example.")).find(RRType::kA).first_rdata()[3], 77);
  EXPECT_EQ(first->find(name_of("host77.example.")).find(RRType::kA).first_rdata()[3], 1);
}

TEST(ContentWriter, TheRootZoneHasNames) {
  const ContentPtr content = content_of(
      "@ 60 SOA a. b. 1 1 2 3 4\n@ 60 NS a.\ncom 60 NS ns.com.\nns.com 60 A 192.0.2.1\n* 60 TXT x\n", ".");
  EXPECT_TRUE(content->apex_node().has(NodeView::kHasWildcard));
  EXPECT_TRUE(content->find(name_of("ns.com.")).has(NodeView::kMaybeOccluded));
  dns::HashedName name;
  const dns::Name wanted = name_of("other.");
  name.assign(wanted);
  const Lookup found = lookup(*content, name, RRType::kTxt);
  EXPECT_EQ(found.kind, Lookup::Kind::kData);
  EXPECT_TRUE(found.is_wildcard);
}

TEST(ContentWriter, MoreRecordsOfOneTypeThanANodeCountsAreAnError) {
  std::string text = "@ 60 SOA ns h 1 1 2 3 4\n";
  for (int i = 0; i < 65536; i++)
    text += "many 60 A 10.1." + std::to_string(i / 256) + "." + std::to_string(i % 256) + "\n";
  const ContentLimits unlimited{.max_records_per_type = 0, .max_types_per_name = 0};
  Diagnostics diagnostics;
  const ContentPtr content = content_of(text, "example.", diagnostics, unlimited);
  EXPECT_TRUE(has_error(diagnostics));
  EXPECT_EQ(content->find(name_of("many.example.")).find(RRType::kA).count(), 65535U);
  EXPECT_EQ(content->find(name_of("many.example.")).find(RRType::kA).data().size(), 65535U * 6);
  Diagnostics none;
  const std::string one_less = text.substr(0, text.rfind("many"));
  EXPECT_EQ(content_of(one_less, "example.", none, unlimited)
                ->find(name_of("many.example."))
                .find(RRType::kA)
                .count(),
            65535U);
  EXPECT_FALSE(has_error(none));
}

}  // namespace
}  // namespace nomen::zone
