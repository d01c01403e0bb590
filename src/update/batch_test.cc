// Updates from the request to the next version: the rules of RFC 2136 by their sections, and batches.
#include "update/batch.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "update/request_for_test.h"

namespace nomen::update {
namespace {

using dns::Rcode;
using zone::ContentPtr;

constexpr std::string_view kZone =
    "@ 300 SOA ns host 10 1 2 3 4\n@ 300 NS ns\nns 300 A 192.0.2.1\nwww 300 A 192.0.2.2\nwww 300 A "
    "192.0.2.3\n"
    "text 300 TXT \"a\"\ntext 300 TXT \"b\"\nalias 300 CNAME Www\nsub 300 NS ns.sub\nns.sub 300 A 192.0.2.4\n"
    "mail 300 MX 5 Ns\na.b.c 300 A 192.0.2.5\n";

struct Made {
  UpdateOutcome outcome;
  UpdateBatch::Result result;
  UpdateNotes notes;
  const zone::Content& content() const { return *result.content; }
};

Made update(const ContentPtr& base, const std::string& lines, const UpdateSettings& settings = {}) {
  Made made;
  UpdateBatch batch(base, settings, 0);
  made.outcome = batch.add(request_for_test("example.", lines), {}, &made.notes);
  made.result = batch.finish();
  return made;
}
Made update(const std::string& lines, const UpdateSettings& settings = {}) {
  return update(zone::content_of(kZone, "example."), lines, settings);
}
Rcode rcode_of(const std::string& lines) {
  const Made made = update(lines);
  EXPECT_EQ(made.outcome.changed, made.content().serial().value != 10) << lines;
  return made.outcome.rcode;
}

/// "A 300 192.0.2.1 192.0.2.2" for each RRset of a name.
std::string at(const zone::Content& content, std::string_view owner) {
  std::string text;
  const zone::NodeView node = content.find(zone::name_of(owner));
  if (!node) return "nothing";
  node.for_each([&](zone::RRsetView set) {
    text += (text.empty() ? "" : ", ") + dns::to_string(set.type()) + " " + std::to_string(set.ttl_s());
    set.for_each(
        [&](Bytes rdata) { text += " " + dns::rdata_to_text(set.type(), dns::RRClass::kIn, rdata); });
  });
  return text;
}
std::string after(const std::string& lines, std::string_view owner) {
  return at(update(lines).content(), owner);
}

const std::string kAdd = "add new 300 A 192.0.2.9\n";

// RFC 2136 3.2.1: the section itself.
TEST(Prerequisites, MalformedOnes) {
  const dns::Name zone = zone::name_of("example.");
  const auto rcode = [&](uint16_t rr_class, uint32_t ttl_s, std::string_view owner) {
    const RecordForTest record{zone::name_of(owner), 1, rr_class, ttl_s, {}};
    RecordForTest with_address = record;
    if (rr_class == 1 || rr_class == 3) with_address.rdata = {192, 0, 2, 1};
    const auto request = read_update(message_for_test(zone, {with_address}, {}));
    if (!request) return request.error().rcode;
    const UpdateSettings settings;
    UpdateBatch batch(zone::content_of(kZone, "example."), settings, 0);
    return batch.add(*request, {}, nullptr).rcode;
  };
  EXPECT_EQ(rcode(255, 1, "www.example."), Rcode::kFormErr);
  EXPECT_EQ(rcode(1, 1, "www.example."), Rcode::kFormErr);
  EXPECT_EQ(rcode(3, 0, "www.example."), Rcode::kFormErr);
  EXPECT_EQ(rcode(255, 0, "www.other."), Rcode::kNotZone);
  EXPECT_EQ(rcode(255, 0, "www.example."), Rcode::kNoError);
}

// RFC 2136 2.4.1, 3.2.2: an RRset exists, whatever its values.
TEST(Prerequisites, RRsetExists) {
  EXPECT_EQ(rcode_of("yxrrset www A\n" + kAdd), Rcode::kNoError);
  EXPECT_EQ(rcode_of("yxrrset www TXT\n" + kAdd), Rcode::kNxRrset);
  EXPECT_EQ(rcode_of("yxrrset nowhere A\n" + kAdd), Rcode::kNxRrset);
  EXPECT_EQ(
      update("yxrrset www TXT\n").outcome.reason,
      "update unsuccessful: www.example/TXT: 'rrset exists (value independent)' prerequisite not satisfied "
      "(NXRRSET)");
}

// RFC 2136 2.4.2, 3.2.3: an RRset exists and has these values.
TEST(Prerequisites, RRsetHasTheseValues) {
  EXPECT_EQ(rcode_of("yxrrset text TXT \"b\"\nyxrrset www A 192.0.2.2\nyxrrset text TXT \"a\"\n"
                     "yxrrset WWW A 192.0.2.3\n" +
                     kAdd),
            Rcode::kNoError);
  EXPECT_EQ(rcode_of("yxrrset text TXT \"a\"\n" + kAdd), Rcode::kNxRrset) << "one of two";
  EXPECT_EQ(rcode_of("yxrrset text TXT \"a\"\nyxrrset text TXT \"b\"\nyxrrset text TXT \"c\"\n" + kAdd),
            Rcode::kNxRrset)
      << "one too many";
  EXPECT_EQ(rcode_of("yxrrset text TXT \"a\"\nyxrrset text TXT \"B\"\n" + kAdd), Rcode::kNxRrset);
  EXPECT_EQ(rcode_of("yxrrset alias CNAME WWW\n" + kAdd), Rcode::kNoError) << "names in any case";
  EXPECT_EQ(rcode_of("yxrrset mail MX 5 nS\n" + kAdd), Rcode::kNoError);
  EXPECT_EQ(rcode_of("yxrrset mail MX 6 ns\n" + kAdd), Rcode::kNxRrset);
  EXPECT_EQ(rcode_of("yxrrset nowhere A 192.0.2.1\n" + kAdd), Rcode::kNxRrset);
  EXPECT_EQ(
      update("yxrrset text TXT \"a\"\n").outcome.reason,
      "update unsuccessful: text.example/TXT: 'RRset exists (value dependent)' prerequisite not satisfied "
      "(NXRRSET)");
}

// RFC 2136 2.4.3, 3.2.4: an RRset does not exist.
TEST(Prerequisites, RRsetDoesNotExist) {
  EXPECT_EQ(rcode_of("nxrrset www TXT\n" + kAdd), Rcode::kNoError);
  EXPECT_EQ(rcode_of("nxrrset nowhere A\n" + kAdd), Rcode::kNoError);
  EXPECT_EQ(rcode_of("nxrrset www A\n" + kAdd), Rcode::kYxRrset);
}

// RFC 2136 2.4.4, 2.4.5, 3.2.5: a name is in use, or not; an empty non-terminal is not.
TEST(Prerequisites, NameIsInUse) {
  EXPECT_EQ(rcode_of("yxdomain www\n" + kAdd), Rcode::kNoError);
  EXPECT_EQ(rcode_of("yxdomain b.c\n" + kAdd), Rcode::kNxDomain);
  EXPECT_EQ(rcode_of("yxdomain nowhere\n" + kAdd), Rcode::kNxDomain);
  EXPECT_EQ(rcode_of("nxdomain www\n" + kAdd), Rcode::kYxDomain);
  EXPECT_EQ(rcode_of("nxdomain b.c\n" + kAdd), Rcode::kNoError);
  EXPECT_EQ(update("nxdomain www\n").outcome.reason,
            "update unsuccessful: www.example: 'name not in use' prerequisite not satisfied (YXDOMAIN)");
}

// RFC 2136 3.2: the zone stays as it is when one does not hold.
TEST(Prerequisites, NothingIsDoneWhenOneDoesNotHold) {
  const ContentPtr base = zone::content_of(kZone, "example.");
  EXPECT_EQ(update(base, "yxdomain www\nyxdomain nowhere\n" + kAdd).result.content, base);
}

// RFC 2136 3.4.2.2: adding.
TEST(Update, AddsToAnRRset) {
  EXPECT_EQ(after("add www 300 A 192.0.2.1\n", "www.example."), "A 300 192.0.2.1 192.0.2.2 192.0.2.3");
  EXPECT_EQ(after("add x.y 300 A 192.0.2.1\n", "x.y.example."), "A 300 192.0.2.1");
  EXPECT_EQ(update("add www 300 A 192.0.2.1\n").content().serial().value, 11U);
  EXPECT_EQ(update("add www 300 A 192.0.2.1\n").notes[0].text, "adding an RR at 'www.example' A 192.0.2.1");
}
TEST(Update, WhatIsThereAlreadyIsNoChange) {
  const ContentPtr base = zone::content_of(kZone, "example.");
  for (const char* lines :
       {"add www 300 A 192.0.2.2\n", "add WWW 300 A 192.0.2.2\n", "add alias 300 CNAME WWW\n",
        "delete nowhere\n", "delete www TXT\n", "delete www A 192.0.2.9\n",
        "add new 300 A 192.0.2.9\ndelete new\n", "delete www A 192.0.2.2\nadd www 300 A 192.0.2.2\n"}) {
    const Made made = update(base, lines);
    EXPECT_EQ(made.outcome.rcode, Rcode::kNoError);
    EXPECT_FALSE(made.outcome.changed) << lines;
    EXPECT_EQ(made.result.content, base) << lines;
  }
}
TEST(Update, TheRRsetTakesTheTtlOfWhatIsAdded) {
  EXPECT_EQ(after("add www 60 A 192.0.2.9\n", "www.example."), "A 60 192.0.2.2 192.0.2.3 192.0.2.9");
  EXPECT_EQ(after("add www 60 A 192.0.2.2\n", "www.example."), "A 60 192.0.2.2 192.0.2.3");
  EXPECT_EQ(after("add www 60 A 192.0.2.8\nadd www 90 A 192.0.2.9\n", "www.example."),
            "A 90 192.0.2.2 192.0.2.3 192.0.2.8 192.0.2.9");
  EXPECT_EQ(after("add www 2415919104 A 192.0.2.2\n", "www.example."), "A 0 192.0.2.2 192.0.2.3")
      << "RFC 2181 8";
}
TEST(Update, CnameReplacesCname) {
  EXPECT_EQ(after("add alias 60 CNAME other\n", "alias.example."), "CNAME 60 other.example.");
  EXPECT_EQ(after("add d 60 DNAME a\nadd d 60 DNAME b\n", "d.example."), "DNAME 60 b.example.");
}
TEST(Update, CnameAndOtherDataIgnoreEachOther) {
  EXPECT_EQ(after("add alias 300 A 192.0.2.1\n", "alias.example."), "CNAME 300 Www.example.");
  EXPECT_EQ(after("add www 300 CNAME ns\n", "www.example."), "A 300 192.0.2.2 192.0.2.3");
  EXPECT_EQ(after("delete www\nadd www 300 CNAME ns\n", "www.example."), "CNAME 300 ns.example.");
  EXPECT_EQ(after("add both 300 CNAME ns\nadd both 300 A 192.0.2.1\n", "both.example."),
            "CNAME 300 ns.example.");
  EXPECT_EQ(after("add b.c 300 CNAME ns\n", "b.c.example."), "CNAME 300 ns.example.")
      << "an empty non-terminal";
}
TEST(Update, AnSoaCountsOnlyAtTheApexAndWithALaterSerial) {
  EXPECT_EQ(after("add @ 60 SOA ns host 20 9 9 9 9\n", "example."),
            "NS 300 ns.example., SOA 60 ns.example. host.example. 20 9 9 9 9");
  for (const char* lines :
       {"add @ 300 SOA ns host 10 9 9 9 9\n", "add @ 300 SOA ns host 9 9 9 9 9\n",
        "add @ 300 SOA ns host 2147483658 9 9 9 9\n", "add www 300 SOA ns host 20 9 9 9 9\n"}) {
    EXPECT_FALSE(update(lines).outcome.changed) << lines;
  }
}
TEST(Update, DsStandsAtDelegationsOnly) {
  const std::string ds = " 300 DS 1 8 2 AA00000000000000000000000000000000000000000000000000000000000000\n";
  EXPECT_FALSE(update("add @" + ds).outcome.changed);
  EXPECT_FALSE(update("add www" + ds).outcome.changed);
  const Made with = update("add sub" + ds);
  EXPECT_TRUE(with.outcome.changed);
  EXPECT_EQ(at(update(with.result.content, "delete sub NS\n").content(), "sub.example."), "")
      << "an empty non-terminal above the glue";
}

// RFC 2136 3.4.2.3 and 3.4.2.4: deleting.
TEST(Update, DeletesRRsetsNamesAndRRs) {
  EXPECT_EQ(after("delete www A\n", "www.example."), "nothing");
  EXPECT_EQ(after("delete text\n", "text.example."), "nothing");
  EXPECT_EQ(after("delete WWW A 192.0.2.2\n", "www.example."), "A 300 192.0.2.3");
  EXPECT_EQ(after("delete mail MX 5 NS\n", "mail.example."), "nothing") << "names in any case";
  EXPECT_EQ(after("delete a.b.c\n", "c.example."), "nothing") << "empty non-terminals go too";
}
TEST(Update, SoaAndTheLastNsOfTheApexStay) {
  const std::string apex = "NS 300 ns.example., SOA 300 ns.example. host.example. ";
  EXPECT_EQ(after("delete @ SOA\ndelete @ NS\ndelete @ NS ns\ndelete @ SOA ns host 10 1 2 3 4\n", "example."),
            apex + "10 1 2 3 4");
  EXPECT_EQ(after("add @ 300 TXT x\nadd @ 300 MX 5 ns\ndelete @\nadd www 5 TXT y\n", "example."),
            apex + "11 1 2 3 4");
  EXPECT_EQ(after("add @ 300 NS b\ndelete @ NS ns\ndelete @ NS b\n", "example."),
            "NS 300 b.example., SOA 300 ns.example. host.example. 11 1 2 3 4");
  EXPECT_EQ(after("delete sub NS ns.sub\n", "sub.example."), "") << "below the apex the last one may go";
}

// RFC 2136 3.4.2.1 and 3.5: in order, all or nothing.
TEST(Update, RecordsAreWorkedOffInOrder) {
  EXPECT_EQ(after("delete www A\nadd www 60 A 192.0.2.7\n", "www.example."), "A 60 192.0.2.7");
  EXPECT_EQ(after("add www 60 A 192.0.2.7\ndelete www A\n", "www.example."), "nothing");
}
TEST(Update, LimitsMakeTheWholeUpdateFail) {
  UpdateSettings settings;
  settings.apply.limits = {.max_records = 14, .max_records_per_type = 3, .max_types_per_name = 2};
  const auto fails = [&](const std::string& lines) {
    const Made made = update(lines, settings);
    EXPECT_EQ(made.outcome.changed, made.outcome.rcode == Rcode::kNoError);
    return made.outcome.rcode == Rcode::kServFail;
  };
  EXPECT_FALSE(fails("add www 300 A 192.0.2.7\n"));
  EXPECT_TRUE(fails("add new 300 TXT x\nadd www 300 A 192.0.2.7\nadd www 300 A 192.0.2.8\n"));
  EXPECT_TRUE(fails("add www 300 TXT x\nadd www 300 AAAA ::1\n"));
  EXPECT_FALSE(fails("add n1 300 TXT x\nadd n2 300 TXT x\n"));
  EXPECT_TRUE(fails("add n1 300 TXT x\nadd n2 300 TXT x\nadd n3 300 TXT x\n"));
  EXPECT_FALSE(fails("delete text\nadd n1 300 TXT x\nadd n2 300 TXT x\nadd n3 300 TXT x\n"));
}
TEST(Update, NamesAndMailExchangersAreChecked) {
  EXPECT_EQ(rcode_of("add under_score 300 A 192.0.2.1\n"), Rcode::kRefused);
  EXPECT_EQ(rcode_of("add under_score 300 TXT x\n"), Rcode::kNoError);
  EXPECT_EQ(rcode_of("add new 300 MX 5 nowhere\n"), Rcode::kRefused);
  EXPECT_EQ(rcode_of("add new 300 MX 5 alias\n"), Rcode::kRefused);
  EXPECT_EQ(rcode_of("add new 300 MX 5 deep.sub\n"), Rcode::kNoError) << "below a zone cut";
  EXPECT_EQ(rcode_of("add new 300 MX 5 new\nadd new 300 A 192.0.2.1\n"), Rcode::kNoError);
  const ContentPtr base = zone::content_of(kZone, "example.");
  EXPECT_EQ(update(base, "add new 60 A 192.0.2.1\nadd www 60 MX 5 nowhere\n").result.content, base);
}
// RFC 3007 4.3: nobody here can sign.
TEST(Update, ASignedZoneIsNotChanged) {
  const ContentPtr signed_zone =
      zone::content_of(std::string(kZone) + "@ 300 DNSKEY 257 3 8 AwEAAQ==\n", "example.");
  EXPECT_EQ(update(signed_zone, kAdd).outcome.rcode, Rcode::kServFail);
  EXPECT_EQ(update(signed_zone, "delete @ DNSKEY\n").outcome.rcode, Rcode::kRefused);
  EXPECT_EQ(update(signed_zone, "add www 300 A 192.0.2.2\n").outcome.rcode, Rcode::kNoError) << "no change";
  EXPECT_EQ(rcode_of("add @ 300 DNSKEY 257 3 8 AwEAAQ==\n"), Rcode::kServFail);
}

TEST(UpdateBatch, AnotherZoneIsNotAuth) {
  const UpdateSettings settings;
  UpdateBatch batch(zone::content_of(kZone, "example."), settings, 0);
  EXPECT_EQ(batch.add(request_for_test("www.example.", "add a 5 A 192.0.2.1\n"), {}, nullptr).rcode,
            Rcode::kNotAuth);
}

TEST(UpdateBatch, EachSeesThoseBeforeAndABadOneSpoilsNone) {
  const ContentPtr base = zone::content_of(kZone, "example.");
  const UpdateSettings settings;
  UpdateBatch batch(base, settings, 0);
  const auto add = [&](const std::string& lines) {
    return batch.add(request_for_test("example.", lines), {}, nullptr).rcode;
  };
  EXPECT_EQ(add("nxdomain new\n" + kAdd), Rcode::kNoError);
  EXPECT_EQ(add("nxdomain new\nadd x 5 A 192.0.2.1\n"), Rcode::kYxDomain);
  EXPECT_EQ(add("add y 5 A 192.0.2.1\nadd new 300 MX 5 nowhere\n"), Rcode::kRefused);
  EXPECT_EQ(add("yxrrset new A 192.0.2.9\ndelete www\nadd new 60 A 192.0.2.10\n"), Rcode::kNoError);
  const UpdateBatch::Result result = batch.finish();
  EXPECT_EQ(result.content->serial().value, 11U) << "one version";
  EXPECT_EQ(at(*result.content, "new.example."), "A 60 192.0.2.9 192.0.2.10");
  EXPECT_EQ(at(*result.content, "www.example."), "nothing");
  EXPECT_EQ(at(*result.content, "x.example."), "nothing");
  EXPECT_EQ(at(*result.content, "y.example."), "nothing");
  EXPECT_EQ(result.change.removed.size(), 3U) << "SOA and two addresses";
  EXPECT_EQ(result.change.added.size(), 3U);
  EXPECT_EQ(at(*base, "www.example."), "A 300 192.0.2.2 192.0.2.3") << "the base is as it was";
}

TEST(UpdateBatch, TheSerialIsALockForWhoLooksAtIt) {
  const UpdateSettings settings;
  UpdateBatch batch(zone::content_of(kZone, "example."), settings, 0);
  const auto add = [&](const std::string& lines) {
    return batch.add(request_for_test("example.", lines), {}, nullptr).rcode;
  };
  const auto if_serial = [](int serial, const std::string& then) {
    return "yxrrset @ SOA ns host " + std::to_string(serial) + " 1 2 3 4\n" + then;
  };
  EXPECT_EQ(add(if_serial(10, kAdd)), Rcode::kNoError);
  EXPECT_EQ(add(if_serial(10, "add x 5 A 192.0.2.1\n")), Rcode::kNxRrset);
  EXPECT_EQ(add(if_serial(11, "add x 5 A 192.0.2.1\n")), Rcode::kNoError);
  EXPECT_EQ(add(if_serial(11, "add y 5 A 192.0.2.1\n")), Rcode::kNxRrset);
  EXPECT_EQ(add("add @ 300 SOA ns host 12 1 2 3 4\n"), Rcode::kNoError) << "not later, and so ignored";
  EXPECT_EQ(add("add @ 300 SOA ns host 50 1 2 3 4\n"), Rcode::kNoError);
  EXPECT_EQ(batch.finish().content->serial().value, 50U);
}

TEST(UpdateBatch, NoSerialsLeadAroundToWhereTheZoneComesFrom) {
  const ContentPtr base = zone::content_of(kZone, "example.");
  const UpdateSettings settings;  // outlives the batch
  UpdateBatch batch(base, settings, 0);
  const auto add = [&](const std::string& lines) {
    return batch.add(request_for_test("example.", lines), {}, nullptr).rcode;
  };
  EXPECT_EQ(add("add @ 300 SOA ns host 2147483657 1 2 3 4\n"), Rcode::kNoError) << "as far as one step goes";
  EXPECT_EQ(add("add @ 300 SOA ns host 4294967295 1 2 3 4\n"), Rcode::kNoError) << "further, and so ignored";
  EXPECT_EQ(add("add new 300 A 192.0.2.9\n"), Rcode::kNoError);
  const auto result = batch.finish();
  EXPECT_EQ(result.content->serial(), dns::Serial{2147483657});
  EXPECT_EQ(at(*result.content, "new.example."), "A 300 192.0.2.9");
}

TEST(UpdateBatch, WhatCancelsOutIsNotInTheChange) {
  const UpdateSettings settings;
  UpdateBatch batch(zone::content_of(kZone, "example."), settings, 0);
  batch.add(request_for_test("example.", kAdd), {}, nullptr);
  batch.add(request_for_test("example.", "delete new\n"), {}, nullptr);
  const UpdateBatch::Result result = batch.finish();
  EXPECT_EQ(result.change.removed.size(), 1U) << "the SOA";
  EXPECT_EQ(result.change.added.size(), 1U);
}

/// A zone as a map, and RFC 2136 3.4.2 in the plainest of words.
struct Model {
  using Key = std::pair<std::string, std::string>;  // owner and type
  std::map<Key, std::pair<unsigned, std::set<std::string>>> sets;

