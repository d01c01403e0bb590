#include "config/outline.h"

#include "config/printer.h"

namespace nomen::config {

namespace {

Outline::ViewText view_text(const Node& view) {
  Outline::ViewText text{"view \"" + std::string(view.value()->text) + "\"", {}};
  const Node* rr_class = view.value()->next;
  if (rr_class != nullptr && rr_class->kind == Node::Kind::kValue)
    text.head += " " + std::string(rr_class->text);
  const Definitions definitions(view.block());
  for (const Node& statement : definitions.nodes()) text.body += print_statement(statement);
  return text;
}

}  // namespace

Outline outline_of(const Tree& tree) {
  Outline outline;
  for (const Node& statement : tree.definitions()) {
    if (statement.name() == "view") {
      outline.views.push_back(view_text(statement));
    } else {
      outline.top += print_statement(statement);
    }
  }
  return outline;
}

std::string with_zone(const Outline& outline, const std::string& view, const std::string& statement) {
  std::string text = outline.top;
  bool placed = false;
  for (const Outline::ViewText& other : outline.views) {
    const bool is_meant = !placed && other.head.starts_with("view \"" + view + "\"");
    text += other.head + " {\n" + other.body + (is_meant ? statement + "\n" : "") + "};\n";
    placed = placed || is_meant;
  }
  return placed || !outline.views.empty() ? text : text + statement + "\n";
}

}  // namespace nomen::config
