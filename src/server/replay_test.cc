#include "server/replay.h"

#include <gtest/gtest.h>

#include "server/edited_version.h"
#include "store/memory_store.h"
#include "zone/content_digest.h"
#include "zone/content_for_test.h"

namespace nomen::server {
namespace {

constexpr uint32_t kRows = 25'000;  // more than are read back for IXFR

zone::ContentPtr version(uint32_t serial, std::string_view more = "") {
  return zone::content_of("@ 60 SOA ns host " + std::to_string(serial) +
                              " 1 1 1 1\n@ 60 NS ns\nns 60 A 192.0.2.1\n" + std::string(more),
                          "example.");
}

/// From `serial` to the next one: the SOA, and one name more.
zone::Change step(uint32_t serial) {
  zone::Change change;
  const zone::ContentPtr before = version(serial);
  const zone::ContentPtr after = version(serial + 1);
  const dns::Name apex(before->apex());
  change.removed.add(apex, dns::RRType::kSoa, 60, before->apex_node().find(dns::RRType::kSoa).first_rdata());
  change.added.add(apex, dns::RRType::kSoa, 60, after->apex_node().find(dns::RRType::kSoa).first_rdata());
  const std::array<uint8_t, 4> address{192, 0, 2, 9};
  change.added.add(zone::name_of("n" + std::to_string(serial) + ".example."), dns::RRType::kA, 60, address);
  return change;
}

class Replay : public ::testing::Test {
 protected:
  Replay() : log_(1, store::MemoryStore::Syncs::kAtOnce) {
    id_ = *log_.zone_id({"_default", zone::name_of("example."), dns::RRClass::kIn});
  }
  void log_versions(uint32_t from, uint32_t to) {
    for (uint32_t serial = from; serial < to; serial++) {
      Result<void> appended = failure("not called");
      log_.append({{id_, {serial}, {serial + 1}, 0, {}, step(serial)}},
                  [&](const Result<void>& result) { appended = result; });
      ASSERT_TRUE(appended) << appended.error().text;
    }
  }