  bool in_use(const std::string& owner) const {
    const auto at = sets.lower_bound({owner, ""});
    return at != sets.end() && at->first.first == owner;
  }
  void add(const std::string& owner, unsigned ttl, const std::string& type, const std::string& rdata) {
    if (type == "NS" && owner.starts_with("*")) return;
    if (type == "CNAME") {
      for (const auto& [key, set] : sets) {
        if (key.first == owner && key.second != "CNAME") return;
      }
      sets.erase({owner, type});
    } else if (sets.contains({owner, "CNAME"})) {
      return;
    }
    sets[{owner, type}].second.insert(rdata);
    sets[{owner, type}].first = ttl;
  }
  void remove(const std::string& owner, const std::string& type, const std::string& rdata) {
    if (rdata.empty()) {
      std::erase_if(sets, [&](const auto& entry) {
        return entry.first.first == owner && (type.empty() || entry.first.second == type);
      });
    } else if (const auto at = sets.find({owner, type}); at != sets.end()) {
      at->second.second.erase(rdata);
      if (at->second.second.empty()) sets.erase(at);
    }
  }
  std::string text(unsigned serial) const {
    std::string text = "@ 300 SOA ns host " + std::to_string(serial) + " 1 2 3 4\n@ 300 NS ns\n";
    for (const auto& [key, set] : sets) {
      for (const std::string& rdata : set.second)
        text += key.first + " " + std::to_string(set.first) + " " + key.second + " " + rdata + "\n";
    }
    return text;
  }
};

/// One random update, done to the model too unless its prerequisite does not hold.
std::string random_update(std::mt19937& random, Model& model, bool& holds) {
  static const std::vector<std::string> kOwners = {"a", "b", "x.a", "y.b.c", "c", "*.c", "n1", "n2"};
  static const std::map<std::string, std::vector<std::string>> kRdata = {
      {"A", {"192.0.2.1", "192.0.2.2", "192.0.2.3"}},
      {"TXT", {"\"one\"", "\"two\""}},
      {"NS", {"n1.example.", "n2.example."}},
      {"CNAME", {"a.example.", "b.example."}}};
  const auto pick = [&](const auto& list) {
    return *std::next(list.begin(), static_cast<std::ptrdiff_t>(random() % list.size()));
  };
  std::string lines;
  holds = true;
  if (random() % 4 == 0) {
    const std::string owner = pick(kOwners);
    const bool wanted = random() % 2 == 0;
    holds = model.in_use(owner) == wanted;
    lines += (wanted ? "yxdomain " : "nxdomain ") + owner + "\n";
  }
  Model changed = model;
  for (size_t i = 1 + random() % 3; i > 0; i--) {
    const std::string owner = pick(kOwners);
    const auto kind = pick(kRdata);
    const std::string rdata = pick(kind.second);
    const unsigned ttl = random() % 4 == 0 ? 60 : 300;
    switch (random() % 5) {
      case 0:
        lines += "delete " + owner + " " + kind.first + " " + rdata + "\n";
        changed.remove(owner, kind.first, rdata);
        break;
      case 1:
        lines += random() % 2 == 0 ? "delete " + owner + "\n" : "delete " + owner + " " + kind.first + "\n";
        changed.remove(owner, lines.ends_with(kind.first + "\n") ? kind.first : "", "");
        break;
      default:
        lines += "add " + owner + " " + std::to_string(ttl) + " " + kind.first + " " + rdata + "\n";
        changed.add(owner, ttl, kind.first, rdata);
    }
  }
  if (holds) model = std::move(changed);
  return lines;
}

TEST(UpdateBatch, RandomUpdatesComeToWhatThePlainModelSays) {
  const UpdateSettings settings;
  for (unsigned seed = 0; seed < 8; seed++) {
    std::mt19937 random(seed);
    Model model;
    ContentPtr content = zone::content_of(model.text(1), "example.");
    for (int round = 0; round < 60; round++) {
      const ContentPtr before = content;
      const std::string before_text = zone::describe(*before);
      UpdateBatch batch(content, settings, 0);
      std::string all;
      for (size_t i = 1 + random() % 6; i > 0; i--) {
        bool holds = true;
        const std::string lines = random_update(random, model, holds);
        all += lines + "--\n";
        const UpdateOutcome outcome = batch.add(request_for_test("example.", lines), {}, nullptr);
        ASSERT_EQ(outcome.rcode == Rcode::kNoError, holds) << lines << outcome.reason;
      }
      UpdateBatch::Result result = batch.finish();
      content = result.content;
      ASSERT_EQ(zone::describe(*content),
                zone::describe(*zone::content_of(model.text(content->serial().value), "example.")))
          << "seed " << seed << " round " << round << "\n"
          << all;
      ASSERT_EQ(zone::describe(*before), before_text) << "an older version has changed";
      // The change leads from the one to the other.
      zone::ContentWriter writer(*before, {});
      ASSERT_TRUE(writer.apply(result.change));
      Diagnostics diagnostics;
      ASSERT_EQ(zone::describe(*writer.finish(diagnostics)), zone::describe(*content));
    }
  }
}

}  // namespace
}  // namespace nomen::update
