#include "world.h"

#include <fmt/format.h>

#include "zone/content_for_test.h"

namespace nomen::simulation {

void Facts::fail(const std::string& what) {
  failures_.push_back(fmt::format("at {:.6f} s: {}", static_cast<double>(events_.now()) / 1e6 - 1e6, what));
}

void Facts::primary_serves(const zone::Content& content) {
  const auto [known, is_new] = versions_.try_emplace(content.serial().value, zone::describe(content));
  if (!is_new && known->second != zone::describe(content))
    fail(fmt::format("the primary serves two different versions {}", content.serial().value));
}

void Facts::secondary_serves(const std::string& who, const zone::Content& content) {
  const auto known = versions_.find(content.serial().value);
  if (known == versions_.end()) {
    fail(fmt::format("{} serves version {}, which the primary never had", who, content.serial().value));
  } else if (known->second != zone::describe(content)) {
    fail(fmt::format("{} serves something else as version {} than the primary", who, content.serial().value));
  }
}

void Facts::acknowledged(const std::string& name, bool added) {
  (added ? added_ : removed_).insert(name);
}

void Facts::check_promises(const std::string& who, const zone::Content& content) {
  std::set<std::string> owners;
  content.for_each_node([&](zone::NodeView node, zone::Ref) {
    if (!node.is_empty()) owners.insert(dns::to_string(node.owner(content.apex())));
  });
  for (const std::string& name : added_) {
    if (!owners.contains(name)) fail(who + " has lost " + name + ", whose adding was acknowledged");
  }
  for (const std::string& name : removed_) {
    if (owners.contains(name)) fail(who + " still has " + name + ", whose removal was acknowledged");
  }
}

}  // namespace nomen::simulation
