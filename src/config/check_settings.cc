// The settings that options, views and zones share: ranges and names. One table for the plain ranges.
#include <set>
#include <utility>
#include <vector>

#include "config/check_context.h"
#include "config/encodings.h"
#include "config/names.h"
#include "dns/types.h"

namespace nomen::config {
namespace {

struct Range {
  std::string_view name;
  uint64_t low, high;
};

constexpr uint64_t kFourWeeksMinutes = 28 * 24 * 60;

// What BIND refuses; other numbers it accepts and later brings within bounds.
constexpr Range kRanges[] = {
    {"heartbeat-interval", 0, kFourWeeksMinutes},
    {"interface-interval", 0, kFourWeeksMinutes},  // in seconds, though the bound is one of minutes
    {"max-transfer-idle-in", 0, kFourWeeksMinutes},
    {"max-transfer-idle-out", 0, kFourWeeksMinutes},
    {"max-transfer-time-in", 0, kFourWeeksMinutes},
    {"max-transfer-time-out", 0, kFourWeeksMinutes},
    {"sig-validity-interval", 1, 3660},
    {"dnskey-sig-validity", 0, 3660},
    {"max-refresh-time", 1, UINT32_MAX},
    {"max-retry-time", 1, UINT32_MAX},
    {"min-refresh-time", 1, UINT32_MAX},
    {"min-retry-time", 1, UINT32_MAX},
    {"min-cache-ttl", 0, 90},
    {"min-ncache-ttl", 0, 90},
    {"max-ncache-ttl", 0, 7 * 24 * 3600},
    {"port", 0, 65534},
    {"tls-port", 0, 65534},
    {"http-port", 0, 65534},
    {"https-port", 0, 65534},
    {"max-query-restarts", 1, 255},
    {"resolver-nonbackoff-tries", 1, UINT32_MAX},
    {"lmdb-mapsize", 1 << 20, uint64_t{1} << 40},
    {"fstrm-set-buffer-hint", 1024, 65536},
    {"fstrm-set-flush-timeout", 1, 600},
    {"fstrm-set-input-queue-size", 2, 16384},
    {"fstrm-set-output-notify-threshold", 1, UINT32_MAX},
    {"fstrm-set-output-queue-size", 2, 1024},
    {"fstrm-set-reopen-interval", 1, 600},
};

/// A ring of that many places.
void check_power_of_two(CheckContext& context, const Node& statement) {
  const uint64_t value = statement.value()->number;
  if ((value & (value - 1)) == 0) return;
  context.error(statement,
                std::string(statement.name()) + " '" + std::to_string(value) + "' not a power-of-2");
}

void check_range(CheckContext& context, const Node& statement, const Range& range) {
  const uint64_t value = statement.value()->number;
  if (value >= range.low && value <= range.high) return;
  context.error(statement, std::string(range.name) + " '" + std::to_string(value) + "' is out of range (" +
                               std::to_string(range.low) + ".." + std::to_string(range.high) + ")");
}

void check_name_value(CheckContext& context, const Node& statement, const Node& value) {
  if (canonical_name(value.text).empty()) {
    context.error(statement,
                  std::string(statement.name()) + ": invalid name '" + std::string(value.text) + "'");
  }
}

void check_name_list(CheckContext& context, const Node& statement) {
  for (const Node& element : statement.list()) {
    if (element.value() != nullptr && canonical_name(element.value()->text).empty()) {
      context.error(element, "bad domain name '" + std::string(element.value()->text) + "'");
    }
  }
}

void check_rrset_order(CheckContext& context, const Node& statement) {
  for (const Node& element : statement.list()) {
    const Node* word = nullptr;
    const Node* order = nullptr;
    for (const Node& value : element.children()) {
      word = order;
      order = &value;
    }
    if (const Node* c = element.after("class");
        c != nullptr && !same_word(c->text, "any") && c->text != "*" && !dns::parse_class(c->text)) {
      context.error(element, "rrset-order: invalid class '" + std::string(c->text) + "'");
    }
    if (const Node* t = element.after("type");
        t != nullptr && !same_word(t->text, "any") && t->text != "*" && !dns::parse_type(t->text)) {
      context.error(element, "rrset-order: invalid type '" + std::string(t->text) + "'");
    }
    if (const Node* n = element.after("name");
        n != nullptr && n->text != "*" && canonical_name(n->text).empty()) {
      context.error(element, "rrset-order: invalid name '" + std::string(n->text) + "'");
    }
    if (word == nullptr || order == nullptr) continue;
    if (!same_word(word->text, "order")) context.error(element, "rrset-order: keyword 'order' missing");
    const std::string kind = lower_text(order->text);
    if (kind == "fixed") {
      context.warn(element, "rrset-order: order 'fixed' was disabled at compilation time");
    } else if (kind != "random" && kind != "cyclic" && kind != "none") {
      context.error(element, "rrset-order: invalid order '" + std::string(order->text) + "'");
    }
  }
}

void check_validity(CheckContext& context, const Node& statement) {
  const Node* resign = statement.value()->next;
  if (resign == nullptr) return;
  const uint64_t validity = statement.value()->number;
  const bool in_days = validity > 7;
  if (validity * (in_days ? 1 : 24) < resign->number) {
    context.error(statement, "validity interval (" + std::to_string(validity) +
                                 " days) less than re-signing interval (" + std::to_string(resign->number) +
                                 (in_days ? " days)" : " hours)"));
  }
}

void check_disabled(CheckContext& context, const Node& statement, bool is_digest) {
  check_name_value(context, statement, *statement.value());
  static const std::set<std::string> kAlgorithmNames = {"rsamd5",
                                                        "dh",
                                                        "dsa",
                                                        "rsasha1",
                                                        "dsa-nsec3-sha1",
                                                        "nsec3dsa",
                                                        "rsasha1-nsec3-sha1",
                                                        "nsec3rsasha1",
                                                        "rsasha256",
                                                        "rsasha512",
                                                        "ecc-gost",
                                                        "eccgost",
                                                        "ecdsap256sha256",
                                                        "ecdsa256",
                                                        "ecdsap384sha384",
                                                        "ecdsa384",
                                                        "ed25519",
                                                        "ed448",
                                                        "indirect",
                                                        "privatedns",
                                                        "privateoid"};
  static const std::set<std::string> kDigests = {"sha-1", "sha1",    "sha-256", "sha256",
                                                 "gost",  "sha-384", "sha384"};
  for (const Node& element : statement.list()) {
    const std::string text = lower_text(element.value()->text);
    const bool is_number = !text.empty() && text.size() <= 3 &&
                           text.find_first_not_of("0123456789") == std::string::npos &&
                           std::stoi(text) <= 255;
    if (is_number || (is_digest ? kDigests : kAlgorithmNames).contains(text)) continue;
    context.error(element, (is_digest ? "invalid digest type '" : "invalid algorithm '") +
                               std::string(element.value()->text) + "'");
  }
}

void check_check_names(CheckContext& context, Nodes block) {
  std::set<std::string> seen;
  for (const Node& statement : block) {
    if (statement.name() != "check-names") continue;
    const std::string who = lower_text(statement.value()->text);
    if (!seen.insert(who).second) context.error(statement, "'check-names " + who + "' duplicated");
    if (seen.contains("primary") && seen.contains("master")) {
      context.error(statement, "'check-names' cannot take both 'primary' and 'master'");
    }
    if (seen.contains("secondary") && seen.contains("slave")) {
      context.error(statement, "'check-names' cannot take both 'secondary' and 'slave'");
    }
  }
}

void check_max_ixfr_ratio(CheckContext& context, const Node& statement) {
  const Node& value = *statement.value();
  if (value.type != ValueType::kPercentage) return;
  if (value.number == 0) {
    context.error(statement, "'ixfr-max-ratio' must be a nonzero percentage or 'unlimited')");
  } else if (value.number > 100) {
    context.warn(statement, "'ixfr-max-ratio' " + std::to_string(value.number) + "% exceeds 100%");
  }
}

void check_once(CheckContext& context, Nodes block, std::string_view name) {
  std::set<std::string> seen;
  for (const Node& statement : block) {
    if (statement.name() == name && !seen.insert(canonical_name(statement.value()->text)).second) {
      context.error(statement, std::string(name) + " '" + std::string(statement.value()->text) +
                                   "': already exists previous definition");
    }
  }
}

void check_nta(CheckContext& context, Nodes block) {
  constexpr uint64_t kWeek = 7 * 24 * 3600;
  const Node* lifetime = find(block, "nta-lifetime");
  const Node* recheck = find(block, "nta-recheck");
  if (lifetime != nullptr && lifetime->value()->number > kWeek) {
    context.error(*lifetime, "'nta-lifetime' cannot exceed one week");
  }
  if (lifetime != nullptr && lifetime->value()->number == 0) {
    context.error(*lifetime, "'nta-lifetime' may not be zero");
  }
  if (recheck == nullptr) return;
  if (recheck->value()->number > kWeek) context.error(*recheck, "'nta-recheck' cannot exceed one week");
  const uint64_t life = lifetime != nullptr ? lifetime->value()->number : 3600;
  if (recheck->value()->number > life) {
    context.warn(*recheck, "'nta-recheck' (" + std::to_string(recheck->value()->number) +
                               " seconds) is greater than 'nta-lifetime' (" + std::to_string(life) +
                               " seconds)");
  }
}

void check_forwarders(CheckContext& context, Nodes block) {
  const Node* forward = find(block, "forward");
  if (forward != nullptr && find(block, "forwarders") == nullptr) {
    context.error(*forward, "no matching 'forwarders' statement");
  }
}

void check_dnstap(CheckContext& context, Nodes block) {
  const Node* dnstap = find(block, "dnstap");
  if (dnstap != nullptr && find(context.options_block(), "dnstap-output") == nullptr) {
    context.error(*dnstap, "'dnstap-output' must be set if 'dnstap' is set");
  }
  const Node* output = find(block, "dnstap-output");
  if (output == nullptr || !output->value()->is_keyword("unix")) return;
  for (std::string_view word : {"size", "versions", "suffix"}) {
    if (output->has(word)) {
      context.error(*output, "dnstap-output " + std::string(word) + " cannot be set with mode unix");
    }
  }
}

// auto-dnssec asks for signing, which BIND allows zones to do only for themselves.
void check_zone_level_only(CheckContext& context, Nodes block) {
  const Node* statement = find(block, "auto-dnssec");
  if (statement != nullptr && !statement->value()->is_keyword("off")) {
    context.error(*statement, "auto-dnssec may only be activated at the zone level");
  }
}

void check_preferred_glue(CheckContext& context, const Node& statement) {
  const std::string text = lower_text(statement.value()->text);
  if (text != "a" && text != "aaaa" && text != "none") {
    context.warn(statement, "preferred-glue unexpected value '" + std::string(statement.value()->text) + "'");
  }
}

void check_stale_refresh(CheckContext& context, const Node& statement) {
  const uint64_t value = statement.value()->number;
  if (value != 0 && value < 30) {
    context.warn(statement, "'stale-refresh-time' should either be 0 or otherwise 30 seconds or higher");
  }
}

void check_first_name(CheckContext& context, const Node& statement) {
  check_name_value(context, statement, *statement.value());
}
void check_algorithms(CheckContext& context, const Node& statement) {
  check_disabled(context, statement, false);
}
void check_digests(CheckContext& context, const Node& statement) {
  check_disabled(context, statement, true);
}
void check_acl_names(CheckContext& context, const Node& statement) {
  context.names().match_list_of(statement);
}

void check_ports(CheckContext& context, const Node& statement) {
  for (const Node& element : statement.list()) {
    const Node* low = element.value()->is_keyword("range") ? element.value()->next : nullptr;
    if (low == nullptr || low->next == nullptr || low->number <= low->next->number) continue;
    context.error(element, "low port '" + std::to_string(low->number) +
                               "' must not be larger than high port '" + std::to_string(low->next->number) +
                               "'");
  }
}
void check_host_names(CheckContext& context, const Node& statement) {
  for (const Node& element : statement.list()) {
    const Node& host = *element.value();
    if (host.type == ValueType::kString && canonical_name(host.text).empty()) {
      context.error(element, "bad name '" + std::string(host.text) + "'");
    }
  }
}

using Check = void (*)(CheckContext&, const Node&);

// Rules of single statements beyond their shapes and ranges. Of the lists, those that BIND resolves for every
// view are here; what only zones use is resolved with the zones.
constexpr std::pair<std::string_view, Check> kChecks[] = {
    {"allow-query", check_acl_names},
    {"allow-query-on", check_acl_names},
    {"allow-recursion", check_acl_names},
    {"allow-recursion-on", check_acl_names},
    {"allow-query-cache", check_acl_names},
    {"allow-query-cache-on", check_acl_names},
    {"keep-response-order", check_acl_names},
    {"sortlist", check_acl_names},
    {"rrset-order", check_rrset_order},
    {"sig-validity-interval", check_validity},
    {"disable-algorithms", check_algorithms},
    {"disable-ds-digests", check_digests},
    {"max-ixfr-ratio", check_max_ixfr_ratio},
    {"avoid-v4-udp-ports", check_ports},
    {"avoid-v6-udp-ports", check_ports},
    {"use-v4-udp-ports", check_ports},
    {"use-v6-udp-ports", check_ports},
    {"dual-stack-servers", check_host_names},
    {"query-source", check_source},
    {"query-source-v6", check_source},
    {"notify-source", check_source},
    {"notify-source-v6", check_source},
    {"transfer-source", check_source},
    {"transfer-source-v6", check_source},
    {"parental-source", check_source},
    {"parental-source-v6", check_source},
    {"validate-except", check_name_list},
    {"root-delegation-only", check_name_list},
    {"catalog-zone", check_first_name},
    {"dns64-server", check_first_name},
    {"dns64-contact", check_first_name},
    {"empty-server", check_first_name},
    {"empty-contact", check_first_name},
    {"ipv4only-server", check_first_name},
    {"ipv4only-contact", check_first_name},
    {"disable-empty-zone", check_first_name},
    {"nxdomain-redirect", check_first_name},
    {"dnssec-must-be-secure", check_first_name},
    {"preferred-glue", check_preferred_glue},
    {"stale-refresh-time", check_stale_refresh},
    {"fstrm-set-input-queue-size", check_power_of_two},
};

/// What to look at in the statements of one row of the grammar.
struct RowChecks {
  const Range* range = nullptr;
  Check check = nullptr;
};

std::vector<RowChecks> make_row_checks() {
  std::vector<RowChecks> out(grammar().size());
  for (size_t row = 0; row < out.size(); ++row) {
    const std::string_view name = grammar()[row].name;
    for (const Range& range : kRanges) {
      if (range.name == name) out[row].range = &range;
    }
    for (const auto& [known, check] : kChecks) {
      if (known == name) out[row].check = check;
    }
  }
  return out;
}

void check_one(CheckContext& context, const Node& statement) {
  static const std::vector<RowChecks> kByRow = make_row_checks();
  const RowChecks& checks = kByRow[statement.row];
  if (checks.range != nullptr) check_range(context, statement, *checks.range);
  if (checks.check != nullptr) checks.check(context, statement);
}

}  // namespace

void check_source(CheckContext& context, const Node& statement) {
  const Node* port = statement.after("port");
  if (port == nullptr || port->type != ValueType::kPort || port->number == 0) return;
  uint64_t listener = 53;
  if (const Node* own = find(context.options_block(), "port")) listener = own->value()->number;
  const std::string name = "'" + std::string(statement.name()) + "'";
  if (port->number == listener) {
    context.error(statement,
                  name + " cannot specify the DNS listener port (" + std::to_string(listener) + ")");
  } else {
    context.deprecated(statement, name + ": specifying a port is not recommended");
  }
}

void check_transport(CheckContext& context, const Node& statement) {
  const Node* transport = statement.after("transport");
  if (transport == nullptr || same_word(transport->text, "tcp") || same_word(transport->text, "tls")) return;
  context.error(statement,
                "'" + std::string(transport->text) +
                    "' is not a valid transport protocol for zone transfers. Please specify either "
                    "'tcp' or 'tls'");
}

void check_settings(CheckContext& context, Nodes block, Place place) {
  for (const Node& statement : block) {
    if (statement.value() != nullptr) check_one(context, statement);
  }
  // Views do not inherit the one without the other.
  const bool is_for_views = place == Place::kOptions && context.tree().find("view") != nullptr;
  if (!is_for_views) check_forwarders(context, block);
  if (place == Place::kZone) return;
  check_zone_level_only(context, block);
  check_dnstap(context, block);
  check_check_names(context, block);
  check_nta(context, block);
  check_once(context, block, "dnssec-must-be-secure");
}

}  // namespace nomen::config
