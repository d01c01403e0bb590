// What options set for all views and a view for itself.
#include <algorithm>
#include <unordered_map>

#include "config/settings.h"

namespace nomen::config {
namespace {

using ViewSetter = void (*)(ViewOptions&, const Setting&);

template <auto kMember>
void set_view_flag(ViewOptions& to, const Setting& setting) {
  to.*kMember = setting.is_on();
}

uint16_t clamped(const Setting& setting, uint32_t low, uint32_t high) {
  return static_cast<uint16_t>(std::clamp(setting.number(), low, high));
}

void set_minimal_responses(ViewOptions& to, const Setting& setting) {
  if (setting.says("no-auth")) {
    to.minimal_responses = MinimalResponses::kNoAuth;
  } else if (setting.says("no-auth-recursive")) {
    to.minimal_responses = MinimalResponses::kNoAuthRecursive;
  } else {
    to.minimal_responses = setting.is_on() ? MinimalResponses::kYes : MinimalResponses::kNo;
  }
}

void set_validation(ViewOptions& to, const Setting& setting) {
  if (setting.says("auto")) {
    to.dnssec_validation = DnssecValidation::kAuto;
  } else {
    to.dnssec_validation = setting.says("yes") ? DnssecValidation::kYes : DnssecValidation::kNo;
  }
}

RrsetOrderRule::Order order_of(std::string_view text) {
  if (same_word(text, "cyclic")) return RrsetOrderRule::Order::kCyclic;
  if (same_word(text, "fixed")) return RrsetOrderRule::Order::kFixed;
  return same_word(text, "none") ? RrsetOrderRule::Order::kNone : RrsetOrderRule::Order::kRandom;
}

// [ class C ] [ type T ] [ name N ] order ORDER
void set_rrset_order(ViewOptions& to, const Setting& setting) {
  to.rrset_order.clear();
  for (const Node& element : setting.statement.list()) {
    RrsetOrderRule rule;
    const Node* last = nullptr;
    for (const Node& value : element.children()) last = &value;
    if (last == nullptr) continue;
    rule.order = order_of(last->text);
    if (const Node* c = element.after("class");
        c != nullptr && !same_word(c->text, "any") && c->text != "*") {
      rule.rr_class = dns::parse_class(c->text);
    }
    if (const Node* t = element.after("type"); t != nullptr && !same_word(t->text, "any") && t->text != "*") {
      rule.type = dns::parse_type(t->text);
    }
    if (const Node* n = element.after("name"); n != nullptr && n->text != "*") rule.name = n->text;
    to.rrset_order.push_back(std::move(rule));
  }
}

// { zone NAME default-primaries { ... } zone-directory "..." in-memory yes min-update-interval 5; ... }
void set_catalog_zones(ViewOptions& to, const Setting& setting) {
  to.catalog_zones.clear();
  for (const Node& element : setting.statement.list()) {
    const Node* name = element.after("zone");
    const auto parsed = name != nullptr ? dns::Name::parse(name->text) : Result<dns::Name>(failure(""));
    if (!parsed) continue;  // the checks say so
    CatalogZone zone;
    zone.name = *parsed;
    zone.default_primaries = setting.names.remote_servers(element);
    if (const Node* directory = element.after("zone-directory")) zone.zone_directory = directory->text;
    if (const Node* in_memory = element.after("in-memory")) zone.in_memory = in_memory->number != 0;
    if (const Node* interval = element.after("min-update-interval"))
      zone.min_update_interval_s = static_cast<uint32_t>(std::min<uint64_t>(interval->number, UINT32_MAX));
    to.catalog_zones.push_back(std::move(zone));
  }
}

const std::unordered_map<std::string_view, ViewSetter>& view_setters() {
  using O = ViewOptions;
  static const std::unordered_map<std::string_view, ViewSetter> kSetters = {
      {"recursion", set_view_flag<&O::recursion>},
      {"allow-new-zones", set_view_flag<&O::allow_new_zones>},
      {"new-zones-directory", [](O& to, const Setting& s) { to.new_zones_directory = s.text(); }},
      {"dnssec-validation", set_validation},
      {"edns-udp-size", [](O& to, const Setting& s) { to.edns_udp_size = clamped(s, 512, 4096); }},
      {"max-udp-size", [](O& to, const Setting& s) { to.max_udp_size = clamped(s, 512, 4096); }},
      {"nocookie-udp-size", [](O& to, const Setting& s) { to.nocookie_udp_size = clamped(s, 128, 65535); }},
      {"require-server-cookie", set_view_flag<&O::require_server_cookie>},
      {"catalog-zones", set_catalog_zones},
      {"minimal-any", set_view_flag<&O::minimal_any>},
      {"minimal-responses", set_minimal_responses},
      {"rrset-order", set_rrset_order},
      {"message-compression", set_view_flag<&O::message_compression>},
      {"auth-nxdomain", set_view_flag<&O::auth_nxdomain>},
      {"no-case-compress", [](O& to, const Setting& s) { to.no_case_compress = s.match_list(); }},
      {"provide-ixfr", set_view_flag<&O::provide_ixfr>},
      {"transfer-format", [](O& to, const Setting& s) { to.many_answers = s.says("many-answers"); }},
  };
  return kSetters;
}

}  // namespace

void apply_view_options(Nodes block, Names& names, ViewOptions& to) {
  for (const Node& statement : block) {
    const auto setter = view_setters().find(statement.name());
    if (setter != view_setters().end() && statement.value() != nullptr)
      setter->second(to, {statement, names});
  }
}

}  // namespace nomen::config
