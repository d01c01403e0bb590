#include "config/one_zone.h"

#include <algorithm>

#include "config/build.h"
#include "config/check.h"
#include "config/outline.h"
#include "config/parser.h"
#include "config/printer.h"
#include "config/serve_check.h"

namespace nomen::config {

namespace {

const char* const kName = "addzone";

/// The one zone of a tree.
const Node* zone_of(const Tree& tree) {
  for (const Node& statement : tree.statements()) {
    if (statement.name() == "zone") return &statement;
    if (statement.name() != "view") continue;
    if (const Node* inner = find(statement.block(), "zone")) return inner;
  }
  return nullptr;
}

/// Only what is about the statement: the rest has been told when it was loaded.
Diagnostics about(const Node& zone, Diagnostics all) {
  std::erase_if(all, [&](const Diagnostic& diagnostic) {
    return diagnostic.severity != Severity::kError && diagnostic.position.line < zone.position.line;
  });
  return all;
}

}  // namespace

JudgedZone judge_zone(const Config& config, const View& view, const std::string& statement, Disk& disk) {
  JudgedZone judged;
  // The directory is entered already.
  const ParseOptions options{.directory = {}, .check_directory = false, .ignore_deprecated = true};
  Diagnostics found;
  const auto alone = parse_text(kName, statement, options, disk, found);
  const Node* only = alone->statements().first();
  if (has_error(found) || only == nullptr || only->next != nullptr || only->name() != "zone") {
    judged.understood = false;
    judged.diagnostics = std::move(found);
    return judged;
  }
  const auto tree =
      parse_text(kName, with_zone(config.outline, view.name, statement), options, disk, judged.diagnostics);
  const Node* zone = zone_of(*tree);
  if (zone == nullptr || has_error(judged.diagnostics)) return judged;
  judged.statement = print_statement(*zone, {.one_line = true});
  check_tree(*tree, {.is_one_zone = true}, disk, judged.diagnostics);
  Config built = build_config(*tree, judged.diagnostics);
  for (Diagnostic& problem : serve_problems(*tree)) judged.diagnostics.push_back(std::move(problem));
  judged.diagnostics = about(*zone, std::move(judged.diagnostics));
  const auto holder = std::find_if(built.views.begin(), built.views.end(),
                                   [](const View& candidate) { return !candidate.zones.empty(); });
  if (holder == built.views.end()) return judged;
  Zone made = *holder->zones[0];
  judged.type = made.type;
  if (has_error(judged.diagnostics)) return judged;
  made.added = true;
  if (*made.options == *view.zone_options) made.options = view.zone_options;
  judged.zone = std::make_shared<const Zone>(std::move(made));
  return judged;
}

}  // namespace nomen::config
