// dnssec-policy: names, key lengths and lifetimes, timing.
#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include "config/check_context.h"
#include "config/names.h"

namespace nomen::config {
namespace {

/// What keys of an algorithm may be long.
enum class Lengths : uint8_t { kFree, kFixed, kOfRsa };

struct Algorithm {
  std::string_view name, number;
  Lengths lengths = Lengths::kFree;
};
// Those that nobody can sign with any more are known to BIND, too.
constexpr Algorithm kAlgorithms[] = {{"rsamd5", "1"},
                                     {"dh", "2"},
                                     {"dsa", "3"},
                                     {"rsasha1", "5", Lengths::kOfRsa},
                                     {"nsec3dsa", "6"},
                                     {"nsec3rsasha1", "7", Lengths::kOfRsa},
                                     {"rsasha1-nsec3-sha1", "7", Lengths::kOfRsa},
                                     {"rsasha256", "8", Lengths::kOfRsa},
                                     {"rsasha512", "10", Lengths::kOfRsa},
                                     {"eccgost", "12"},
                                     {"ecdsap256sha256", "13", Lengths::kFixed},
                                     {"ecdsa256", "13", Lengths::kFixed},
                                     {"ecdsap384sha384", "14", Lengths::kFixed},
                                     {"ecdsa384", "14", Lengths::kFixed},
                                     {"ed25519", "15", Lengths::kFixed},
                                     {"ed448", "16", Lengths::kFixed},
                                     {"indirect", "252"},
                                     {"privatedns", "253"},
                                     {"privateoid", "254"}};
constexpr uint64_t kLeastRsaBits = 1024, kMostRsaBits = 4096;

/// By name or number; a number that has no name is one, too.
std::optional<Algorithm> algorithm_of(std::string_view text) {
  for (const Algorithm& algorithm : kAlgorithms) {
    if (same_word(algorithm.name, text) || algorithm.number == text) return algorithm;
  }
  uint8_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return Algorithm{.name = text, .number = text};
}

uint64_t duration(Nodes block, std::string_view name, uint64_t otherwise) {
  const Node* statement = find(block, name);
  return statement != nullptr ? statement->value()->number : otherwise;
}

struct Roles {
  int ksk = 0, zsk = 0;
  const Node* first = nullptr;
};

void check_key(CheckContext& context, const Node& element, std::map<std::string_view, Roles>& roles) {
  const Node* text = element.after("algorithm");
  const std::optional<Algorithm> algorithm = algorithm_of(text->text);
  if (!algorithm) {
    context.error(element, "dnssec-policy: bad algorithm " + std::string(text->text));
    return;
  }
  if (const Node* length = text->next; length != nullptr) {
    if (algorithm->lengths == Lengths::kFixed) {
      context.warn(element, "dnssec-policy: key algorithm " + std::string(text->text) +
                                " has predefined length; ignoring length value " +
                                std::to_string(length->number));
    } else if (algorithm->lengths == Lengths::kOfRsa &&
               (length->number < kLeastRsaBits || length->number > kMostRsaBits)) {
      context.error(element, "dnssec-policy: key with algorithm " + std::string(text->text) +
                                 " has invalid key length " + std::to_string(length->number));
    }
  }
  Roles& role = roles[algorithm->number];
  const Node& kind = *element.value();
  if (kind.is_keyword("csk") || kind.is_keyword("ksk")) ++role.ksk;
  if (kind.is_keyword("csk") || kind.is_keyword("zsk")) ++role.zsk;
  role.first = &element;
}

// A rollover takes this long at least; a key that lives shorter would never be alone.
void check_lifetime(CheckContext& context, const Node& element, Nodes block) {
  const Node* lifetime = element.after("lifetime");
  if (lifetime == nullptr || lifetime->type != ValueType::kDuration || lifetime->number == 0) return;
  if (lifetime->number < uint64_t{30} * 86400) {
    context.warn(element, "dnssec-policy: key lifetime is shorter than 30 days");
  }
  const uint64_t publish = duration(block, "dnskey-ttl", 3600) + duration(block, "publish-safety", 3600) +
                           duration(block, "zone-propagation-delay", 300);
  const uint64_t signatures = duration(block, "signatures-validity", 14 * 86400) -
                              std::min<uint64_t>(duration(block, "signatures-refresh", 5 * 86400),
                                                 duration(block, "signatures-validity", 14 * 86400));
  const uint64_t zsk = duration(block, "max-zone-ttl", 86400) +
                       duration(block, "zone-propagation-delay", 300) +
                       duration(block, "retire-safety", 3600) + signatures;
  const uint64_t ksk = duration(block, "parent-ds-ttl", 86400) +
                       duration(block, "parent-propagation-delay", 3600) +
                       duration(block, "retire-safety", 3600);
  const Node& kind = *element.value();
  uint64_t least = 0;
  if (!kind.is_keyword("zsk")) least = std::max(least, publish + ksk);
  if (!kind.is_keyword("ksk")) least = std::max(least, publish + zsk);
  if (lifetime->number < least) {
    context.error(element, "dnssec-policy: key lifetime is shorter than the time it takes to do a rollover");
  }
}

void check_signatures(CheckContext& context, const Node& policy, Nodes block) {
  const std::string start = "dnssec-policy: policy '" + std::string(policy.value()->text) + "' signatures-";
  const uint64_t refresh = duration(block, "signatures-refresh", 5 * 86400);
  const uint64_t jitter = duration(block, "signatures-jitter", 12 * 3600);
  for (std::string_view name : {"signatures-validity-dnskey", "signatures-validity"}) {
    const uint64_t validity = duration(block, name, 14 * 86400);
    if (refresh > validity / 10 * 9 + validity % 10 * 9 / 10) {
      context.error(policy, start + "refresh must be at most 90% of the " + std::string(name));
    }
    if (jitter > validity) context.error(policy, start + "jitter cannot be larger than " + std::string(name));
  }
}

constexpr Algorithm kWithoutNsec3[] = {{"RSAMD5", "1"}, {"DSA", "3"}, {"RSASHA1", "5"}};

void check_nsec3(CheckContext& context, Nodes block, const std::map<std::string_view, Roles>& roles) {
  const Node* nsec3 = find(block, "nsec3param");
  if (nsec3 == nullptr) return;
  const Node* iterations = nsec3->after("iterations");
  const Node* salt = nsec3->after("salt-length");
  if (iterations != nullptr && iterations->number > 50) {
    context.error(*nsec3, "dnssec-policy: nsec3 iterations value " + std::to_string(iterations->number) +
                              " out of range");
  }
  if (salt != nullptr && salt->number > 0xff) {
    context.error(*nsec3, "dnssec-policy: nsec3 salt length " + std::to_string(salt->number) + " too high");
  }
  for (const auto& [number, role] : roles) {
    const auto first = std::ranges::find(kWithoutNsec3, number, &Algorithm::number);
    if (first == std::end(kWithoutNsec3)) continue;
    context.error(*nsec3,
                  "dnssec-policy: cannot use nsec3 with algorithm '" + std::string(first->name) + "'");
  }
}

void check_policy(CheckContext& context, const Node& policy) {
  const Nodes block = policy.block();
  std::map<std::string_view, Roles> roles;
  if (const Node* keys = find(block, "keys")) {
    for (const Node& element : keys->list()) {
      check_key(context, element, roles);
      check_lifetime(context, element, block);
    }
  }
  for (const auto& [number, role] : roles) {
    if (role.ksk == 0 || role.zsk == 0) {
      context.error(*role.first,
                    "dnssec-policy: algorithm " + std::string(number) + " requires both KSK and ZSK roles");
    }
    if (role.zsk > 1) {
      context.warn(*role.first,
                   "dnssec-policy: algorithm " + std::string(number) + " has multiple keys with ZSK role");
    }
    if (role.ksk > 1) {
      context.warn(*role.first,
                   "dnssec-policy: algorithm " + std::string(number) + " has multiple keys with KSK role");
    }
  }
  check_signatures(context, policy, block);
  check_nsec3(context, block, roles);
}

}  // namespace

void check_policies(CheckContext& context) {
  std::map<std::string, const Node*> seen;
  for (const Node& statement : context.tree().definitions()) {
    if (statement.name() != "dnssec-policy") continue;
    const std::string name(statement.value()->text);
    if (name == "none" || name == "default" || name == "insecure") {
      context.error(
          statement,
          "dnssec-policy name may not be 'insecure', 'none', or 'default' (which are built-in policies)");
      continue;
    }
    if (!seen.emplace(name, &statement).second) {
      context.error(statement, "dnssec-policy: duplicately named policy found '" + name + "'");
    }
    check_policy(context, statement);
  }
}

}  // namespace nomen::config
