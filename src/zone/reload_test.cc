// A changed master file read against the version that is served gives what reading it afresh gives.
#include "zone/reload.h"

#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "zone/content_for_test.h"
#include "zone/load.h"

namespace nomen::zone {
namespace {

class File {
 public:
  explicit File(const std::string& text)
      : path_(testing::TempDir() + "zone_" + std::to_string(reinterpret_cast<uintptr_t>(this)) + ".zone") {
    write(text);
  }
  ~File() { std::remove(path_.c_str()); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  void write(const std::string& text) const { std::ofstream(path_, std::ios::trunc) << text; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

LoadResult loaded(const File& file, ContentPtr previous = nullptr, const ContentLimits& limits = {}) {
  LoadRequest request;
  request.path = file.path();
  request.apex = name_of("example.");
  request.limits = limits;
  request.previous = std::move(previous);
  return load_zone(request);
}

/// The version that `text` leads to from `base`; `base` itself when nothing changes.
ContentPtr reread(const ContentPtr& base, const std::string& text) {
  Difference difference(base);
  Diagnostics diagnostics;
  dns::MasterFileOptions options;
  options.origin = name_of("example.");
  dns::read_master_text(text, "zone", options,
                        [&](const dns::RecordBatch& batch) { difference.add(batch, diagnostics); });
  const Change change = difference.finish();
  if (change.empty()) return base;
  ContentWriter writer(*base, {});
  const auto applied = writer.apply(change);
  EXPECT_TRUE(applied) << (applied ? "" : applied.error().text);
  return writer.finish(diagnostics);
}

void expect_same_as_afresh(const std::string& before, const std::string& now) {
  const ContentPtr first = content_of(before, "example.");
  const std::string first_text = describe(*first);
  const ContentPtr again = reread(first, now);
  const std::string afresh = describe(*content_of(now, "example."));
  EXPECT_EQ(describe(*again), afresh) << "from\n" << before << "to\n" << now;
  EXPECT_EQ(again == first, afresh == first_text) << "from\n" << before << "to\n" << now;
  EXPECT_EQ(describe(*first), first_text) << "the served version has changed";
}

constexpr const char* kReloadHead = "@ 60 SOA ns h 1 1 2 3 4\n@ 60 NS ns\nns 60 A 192.0.2.53\n";

TEST(Reload, AnUnchangedFileIsNoChange) {
  const File file(std::string(kReloadHead) + "www 60 A 192.0.2.1\nwww 300 A 192.0.2.2\n*.w 60 TXT a b\n");
  const LoadResult first = loaded(file);
  const LoadResult again = loaded(file, first.content);
  EXPECT_FALSE(again.changed);
  EXPECT_EQ(again.content, first.content);
}

TEST(Reload, AnotherOrderOfRecordsIsNoChange) {
  const File file(std::string(kReloadHead) + "www 60 A 192.0.2.1\nwww 60 A 192.0.2.2\na.b 60 TXT x\n");
  const LoadResult first = loaded(file);
  file.write(std::string("a.b 60 TXT x\nWWW 60 A 192.0.2.2\n") + kReloadHead +
             "www 60 A 192.0.2.1\nwww 60 A 192.0.2.1\n");
  EXPECT_FALSE(loaded(file, first.content).changed);
}

TEST(Reload, TheLastRunOfAnRRsetSaysItsTtl) {
  const std::string head = kReloadHead;
  const std::string one = "www 60 A 192.0.2.1\n";
  const std::string one_slow = "www 900 A 192.0.2.1\n";
  const std::string two = "www 300 A 192.0.2.2\n";
  const std::string three = "www 60 A 192.0.2.3\n";
  const std::vector<std::string> sets = {
      one,
      one_slow,
      one + two,
      two + one,
      one_slow + one,
      one + one_slow,
      one + two + three,
      three + two + one,
      two + three + one,
      one + three,
      two + one_slow + three,
      one_slow + three + two,
      one + "a 60 A 192.0.2.1\n" + two,
      two + "a 60 A 192.0.2.1\n" + one,
      one + three + "a 60 A 192.0.2.1\n" + two + "b 60 A 192.0.2.1\n" + one,
      one_slow + "a 60 A 192.0.2.1\n" + one,
      two + "a 60 A 192.0.2.1\n" + three + "WWW 300 A 192.0.2.1\n"};
  for (const std::string& before : sets) {
    for (const std::string& now : sets) expect_same_as_afresh(head + before, head + now);
  }
}

TEST(Reload, NamesComeAndGo) {
  const std::string head = kReloadHead;
  const std::vector<std::string> zones = {"",
                                          "a.b.c 60 A 192.0.2.1\n",
                                          "c 60 NS ns.c\nns.c 60 A 192.0.2.1\n",
                                          "b.c 60 DNAME elsewhere.\nx.b.c 60 A 192.0.2.1\n",
                                          "*.c 60 TXT x\n",
                                          "c 60 CNAME www\n*.b.c 60 TXT y\nb.c 60 TXT z\n"};
  for (const std::string& before : zones) {
    for (const std::string& now : zones) expect_same_as_afresh(head + before, head + now);
  }
}

TEST(Reload, Nsec3NamesAndOrdinaryOnesAreKeptApart) {
  const std::string hash = "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom";
  const std::string head = kReloadHead + std::string("@ 60 NSEC3PARAM 1 0 0 -\n");
  const std::string chain = hash + " 60 NSEC3 1 0 0 - " + hash + " A\n";
  const std::string signature =
      hash + " 60 RRSIG NSEC3 8 2 60 20300101000000 20200101000000 1 example. AAAA\n";
  const std::string other = hash + " 60 TXT \"the name of a hash\"\n";
  const std::vector<std::string> zones = {
      "", chain, chain + signature, chain + other, other, chain + signature + other + "www 60 A 192.0.2.1\n"};
  for (const std::string& before : zones) {
    for (const std::string& now : zones) expect_same_as_afresh(head + before, head + now);
  }
}

TEST(Reload, RandomFilesAreReadAsAfresh) {
  std::mt19937 random(3);
  const auto below = [&](size_t bound) { return random() % bound; };
  static const std::vector<std::string> kOwners = {"@", "a", "b.a", "*.a", "c.b.a", "d", "E.d", "*"};
  static const std::vector<std::string> kData = {
      "A 192.0.2.1",
      "A 192.0.2.2",
      "A 192.0.2.3",
      "TXT x",
      "TXT y",
      "NS ns.elsewhere.",
      "NS ns2.elsewhere.",
      "DNAME t.elsewhere.",
      "NSEC a.example. A",
      "RRSIG NSEC 8 2 60 20300101000000 20200101000000 1 example. AAAA"};
  std::string before = kReloadHead;
  for (int round = 0; round < 400; round++) {
    std::string now = "@ 60 SOA ns h " + std::to_string(below(3)) + " 1 2 3 4\n";
    for (size_t i = below(20); i > 0; i--) {
      now += kOwners[below(kOwners.size())] + " " + std::to_string(60 * (1 + below(2))) + " " +
             kData[below(kData.size())] + "\n";
    }
    expect_same_as_afresh(before, now);
    if (HasFailure()) return;
    before = now;
  }
}

TEST(Reload, AnErrorInTheFileGivesNoContent) {
  const File file(kReloadHead);
  const LoadResult first = loaded(file);
  file.write(std::string(kReloadHead) + "www 60 A 192.0.2.256\n");
  const LoadResult again = loaded(file, first.content);
  EXPECT_FALSE(again.content);
  EXPECT_EQ(again.errors, 1U);
  std::remove(file.path().c_str());
  EXPECT_FALSE(loaded(file, first.content).content);
}

TEST(Reload, LimitsHold) {
  const File file(kReloadHead);
  const LoadResult first = loaded(file);
  file.write(std::string(kReloadHead) + "w 60 A 192.0.2.1\nw 60 A 192.0.2.2\n");
  EXPECT_TRUE(loaded(file, first.content, {.max_records = 5, .max_records_per_type = 2}).content);
  EXPECT_FALSE(loaded(file, first.content, {.max_records = 4}).content);
  EXPECT_FALSE(loaded(file, first.content, {.max_records_per_type = 1}).content);
  EXPECT_FALSE(loaded(file, nullptr, {.max_records_per_type = 1}).content);
}

TEST(Reload, OutOfZoneDataIsIgnoredAgain) {
  const File file(std::string(kReloadHead) + "www.elsewhere. 60 A 192.0.2.1\n");
  const LoadResult first = loaded(file);
  ASSERT_EQ(first.diagnostics.size(), 1U);
  const LoadResult again = loaded(file, first.content);
  EXPECT_FALSE(again.changed);
  ASSERT_EQ(again.diagnostics.size(), 1U);
  EXPECT_EQ(to_string(again.diagnostics[0]), to_string(first.diagnostics[0]));
}

TEST(Reload, ALargeRRsetChangesAsASmallOneDoes) {
  const auto text = [](int from, int to, int ttl_s) {
    std::string out = kReloadHead;
    for (int i = to; i-- > from;) {
      const std::string number = std::to_string(i * 7919 % 10007);
      out += "Big " + std::to_string(ttl_s) + " TXT t" + number + "\nBig 60 MX 1 M" + number + "\n";
    }
    return out;
  };
  const ContentLimits unlimited{.max_records_per_type = 0};
  const File file(text(0, 3000, 60));
  const LoadResult first = loaded(file, nullptr, unlimited);
  ASSERT_TRUE(first.content);
  for (const std::string& now : {text(0, 3000, 60), text(100, 3000, 60), text(0, 3500, 60),
                                 text(2000, 5000, 60), text(0, 3000, 61), text(70, 72, 5)}) {
    file.write(now);
    const LoadResult again = loaded(file, first.content, unlimited);
    const LoadResult afresh = loaded(file, nullptr, unlimited);
    ASSERT_TRUE(again.content && afresh.content);
    EXPECT_EQ(describe(*again.content), describe(*afresh.content));
  }
}

}  // namespace
}  // namespace nomen::zone
