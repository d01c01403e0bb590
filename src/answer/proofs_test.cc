// Every kind of question to signed zones (made by dnssec-signzone, tests/data): what the reply says is
// proven.
#include "answer/proofs.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "answer/denial_checker_for_test.h"
#include "answer/world_for_test.h"
#include "base/source_dir.h"

namespace nomen::answer {
namespace {

using dns::RRType;

constexpr const char* kApex = "signed.example.";

std::string file(const std::string& name) {
  std::ifstream in(std::string(kSourceDir) + "/tests/data/" + name);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

class SignedZone : public testing::TestWithParam<const char*> {
 protected:
  SignedZone() {
    world_.zone(kApex, file(GetParam()));
    content_ = zone::content_of(file(GetParam()), kApex);
  }
  zone::Nsec3Parameters parameters() const { return content_->denial()->nsec3_parameters(); }
  ReadMessage ask(const std::string& name, RRType type, bool dnssec_ok = true) {
    return world_.ask({.name = name, .type = type, .edns = true, .dnssec_ok = dnssec_ok, .udp_size = 4096});
  }

  World world_;
  zone::ContentPtr content_;
};

/// Each RRset but a delegation's NS, glue and a made CNAME has its signatures with it.
void expect_signed(const ReadMessage& reply, size_t section) {
  const auto sets = sets_of(reply, section);
  const auto is_there = [&](const std::string& set) {
    return std::find(sets.begin(), sets.end(), set) != sets.end();
  };
  for (const std::string& set : sets) {
    if (set.find("RRSIG(") != std::string::npos) continue;
    const size_t blank = set.find(' ');
    const std::string owner = set.substr(0, blank);
    const std::string type = set.substr(blank + 1);
    const bool made = type == "CNAME" && owner.find("moved.signed.example.") != std::string::npos;
    if ((type == "NS" && owner != kApex) || made) continue;
    EXPECT_TRUE(is_there(owner + " RRSIG(" + type + ")")) << set;
  }
}

TEST_P(SignedZone, EveryReplyIsProven) {
  const dns::Name apex = zone::name_of(kApex);
  const std::vector<std::string> names = {"",
                                          "ns.",
                                          "www.",
                                          "x.www.",
                                          "nothing.",
                                          "a.b.c.nothing.",
                                          "zzz.",
                                          "!first.",
                                          "ent.",
                                          "deep.ent.",
                                          "other.ent.",
                                          "x.deep.ent.",
                                          "wild.",
                                          "any.wild.",
                                          "far.any.wild.",
                                          "under.wild.",
                                          "x.under.wild.",
                                          "*.wild.",
                                          "x.*.wild.",
                                          "chain.",
                                          "*.chain.",
                                          "opt.",
                                          "x.opt.",
                                          "secure.",
                                          "insecure.",
                                          "hidden.opt.",
                                          "alias.",
                                          "moved.",
                                          "~.",
                                          "zz.zz.zz."};
  for (const std::string& relative : names) {
    for (const RRType type :
         {RRType::kA, RRType::kTxt, RRType::kAaaa, RRType::kDs, RRType::kNs, RRType::kSoa, RRType::kMx}) {
      const std::string text = relative + kApex;
      const dns::Name name = zone::name_of(text);
      const ReadMessage reply = ask(text, type);
      const std::string what = text + " " + dns::to_string(type);
      ASSERT_EQ(world_.error, "") << what;
      ASSERT_FALSE(reply.is_truncated()) << what;
      expect_signed(reply, 0);
      expect_signed(reply, 1);
      const DenialChecker checker(reply, apex, parameters());
      const auto answers = sets_of(reply, 0);
      if (!answers.empty()) {
        for (const ReadRecord& record : reply.records) {
          if (record.section != 0 || record.type != 46) continue;
          const size_t labels = record.owner.label_count() - (record.owner.view().is_wildcard() ? 1 : 0);
          if (record.rdata[3] < labels) {
            EXPECT_TRUE(checker.proves_wildcard_use(record.owner, record.rdata[3])) << what;
          }
        }
        continue;
      }
      const auto authority = sets_of(reply, 1);
      const bool has_soa =
          std::find(authority.begin(), authority.end(), std::string(kApex) + " SOA") != authority.end();
      if (reply.rcode() == dns::Rcode::kNxDomain) {
        EXPECT_TRUE(has_soa && checker.proves_no_name(name)) << what;
      } else if (has_soa) {
        EXPECT_TRUE(checker.proves_no_type(name, dns::number(type))) << what;
      } else {
        const bool has_ds =
            std::find(authority.begin(), authority.end(), "secure.signed.example. DS") != authority.end();
        EXPECT_NE(has_ds, checker.proves_insecure_cut(zone::name_of("insecure.signed.example.")) ||
                              checker.proves_insecure_cut(zone::name_of("hidden.opt.signed.example.")))
            << what;
        EXPECT_FALSE(reply.is_authoritative()) << what;
      }
    }
  }
}

TEST_P(SignedZone, WithoutDoNothingOfDnssecComes) {
  for (const char* name : {"www.signed.example.", "nothing.signed.example.", "any.wild.signed.example.",
                           "x.insecure.signed.example.", "x.secure.signed.example."}) {
    for (const RRType type : {RRType::kA, RRType::kAaaa}) {
      const ReadMessage reply = ask(name, type, false);
      for (const ReadRecord& record : reply.records) {
        EXPECT_TRUE(record.type != 46 && record.type != 47 && record.type != 50 && record.type != 43) << name;
      }
    }
  }
}

TEST_P(SignedZone, NoRRsetComesTwiceOnAChainOfWildcards) {
  for (const char* name : {"a.chain.signed.example.", "a.loop.signed.example.", "b.a.loop.signed.example.",
                           "out.signed.example.", "x.moved.signed.example."}) {
    ask(name, RRType::kA);
    EXPECT_EQ(world_.error, "") << name;
    ask(name, RRType::kAaaa);
    EXPECT_EQ(world_.error, "") << name;
  }
}

TEST_P(SignedZone, WhatDoesNotFitIsTruncatedAndOtherwiseWhole) {
  for (uint16_t size = 512; size < 2400; size += 37) {
    for (const char* name : {"nothing.signed.example.", "any.wild.signed.example.", "www.signed.example.",
                             "signed.example.", "x.insecure.signed.example."}) {
      world_.view.max_udp_size = 4096;
      const ReadMessage reply = world_.ask({.name = name,
                                            .type = name[0] == 's' ? RRType::kDnskey : RRType::kA,
                                            .edns = true,
                                            .dnssec_ok = true,
                                            .udp_size = size});
      ASSERT_EQ(world_.error, "");
      ASSERT_LE(world_.size, size);
      ASSERT_NE(reply.opt(), nullptr);
      if (reply.is_truncated()) continue;
      if (std::string(name) == "nothing.signed.example.") {
        EXPECT_TRUE(
            DenialChecker(reply, zone::name_of(kApex), parameters()).proves_no_name(zone::name_of(name)))
            << size;
      }
      expect_signed(reply, 0);
      expect_signed(reply, 1);
    }
  }
}

TEST_P(SignedZone, NsecsOfTheZoneCanBeAskedFor) {
  const ReadMessage reply = ask("www.signed.example.", RRType::kNsec);
  EXPECT_EQ(sets_of(reply, 0).empty(), std::string(GetParam()) != "signed-nsec.zone");
  EXPECT_EQ(sets_of(ask("www.signed.example.", RRType::kRrsig), 0).front(), "www.signed.example. RRSIG(A)");
}

TEST_P(SignedZone, ASignatureThatWasAskedForIsNotSentTwice) {
  for (const char* name : {"signed.example.", "ns.signed.example."}) {
    EXPECT_FALSE(ask(name, RRType::kRrsig).records.empty());
    EXPECT_EQ(world_.error, "") << name;  // the reader of replies takes no record for a second time
  }
}

INSTANTIATE_TEST_SUITE_P(Zones, SignedZone,
                         testing::Values("signed-nsec.zone", "signed-nsec3.zone", "signed-optout.zone"),
                         [](const auto& tested) {
                           const std::string name = tested.param;
                           return name.substr(7, name.size() - 12);
                         });

}  // namespace
}  // namespace nomen::answer
