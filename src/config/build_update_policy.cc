// update-policy: local | { grant|deny IDENTITY KIND [ NAME ] [ TYPE ]...; ... }
#include <charconv>

#include "config/settings.h"

namespace nomen::config {
namespace {

/// The key of `update-policy local`, which the server makes for programs on its own host.
constexpr std::string_view kSessionKey = "local-ddns.";

/// "A" or "A(3)".
std::optional<UpdateRule::TypeLimit> type_limit(std::string_view text) {
  const size_t parenthesis = std::min(text.find('('), text.size());
  const auto type = dns::parse_type(text.substr(0, parenthesis));
  if (!type) return std::nullopt;
  UpdateRule::TypeLimit limit{*type, 0};
  if (parenthesis < text.size())
    std::from_chars(text.data() + parenthesis + 1, text.data() + text.size(), limit.most);
  return limit;
}

std::optional<UpdateRule> build_rule(const Node& element, dns::NameView zone) {
  const Node* const verdict = element.value();
  const Node* const identity = verdict != nullptr ? verdict->next : nullptr;
  const Node* const kind = identity != nullptr ? identity->next : nullptr;
  if (kind == nullptr) return std::nullopt;
  const auto identity_name = dns::Name::parse(identity->text);
  if (!identity_name) return std::nullopt;
  UpdateRule rule;
  rule.grants = verdict->is_keyword("grant");
  rule.identity = *identity_name;
  rule.match = lower_text(kind->text);
  const Node* at = kind->next;
  if (kind->is_keyword("zonesub")) {
    rule.match = "subdomain";
    rule.name = dns::Name(zone);
  } else if (at != nullptr) {
    const auto name = dns::Name::parse(at->text);
    if (!name) return std::nullopt;
    rule.name = *name;
    at = at->next;
  }
  for (; at != nullptr; at = at->next) {
    if (const auto limit = type_limit(at->text)) rule.types.push_back(*limit);
  }
  return rule;
}

}  // namespace

std::vector<UpdateRule> build_update_policy(const Node& statement, dns::NameView zone) {
  std::vector<UpdateRule> rules;
  const Node* const value = statement.value();
  if (value != nullptr && value->kind == Node::Kind::kValue && value->is_keyword("local")) {
    rules.push_back({.grants = true,
                     .match = "local",
                     .identity = dns::Name::parse(kSessionKey).value_or(dns::Name()),
                     .name = dns::Name(zone),
                     .types = {{dns::RRType::kAny, 0}}});
    return rules;
  }
  for (const Node& element : statement.list()) {
    if (auto rule = build_rule(element, zone)) rules.push_back(std::move(*rule));
  }
  return rules;
}

}  // namespace nomen::config
