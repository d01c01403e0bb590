#include "update/update_policy.h"

#include <algorithm>
#include <string>

namespace nomen::update {

using dns::Name;
using dns::NameView;
using dns::RRType;

namespace {

constexpr std::string_view kMatchNames[] = {"name",     "subdomain", "wildcard",  "self",  "selfsub",
                                            "selfwild", "tcp-self",  "6to4-self", "local", "external"};
constexpr size_t kSixToFourBytes = 6;  // 2002 and an IPv4 address: 48 bits (RFC 3056 2)

/// What `wildcard` would stand for: anything below its parent, itself too. Any name but a wildcard: itself.
bool matches(NameView name, NameView pattern) {
  return pattern.is_wildcard() ? name.is_below(pattern.parent()) : name == pattern;
}

/// Nibbles of `bytes` from the last one on, below ip6.arpa.
Name nibble_name(Bytes bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (size_t i = bytes.size(); i-- > 0;) {
    text += {kDigits[bytes[i] & 15], '.', kDigits[bytes[i] >> 4], '.'};
  }
  return Name::parse(text + "ip6.arpa.").value_or(Name());
}

bool needs_key(RuleMatch match) {
  return match != RuleMatch::kTcpSelf && match != RuleMatch::k6to4Self && match != RuleMatch::kExternal;
}

/// Types that a rule without a list of types does not cover.
bool is_special(RRType type) {
  return type == RRType::kNs || type == RRType::kSoa || type == RRType::kRrsig || type == RRType::kNsec ||
         type == RRType::kNsec3;
}

bool covers(const PolicyRule& rule, RRType type) {
  if (rule.types.empty()) return !is_special(type);
  return std::any_of(rule.types.begin(), rule.types.end(), [&](const PolicyRule::TypeLimit& limit) {
    return limit.type == RRType::kAny || limit.type == type;
  });
}

/// Whether the rule is about this requester and this name.
bool is_about(const PolicyRule& rule, const Requester& requester, NameView name) {
  if (needs_key(rule.match)) {
    if (!requester.key || !matches(*requester.key, rule.identity)) return false;
  } else if (rule.match == RuleMatch::kExternal) {
    return false;  // granted_by_daemon() knows
  } else if (!requester.over_tcp || requester.address_size == 0) {
    return false;
  }
  switch (rule.match) {
    case RuleMatch::kName:
      return name == rule.name.view();
    case RuleMatch::kSubdomain:
      return name.is_at_or_below(rule.name);
    case RuleMatch::kLocal:
      return requester.is_local && name.is_at_or_below(rule.name);
    case RuleMatch::kWildcard:
      return matches(name, rule.name);
    case RuleMatch::kSelf:
      return name == requester.key->view();
    case RuleMatch::kSelfSub:
      return name.is_at_or_below(*requester.key);
    case RuleMatch::kSelfWild:
      return name.is_below(*requester.key);
    case RuleMatch::kTcpSelf:
    case RuleMatch::k6to4Self: {
      const Name own =
          rule.match == RuleMatch::kTcpSelf ? reverse_name(requester) : six_to_four_name(requester);
      return matches(own, rule.identity) && name == own.view();
    }
    case RuleMatch::kExternal:
      break;
  }
  return false;
}

bool granted_by_daemon(const Requester& requester, size_t rule, NameView name, RRType type) {
  return std::any_of(requester.granted.begin(), requester.granted.end(),
                     [&](const ExternalQuestion& granted) {
                       return granted.rule == rule && granted.type == type && name == granted.name.view();
                     });
}

/// The types at a name that deleting it takes the right to.
template <class Visit>
void for_each_type_to_delete(const zone::Content& content, NameView name, const Visit& visit) {
  const zone::NodeView node = content.find(name);
  if (!node) return;
  node.for_each([&](zone::RRsetView set) {
    if (set.type() != RRType::kRrsig && set.type() != RRType::kNsec) visit(set.type());
  });
}

}  // namespace

std::string_view to_string(RuleMatch match) {
  return kMatchNames[static_cast<size_t>(match)];
}

uint32_t PolicyRule::most(RRType type) const {
  uint32_t of_any = 0;
  for (const TypeLimit& limit : types) {
    if (limit.type == type) return limit.most;
    if (limit.type == RRType::kAny) of_any = limit.most;
  }
  return of_any;
}

Name reverse_name(const Requester& requester) {
  const uint8_t* a = requester.address.data();
  if (requester.address_size == 16) return nibble_name({a, 16});
  if (requester.address_size != 4) return {};
  std::string text;
  for (size_t i = 4; i-- > 0;) text += std::to_string(a[i]) + ".";
  return Name::parse(text + "in-addr.arpa.").value_or(Name());
}

Name six_to_four_name(const Requester& requester) {
  const uint8_t* a = requester.address.data();
  if (requester.address_size == 16) return nibble_name({a, kSixToFourBytes});
  if (requester.address_size != 4) return {};
  const std::array<uint8_t, kSixToFourBytes> network = {0x20, 0x02, a[0], a[1], a[2], a[3]};
  return nibble_name(network);
}

UpdatePolicy::Verdict UpdatePolicy::judge(const Requester& requester, NameView name, RRType type) const {
  for (size_t i = 0; i < rules_.size(); i++) {
    if (!covers(rules_[i], type)) continue;
    const bool is_external = rules_[i].match == RuleMatch::kExternal;
    if (is_external ? granted_by_daemon(requester, i, name, type) : is_about(rules_[i], requester, name))
      return {rules_[i].grants, &rules_[i], i + 1};
  }
  return {};
}

std::expected<std::vector<const PolicyRule*>, Refusal> UpdatePolicy::judge_all(
    const Requester& requester, const UpdateRequest& request, const zone::Content& content) const {
  std::vector<const PolicyRule*> grants;
  grants.reserve(request.updates.size());
  const auto refused = [] {
    return std::unexpected(refusal(dns::Rcode::kRefused, "rejected by secure update"));
  };
  for (const auto& rr : request.updates.entries()) {
    const NameView owner = request.updates.owner(rr);
    if (rr.type != RRType::kAny) {
      const Verdict verdict = judge(requester, owner, rr.type);
      if (!verdict.granted) return refused();
      grants.push_back(verdict.rule);
      continue;
    }
    bool all = true;
    for_each_type_to_delete(content, owner,
                            [&](RRType type) { all = all && judge(requester, owner, type).granted; });
    if (!all) return refused();
    grants.push_back(nullptr);
  }
  return grants;
}

void UpdatePolicy::collect_questions(const Requester& requester, NameView name, RRType type,
                                     std::vector<ExternalQuestion>& questions) const {
  for (size_t i = 0; i < rules_.size(); i++) {
    if (!covers(rules_[i], type)) continue;
    if (rules_[i].match != RuleMatch::kExternal) {
      if (is_about(rules_[i], requester, name)) return;
      continue;
    }
    ExternalQuestion question{i, dns::Name(name), type};
    if (std::find(questions.begin(), questions.end(), question) == questions.end())
      questions.push_back(std::move(question));
  }
}

std::vector<ExternalQuestion> UpdatePolicy::external_questions(const Requester& requester,
                                                               const UpdateRequest& request,
                                                               const zone::Content& content) const {
  std::vector<ExternalQuestion> questions;
  if (std::none_of(rules_.begin(), rules_.end(),
                   [](const PolicyRule& rule) { return rule.match == RuleMatch::kExternal; }))
    return questions;
  for (const auto& rr : request.updates.entries()) {
    const NameView owner = request.updates.owner(rr);
    if (rr.type != RRType::kAny) {
      collect_questions(requester, owner, rr.type, questions);
      continue;
    }
    for_each_type_to_delete(content, owner,
                            [&](RRType type) { collect_questions(requester, owner, type, questions); });
  }
  return questions;
}

std::string explain(const UpdatePolicy::Verdict& verdict) {
  if (verdict.rule == nullptr) return "no rule matches";
  const PolicyRule& rule = *verdict.rule;
  std::string text = "rule " + std::to_string(verdict.rule_number) + " (" +
                     (rule.grants ? "grant " : "deny ") + dns::to_string(rule.identity) + " " +
                     std::string(to_string(rule.match));
  const bool has_name = rule.match == RuleMatch::kName || rule.match == RuleMatch::kSubdomain ||
                        rule.match == RuleMatch::kWildcard || rule.match == RuleMatch::kLocal;
  if (has_name) text += " " + dns::to_string(rule.name);
  return text + (verdict.granted ? ") grants it" : ") denies it");
}

}  // namespace nomen::update
