#include "answer/zone_options.h"

#include <algorithm>
#include <array>

#include "answer/route_transfer.h"
#include "dns/zone_options.h"

namespace nomen::answer {

namespace {

constexpr size_t kOptionHeadBytes = 4;
constexpr size_t kExpireBytes = 4;
constexpr size_t kVersionBytes = 6;  // labels, type, serial
constexpr size_t kDigestBytes = 5 + dns::kZoneDigestBytes;

/// An SOA with its names, and the five numbers behind them (RFC 1035 3.3.13).
constexpr size_t kLeastSoaBytes = 22;
constexpr size_t kSoaExpireFromEnd = 8;

std::optional<uint32_t> soa_expire_s(const zone::Content& content) {
  const zone::RRsetView soa = content.apex_node().find(dns::RRType::kSoa);
  if (!soa || soa.first_rdata().size() < kLeastSoaBytes) return std::nullopt;
  const Bytes rdata = soa.first_rdata();
  return load_u32(rdata.data() + rdata.size() - kSoaExpireFromEnd);
}

void add_expire(uint32_t seconds, OptOptions& options) {
  std::array<uint8_t, kExpireBytes> value;
  store_u32(value.data(), seconds);
  options.add(dns::kExpireOption, value);
}

/// RFC 9660 2: the number of labels in the zone's name, SOA-SERIAL, the serial.
void add_version(const zone::Content& content, OptOptions& options) {
  std::array<uint8_t, kVersionBytes> value{static_cast<uint8_t>(content.apex_labels()), 0};
  store_u32(&value[2], content.serial().value);
  options.add(dns::kZoneVersionOption, value);
}

void add_digest(const Elsewhere::KnownDigest& known, OptOptions& options) {
  std::array<uint8_t, kDigestBytes> value;
  store_u32(value.data(), known.serial.value);
  value[4] = dns::kZoneDigestKind;
  if (known.digest) std::copy(known.digest->value.begin(), known.digest->value.end(), value.begin() + 5);
  options.add(dns::kZoneDigestOption, Bytes(value).first(known.digest ? kDigestBytes : 4));
}

}  // namespace

std::optional<uint32_t> expire_s(const ServedZone& zone, uint32_t now_s) {
  if (zone.content() == nullptr) return std::nullopt;
  const std::optional<uint32_t> whole = soa_expire_s(*zone.content());
  if (!whole || zone.settings().role != ZoneRole::kSecondary) return whole;
  const int64_t expires_s =
      zone.expiry() != nullptr ? zone.expiry()->at_s.load(std::memory_order_relaxed) : 0;
  if (expires_s == 0) return std::nullopt;
  return static_cast<uint32_t>(std::clamp<int64_t>(expires_s - now_s, 0, *whole));
}

size_t zone_option_bytes(const Edns& edns) {
  size_t bytes = 0;
  if (edns.wants(ZoneOption::kExpire)) bytes += kOptionHeadBytes + kExpireBytes;
  if (edns.wants(ZoneOption::kVersion)) bytes += kOptionHeadBytes + kVersionBytes;
  if (edns.wants(ZoneOption::kDigest)) bytes += kOptionHeadBytes + kDigestBytes;
  return bytes;
}

void add_zone_options(const Query& query, const Response& response, const policy::LocalAddresses& local,
                      uint32_t now_s, Elsewhere& elsewhere, OptOptions& options) {
  if (query.edns.zone_options == 0 || query.question.opcode != dns::Opcode::kQuery) return;
  // A referral is not the zone's own word, and a refusal none at all (RFC 9660 3.2).
  if (!response.is_authoritative() || query.zone == nullptr || query.zone->content() == nullptr) return;
  if (response.rcode() != dns::Rcode::kNoError && response.rcode() != dns::Rcode::kNxDomain) return;
  const zone::Content& content = *query.zone->content();
  if (query.edns.wants(ZoneOption::kVersion)) add_version(content, options);
  const bool is_about_soa =
      query.question.type == dns::RRType::kSoa && query.question.name.labels == content.apex_labels();
  if (!is_about_soa) return;
  if (query.edns.wants(ZoneOption::kExpire)) {
    if (const auto left_s = expire_s(*query.zone, now_s)) add_expire(*left_s, options);
  }
  // Working it out costs as much as a transfer: who may have the one may have the other.
  if (query.edns.wants(ZoneOption::kDigest) && may_transfer(query, local))
    add_digest(elsewhere.digest(query), options);
}

}  // namespace nomen::answer
