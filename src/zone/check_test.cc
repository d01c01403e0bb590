#include "zone/check.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "dns/hostname.h"
#include "zone/check_hostname.h"
#include "zone/check_record.h"
#include "zone/check_survey.h"
#include "zone/content_for_test.h"

namespace nomen::zone {
namespace {

constexpr std::string_view kApex = "$TTL 3600\n@ SOA ns h 1 3600 900 1209600 300\n@ NS ns\nns A 192.0.2.1\n";

/// All that is found, one line each, without the zone's prefix.
std::vector<std::string> findings(const std::string& text, const CheckOptions& options = {},
                                  std::string_view apex = "example.com.") {
  const ContentPtr content = content_of(text, apex);
  const std::string prefix = zone_prefix(content->apex(), content->rr_class());
  std::vector<std::string> lines;
  for (const Diagnostic& d : check_content(*content, options).diagnostics) {
    lines.push_back(d.text.starts_with(prefix) ? d.text.substr(prefix.size()) : d.text);
  }
  return lines;
}

bool is_usable(const std::string& text, const CheckOptions& options = {}) {
  return check_content(*content_of(text, "example.com."), options).usable;
}

using Lines = std::vector<std::string>;

std::string with_apex(std::string_view more) {
  return std::string(kApex) + std::string(more);
}

TEST(Check, GoodZoneHasNoFindings) {
  EXPECT_EQ(findings(with_apex("www A 192.0.2.2\nsub NS ns.sub\nns.sub A 192.0.2.3\n@ MX 0 www\n")), Lines{});
}

TEST(Check, SeveralThreadsFindWhatOneFinds) {
  std::string text = with_apex("moved DNAME elsewhere.example.\nns.moved A 192.0.2.1\n");
  for (int i = 0; i < 30000; i++) {
    const std::string number = std::to_string(i);
    text += "h" + number + " A 192.0.2.1\n";
    if (i % 100 == 0)
      text += "d" + number + " NS ns." + (i % 200 == 0 ? "moved" : "d" + number) + "\nm" + number +
              " MX 0 h.moved\n";
    if (i % 1000 == 0) text += "c" + number + " CNAME h0\nc" + number + " HINFO a b\n";
  }
  for (const bool has_errors : {true, false}) {
    std::string zone = text;
    if (!has_errors) {
      for (size_t at = 0; (at = zone.find("HINFO a b", at)) != std::string::npos;)
        zone.replace(at, 9, "NSEC h A ");
    }
    const ContentPtr content = content_of(zone, "example.com.");
    ASSERT_TRUE(content->is_large());
    const CheckResult one = check_content(*content, {});
    EXPECT_EQ(one.usable, !has_errors);
    EXPECT_EQ(one.diagnostics.size(), has_errors ? 30U : 600U);
    for (const unsigned threads : {2U, 3U, 7U}) {
      const CheckResult several = check_content(*content, {}, nullptr, threads);
      EXPECT_EQ(several.usable, one.usable);
      ASSERT_EQ(several.diagnostics.size(), one.diagnostics.size());
      for (size_t i = 0; i < one.diagnostics.size(); i++)
        EXPECT_EQ(several.diagnostics[i].text, one.diagnostics[i].text);
    }
  }
}

TEST(Check, SeveralThreadsKeepAsManyFindingsAsOne) {
  std::string text = with_apex("");
  for (int i = 0; i < 20000; i++) text += "d" + std::to_string(i) + " NS ns.d" + std::to_string(i) + "\n";
  const ContentPtr content = content_of(text, "example.com.");
  for (const unsigned threads : {1U, 3U}) {
    const Diagnostics found = check_content(*content, {}, nullptr, threads).diagnostics;
    ASSERT_EQ(found.size(), kMostFindings + 1);
    EXPECT_EQ(found.back().text, "zone example.com/IN: 19000 more findings are not shown");
  }
}

TEST(Check, ApexWithoutSoaOrNsIsUnusable) {
  EXPECT_EQ(findings("$TTL 1\nwww A 192.0.2.1\n"), (Lines{"has 0 SOA records", "has no NS records"}));
  EXPECT_FALSE(is_usable("$TTL 1\nwww A 192.0.2.1\n"));
}

TEST(Check, OwnNameServerMustHaveAddresses) {
  const std::string start = "$TTL 1\n@ SOA a b 1 1 1 1 1\n";
  EXPECT_EQ(findings(start + "@ NS x\n"), Lines{"NS 'x.example.com' has no address records (A or AAAA)"});
  EXPECT_EQ(findings(start + "@ NS x\nx CNAME y\n"), Lines{"NS 'x.example.com' is a CNAME (illegal)"});
  EXPECT_EQ(findings(start + "@ NS a.x\nx DNAME y\n"),
            Lines{"NS 'a.x.example.com' is below a DNAME 'x.example.com' (illegal)"});
  EXPECT_TRUE(is_usable(start + "@ NS x\n* A 192.0.2.1\n"));
  EXPECT_TRUE(is_usable(start + "@ NS a.x\nx NS a.x\n"));
}

TEST(Check, CnameBesideOtherDataIsUnusable) {
  EXPECT_EQ(findings(with_apex("x CNAME y\nx A 192.0.2.1\n")), Lines{"x.example.com: CNAME and other data"});
  EXPECT_EQ(findings(with_apex("x CNAME y\nx CNAME z\n")),
            Lines{"x.example.com: multiple RRs of singleton type (CNAME)"});
  EXPECT_TRUE(is_usable(with_apex("x CNAME y\nx NSEC y CNAME\n")));
  EXPECT_TRUE(is_usable(with_apex("x DNAME y\nx NS ns\n")));
}

TEST(Check, GlueThatIsMissingIsNamedByWhereItWouldStand) {
  EXPECT_EQ(findings(with_apex(
                "sub NS c.sub\nsub NS d.sub2\nsub2 NS ns\n*.w A 192.0.2.1\nsub3 NS a.w\nsub4 NS gone\n")),
            (Lines{"sub.example.com/NS 'c.sub.example.com' has no REQUIRED GLUE address records (A or AAAA)",
                   "sub.example.com/NS 'd.sub2.example.com' has no SIBLING GLUE address records (A or AAAA)",
                   "sub4.example.com/NS 'gone.example.com' has no address records (A or AAAA)"}));
  CheckOptions no_siblings;
  no_siblings.sibling_glue = false;
  EXPECT_EQ(findings(with_apex("sub NS d.sub2\nsub2 NS ns\n"), no_siblings), Lines{});
}

TEST(Check, TargetsOfMxAndSrv) {
  const std::string text =
      with_apex("x MX 0 c\nc CNAME ns\n_a SRV 0 0 0 c\ny MX 0 gone\nd DNAME e\nz MX 0 a.d\nn MX 0 .\n");
  EXPECT_EQ(findings(text),
            (Lines{"_a.example.com/SRV 'c.example.com' is a CNAME (illegal)",
                   "x.example.com/MX 'c.example.com' is a CNAME (illegal)",
                   "y.example.com/MX 'gone.example.com' has no address records (A or AAAA)",
                   "z.example.com/MX 'a.d.example.com' is below a DNAME 'd.example.com' (illegal)"}));
  EXPECT_TRUE(is_usable(text));
  CheckOptions strict;
  strict.mx_cname = Strictness::kFail;
  EXPECT_FALSE(is_usable(text, strict));
  CheckOptions none;
  none.integrity = false;
  EXPECT_EQ(findings(text, none), Lines{});
}

TEST(Check, NamesBelowCutsAndDnamesAreLeftAlone) {
  EXPECT_EQ(findings(with_apex("sub NS ns\na.sub MX 0 gone\nd DNAME e\na.d MX 0 gone\n")), Lines{});
}

TEST(Check, SpfWantsTheSameInTxt) {
  const Lines expected{
      "'w.example.com' found type SPF record but no SPF TXT record found, add matching type TXT record"};
  EXPECT_EQ(findings(with_apex("w SPF \"v=spf1\"\nw TXT \"v=spf10\"\n")), expected);
  EXPECT_EQ(findings(with_apex("w SPF \"v=spf1\"\nw TXT \"v=sp\" \"f1 -all\"\n")), Lines{});
}

TEST(Check, RecordsThatOnlyDnssecTellsApart) {
  CheckOptions strict;
  strict.duplicate_records = Strictness::kFail;
  const std::string text = with_apex("x LP 1 a\nx LP 1 A\nx SVCB 1 a\nx SVCB 1 A\n");
  EXPECT_EQ(findings(text), Lines{"x.example.com/LP has semantically identical records"});
  EXPECT_TRUE(is_usable(text));
  EXPECT_FALSE(is_usable(text, strict));
}

TEST(Check, NameThatRepeatsItsOriginWarns) {
  EXPECT_EQ(findings(with_apex("www.example.com A 192.0.2.1\n")),
            Lines{"www.example.com.example.com repeats the name of the zone: is a final dot missing?"});
  EXPECT_EQ(findings(with_apex("www.notexample.com A 192.0.2.1\nexample A 192.0.2.1\n")), Lines{});
}

TEST(Check, KeysAndTheirChildren) {
  const std::string cds = "@ CDS 1 13 2 0000000000000000000000000000000000000000000000000000000000000000\n";
  EXPECT_EQ(findings(with_apex(cds)), Lines{"CDS/CDNSKEY consistency checks failed"});
  EXPECT_EQ(findings(with_apex("@ NSEC3PARAM 1 0 200 -\n")),
            Lines{"excessive NSEC3PARAM iterations 200 > 150"});
  EXPECT_FALSE(is_usable(with_apex("@ NSEC3PARAM 2 0 1 -\n")));
}

TEST(Check, FullIntegrityAsksOnceForEachHost) {
  std::vector<std::string> asked;
  CheckOptions options;
  options.external = [&](dns::NameView name) {
    asked.push_back(dns::to_string(name));
    HostAddresses found;
    if (asked.back() == "b.sub.example.com.") {
      found.state = HostAddresses::State::kFound;
      found.ipv4 = {"192.0.2.9"};
    }
    return found;
  };
  EXPECT_EQ(findings(with_apex("x MX 0 a.test.\ny MX 0 a.test.\nsub NS b.sub\nb.sub A 192.0.2.3\n"), options),
            (Lines{"sub.example.com/NS 'b.sub.example.com' extra GLUE A record (192.0.2.3)",
                   "sub.example.com/NS 'b.sub.example.com' missing GLUE A record (192.0.2.9)",
                   "x.example.com/MX 'a.test' (out of zone) has no addresses records (A or AAAA)"}));
  std::sort(asked.begin(), asked.end());
  EXPECT_EQ(asked, (std::vector<std::string>{"a.test.", "b.sub.example.com."}));
}

TEST(Check, FindingsBeyondTheMostAreCounted) {
  std::string text(kApex);
  for (int i = 0; i < 1500; i++) text += "h" + std::to_string(i) + " MX 0 gone\n";
  const Lines lines = findings(text);
  ASSERT_EQ(lines.size(), kMostFindings + 1);
  EXPECT_EQ(lines.back(), "500 more findings are not shown");
}

TEST(Hostname, LettersDigitsAndInnerHyphens) {
  EXPECT_TRUE(dns::is_hostname(name_of("a-b.1.Z.")));
  EXPECT_TRUE(dns::is_hostname(name_of(".")));
  for (const char* bad : {"-a.", "a-.", "a_b.", "*.a.", "a\\.b."})
    EXPECT_FALSE(dns::is_hostname(name_of(bad))) << bad;
  EXPECT_TRUE(dns::is_hostname(name_of("*.a."), true));
  EXPECT_TRUE(is_mailbox(name_of("a_b\\.c.example.")));
  EXPECT_FALSE(is_mailbox(name_of("a.b_c.")));
}

TEST(Hostname, AddressesInPlaceOfNames) {
  const dns::Name owner = name_of("x.example.com.");
  EXPECT_EQ(address_in_name(name_of("192.0.2.1."), owner), "192.0.2.1.");
  EXPECT_EQ(address_in_name(name_of("192.0.2.1.example.com."), owner), "192.0.2.1");
  EXPECT_EQ(address_in_name(name_of("1::2.example.com."), owner), "1::2");
  EXPECT_EQ(address_in_name(name_of("::192.0.2.1.example.com."), owner), "::192.0.2.1");
  EXPECT_EQ(address_in_name(name_of("1.2.0.192.in-addr.arpa."), owner), "");
  EXPECT_EQ(address_in_name(name_of("300.0.2.1."), owner), "");
}

Lines record_findings(const std::string& text, const CheckOptions& options,
                      const char* apex = "example.com.") {
  const dns::Name zone = name_of(apex);
  dns::MasterFileOptions master;
  master.origin = zone;
  RecordCheck check(zone, options);
  Diagnostics found;
  dns::read_master_text(text, "f", master, [&](const dns::RecordBatch& batch) { check.add(batch, found); });
  Lines lines;
  for (const Diagnostic& d : found) lines.push_back(to_string(d));
  return lines;
}

TEST(RecordCheck, SaysTheLine) {
  CheckOptions options;
  options.names = Strictness::kWarn;
  EXPECT_EQ(
      record_findings(
          "$TTL 1\na_b A 192.0.2.1\nx NS c_d\n*.y A 192.0.2.1\na.*.z TXT x\nm MX 0 192.0.2.1\nt TXT a_b\n",
          options),
      (Lines{"f:2: warning: a_b.example.com: bad owner name (check-names)",
             "f:3: warning: c_d.example.com: bad name (check-names)",
             "f:5: warning: ownername 'a.*.z.example.com' contains an non-terminal wildcard",
             "f:6: warning: '192.0.2.1': MX is an address"}));
  EXPECT_EQ(record_findings("$TTL 1\n*.y A 192.0.2.1\n*.y NS x\ny NS x\n NS z\n*.z NS x\n NS y\n", options),
            (Lines{"f:3: *.y.example.com: invalid NS owner name (wildcard)",
                   "f:6: *.z.example.com: invalid NS owner name (wildcard)",
                   "f:7: *.z.example.com: invalid NS owner name (wildcard)"}));
  options.wildcard_cuts = false;
  EXPECT_EQ(record_findings("$TTL 1\n*.y NS x\n", options), Lines{});
  options.wildcard_cuts = true;
  options.names = Strictness::kIgnore;
  options.wildcard = false;
  EXPECT_EQ(record_findings("$TTL 1\n* NSEC3 1 0 0 - 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom A\n", options),
            Lines{"f:2: *.example.com: invalid NSEC3 owner name (wildcard)"});
  options.mx_addresses = Strictness::kFail;
  EXPECT_EQ(record_findings("$TTL 1\na_b A 192.0.2.1\na.*.z TXT x\nm MX 0 192.0.2.1\n", options),
            Lines{"f:4: '192.0.2.1': MX is an address"});
}

TEST(RecordCheck, TtlsAreMeasuredByTheirRun) {
  CheckOptions options;
  options.max_ttl_s = 100;
  const std::string start = "$TTL 50\n@ SOA ns h 1 1 1 1 1\n@ NS ns\n";
  EXPECT_EQ(record_findings(start + "a 100 A 192.0.2.1\nb A 192.0.2.1\n", options), Lines{});
  EXPECT_EQ(record_findings(start + "a 101 A 192.0.2.1\n", options),
            Lines{"f:4: TTL 101 exceeds configured max-zone-ttl 100"});
  // What gives way to an earlier TTL does not count; apart, it is a run of its own.
  EXPECT_EQ(record_findings(start + "a 5 A 192.0.2.1\na 500 A 192.0.2.2\n", options), Lines{});
  EXPECT_EQ(record_findings(start + "a 500 A 192.0.2.1\na 5 A 192.0.2.2\n", options),
            (Lines{"f:4: TTL 500 exceeds configured max-zone-ttl 100",
                   "f:5: TTL 500 exceeds configured max-zone-ttl 100"}));
  EXPECT_EQ(record_findings(start + "a 5 A 192.0.2.1\nb A 192.0.2.1\na 500 A 192.0.2.2\n", options),
            Lines{"f:6: TTL 500 exceeds configured max-zone-ttl 100"});
  EXPECT_EQ(record_findings(start + "a.test. 500 A 192.0.2.1\n", options), Lines{});
  options.max_ttl_s = 0;
  EXPECT_EQ(record_findings(start + "a 2000000000 A 192.0.2.1\n", options), Lines{});
}

TEST(RecordCheck, PtrNamesHostsInReverseZonesOnly) {
  CheckOptions options;
  options.names = Strictness::kWarn;
  EXPECT_EQ(record_findings("$TTL 1\nx PTR a_b.\n", options), Lines{});
  EXPECT_EQ(record_findings("$TTL 1\nx PTR a_b.\nlb._dns-sd._udp.1 PTR a_b.\n", options, "2.in-addr.arpa."),
            Lines{"f:2: warning: a_b: bad name (check-names)"});
}

TEST(RecordCheck, SoaAndDsInTheWrongPlaceFail) {
  EXPECT_EQ(record_findings("$TTL 1\nx SOA a b 1 1 1 1 1\n@ DS 1 8 2 "
                            "0000000000000000000000000000000000000000000000000000000000000000\n",
                            {}),
            (Lines{"f:2: SOA record not at top of zone (x.example.com)",
                   "f:3: DS record at top of zone (example.com)"}));
}

TEST(RecordCheck, NamesOfTheSoaAreHostsAndMailboxes) {
  CheckOptions options;
  options.names = Strictness::kWarn;
  const auto said = [&](const std::string& names, const char* apex) {
    return record_findings("$TTL 1\n@ SOA " + names + " 1 1 1 1 1\n", options, apex);
  };
  for (const char* good : {"a b", "a.b c_d", ". .", "@ @", "ns.Example.COM. x.other.", "xexample.com. h"})
    EXPECT_EQ(said(good, "example.com."), Lines{}) << good;
  EXPECT_EQ(said("a_b h", "example.com."), Lines{"f:2: warning: a_b.example.com: bad name (check-names)"});
  EXPECT_EQ(said("a.-b.example.com. h", "example.com."),
            Lines{"f:2: warning: a.-b.example.com: bad name (check-names)"});
  EXPECT_EQ(said("ns. h.c_d", "example.com."),
            Lines{"f:2: warning: h.c_d.example.com: bad name (check-names)"});
  EXPECT_EQ(said("ns h.other.", "ex_ample."), Lines{"f:2: warning: ns.ex_ample: bad name (check-names)"});
}

TEST(RecordCheck, FindsTheSameWhenTheReaderHasLookedAtNoName) {
  std::string text = "$TTL 1\n";
  for (const std::string name :
       {"host", "a-b.c", "-a",  "a-", "a.-b.c", "a.b-.c", "a_b",       "1",     "1.2.3.4",     "1.2.3.4.",
        "*",    "*.a",   "a.*", "@",  "host.",  "a-.",    "gc._msdcs", "\\097", "2001:db8::1", "A9"}) {
    for (const std::string rdata :
         {"A 192.0.2.1", "AAAA ::1", "NS ", "MX 1 ", "SRV 1 2 3 ", "CNAME ", "PTR "}) {
      text += name + " " + rdata + (rdata.ends_with(' ') ? name : "") + "\n";
    }
    text += name + " SOA " + name + " host.master 1 2 3 4 5\n";
    text += name + " SOA host " + name + " 1 2 3 4 5\n";
  }
  for (const char* apex : {"example.com.", "a_b.example.", "2.0.192.in-addr.arpa."}) {
    dns::MasterFileOptions master;
    master.origin = name_of(apex);
    CheckOptions options;
    Diagnostics with;
    Diagnostics without;
    RecordCheck check(master.origin, options);
    RecordCheck plain_check(master.origin, options);
    size_t looked_at = 0;
    dns::read_master_text(text, "f", master, [&](const dns::RecordBatch& batch) {
      check.add(batch, with);
      dns::RecordBatch plain = batch;
      for (dns::BatchRecord& record : plain.records) {
        looked_at += size_t{record.owner_is_host} + size_t{record.target_is_host};
        record.owner_is_host = record.target_is_host = false;
      }
      plain_check.add(plain, without);
    });
    EXPECT_GT(looked_at, 0U) << apex;
    EXPECT_FALSE(with.empty());
    ASSERT_EQ(with.size(), without.size()) << apex;
    for (size_t i = 0; i < with.size(); i++) EXPECT_EQ(to_string(with[i]), to_string(without[i]));
  }
}

bool survey_says_good(const std::string& text, std::string_view apex = "example.com.") {
  const dns::Name zone = name_of(apex);
  dns::MasterFileOptions master;
  master.origin = zone;
  ZoneSurvey survey(zone);
  dns::read_master_text(text, "f", master, [&](const dns::RecordBatch& batch) { survey.add(batch); });
  return survey.is_surely_good();
}

TEST(ZoneSurvey, BelievesOnlyWhatCheckContentWouldNotMind) {
  EXPECT_TRUE(survey_says_good(with_apex("a CNAME b\nb A 192.0.2.1\nb MX 0 a\nc NS x.\n")));
  for (const char* doubtful :
       {"a CNAME b\na A 192.0.2.1\n", "a CNAME b\nb TXT x\nA TXT y\n", "a CNAME b\nb TXT x\na CNAME c\n",
        "a 60 A 192.0.2.9\n", "@ SOA ns h 2 1 1 1 1\n", "@ NS gone\n", "x DNAME y\n",
        "a.example.com A 192.0.2.1\n", "a.example.net. A 192.0.2.1\n"}) {
    EXPECT_FALSE(survey_says_good(with_apex(doubtful))) << doubtful;
  }
  EXPECT_FALSE(survey_says_good("$TTL 1\nwww A 192.0.2.1\n"));
}

TEST(ZoneSurvey, KnowsTheNamesOfAnyZoneWithoutRegardToCase) {
  for (const std::string apex : {".", "x.", "a.b.", "1234567.", "12345678.", "a23456789012345.",
                                 "A234567890123456.", "a-long.name.of-a.zone.EXAMPLE."}) {
    EXPECT_TRUE(survey_says_good(with_apex("Www CNAME ns\n"), apex)) << apex;
    EXPECT_FALSE(survey_says_good(with_apex("Www CNAME ns\nb A 192.0.2.1\nwWW TXT x\n"), apex)) << apex;
    EXPECT_FALSE(survey_says_good(with_apex("@ NS NT\n"), apex)) << apex;
    EXPECT_TRUE(survey_says_good(with_apex("@ NS NT\nnt AAAA ::1\n"), apex)) << apex;
    if (apex == ".") continue;
    EXPECT_TRUE(survey_says_good(with_apex("b." + apex + " A 192.0.2.1\n"), apex)) << apex;
    EXPECT_FALSE(survey_says_good(with_apex("b.x" + apex + " A 192.0.2.1\n"), apex)) << apex;
    EXPECT_FALSE(survey_says_good(with_apex("z. A 192.0.2.1\n"), apex)) << apex;
  }
}

}  // namespace
}  // namespace nomen::zone
