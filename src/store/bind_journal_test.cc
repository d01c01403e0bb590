#include "store/bind_journal.h"

#include <gtest/gtest.h>

#include "store/history.h"

namespace nomen::store {
namespace {

const dns::Name kApex = *dns::Name::parse("example.");

struct Wire {
  std::vector<uint8_t> bytes;

  Wire& u16(uint32_t value) {
    for (const int shift : {8, 0}) bytes.push_back(static_cast<uint8_t>(value >> shift));
    return *this;
  }
  Wire& u32(uint32_t value) { return u16(value >> 16).u16(value & 0xffff); }
  Wire& add(Bytes more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
    return *this;
  }
  Wire& text(std::string_view more) {
    return add({reinterpret_cast<const uint8_t*>(more.data()), more.size()});
  }
};

Wire record(std::string_view owner, uint16_t type, const Wire& rdata, uint16_t rr_class = 1) {
  Wire body;
  body.add(dns::Name::parse(owner)->bytes()).u16(type).u16(rr_class).u32(300);
  body.u16(static_cast<uint32_t>(rdata.bytes.size())).add(rdata.bytes);
  Wire out;
  out.u32(static_cast<uint32_t>(body.bytes.size())).add(body.bytes);
  return out;
}

Wire soa(uint32_t serial) {
  Wire rdata;
  rdata.add(kApex.bytes()).add(kApex.bytes()).u32(serial).u32(1).u32(1).u32(1).u32(1);
  return record("example.", 6, rdata);
}

Wire address(std::string_view owner, uint8_t last = 1, uint16_t rr_class = 1) {
  Wire rdata;
  rdata.u16(0xc000).u16(0x0200U + last);
  return record(owner, 1, rdata, rr_class);
}

Wire transaction(uint32_t from, uint32_t to, const std::vector<Wire>& records, bool has_count = true) {
  Wire body;
  for (const Wire& each : records) body.add(each.bytes);
  Wire out;
  out.u32(static_cast<uint32_t>(body.bytes.size()));
  if (has_count) out.u32(static_cast<uint32_t>(records.size()));
  out.u32(from).u32(to).add(body.bytes);
  return out;
}

std::vector<uint8_t> journal(const std::vector<Wire>& transactions,
                             std::string_view format = ";BIND LOG V9.2\n") {
  Wire body;
  for (const Wire& each : transactions) body.add(each.bytes);
  Wire out;
  out.text(format);
  out.bytes.resize(16);
  out.u32(1).u32(64).u32(3).u32(static_cast<uint32_t>(64 + body.bytes.size())).u32(0);
  out.bytes.resize(64);
  return out.add(body.bytes).bytes;
}

std::vector<Wire> two_transactions(bool has_count = true) {
  return {transaction(1, 2, {soa(1), soa(2), address("new.example.")}, has_count),
          transaction(2, 3, {soa(2), address("www.example."), soa(3)}, has_count)};
}

Result<std::vector<zone::VersionStep>> read(const std::vector<uint8_t>& bytes) {
  return read_bind_journal(bytes, kApex, dns::RRClass::kIn);
}

std::string error_of(const std::vector<uint8_t>& bytes) {
  const auto steps = read(bytes);
  return steps ? "" : steps.error().text;
}

TEST(BindJournal, GivesItsTransactionsAsStepsInBothFormats) {
  for (const bool is_new : {true, false}) {
    const auto steps =
        read(journal(two_transactions(is_new), is_new ? ";BIND LOG V9.2\n" : ";BIND LOG V9\n"));
    ASSERT_TRUE(steps) << steps.error().text;
    ASSERT_EQ(steps->size(), 2U);
    EXPECT_EQ((*steps)[0].from.value, 1U);
    EXPECT_EQ((*steps)[0].change->added.size(), 2U);
    EXPECT_EQ((*steps)[1].to.value, 3U);
    EXPECT_EQ((*steps)[1].change->removed.size(), 2U);
    const std::string patch = to_patch(*(*steps)[1].change, dns::RRClass::kIn);
    EXPECT_NE(patch.find("-www.example."), std::string::npos) << patch;
  }
}

TEST(BindJournal, WithoutTransactionsIsEmpty) {
  const auto steps = read(journal({}));
  ASSERT_TRUE(steps);
  EXPECT_TRUE(steps->empty());
}

TEST(BindJournal, CutOffAnywhereIsRefused) {
  const std::vector<uint8_t> whole = journal(two_transactions());
  for (size_t size = 0; size < whole.size(); size++)
    EXPECT_NE(error_of({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}), "") << size;
}

TEST(BindJournal, SaysWhatIsWrong) {
  EXPECT_EQ(error_of(journal({}, "something else")), "it is no journal of BIND 9");
  EXPECT_EQ(error_of(journal({transaction(1, 2, {soa(1), soa(2)}), transaction(5, 6, {soa(5), soa(6)})})),
            "its transactions are no chain");
  EXPECT_NE(error_of(journal({transaction(1, 2, {soa(1), soa(9)})})).find("not those of its serials"),
            std::string::npos);
  EXPECT_NE(error_of(journal({transaction(1, 2, {soa(1)})})).find("no two SOA records"), std::string::npos);
  EXPECT_NE(error_of(journal({transaction(1, 2, {address("www.example."), soa(1), soa(2)})}))
                .find("does not begin with an SOA"),
            std::string::npos);
  EXPECT_NE(error_of(journal({transaction(1, 2, {soa(1), soa(2), address("www.other.")})}))
                .find("outside of the zone"),
            std::string::npos);
  EXPECT_NE(error_of(journal({transaction(1, 2, {soa(1), soa(2), address("www.example.", 1, 3)})}))
                .find("another class"),
            std::string::npos);
}

}  // namespace
}  // namespace nomen::store
