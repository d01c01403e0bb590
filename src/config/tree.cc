#include "config/tree.h"

#include <algorithm>

namespace nomen::config {

size_t Nodes::size() const {
  size_t count = 0;
  for (const Node* at = first_; at != nullptr; at = at->next) ++count;
  return count;
}

Nodes Node::block() const {
  for (const Node& node : children()) {
    if (node.kind == Kind::kBlock) return node.children();
  }
  return Nodes(nullptr);
}

const Node* Node::list_node() const {
  for (const Node& node : children()) {
    if (node.kind == Kind::kList) return &node;
  }
  return nullptr;
}

Nodes Node::list() const {
  const Node* list = list_node();
  return Nodes(list != nullptr ? list->child : nullptr);
}

bool Node::is_keyword(std::string_view word) const {
  return kind == Kind::kValue && type == ValueType::kKeyword && same_word(text, word);
}

const Node* Node::after(std::string_view keyword) const {
  for (const Node& node : children()) {
    if (node.is_keyword(keyword)) return node.next;
  }
  return nullptr;
}

bool Node::has(std::string_view keyword) const {
  for (const Node& node : children()) {
    if (node.is_keyword(keyword)) return true;
  }
  return false;
}

const Node* find(Nodes statements, std::string_view name) {
  for (const Node& node : statements) {
    if (node.name() == name) return &node;
  }
  return nullptr;
}

const Node* find_last(Nodes statements, std::string_view name) {
  const Node* last = nullptr;
  for (const Node& node : statements) {
    if (node.name() == name) last = &node;
  }
  return last;
}

Definitions::Definitions(Nodes statements) {
  for (const Node& node : statements) {
    if (node.name() != "zone") add(node);
  }
}

Definitions::Definitions(std::span<const Node* const> statements) {
  for (const Node* node : statements) add(*node);
}

void Definitions::add(const Node& statement) {
  Node* last = copies_.empty() ? nullptr : &copies_.back();
  copies_.push_back(statement);
  copies_.back().next = nullptr;
  if (last != nullptr) last->next = &copies_.back();
}

void Tree::append(const Node* view, const Node* first) {
  const auto append_to = [&](const Node*& chain) {
    if (chain == nullptr) {
      chain = first;
      return;
    }
    const Node* last = chain;
    while (last->next != nullptr) last = last->next;
    link(last, first);
  };
  if (view == nullptr) return append_to(first_);
  for (const Node& node : view->children()) {
    if (node.kind == Node::Kind::kBlock) append_to(const_cast<Node&>(node).child);
  }
}

SourcePosition Tree::source(const Position& position) const {
  return {position.file < files_.size() ? files_[position.file] : std::string(), position.line,
          position.column};
}

std::string Tree::place_text(const Position& position) const {
  SourcePosition place = source(position);
  place.column = 0;
  return to_string(place);
}

bool same_word(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [&](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace nomen::config