  store::MemoryStore log_;
  store::ZoneId id_{};
};

TEST_F(Replay, AZoneWithoutRowsIsWhatItsFileSays) {
  const auto replayed = replay(log_, id_, version(7));
  ASSERT_TRUE(replayed);
  EXPECT_EQ(replayed->content->serial().value, 7U);
  EXPECT_EQ(replayed->versions, 0U);
  EXPECT_EQ(replayed->recent, nullptr);
}

TEST_F(Replay, BringsAnOldFileUpToTheNewestVersion) {
  log_versions(1, 11);
  const auto replayed = replay(log_, id_, version(1));
  ASSERT_TRUE(replayed);
  EXPECT_EQ(replayed->content->serial().value, 11U);
  EXPECT_EQ(replayed->versions, 10U);
  EXPECT_EQ(replayed->recent->since({1})->size(), 10U);
}

TEST_F(Replay, KeepsTheStepsThatTheFileHasAlreadyForTransfers) {
  log_versions(1, 11);
  const auto file = replay(log_, id_, version(1));
  const auto replayed = replay(log_, id_, file->content);
  ASSERT_TRUE(replayed);
  EXPECT_EQ(replayed->versions, 0U);
  EXPECT_EQ(replayed->recent->since({1})->size(), 10U);
}

TEST_F(Replay, FindsAFileThatIsFurtherBackThanTheRowsReadForTransfers) {
  log_versions(1, kRows);
  const auto replayed = replay(log_, id_, version(1));
  ASSERT_TRUE(replayed) << replayed.error().text;
  EXPECT_EQ(replayed->content->serial().value, kRows);
  EXPECT_EQ(replayed->versions, kRows - 1);
}

TEST_F(Replay, RefusesASerialThatTheLogDoesNotKnow) {
  log_versions(1, 11);
  const auto replayed = replay(log_, id_, version(70));
  ASSERT_FALSE(replayed);
  EXPECT_NE(replayed.error().text.find("serial 70, which the version log (serials 1 to 11) does not know"),
            std::string::npos)
      << replayed.error().text;
}

TEST_F(Replay, RefusesAFileThatAChangeDoesNotFit) {
  log_versions(1, 3);
  EXPECT_FALSE(
      replay(log_, id_,
             zone::content_of("@ 60 SOA other host 1 1 1 1 1\n@ 60 NS ns\nns 60 A 192.0.2.1\n", "example.")));
}

TEST_F(Replay, PruningLeavesWhatTheFileDoesNotHave) {
  log_versions(1, 101);
  ASSERT_TRUE(prune(log_, id_, {91}, {1, 1, INT64_MAX}));
  EXPECT_EQ(log_.list(id_, 1000, std::nullopt)->size(), 10U);
  const auto replayed = replay(log_, id_, replay(log_, id_, version(91))->content);
  ASSERT_TRUE(replayed);
  EXPECT_EQ(replayed->content->serial().value, 101U);
}

TEST_F(Replay, PruningLeavesAllWhenTheFileIsUnknown) {
  log_versions(1, 101);
  ASSERT_TRUE(prune(log_, id_, {500}, {1, 1, INT64_MAX}));
  EXPECT_EQ(log_.list(id_, 1000, std::nullopt)->size(), 100U);
}

/// Rows as a zone that follows its file has them, each with the digest of its version.
class FollowedFile : public Replay {
 protected:
  void log_file(uint32_t from, const zone::ContentPtr& content) {
    store::Version row{id_,        {from}, content->serial(),        0, {store::ActorKind::kFile, "db"},
                       step(from), false,  zone::digest_of(*content)};
    log_.append({std::move(row)}, [](const Result<void>& result) { EXPECT_TRUE(result); });
  }
};

TEST_F(FollowedFile, ThatIsAsTheLogKnowsItHasItsSteps) {
  log_file(6, version(7));
  const auto followed = follow_file(log_, id_, version(7), false);
  ASSERT_TRUE(followed);
  EXPECT_FALSE(followed->is_gap);
  EXPECT_EQ(followed->recent->since({6})->size(), 1U);
}

TEST_F(FollowedFile, ThatWasChangedIsAGapWhateverItsSerial) {
  log_file(6, version(7));
  for (const auto& content : {version(9), version(7, "more 60 A 192.0.2.2\n")}) {
    const auto followed = follow_file(log_, id_, content, false);
    ASSERT_TRUE(followed);
    EXPECT_TRUE(followed->is_gap);
    EXPECT_EQ(followed->content, content);
    EXPECT_EQ(followed->recent, nullptr);
    // The same of a zone that takes updates now: nothing that was acknowledged could be lost.
    const auto replayed = replay(log_, id_, content);
    ASSERT_TRUE(replayed);
    EXPECT_TRUE(replayed->is_gap);
  }
}

TEST_F(FollowedFile, HasNoStepsFromBeforeAGapOrASerialThatIsNotLater) {
  log_file(6, version(7));
  ASSERT_TRUE(append_gap(log_, id_, *version(9)));
  EXPECT_EQ(follow_file(log_, id_, version(9), false)->recent, nullptr);
  log_file(9, version(10));
  log_file(10, version(10));
  log_file(10, version(11));
  const auto followed = follow_file(log_, id_, version(11), true);
  ASSERT_TRUE(followed);
  EXPECT_FALSE(followed->is_gap);
  EXPECT_FALSE(followed->recent->since({9}));
  EXPECT_EQ(followed->recent->since({10})->size(), 1U);
}

TEST(RetentionOf, TakesTheSizeOfTheHistoryBeforeThatOfTheJournal) {
  const zone::ContentPtr content = version(5);
  config::ZoneOptions options;
  EXPECT_EQ(retention_of(*content, options, 0).max_bytes, uint64_t{64} << 20);
  EXPECT_FALSE(retention_of(*content, options, 0).max_versions);
  options.max_journal_size = 1000;
  EXPECT_EQ(retention_of(*content, options, 0).max_bytes, 1000U);
  options.zone_history_bytes = 2000;
  EXPECT_EQ(retention_of(*content, options, 0).max_bytes, 2000U);
  options.zone_history_bytes = UINT64_MAX;
  EXPECT_FALSE(retention_of(*content, options, 0).max_bytes);
  options.zone_history_age_s = 3;
  EXPECT_EQ(retention_of(*content, options, 5'000'000).not_before_us, 2'000'000);
}

TEST(EditedVersion, GetsALaterSerialWhereTheEditLeftIt) {
  const zone::ContentPtr served = version(5);
  const zone::ContentPtr edited = version(5, "more 60 A 192.0.2.2\n");
  zone::Change change;
  const std::array<uint8_t, 4> address{192, 0, 2, 2};
  change.added.add(zone::name_of("more.example."), dns::RRType::kA, 60, address);
  const auto made = edited_version(served, edited, std::make_shared<const zone::Change>(change),
                                   update::SerialMethod::kIncrement, 0);
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->serial_raised);
  EXPECT_EQ(zone::describe(*made->content), zone::describe(*version(6, "more 60 A 192.0.2.2\n")));
}

TEST(EditedVersion, OfAnEarlierSerialIsRefused) {
  const auto made = edited_version(version(5), version(4), std::make_shared<const zone::Change>(),
                                   update::SerialMethod::kIncrement, 0);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().text, "its serial 4 is not later than 5, which is served");
}

}  // namespace
}  // namespace nomen::server
