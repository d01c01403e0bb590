#include "server/settings.h"

#include <unistd.h>

#include <array>

#include "base/log.h"
#include "net/interfaces.h"

namespace nomen::server {

namespace {

using MatchKind = config::MatchElement::Kind;

policy::Acl::Element compile_element(const config::MatchElement& element) {
  policy::Acl::Element out;
  out.negated = element.negated;
  switch (element.kind) {
    case MatchKind::kAny:
      out.kind = policy::Acl::Element::Kind::kAny;
      break;
    case MatchKind::kNone:
    case MatchKind::kGeoip:  // the checker refuses it: no database is built in
      out.kind = policy::Acl::Element::Kind::kNone;
      break;
    case MatchKind::kLocalhost:
      out.kind = policy::Acl::Element::Kind::kLocalhost;
      break;
    case MatchKind::kLocalnets:
      out.kind = policy::Acl::Element::Kind::kLocalnets;
      break;
    case MatchKind::kPrefix:
      out.kind = policy::Acl::Element::Kind::kPrefix;
      out.prefix = {to_net(element.prefix.address), element.prefix.length};
      break;
    case MatchKind::kKey:
      out.kind = policy::Acl::Element::Kind::kKey;
      if (const auto name = dns::Name::parse(element.name)) out.key = *name;
      break;
    case MatchKind::kNested:
      out.kind = policy::Acl::Element::Kind::kNested;
      out.nested = compile(element.nested);
      break;
  }
  return out;
}

/// Of the names that a `key` statement may have ("hmac-sha256").
std::optional<crypto::DigestAlgorithm> digest_algorithm(std::string_view name) {
  using enum crypto::DigestAlgorithm;
  constexpr std::array<std::pair<std::string_view, crypto::DigestAlgorithm>, 7> kNames = {
      {{"hmac-md5", kMd5},
       {"hmac-md5.sig-alg.reg.int", kMd5},
       {"hmac-sha1", kSha1},
       {"hmac-sha224", kSha224},
       {"hmac-sha256", kSha256},
       {"hmac-sha384", kSha384},
       {"hmac-sha512", kSha512}}};
  for (const auto& [known, algorithm] : kNames) {
    if (known == name) return algorithm;
  }
  return std::nullopt;
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  return name.data();
}

std::optional<std::string> identity(const config::Identity& identity,
                                    const std::optional<std::string>& by_default) {
  switch (identity.kind) {
    case config::Identity::Kind::kDefault:
      return by_default;
    case config::Identity::Kind::kNone:
      return std::nullopt;
    case config::Identity::Kind::kHostname:
      return host_name();
    case config::Identity::Kind::kText:
      return identity.text;
  }
  return std::nullopt;
}

answer::MinimalResponses minimal_responses(config::MinimalResponses mode) {
  switch (mode) {
    case config::MinimalResponses::kNo:
      return answer::MinimalResponses::kNo;
    case config::MinimalResponses::kYes:
      return answer::MinimalResponses::kYes;
    case config::MinimalResponses::kNoAuth:
      return answer::MinimalResponses::kNoAuth;
    case config::MinimalResponses::kNoAuthRecursive:
      return answer::MinimalResponses::kNoAuthRecursive;
  }
  return answer::MinimalResponses::kNoAuthRecursive;
}

answer::RRsetOrder rrset_order(config::RrsetOrderRule::Order order) {
  switch (order) {
    case config::RrsetOrderRule::Order::kRandom:
      return answer::RRsetOrder::kRandom;
    case config::RrsetOrderRule::Order::kCyclic:
      return answer::RRsetOrder::kCyclic;
    case config::RrsetOrderRule::Order::kFixed:
      return answer::RRsetOrder::kFixed;
    case config::RrsetOrderRule::Order::kNone:
      return answer::RRsetOrder::kNone;
  }
  return answer::RRsetOrder::kRandom;
}

LogDestination destination(config::LogChannel::Kind kind) {
  switch (kind) {
    case config::LogChannel::Kind::kNull:
      return LogDestination::kNull;
    case config::LogChannel::Kind::kStderr:
      return LogDestination::kStderr;
    case config::LogChannel::Kind::kSyslog:
      return LogDestination::kSyslog;
    case config::LogChannel::Kind::kFile:
      return LogDestination::kFile;
  }
  return LogDestination::kNull;
}

LogTime log_time(config::LogChannel::Time time) {
  switch (time) {
    case config::LogChannel::Time::kNone:
      return LogTime::kNone;
    case config::LogChannel::Time::kLocal:
      return LogTime::kLocal;
    case config::LogChannel::Time::kIso8601:
      return LogTime::kIso8601;
    case config::LogChannel::Time::kIso8601Utc:
      return LogTime::kIso8601Utc;
  }
  return LogTime::kNone;
}

LogChannelConfig log_channel(const config::LogChannel& channel) {
  LogChannelConfig out;
  out.name = channel.name;
  out.destination = destination(channel.kind);
  out.path = channel.file;
  if (channel.versions)
    out.versions = *channel.versions == UINT32_MAX ? kLogVersionsUnlimited : *channel.versions;
  out.max_bytes = channel.size;
  out.timestamp_suffix = channel.suffix == config::LogChannel::Suffix::kTimestamp;
  out.buffered = channel.buffered;
  out.syslog_facility = syslog_facility_number(channel.facility);
  out.severity = channel.severity;
  out.debug_level = channel.debug_level;
  out.dynamic = channel.dynamic;
  out.print_time = log_time(channel.print_time);
  out.print_severity = channel.print_severity;
  out.print_category = channel.print_category;
  return out;
}

bool is_built_in(const std::string& name) {
  return name == "default_syslog" || name == "default_debug" || name == "default_stderr" || name == "null";
}

}  // namespace

net::IpAddress to_net(const config::IpAddress& address) {
  return net::IpAddress::from_bytes(Bytes(address.bytes.data(), address.is_v6 ? 16 : 4));
}

policy::AclPtr compile(const config::MatchListRef& list) {
  std::vector<policy::Acl::Element> elements;
  elements.reserve(list->elements.size());
  for (const config::MatchElement& element : list->elements) elements.push_back(compile_element(element));
  return std::make_shared<const policy::Acl>(std::move(elements));
}

std::shared_ptr<const answer::ServerSettings> server_settings(const config::Config& config,
                                                              const crypto::SipHashKey& secret) {
  auto settings = std::make_shared<answer::ServerSettings>();
  settings->blackhole = compile(config.options.blackhole);
  settings->version = identity(config.options.version, "Nomen " NOMEN_VERSION);
  settings->hostname = identity(config.options.hostname, host_name());
  settings->server_id = identity(config.options.server_id, std::nullopt);
  for (const auto& bytes : config.options.cookie_secrets) {
    if (bytes.size() != secret.size()) continue;
    crypto::SipHashKey key;
    std::copy(bytes.begin(), bytes.end(), key.begin());
    settings->cookies.secrets.push_back(key);
  }
  if (settings->cookies.secrets.empty()) settings->cookies.secrets.push_back(secret);
  settings->transfers_out = config.options.transfers_out;
  settings->transfer_message_bytes = config.options.transfer_message_size;
  settings->tcp_advertised_timeout_ds = static_cast<uint16_t>(config.options.tcp_advertised_timeout_ds);
  return settings;
}

namespace {

std::shared_ptr<const dns::TsigKey> tsig_key(const config::Key& key) {
  const auto name = dns::Name::parse(key.name);
  const auto algorithm = digest_algorithm(key.algorithm);
  if (!name || !algorithm) return nullptr;
  auto made = std::make_shared<dns::TsigKey>();
  made->name = *name;
  made->algorithm = *algorithm;
  made->digest_bits = key.digest_bits;
  made->secret = key.secret;
  made->prepare();
  return made;
}

}  // namespace

KeyRings::KeyRings(const config::Config& config) {
  for (const config::Key& key : config.keys) {
    if (auto made = tsig_key(key)) global_.insert_or_assign(made->name, std::move(made));
  }
}

answer::KeyRing KeyRings::of(const config::View& view) const {
  answer::KeyRing ring = global_;
  for (const config::Key& key : view.keys) {
    if (auto made = tsig_key(key)) ring.insert_or_assign(made->name, std::move(made));
  }
  return ring;
}

std::shared_ptr<const answer::ViewSettings> view_settings(const config::Config& config,
                                                          const config::View& view, const KeyRings& keys) {
  auto settings = std::make_shared<answer::ViewSettings>();
  settings->keys = keys.of(view);
  settings->name = view.name;
  settings->rr_class = view.rr_class;
  settings->match_clients = compile(view.match_clients);
  settings->match_destinations = compile(view.match_destinations);
  settings->match_recursive_only = view.match_recursive_only;
  settings->allow_query = policy::Acl::any();  // names in no zone are refused with or without a list
  settings->allow_query_on = policy::Acl::any();
  settings->minimal_responses = minimal_responses(view.options.minimal_responses);
  settings->minimal_any = view.options.minimal_any;
  for (const config::RrsetOrderRule& rule : view.options.rrset_order) {
    answer::RRsetOrderRule out{rule.rr_class, rule.type, std::nullopt, rrset_order(rule.order)};
    if (rule.name) {
      if (const auto name = dns::Name::parse(*rule.name)) out.name = *name;
    }
    settings->rrset_order.push_back(std::move(out));
  }
  settings->max_udp_size = view.options.max_udp_size;
  settings->edns_udp_size = view.options.edns_udp_size;
  settings->nocookie_udp_size = view.options.nocookie_udp_size;
  settings->require_server_cookie = view.options.require_server_cookie;
  settings->answer_cookie = config.options.answer_cookie;
  settings->transfer_out = {view.options.provide_ixfr, view.options.many_answers};
  for (const config::Server& server : view.servers) {
    settings->transfer_peers.push_back(
        {{to_net(server.prefix.address), server.prefix.length}, server.provide_ixfr, server.many_answers});
  }
  return settings;
}

namespace {

answer::ZoneRole role_of(const config::Zone& zone) {
  if (zone.type == config::ZoneType::kSecondary) return answer::ZoneRole::kSecondary;
  if (zone.type == config::ZoneType::kStub) return answer::ZoneRole::kStub;
  if (zone.update_policy != nullptr) return answer::ZoneRole::kPrimaryWithPolicy;
  return zone.is_dynamic() ? answer::ZoneRole::kDynamicPrimary : answer::ZoneRole::kPrimary;
}

answer::TransferTransport transfer_transport(const std::string& word) {
  if (word == "tcp") return answer::TransferTransport::kTcp;
  return word == "tls" ? answer::TransferTransport::kTls : answer::TransferTransport::kAny;
}

std::shared_ptr<answer::ZoneSettings> zone_settings(const config::ZoneOptions& options,
                                                    answer::ZoneRole role) {
  auto settings = std::make_shared<answer::ZoneSettings>();
  settings->role = role;
  settings->allow_query = compile(options.allow_query);
  settings->allow_query_on = compile(options.allow_query_on);
  settings->allow_transfer = compile(options.allow_transfer);
  settings->allow_transfer_port = options.allow_transfer_port;
  settings->allow_transfer_transport = transfer_transport(options.allow_transfer_transport);
  // With update-policy everybody gets as far as its rules.
  settings->allow_update =
      role == answer::ZoneRole::kPrimaryWithPolicy ? policy::Acl::any() : compile(options.allow_update);
  settings->allow_update_forwarding = compile(options.allow_update_forwarding);
  settings->allow_notify = policy::Acl::none();
  settings->max_ixfr_ratio_percent = options.max_ixfr_ratio_percent;
  settings->max_transfer_time_out_min = options.max_transfer_time_out_min;
  settings->max_transfer_idle_out_min = options.max_transfer_idle_out_min;
  settings->zero_no_soa_ttl = options.zero_no_soa_ttl;
  return settings;
}

/// A secondary's primaries may always send NOTIFY, by their addresses alone (as BIND has it); others as
/// allow-notify says.
policy::AclPtr allow_notify(const config::Zone& zone) {
  using Element = policy::Acl::Element;
  std::vector<Element> elements;
  for (const config::RemoteServer& primary : zone.primaries) {
    const net::IpAddress address = to_net(primary.address);
    Element element;
    element.kind = Element::Kind::kPrefix;
    element.prefix = {address, address.bits()};
    elements.push_back(std::move(element));
  }
  Element others;
  others.kind = Element::Kind::kNested;
  others.nested = compile(zone.options->allow_notify);
  elements.push_back(std::move(others));
  return std::make_shared<const policy::Acl>(std::move(elements));
}

std::string primaries_text(const config::Zone& zone) {
  std::string text;
  for (const config::RemoteServer& primary : zone.primaries) text += config::to_string(primary.address) + ' ';
  return text;
}

}  // namespace

std::shared_ptr<const answer::ZoneSettings> ZoneSettingsCache::get(const config::Zone& zone) {
  const answer::ZoneRole role = role_of(zone);
  if (last_ != nullptr && zone.options.get() == last_options_ && role == last_role_ && !zone.is_copy())
    return last_;
  Made& made = made_[zone.options.get()];
  made.options = zone.options;
  if (zone.is_copy()) {
    auto& of_primaries = made.by_primaries[primaries_text(zone) + config::to_string(zone.type).front()];
    if (of_primaries) return of_primaries;
    auto own = zone_settings(*zone.options, role);
    own->allow_notify = allow_notify(zone);
    return of_primaries = std::move(own);
  }
  auto& settings = made.by_role[static_cast<size_t>(role)];
  if (!settings) settings = zone_settings(*zone.options, role);
  last_options_ = zone.options.get();
  last_role_ = role;
  last_ = settings;
  return settings;
}

std::shared_ptr<const policy::LocalAddresses> local_addresses() {
  auto local = std::make_shared<policy::LocalAddresses>();
  const auto addresses = net::list_interface_addresses();
  if (!addresses) {
    log(LogCategory::kNetwork, LogSeverity::kError, "server", "{}", addresses.error().text);
    return local;
  }
  for (const net::InterfaceAddress& address : *addresses) {
    if (!address.up) continue;
    local->hosts.push_back(address.prefix.address);
    local->networks.push_back(address.prefix);
  }
  return local;
}

LogChannelsConfig log_channels(const config::Logging& logging) {
  LogChannelsConfig out;
  for (const config::LogChannel& channel : logging.channels) {
    if (!is_built_in(channel.name)) out.channels.push_back(log_channel(channel));
  }
  for (const config::LogCategoryRule& rule : logging.categories)
    out.routes.push_back({rule.category, rule.channels});
  return with_default_channels(std::move(out));
}

}  // namespace nomen::server
