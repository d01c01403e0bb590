#include "server/update_settings.h"

#include <array>
#include <utility>

#include "server/zone_checks.h"

namespace nomen::server {

namespace {

std::optional<update::RuleMatch> rule_match(std::string_view word) {
  using update::RuleMatch;
  constexpr std::array kWords{
      std::pair{std::string_view("name"), RuleMatch::kName},
      std::pair{std::string_view("subdomain"), RuleMatch::kSubdomain},
      std::pair{std::string_view("wildcard"), RuleMatch::kWildcard},
      std::pair{std::string_view("self"), RuleMatch::kSelf},
      std::pair{std::string_view("selfsub"), RuleMatch::kSelfSub},
      std::pair{std::string_view("selfwild"), RuleMatch::kSelfWild},
      std::pair{std::string_view("tcp-self"), RuleMatch::kTcpSelf},
      std::pair{std::string_view("6to4-self"), RuleMatch::k6to4Self},
      std::pair{std::string_view("local"), RuleMatch::kLocal},
      std::pair{std::string_view("external"), RuleMatch::kExternal},
  };
  for (const auto& [text, match] : kWords) {
    if (text == word) return match;
  }
  return std::nullopt;
}

update::SerialMethod serial_method(config::SerialMethod method) {
  switch (method) {
    case config::SerialMethod::kUnixTime:
      return update::SerialMethod::kUnixtime;
    case config::SerialMethod::kDate:
      return update::SerialMethod::kDate;
    case config::SerialMethod::kIncrement:
      break;
  }
  return update::SerialMethod::kIncrement;
}

}  // namespace

std::unique_ptr<const update::UpdatePolicy> update_policy(const config::Zone& zone) {
  if (zone.update_policy == nullptr) return nullptr;
  std::vector<update::PolicyRule> rules;
  for (const config::UpdateRule& written : *zone.update_policy) {
    const auto match = rule_match(written.match);
    if (!match) continue;  // `serve` has refused a configuration with others
    update::PolicyRule rule{written.grants, *match, written.identity, written.name, {}};
    for (const auto& limit : written.types) rule.types.push_back({limit.type, limit.most});
    rules.push_back(std::move(rule));
  }
  return std::make_unique<const update::UpdatePolicy>(std::move(rules));
}

update::UpdateSettings update_settings(const config::Zone& zone, const update::UpdatePolicy* policy) {
  update::UpdateSettings settings;
  settings.apply.limits = {zone.options->max_records, zone.options->max_records_per_type,
                           zone.options->max_types_per_name};
  settings.apply.checks = check_options(zone);
  settings.serial_method = serial_method(zone.options->serial_method);
  settings.policy = policy;
  return settings;
}

}  // namespace nomen::server
