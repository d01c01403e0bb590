// For tests: UPDATE messages out of lines of text, in the manner of nsupdate, made without the code under
// test:
//   yxdomain NAME | nxdomain NAME | yxrrset NAME TYPE [RDATA] | nxrrset NAME TYPE
//   add NAME TTL TYPE RDATA | delete NAME [TYPE [RDATA]]
// Names are relative to the zone. Thread rule: free functions.
#pragma once
#include <sstream>
#include <string>
#include <vector>

#include "update/request.h"
#include "zone/content_for_test.h"

namespace nomen::update {

inline void put_u16(std::vector<uint8_t>& out, unsigned value) {
  out.push_back(static_cast<uint8_t>(value >> 8));
  out.push_back(static_cast<uint8_t>(value));
}
inline void put_bytes(std::vector<uint8_t>& out, Bytes bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

struct RecordForTest {
  dns::Name owner;
  uint16_t type = 0;
  uint16_t rr_class = 0;
  uint32_t ttl_s = 0;
  std::vector<uint8_t> rdata;
};

inline std::vector<uint8_t> rdata_for_test(const std::string& type, const std::string& text,
                                           const dns::Name& zone) {
  std::vector<uint8_t> rdata;
  dns::MasterFileOptions options;
  options.origin = zone;
  const auto summary = dns::read_master_text(
      "@ 0 " + type + " " + text + "\n", "test", options,
      [&](const dns::RecordBatch& batch) { put_bytes(rdata, batch.rdata(batch.records[0])); });
  NOMEN_REQUIRE(summary.errors == 0);
  return rdata;
}

/// An UPDATE message without compression.
inline std::vector<uint8_t> message_for_test(const dns::Name& zone,
                                             const std::vector<RecordForTest>& prerequisites,
                                             const std::vector<RecordForTest>& updates) {
  std::vector<uint8_t> out = {0x12, 0x34, 5 << 3, 0};
  put_u16(out, 1);
  put_u16(out, static_cast<unsigned>(prerequisites.size()));
  put_u16(out, static_cast<unsigned>(updates.size()));
  put_u16(out, 0);
  put_bytes(out, zone.bytes());
  put_u16(out, dns::number(dns::RRType::kSoa));
  put_u16(out, dns::number(dns::RRClass::kIn));
  for (const auto* section : {&prerequisites, &updates}) {
    for (const RecordForTest& record : *section) {
      put_bytes(out, record.owner.bytes());
      put_u16(out, record.type);
      put_u16(out, record.rr_class);
      put_u16(out, record.ttl_s >> 16);
      put_u16(out, record.ttl_s & 0xffff);
      put_u16(out, static_cast<unsigned>(record.rdata.size()));
      put_bytes(out, record.rdata);
    }
  }
  return out;
}

inline std::vector<uint8_t> message_for_test(std::string_view apex, const std::string& lines) {
  const dns::Name zone = zone::name_of(apex);
  std::vector<RecordForTest> prerequisites;
  std::vector<RecordForTest> updates;
  std::istringstream text(lines);
  for (std::string line; std::getline(text, line);) {
    std::istringstream words(line);
    std::string what;
    std::string owner;
    std::string type = "ANY";
    std::string rdata;
    if (!(words >> what)) continue;
    words >> owner;
    RecordForTest record;
    record.owner = *dns::Name::parse(owner == "@" ? std::string(apex) : owner, zone);
    if (what == "add") words >> record.ttl_s;
    if (what != "yxdomain" && what != "nxdomain") words >> type;
    std::getline(words >> std::ws, rdata);
    record.type = dns::number(*dns::parse_type(type));
    if (!rdata.empty()) record.rdata = rdata_for_test(type, rdata, zone);
    const bool has_rdata = !rdata.empty();
    using enum dns::RRClass;
    const bool is_prerequisite = what.substr(1, 1) == "x";
    const bool wants = what == "yxdomain" || what == "yxrrset";
    const dns::RRClass rr_class = what == "add"     ? kIn
                                  : is_prerequisite ? (has_rdata ? kIn
                                                       : wants   ? kAny
                                                                 : kNone)
                                                    : (has_rdata ? kNone : kAny);
    record.rr_class = dns::number(rr_class);
    (is_prerequisite ? prerequisites : updates).push_back(record);
  }
  return message_for_test(zone, prerequisites, updates);
}

inline UpdateRequest request_for_test(std::string_view apex, const std::string& lines) {
  auto request = read_update(message_for_test(apex, lines));
  NOMEN_REQUIRE(request.has_value());
  return std::move(*request);
}

}  // namespace nomen::update
