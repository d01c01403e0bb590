#include "config/check.h"

#include <array>

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

namespace {

/// What stands in the names that most zones have: letters as lower-case ones, digits, '-', '_' and '.'; 0 for
/// all else.
constexpr std::array<char, 256> make_plain_characters() {
  std::array<char, 256> table{};
  for (char c = 'a'; c <= 'z'; c++)
    table[static_cast<uint8_t>(c)] = table[static_cast<uint8_t>(c - 0x20)] = c;
  for (char c = '0'; c <= '9'; c++) table[static_cast<uint8_t>(c)] = c;
  for (const char c : {'-', '_', '.'}) table[static_cast<uint8_t>(c)] = c;
  return table;
}
constexpr std::array<char, 256> kPlainCharacters = make_plain_characters();

/// Most names: nothing but those characters in labels that are neither empty nor too long. False when it is
/// not so plain.
bool make_plain_name(std::string_view text, std::string& out) {
  constexpr size_t kMostBytes = 253;
  if (text.empty() || text.size() > kMostBytes) return false;
  std::array<char, kMostBytes + 1> plain;
  size_t label = 0;
  for (size_t i = 0; i < text.size(); i++) {
    const char c = kPlainCharacters[static_cast<uint8_t>(text[i])];
    const bool is_dot = c == '.';
    if (c == 0 || (is_dot && label == 0) || label > dns::kMaxLabelBytes) return false;
    label = is_dot ? 0 : label + 1;
    plain[i] = c;
  }
  if (label > dns::kMaxLabelBytes) return false;
  plain[text.size()] = '.';
  out.assign(plain.data(), text.size() + (label != 0 ? 1 : 0));
  return true;
}

}  // namespace

void make_canonical_name(std::string_view text, std::string& name) {
  if (make_plain_name(text, name)) return;
  const auto parsed = dns::Name::parse(text);
  name = parsed ? lower_text(dns::to_string(parsed->view())) : std::string();
}

std::string canonical_name(std::string_view text) {
  std::string name;
  make_canonical_name(text, name);
  return name;
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
