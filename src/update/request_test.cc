#include "update/request.h"

#include <gtest/gtest.h>

#include "dns/message_writer.h"
#include "update/request_for_test.h"

namespace nomen::update {
namespace {

using dns::Rcode;

constexpr uint16_t kIn = 1;
constexpr uint16_t kCh = 3;
constexpr uint16_t kNone = 254;
constexpr uint16_t kAny = 255;
const std::vector<uint8_t> kAddress = {192, 0, 2, 1};

RecordForTest record(uint16_t rr_class, uint16_t type, uint32_t ttl_s, std::vector<uint8_t> rdata,
                     std::string_view owner = "a.example.") {
  return {zone::name_of(owner), type, rr_class, ttl_s, std::move(rdata)};
}

/// What reading and prescanning come to.
Rcode verdict(const std::vector<uint8_t>& message) {
  const auto request = read_update(message);
  if (!request) return request.error().rcode;
  const auto refused = prescan(*request);
  return refused ? refused->rcode : Rcode::kNoError;
}
Rcode update_verdict(const RecordForTest& record) {
  return verdict(message_for_test(zone::name_of("example."), {}, {record}));
}

TEST(UpdateRequest, TheSectionsAreTakenApart) {
  const UpdateRequest request = request_for_test(
      "Example.", "yxdomain www\nnxrrset b TXT\nadd www 300 A 192.0.2.1\ndelete www MX 5 Mail\n");
  EXPECT_EQ(dns::to_string(request.zone), "Example.");
  ASSERT_EQ(request.prerequisites.size(), 2U);
  ASSERT_EQ(request.updates.size(), 2U);
  const auto& added = request.updates.entries()[0];
  EXPECT_EQ(dns::to_string(request.updates.owner(added)), "www.Example.");
  EXPECT_EQ(added.ttl_s, 300U);
  EXPECT_EQ(request.updates.rdata(added).size(), 4U);
  const auto& deleted = request.updates.entries()[1];
  EXPECT_EQ(deleted.rr_class, dns::RRClass::kNone);
  EXPECT_EQ(dns::rdata_to_text(deleted.type, dns::RRClass::kIn, request.updates.rdata(deleted)),
            "5 Mail.Example.");
}

TEST(UpdateRequest, CompressedNamesAreTakenApartAlsoInClassNone) {
  std::array<uint8_t, 512> buffer;
  dns::MessageWriter writer;
  writer.begin(buffer, buffer.size(), {.id = 1, .flags = dns::Header::flags_for(dns::Opcode::kUpdate, 0)});
  const dns::Name zone = zone::name_of("example.");
  const dns::Name owner = zone::name_of("a.example.");
  ASSERT_TRUE(writer.add_question(zone, dns::RRType::kSoa, dns::RRClass::kIn));
  const std::vector<uint8_t> rdata = rdata_for_test("MX", "5 mail.a.example.", zone);
  std::vector<uint8_t> pointed = {0, 5, 4, 'm', 'a', 'i', 'l', 0xc0, 23};
  Bytes message = writer.finish();
  std::vector<uint8_t> bytes(message.begin(), message.end());
  ASSERT_EQ(bytes.size(), 25U);
  bytes[9] = 1;  // one update
  put_bytes(bytes, std::vector<uint8_t>{1, 'a', 0xc0, 12});
  put_u16(bytes, dns::number(dns::RRType::kMx));
  put_u16(bytes, kNone);
  put_u16(bytes, 0);
  put_u16(bytes, 0);
  pointed.back() = 25;
  put_u16(bytes, static_cast<unsigned>(pointed.size()));
  put_bytes(bytes, pointed);
  const auto request = read_update(bytes);
  ASSERT_TRUE(request);
  EXPECT_TRUE(equal(request->updates.rdata(request->updates.entries()[0]), rdata));
  EXPECT_EQ(request->updates.owner(request->updates.entries()[0]), owner.view());
}

// RFC 2136 3.1.1: the zone section is one SOA.
TEST(UpdateRequest, AZoneSectionThatIsNotOneSoaIsAFormatError) {
  const auto good = message_for_test("example.", "add a 300 A 192.0.2.1\n");
  EXPECT_EQ(verdict(good), Rcode::kNoError);
  auto no_soa = good;
  no_soa[12 + 9 + 1] = 1;
  EXPECT_EQ(verdict(no_soa), Rcode::kFormErr);
  auto none = good;
  none[5] = 0;
  EXPECT_EQ(verdict(none), Rcode::kFormErr);
  auto two = good;
  two[5] = 2;
  EXPECT_EQ(verdict(two), Rcode::kFormErr);
  auto query = good;
  query[2] = 0;
  EXPECT_EQ(verdict(query), Rcode::kFormErr);
}

TEST(UpdateRequest, EveryShorterMessageAndOneThatIsLongerIsAFormatError) {
  const auto good = message_for_test("example.", "yxrrset a A 192.0.2.1\nadd a 300 MX 5 b\n");
  for (size_t size = 0; size < good.size(); size++) {
    const auto request = read_update({good.data(), size});
    ASSERT_FALSE(request) << size;
    EXPECT_EQ(request.error().rcode, Rcode::kFormErr);
  }
  auto longer = good;
  longer.push_back(0);
  EXPECT_FALSE(read_update(longer));
}

// RFC 2136 3.4.1.2 and 3.4.1.3: classes, types, TTLs and lengths that no update has.
TEST(UpdatePrescan, FormatErrors) {
  struct Case {
    RecordForTest record;
    Rcode rcode;
  };
  const Case kCases[] = {
      {record(kIn, 1, 5, kAddress), Rcode::kNoError},
      {record(kIn, 255, 0, {}), Rcode::kFormErr},    // ANY is no type to add
      {record(kIn, 252, 0, {}), Rcode::kFormErr},    // AXFR
      {record(kIn, 253, 0, {}), Rcode::kFormErr},    // MAILB
      {record(kIn, 254, 0, {}), Rcode::kFormErr},    // MAILA
      {record(kIn, 250, 0, {}), Rcode::kFormErr},    // TSIG
      {record(kIn, 1, 5, {}), Rcode::kFormErr},      // an address of no octets
      {record(kIn, 65280, 5, {}), Rcode::kNoError},  // an unknown type may be empty
      {record(kAny, 1, 0, {}), Rcode::kNoError},
      {record(kAny, 255, 0, {}), Rcode::kNoError},
      {record(kAny, 1, 5, {}), Rcode::kFormErr},        // a TTL
      {record(kAny, 1, 0, kAddress), Rcode::kFormErr},  // rdata
      {record(kAny, 252, 0, {}), Rcode::kFormErr},
      {record(kNone, 1, 0, kAddress), Rcode::kNoError},
      {record(kNone, 1, 5, kAddress), Rcode::kFormErr},
      {record(kNone, 255, 0, {}), Rcode::kFormErr},
      {record(kNone, 1, 0, {}), Rcode::kFormErr},
      {record(kCh, 1, 5, kAddress), Rcode::kFormErr},
  };
  for (const Case& c : kCases) {
    EXPECT_EQ(update_verdict(c.record), c.rcode)
        << c.record.rr_class << " " << c.record.type << " " << c.record.ttl_s << " " << c.record.rdata.size();
  }
}

// RFC 2136 3.4.1.1.
TEST(UpdatePrescan, ANameOutsideOfTheZoneIsNotZone) {
  EXPECT_EQ(update_verdict(record(kIn, 1, 5, kAddress, "a.other.")), Rcode::kNotZone);
  EXPECT_EQ(update_verdict(record(kAny, 255, 0, {}, "anexample.")), Rcode::kNotZone);
  EXPECT_EQ(update_verdict(record(kIn, 1, 5, kAddress, "EXAMPLE.")), Rcode::kNoError);
}

// RFC 3007 4.3.
TEST(UpdatePrescan, RecordsOfTheSignerAreRefused) {
  const dns::Name zone = zone::name_of("example.");
  const auto nsec = rdata_for_test("NSEC", "b.example. A NSEC", zone);
  const auto rrsig = rdata_for_test("RRSIG", "A 8 2 60 20300101000000 20200101000000 1 example. AAAA", zone);
  EXPECT_EQ(update_verdict(record(kIn, 47, 5, nsec)), Rcode::kRefused);
  EXPECT_EQ(update_verdict(record(kNone, 47, 0, nsec)), Rcode::kRefused);
  EXPECT_EQ(update_verdict(record(kAny, 47, 0, {})), Rcode::kRefused);
  EXPECT_EQ(update_verdict(record(kAny, 50, 0, {})), Rcode::kRefused);
  EXPECT_EQ(update_verdict(record(kIn, 46, 5, rrsig)), Rcode::kRefused);
  EXPECT_EQ(update_verdict(record(kIn, 46, 5, rrsig, "example.")), Rcode::kNoError);
}

TEST(UpdateRequest, WhoLooksAtTheSoaIsSeen) {
  EXPECT_TRUE(looks_at_soa(request_for_test("example.", "add @ 300 SOA a b 1 2 3 4 5\n")));
  EXPECT_TRUE(
      looks_at_soa(request_for_test("example.", "yxrrset @ SOA a b 1 2 3 4 5\nadd a 300 A 192.0.2.1\n")));
  EXPECT_FALSE(looks_at_soa(request_for_test("example.", "yxrrset @ SOA\nadd a 300 A 192.0.2.1\n")));
}

}  // namespace
}  // namespace nomen::update
