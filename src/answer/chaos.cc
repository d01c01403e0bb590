#include "answer/chaos.h"

#include <array>
#include <optional>
#include <string>

namespace nomen::answer {

namespace {

using dns::RRType;

dns::Name literal(std::string_view text) {
  return *dns::Name::parse(text);
}

/// One of the built-in zones of class CH: an apex with SOA, NS and the text, unless the setting hides it.
struct BuiltinZone {
  dns::Name apex;
  std::optional<std::string> ServerSettings::* setting;
  std::string_view fixed_text;  ///< told rather than what is set
};

/// The zone that the name is in, or nullptr. Who hides the version hides the authors, too.
const BuiltinZone* zone_of(const dns::HashedName& name) {
  static const std::array<BuiltinZone, 4> kZones = {
      {{literal("version.bind."), &ServerSettings::version, {}},
       {literal("hostname.bind."), &ServerSettings::hostname, {}},
       {literal("id.server."), &ServerSettings::server_id, {}},
       {literal("authors.bind."), &ServerSettings::version, "the authors of Nomen"}}};
  for (const BuiltinZone& zone : kZones) {
    if (name.view().is_at_or_below(zone.apex.view())) return &zone;
  }
  return nullptr;
}

/// A TXT rdata of one text, in strings of 255 octets at most.
std::vector<uint8_t> txt_rdata(std::string_view text) {
  std::vector<uint8_t> rdata;
  do {
    const std::string_view part = text.substr(0, 255);
    rdata.push_back(static_cast<uint8_t>(part.size()));
    rdata.insert(rdata.end(), part.begin(), part.end());
    text.remove_prefix(part.size());
  } while (!text.empty());
  return rdata;
}

/// The SOA of such a one-name zone: the name itself, and "hostmaster" of it; all counters as BIND shows them.
std::vector<uint8_t> soa_rdata(dns::NameView name) {
  static constexpr std::string_view kHostmaster = "\012hostmaster";
  std::vector<uint8_t> rdata(name.data(), name.data() + name.size());
  rdata.insert(rdata.end(), kHostmaster.begin(), kHostmaster.end());
  rdata.insert(rdata.end(), name.data(), name.data() + name.size());
  for (const uint32_t number : {0U, 28800U, 7200U, 604800U, 86400U}) {
    for (int shift = 24; shift >= 0; shift -= 8) rdata.push_back(static_cast<uint8_t>(number >> shift));
  }
  return rdata;
}

}  // namespace

bool answer_chaos(const Query& query, const ServerSettings& server, Response& response) {
  const BuiltinZone* zone = zone_of(query.question.name);
  if (zone == nullptr) return false;
  const dns::NameView apex = zone->apex.view();
  dns::HashedName hashed;
  hashed.assign(apex);
  const auto add = [&](Section section, RRType type, uint32_t ttl_s, Bytes rdata) {
    if (!response.add_rr(section, apex, hashed, type, ttl_s, rdata)) response.set_truncated();
  };
  const auto add_ns = [&](Section section) { add(section, RRType::kNs, 0, Bytes(apex.data(), apex.size())); };
  constexpr uint32_t kSoaTtl_s = 86400;

  response.set_authoritative(true);
  const bool at_apex = query.question.name.view() == apex;
  const RRType type = query.question.type;
  const auto asks_for = [&](RRType wanted) { return at_apex && (type == wanted || type == RRType::kAny); };
  const std::optional<std::string>& set = server.*zone->setting;
  if (asks_for(RRType::kTxt) && set) {
    add(Section::kAnswer, RRType::kTxt, 0, txt_rdata(zone->fixed_text.empty() ? *set : zone->fixed_text));
  }
  if (asks_for(RRType::kSoa)) add(Section::kAnswer, RRType::kSoa, kSoaTtl_s, soa_rdata(apex));
  if (asks_for(RRType::kNs)) add_ns(Section::kAnswer);
  if (response.count(Section::kAnswer) == 0) {
    if (!at_apex) response.set_rcode(dns::Rcode::kNxDomain);
    add(Section::kAuthority, RRType::kSoa, kSoaTtl_s, soa_rdata(apex));
  } else if (type != RRType::kNs && type != RRType::kAny && !query.question.recursion_desired()) {
    add_ns(Section::kAuthority);  // minimal-responses no-auth-recursive, the default
  }
  return true;
}

}  // namespace nomen::answer
