#include "zone/check_apex.h"

#include <algorithm>
#include <array>
#include <bitset>

#include "zone/check_targets.h"
#include "zone/limits.h"

namespace nomen::zone {

namespace {

using dns::NameView;
using dns::RRType;

/// More rounds than this make a resolver treat the zone as unsigned (RFC 9276 3.2; BIND's limit).
constexpr uint8_t kSha1 = 1;  // the one NSEC3 hash algorithm

void check_name_server(const Content& content, const NodeSurvey& survey, NameView target,
                       Strictness strictness, Findings& findings) {
  OwnLabels own;
  if (content.rr_class() != dns::RRClass::kIn || !content.prepare(target, own)) return;
  const TargetFinding found = find_target(content, target, own, true, survey.has_dname);
  if (found.target == Target::kAddress || found.target == Target::kGlue) return;
  const std::string text = "NS '" + dns::to_string_no_dot(target) + "' ";
  const NameView apex = content.apex();
  switch (found.target) {
    case Target::kNothing:
      return findings.add(Stage::kApex, apex, strictness, text + "has no address records (A or AAAA)");
    case Target::kAlias:
      return findings.add(Stage::kApex, apex, strictness, text + "is a CNAME (illegal)");
    case Target::kRedirected:
      return findings.add(Stage::kApex, apex, strictness,
                          text + "is below a DNAME '" + dns::to_string_no_dot(found.dname) + "' (illegal)");
    default:
      return;
  }
}

void check_nsec3_parameters(const Content& content, Findings& findings) {
  const RRsetView set = content.apex_node().find(RRType::kNsec3Param);
  if (!set) return;
  bool supported = false;
  set.for_each([&](Bytes rdata) {
    if (rdata.size() < 5) return;
    const uint16_t iterations = load_u16(rdata.data() + 2);
    if (rdata[0] != kSha1) {
      findings.add(Stage::kApex, content.apex(), Strictness::kWarn,
                   "unsupported nsec3 hash algorithm: " + std::to_string(rdata[0]));
      return;
    }
    supported = true;
    if (rdata[1] == 0 && iterations > kMostNsec3Iterations) {
      findings.add(Stage::kApex, content.apex(), Strictness::kWarn,
                   "excessive NSEC3PARAM iterations " + std::to_string(iterations) + " > " +
                       std::to_string(kMostNsec3Iterations));
    }
  });
  if (!supported)
    findings.add(Stage::kApex, content.apex(), Strictness::kFail, "no supported nsec3 hash algorithm");
}

std::string_view rsa_name(uint8_t algorithm) {
  switch (algorithm) {
    case 1:
      return "RSAMD5";
    case 5:
      return "RSASHA1";
    case 7:
      return "NSEC3RSASHA1";
    case 8:
      return "RSASHA256";
    case 10:
      return "RSASHA512";
    default:
      return {};
  }
}

/// RFC 4034 appendix B.
uint16_t key_tag(Bytes dnskey) {
  if (dnskey.size() > 6 && dnskey[3] == 1) return load_u16(dnskey.data() + dnskey.size() - 3);
  uint32_t sum = 0;
  for (size_t i = 0; i < dnskey.size(); i++) sum += (i % 2 == 0) ? uint32_t{dnskey[i]} << 8 : dnskey[i];
  return static_cast<uint16_t>(sum + (sum >> 16 & 0xffff));
}

/// An RSA key with the exponent 3 (RFC 3110 2).
void check_exponent(const Content& content, Bytes dnskey, Findings& findings) {
  if (dnskey.size() < 6 || dnskey[4] != 1 || dnskey[5] != 3) return;
  const std::string_view algorithm = rsa_name(dnskey[3]);
  if (algorithm.empty()) return;
  findings.add(Stage::kKeys, content.apex(), Strictness::kWarn,
               "weak " + std::string(algorithm) + " (" + std::to_string(dnskey[3]) +
                   ") key found (exponent=3, id=" + std::to_string(key_tag(dnskey)) + ")");
}

}  // namespace

void check_apex(const Content& content, const NodeSurvey& survey, Strictness of_servers, Findings& findings) {
  const NodeView apex = content.apex_node();
  const RRsetView soa = apex.find(RRType::kSoa);
  const RRsetView servers = apex.find(RRType::kNs);
  if (!soa) findings.add(Stage::kApex, content.apex(), Strictness::kFail, "has 0 SOA records");
  if (!servers) {
    findings.add(Stage::kApex, content.apex(), Strictness::kFail, "has no NS records");
  } else if (of_servers != Strictness::kIgnore) {
    servers.for_each([&](Bytes rdata) {
      check_name_server(content, survey, {rdata.data(), rdata.size()}, of_servers, findings);
    });
  }
  check_nsec3_parameters(content, findings);
}

void check_keys(const Content& content, Findings& findings) {
  const NodeView apex = content.apex_node();
  std::bitset<256> algorithms;
  if (const RRsetView keys = apex.find(RRType::kDnskey)) {
    keys.for_each([&](Bytes rdata) {
      if (rdata.size() >= 4) algorithms.set(rdata[3]);
      check_exponent(content, rdata, findings);
    });
  }
  bool consistent = true;
  for (const RRType type : {RRType::kCds, RRType::kCdnskey}) {
    const size_t at = type == RRType::kCds ? 2 : 3;  // of the algorithm
    const RRsetView set = apex.find(type);
    if (!set) continue;
    set.for_each([&](Bytes rdata) {
      if (rdata.size() <= at) return;
      const bool asks_for_deletion = rdata[at] == 0;  // RFC 8078 4
      consistent &= asks_for_deletion ? set.count() == 1 : algorithms.test(rdata[at]);
    });
  }
  if (!consistent)
    findings.add(Stage::kKeys, content.apex(), Strictness::kFail, "CDS/CDNSKEY consistency checks failed");
}

bool is_dnssec_signed(const Content& content) {
  constexpr uint16_t kZoneKey = 0x0100;
  const NodeView apex = content.apex_node();
  const RRsetView keys = apex.find(RRType::kDnskey);
  if (!keys) return false;
  bool has_zone_key = false;
  keys.for_each([&](Bytes rdata) {
    has_zone_key |= rdata.size() > 4 && (load_u16(rdata.data()) & kZoneKey) != 0 && rdata[2] == 3;
  });
  if (!has_zone_key) return false;
  if (apex.find(RRType::kNsec) && apex.find_signatures(RRType::kNsec)) return true;
  bool has_parameters = false;
  if (const RRsetView set = apex.find(RRType::kNsec3Param)) {
    set.for_each(
        [&](Bytes rdata) { has_parameters |= rdata.size() >= 5 && rdata[0] == kSha1 && rdata[1] == 0; });
  }
  return has_parameters;
}

}  // namespace nomen::zone
