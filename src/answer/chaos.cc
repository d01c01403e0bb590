#include "answer/chaos.h"

#include <array>
#include <string>

namespace nomen::answer {

namespace {

using dns::RRType;

dns::Name literal(std::string_view text) { return *dns::Name::parse(text); }

/// The text that a name answers with, or nothing: unknown or switched off.
const std::string* text_of(const dns::HashedName& name, const ServerSettings& server) {
  static const dns::Name kVersion[] = {literal("version.bind."), literal("version.server.")};
  static const dns::Name kHostname = literal("hostname.bind.");
  static const dns::Name kServerId = literal("id.server.");
  const dns::NameView asked = name.view();
  if (asked == kVersion[0] || asked == kVersion[1]) return server.version ? &*server.version : nullptr;
  if (asked == kHostname) return server.hostname ? &*server.hostname : nullptr;
  if (asked == kServerId) return server.server_id ? &*server.server_id : nullptr;
  return nullptr;
}

/// A TXT rdata of one text, in strings of 255 octets at most.
void make_txt(const std::string& text, std::vector<uint8_t>& rdata) {
  size_t at = 0;
  do {
    const size_t size = std::min<size_t>(255, text.size() - at);
    rdata.push_back(static_cast<uint8_t>(size));
    rdata.insert(rdata.end(), text.begin() + static_cast<std::ptrdiff_t>(at), text.begin() + static_cast<std::ptrdiff_t>(at + size));
    at += size;
  } while (at < text.size());
}

/// The SOA of such a one-name zone: the name itself, and "hostmaster" of it; all counters as BIND shows them.
void make_soa(const dns::NameView name, std::vector<uint8_t>& rdata) {
  static constexpr std::string_view kHostmaster = "\012hostmaster";
  rdata.assign(name.data(), name.data() + name.size());
  rdata.insert(rdata.end(), kHostmaster.begin(), kHostmaster.end());
  rdata.insert(rdata.end(), name.data(), name.data() + name.size());
  for (const uint32_t number : {0U, 28800U, 7200U, 604800U, 86400U}) {
    for (int shift = 24; shift >= 0; shift -= 8) rdata.push_back(static_cast<uint8_t>(number >> shift));
  }
}

}  // namespace

bool answer_chaos(const Query& query, const ServerSettings& server, Response& response) {
  const dns::HashedName& name = query.question.name;
  const std::string* text = text_of(name, server);
  if (text == nullptr) return false;
  const RRType type = query.question.type;
  std::vector<uint8_t> rdata;
  response.set_authoritative(true);
  if (type == RRType::kTxt || type == RRType::kAny) {
    make_txt(*text, rdata);
    if (!response.add_rr(Section::kAnswer, name.view(), name, RRType::kTxt, 0, rdata)) response.set_truncated();
    return true;
  }
  make_soa(name.view(), rdata);
  rdata.reserve(rdata.size() + 64);
  const Section section = type == RRType::kSoa ? Section::kAnswer : Section::kAuthority;
  if (!response.add_rr(section, name.view(), name, RRType::kSoa, section == Section::kAnswer ? 0 : 86400, rdata)) {
    response.set_truncated();
  }
  return true;
}

}  // namespace nomen::answer
