// Features of options and views with rules of their own: dns64, rate-limit, catalog zones, trust anchors,
// servers.
#include <map>
#include <set>

#include "config/address.h"
#include "config/check_context.h"
#include "config/encodings.h"
#include "config/names.h"
#include "config/zone_pattern.h"
#include "dns/name.h"

namespace nomen::config {
namespace {

// RFC 6052 2.2: the length is one of these and bits 64 to 71 are zero.
void check_dns64(CheckContext& context, const Node& statement) {
  const auto prefix = parse_prefix(statement.value()->text);
  if (!prefix) return;
  const std::string where = "dns64 prefix " + std::string(statement.value()->text);
  if (!prefix->address.is_v6) {
    context.error(statement, where + " must be IPv6");
    return;
  }
  static const std::set<unsigned> kLengths = {32, 40, 48, 56, 64, 96};
  if (!kLengths.contains(prefix->length))
    context.error(statement, where + " length is not 32/40/48/56/64/96");
  if (prefix->address.bytes[8] != 0) context.error(statement, where + " bits [64..71] must be zero");
  const Node* suffix = find(statement.block(), "suffix");
  if (suffix == nullptr) return;
  const auto bytes = parse_ip(suffix->value()->text);
  const unsigned taken = prefix->length / 8 + (prefix->length < 96 ? 5U : 4U);
  for (unsigned i = 0; bytes && i < taken && i < 16; ++i) {
    if (bytes->bytes[i] == 0) continue;
    context.error(*suffix, "bad suffix '" + std::string(suffix->value()->text) + "' leading " +
                               std::to_string(taken) + " octets not zeros");
    break;
  }
}

void check_rate_limit(CheckContext& context, const Node& statement) {
  struct Limit {
    std::string_view name;
    uint64_t low, high;
  };
  static constexpr Limit kLimits[] = {{"responses-per-second", 0, 1000},
                                      {"referrals-per-second", 0, 1000},
                                      {"nodata-per-second", 0, 1000},
                                      {"nxdomains-per-second", 0, 1000},
                                      {"errors-per-second", 0, 1000},
                                      {"all-per-second", 0, 1000},
                                      {"slip", 0, 10},
                                      {"window", 1, 3600},
                                      {"ipv4-prefix-length", 8, 32},
                                      {"ipv6-prefix-length", 16, 128},
                                      {"qps-scale", 1, UINT32_MAX}};
  uint64_t min_table = 500, max_table = 20000;
  for (const Node& inner : statement.block()) {
    if (inner.value() == nullptr) continue;
    const uint64_t value = inner.value()->number;
    for (const Limit& limit : kLimits) {
      if (limit.name == inner.name() && (value < limit.low || value > limit.high)) {
        context.error(inner, std::string(limit.name) + " " + std::to_string(value) + " > " +
                                 std::to_string(limit.high));
      }
    }
    if (inner.name() == "min-table-size") min_table = value;
    if (inner.name() == "max-table-size") max_table = value;
  }
  if (find(statement.block(), "max-table-size") != nullptr && max_table < min_table) {
    context.error(statement, "max-table-size " + std::to_string(max_table) + " < min-table-size " +
                                 std::to_string(min_table));
  }
}

// A zone of these types with that name stands among `zones`.
bool holds_zone(Nodes zones, dns::NameView name) {
  for (const Node& zone : zones) {
    if (zone.name() != "zone") continue;
    const auto other = dns::Name::parse(zone_name(zone));
    if (!other || other->view() != name) continue;
    const Node* type = find(like(zone).block(), "type");
    if (type == nullptr) continue;
    const Node& value = *type->value();
    if (value.is_keyword("primary") || value.is_keyword("master") || value.is_keyword("secondary") ||
        value.is_keyword("slave")) {
      return true;
    }
  }
  return false;
}

void check_listed_zones(CheckContext& context, const Node& statement, Nodes zones) {
  std::map<std::string, const Node*> seen;
  for (const Node& element : statement.list()) {
    const Node* zone = element.after("zone");
    if (zone == nullptr) continue;
    const std::string name = canonical_name(zone->text);
    if (name.empty()) {
      context.error(element, "bad domain name '" + std::string(zone->text) + "'");
    } else if (!seen.emplace(name, &element).second && statement.name() == "catalog-zones") {
      context.error(element, std::string(statement.name()) + " '" + std::string(zone->text) +
                                 "': already added here " + context.tree().place_text(seen[name]->position));
    }
    if (!name.empty() && !context.options().is_one_zone &&
        !holds_zone(zones, dns::Name::parse(zone->text)->view())) {
      context.error(element, std::string(statement.name() == "catalog-zones" ? "catalog zone"
                                                                             : "response-policy zone") +
                                 " '" + std::string(zone->text) + "' is not a primary or secondary zone");
    }
    if (element.has("default-primaries") && element.has("default-masters")) {
      context.error(element, "catalog zone '" + std::string(zone->text) +
                                 "': 'default-primaries' and 'default-masters' can not be both defined");
    }
  }
}

/// As many as fit into the bits of a word in BIND.
void check_response_policy(CheckContext& context, const Node& statement) {
  constexpr size_t kMostZones = 64;
  if (statement.list().size() > kMostZones)
    context.error(statement, "more than 64 response policy zones in a view");
}

bool is_initial(const Node& kind) {
  return kind.is_keyword("initial-key") || kind.is_keyword("initial-ds");
}

// NAME KIND n n n "DATA", or without KIND in trusted-keys.
void check_anchor(CheckContext& context, const Node& element) {
  const Node* name = element.value();
  if (canonical_name(name->text).empty()) context.error(element, "bad key name: " + std::string(name->text));
  const Node* at = name->next;
  bool is_ds = false;
  if (at != nullptr && at->type == ValueType::kKeyword) {
    is_ds = at->is_keyword("static-ds") || at->is_keyword("initial-ds");
    at = at->next;
  }
  if (at == nullptr || at->next == nullptr || at->next->next == nullptr) return;
  const uint64_t first = at->number, second = at->next->number, third = at->next->next->number;
  const Node* data = at->next->next->next;
  if (first > 0xffff)
    context.error(element, (is_ds ? "key tag too big: " : "flags too big: ") + std::to_string(first));
  if (second > 0xff) {
    context.error(element, (is_ds ? "algorithm too big: " : "protocol too big: ") + std::to_string(second));
  }
  if (third > 0xff) {
    context.error(element, (is_ds ? "digest type too big: " : "algorithm too big: ") + std::to_string(third));
  }
  std::string compact;
  for (char c : data->text) {
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r') compact += c;
  }
  if (is_ds ? !from_hex(compact).has_value() : !from_base64(compact).has_value()) {
    context.error(element, is_ds ? "bad hex encoding" : "bad base64 encoding");
  }
}

/// What a statement for members of a group may say: the settings of a secondary zone, and its primaries.
bool is_for_members(const Node& statement) {
  const std::string_view name = statement.name();
  return (statement.grammar_row().zones & bit(ZoneType::kSecondary)) != 0 && name != "type" &&
         name != "file" && name != "journal" && name != "catalog-zone" && name != "catalog-group";
}

}  // namespace

void check_view_features(CheckContext& context, Nodes block, Nodes zones) {
  for (const Node& statement : block) {
    const std::string_view name = statement.name();
    if (name == "dns64") check_dns64(context, statement);
    if (name == "rate-limit") check_rate_limit(context, statement);
    if (name == "dns64" || name == "rate-limit") {
      for (const Node& inner : statement.block()) context.names().match_list_of(inner);
    }
    if (name == "catalog-zones" || name == "response-policy") check_listed_zones(context, statement, zones);
    if (name == "response-policy") check_response_policy(context, statement);
  }
}

void check_catalog_groups(CheckContext& context, Nodes block) {
  std::set<std::string_view> seen;
  for (const Node& statement : block) {
    if (statement.name() != "catalog-group-options") continue;
    const std::string start = "catalog-group-options '" + std::string(statement.value()->text) + "': ";
    if (!seen.insert(statement.value()->text).second) context.error(statement, start + "already exists");
    for (const Node& inner : statement.block()) {
      const std::string name(inner.name());
      if (!is_for_members(inner)) context.error(inner, start + "option '" + name + "' is not allowed here");
      if (name == "primaries" || name == "masters" || name == "also-notify")
        check_remote_servers(context, inner);
      if (name == "allow-transfer") check_transport(context, inner);
    }
    check_settings(context, statement.block(), Place::kZone);
  }
}

void check_trust_anchors(CheckContext& context, Nodes block) {
  const bool has_anchors = find(block, "trust-anchors") != nullptr;
  std::map<std::string, std::pair<bool, const Node*>> seen;
  for (const Node& statement : block) {
    const std::string_view name = statement.name();
    if (name == "managed-keys" && has_anchors) {
      context.error(statement, "use of managed-keys is not allowed when trust-anchors is also in use");
    }
    if (name != "trust-anchors" && name != "managed-keys" && name != "trusted-keys") continue;
    for (const Node& element : statement.list()) {
      check_anchor(context, element);
      const Node* kind = element.value()->next;
      const bool initial = kind != nullptr && is_initial(*kind);
      const auto [old, is_new] =
          seen.emplace(canonical_name(element.value()->text), std::pair(initial, &element));
      if (!is_new && old->second.first != initial) {
        context.error(
            element,
            "static and initializing keys cannot be used for the same domain. static key defined at " +
                context.tree().place_text(old->second.second->position));
      }
    }
  }
}

void check_servers(CheckContext& context, Nodes block, Nodes view_block) {
  std::map<std::string, const Node*> seen;
  for (const Node& statement : block) {
    if (statement.name() != "server") continue;
    const auto prefix = parse_prefix(statement.value()->text);
    if (!prefix) continue;
    const std::string text = to_string(prefix->address) + "/" + std::to_string(prefix->length);
    const auto [old, is_new] = seen.emplace(text, &statement);
    if (!is_new) {
      context.error(statement, "server '" + text + "': already exists previous definition: " +
                                   context.tree().place_text(old->second->position));
    }
    for (const Node& inner : statement.block()) {
      const std::string_view name = inner.name();
      if (prefix->address.is_v6
              ? (name == "transfer-source" || name == "notify-source" || name == "query-source")
              : name.ends_with("-v6")) {
        context.error(inner, "server '" + text + "': " + std::string(name) + " not legal");
      } else if (name.starts_with("query-source") || name.starts_with("transfer-source") ||
                 name.starts_with("notify-source")) {
        check_source(context, inner);
      }
      if (name != "keys") continue;
      const auto check = [&](const Node& key) {
        if (canonical_name(key.text).empty()) {
          context.error(inner, "bad key name '" + std::string(key.text) + "'");
        } else if (!context.has_key(key.text, view_block)) {
          context.error(inner, "unknown key '" + std::string(key.text) + "'");
        }
      };
      if (inner.list_node() == nullptr) check(*inner.value());
      for (const Node& key : inner.list()) check(*key.value());
      if (inner.list_node() != nullptr && inner.list().size() != 1)
        context.error(inner, "'keys' of a server expects exactly one key");
    }
  }
}

void check_remote_servers(CheckContext& context, const Node& statement) {
  context.names().remote_servers(statement);  // says which lists are not there
  for (const Node& element : statement.list()) {
    const Node* first = element.value();
    const Node* key = element.after("key");
    const Node* tls = element.after("tls");
    if (first != nullptr && first->type != ValueType::kIpAddress && (key != nullptr || tls != nullptr)) {
      context.error(element, "unexpected token '" + std::string((key != nullptr ? key : tls)->text) + "'");
      continue;
    }
    if (key != nullptr && canonical_name(key->text).empty()) {
      context.error(element, "bad key name '" + std::string(key->text) + "'");
    }
    if (tls != nullptr && !context.has_tls(tls->text)) {
      context.error(element, "tls '" + std::string(tls->text) + "' is not defined");
    }
  }
}

}  // namespace nomen::config
