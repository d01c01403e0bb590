#include "server/catalog_member.h"

#include <algorithm>

#include "base/encoding.h"
#include "crypto/digest.h"

namespace nomen::server {

namespace {

constexpr std::string_view kNotInFileNames = "\\/:";
constexpr size_t kLongestPlainName = 65;  // of a SHA-256 digest in hexadecimal, and its end: BIND's limit

config::IpAddress to_address(const std::vector<uint8_t>& bytes) {
  config::IpAddress address;
  address.is_v6 = bytes.size() == address.bytes.size();
  std::copy(bytes.begin(), bytes.end(), address.bytes.begin());
  return address;
}

config::MatchListRef to_list(const std::vector<transfer::CatalogPrefix>& prefixes) {
  config::MatchList list;
  for (const transfer::CatalogPrefix& prefix : prefixes) {
    config::MatchElement element;
    element.kind = config::MatchElement::Kind::kPrefix;
    element.negated = prefix.is_negated;
    element.prefix = {to_address(prefix.address), prefix.bits};
    list.elements.push_back(std::move(element));
  }
  return config::MatchListRef(std::move(list));
}

std::vector<config::RemoteServer> to_servers(const std::vector<transfer::CatalogPrimary>& primaries) {
  std::vector<config::RemoteServer> servers;
  for (const transfer::CatalogPrimary& primary : primaries) {
    for (const std::vector<uint8_t>& address : primary.addresses)
      servers.push_back({.address = to_address(address), .port = 0, .key = primary.key, .tls = {}});
  }
  return servers;
}

}  // namespace

MemberSettings member_settings(const config::CatalogZone& catalog, const transfer::CatalogOptions& of_catalog,
                               const transfer::CatalogOptions& own,
                               const std::shared_ptr<const config::ZoneOptions>& of_view,
                               const config::CatalogGroup* group) {
  const auto& options = group != nullptr ? group->options : of_view;
  MemberSettings settings{catalog.default_primaries, options};
  if (group != nullptr && !group->primaries.empty()) settings.primaries = group->primaries;
  if (!own.primaries.empty()) {
    settings.primaries = to_servers(own.primaries);
  } else if (!of_catalog.primaries.empty()) {
    settings.primaries = to_servers(of_catalog.primaries);
  }
  const auto& query = own.allow_query ? own.allow_query : of_catalog.allow_query;
  const auto& transfer = own.allow_transfer ? own.allow_transfer : of_catalog.allow_transfer;
  if (!query && !transfer) return settings;
  auto changed = std::make_shared<config::ZoneOptions>(*options);
  if (query) changed->allow_query = to_list(*query);
  if (transfer) changed->allow_transfer = to_list(*transfer);
  settings.options = std::move(changed);
  return settings;
}

std::string member_file(const config::CatalogZone& catalog, const std::string& view, dns::NameView zone) {
  if (catalog.in_memory) return {};
  std::string name = view + "_" + dns::to_string_no_dot(catalog.name) + "_" + dns::to_string_no_dot(zone);
  if (name.size() > kLongestPlainName || name.find_first_of(kNotInFileNames) != std::string::npos)
    name = hex_encode(crypto::digest(crypto::DigestAlgorithm::kSha256, as_bytes(name)).bytes());
  const std::string file = "__catz__" + name + ".db";
  return catalog.zone_directory.empty() ? file : catalog.zone_directory + "/" + file;
}

config::ZonePtr member_zone(dns::NameView zone, const std::shared_ptr<const std::string>& catalog,
                            const MemberSettings& settings, std::string file) {
  auto made = std::make_shared<config::Zone>();
  made->name_wire.assign(as_text(zone.bytes()));
  made->type = config::ZoneType::kSecondary;
  made->catalog = catalog;
  made->file = std::move(file);
  made->primaries = settings.primaries;
  made->options = settings.options;
  return made;
}

std::string statement_text(const config::Zone& zone) {
  std::string text = "zone \"" + dns::to_string_no_dot(zone.name()) + "\" { type secondary; ";
  if (!zone.file.empty()) text += "file \"" + zone.file + "\"; ";
  text += "primaries { ";
  for (const config::RemoteServer& server : zone.primaries) {
    text += config::to_string(server.address);
    if (server.port != 0) text += " port " + std::to_string(server.port);
    if (!server.key.empty()) text += " key \"" + server.key + "\"";
    text += "; ";
  }
  text += "}; allow-query " + config::to_string(*zone.options->allow_query) + "; allow-transfer " +
          config::to_string(*zone.options->allow_transfer) + "; };";
  return text;
}

}  // namespace nomen::server
