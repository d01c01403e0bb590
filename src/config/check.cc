#include "config/check.h"

#include "config/check_context.h"
#include "config/names.h"
#include "dns/name.h"

namespace nomen::config {

CheckContext::CheckContext(const Tree& tree, const CheckOptions& options, Disk& disk,
                           Diagnostics& diagnostics)
    : tree_(tree), options_(options), disk_(disk), diagnostics_(diagnostics), names_(tree, diagnostics) {
  for (const Node& statement : tree.definitions()) {
    const std::string_view name = statement.name();
    if (name == "options") options_block_ = statement.block();
    if (name == "key") keys_.insert(canonical_name(statement.value()->text));
    if (name == "tls") tls_.emplace(lower_text(statement.value()->text));
    if (name == "http") http_.emplace(statement.value()->text);
    if (name == "dnssec-policy") policies_.emplace(statement.value()->text, &statement);
  }
  if (const Node* directory = find(options_block_, "directory")) directory_ = directory->value()->text;
}

void CheckContext::report(Severity severity, const Position& position, std::string text) {
  diagnostics_.push_back({severity, tree_.source(position), std::move(text)});
}

bool CheckContext::has_key(std::string_view name, Nodes view_block) const {
  const std::string wanted = canonical_name(name);
  if (keys_.contains(wanted)) return true;
  for (const Node& statement : view_block) {
    if (statement.name() == "key" && canonical_name(statement.value()->text) == wanted) return true;
  }
  return false;
}

const Node* CheckContext::policy(std::string_view name) const {
  const auto found = policies_.find(std::string(name));
  return found != policies_.end() ? found->second : nullptr;
}

std::string canonical_name(std::string_view text) {
  const auto parsed = dns::Name::parse(text);
  return parsed ? lower_text(dns::to_string(parsed->view())) : std::string();
}

// What options ask for all views is judged with the zones of each; without views with those of the top level.
static void check_options_features(CheckContext& context) {
  bool has_views = false;
  for (const Node& statement : context.tree().definitions()) {
    if (statement.name() != "view") continue;
    has_views = true;
    check_view_features(context, context.options_block(), statement.block());
  }
  if (!has_views) check_view_features(context, context.options_block(), context.tree().statements());
}

void check_tree(const Tree& tree, const CheckOptions& options, Disk& disk, Diagnostics& diagnostics) {
  CheckContext context(tree, options, disk, diagnostics);
  check_definitions(context);
  check_policies(context);
  check_logging(context);
  check_controls(context);
  check_server_options(context);
  check_settings(context, context.options_block(), Place::kOptions);
  check_options_features(context);
  check_trust_anchors(context, tree.definitions());
  check_catalog_groups(context, tree.definitions());
  check_servers(context, tree.definitions(), Nodes(nullptr));
  check_zones_and_views(context);
}

}  // namespace nomen::config
