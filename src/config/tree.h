// A configuration as it is written: the tree of statements, each with its row of the grammar, its values and
// their places. Made by the parser, read by the checks, the model builder and the printer.
//
// How to use it:
//   Diagnostics notes;
//   std::unique_ptr<Tree> tree = parse_file(path, {}, disk, notes);    // parser.h
//   for (const Node& statement : tree->statements()) ...               // top level, in order
//   const Node* options = tree->find("options");
//   const Node* port = find(options->block(), "port");                 // the statement in a block
//   port->value()->number;                                             // its first value
//
// Shapes. A statement's children are its values in the order written, keywords included:
//   also-notify port 53 { 192.0.2.1 port 5353 key k; };
//   kStatement(also-notify): kValue keyword "port", kValue port 53, kList
//     kElement: kValue ip_address "192.0.2.1", kValue keyword "port", kValue port 5353, keyword "key", string
//     "k"
// An address match list is a kList of kElements, each: with `!` before it or not, and one child: a kValue
// (prefix or the name of an acl), a kList (nested), or the keywords "key NAME" / "geoip ...".
//
// Owner: the Tree owns all nodes and texts. Thread rule: once parsed it is read by any thread.
#pragma once
#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "config/grammar.h"
#include "config/lexer.h"
#include "config/text_arena.h"

namespace nomen::config {

struct Node;
class ZonePattern;

/// The children of a node, in order.
class Nodes {
 public:
  class Iterator {
   public:
    explicit Iterator(const Node* at) : at_(at) {}
    const Node& operator*() const { return *at_; }
    const Node* operator->() const { return at_; }
    Iterator& operator++();
    bool operator==(const Iterator&) const = default;

   private:
    const Node* at_;
  };
  explicit Nodes(const Node* first) : first_(first) {}
  Iterator begin() const { return Iterator(first_); }
  Iterator end() const { return Iterator(nullptr); }
  bool empty() const { return first_ == nullptr; }
  const Node* first() const { return first_; }
  size_t size() const;

 private:
  const Node* first_;
};

struct Node {
  enum class Kind : uint8_t {
    kStatement,  ///< row says which; children: values, and a kBlock or kList where the shape has one
    kValue,      ///< type, text, number
    kList,       ///< children: kElement
    kElement,    ///< children: values
    kBlock,      ///< children: kStatement
  };

  Kind kind = Kind::kValue;
  ValueType type = ValueType::kKeyword;  ///< kValue
  bool quoted = false;                   ///< kValue: it was written with quotes
  uint8_t negations = 0;                 ///< kElement of an address match list: so many `!` stand before it
  uint16_t row = 0;                      ///< kStatement: index into grammar()
  Position position;
  std::string_view text;  ///< kValue: as written, without quotes; kStatement: its name
  uint64_t number = 0;    ///< kValue of a number, boolean (0, 1), size, duration (s), port
  /// The first child; with a pattern nothing until somebody asks for it.
  mutable const Node* child = nullptr;
  const Node* next = nullptr;
  /// A zone statement that says the same as one in front of it but for name and file.
  const ZonePattern* pattern = nullptr;

  Nodes children() const { return Nodes(value()); }
  /// A statement's row in the grammar.
  const StatementRow& grammar_row() const { return grammar()[row]; }
  std::string_view name() const { return text; }
  /// The first value of a statement or element; nullptr when it has none.
  const Node* value() const { return pattern == nullptr ? child : spelled_out(); }
  /// The statements of the block among this statement's children; empty when it has none.
  Nodes block() const;
  /// The elements of the first list among the children; empty when there is none.
  Nodes list() const;
  const Node* list_node() const;
  /// The value behind a keyword among the children: after("port") of "inet * port 953 ..." is 953.
  const Node* after(std::string_view keyword) const;
  bool has(std::string_view keyword) const;
  bool is_keyword(std::string_view word) const;
  /// The first child of a statement with a pattern (zone_pattern.h); any thread may ask.
  const Node* spelled_out() const;
};

inline Nodes::Iterator& Nodes::Iterator::operator++() {
  at_ = at_->next;
  return *this;
}

/// The first (or last) statement of that name among `statements`.
const Node* find(Nodes statements, std::string_view name);
const Node* find_last(Nodes statements, std::string_view name);

/// The statements of a block that are not zones, in order, as nodes of their own with the same children: a
/// setting is looked up among these without a walk over 100,000 zones.
class Definitions {
 public:
  explicit Definitions(Nodes statements);
  explicit Definitions(std::span<const Node* const> statements);
  Definitions(const Definitions&) = delete;
  Definitions& operator=(const Definitions&) = delete;
  Nodes nodes() const { return Nodes(copies_.empty() ? nullptr : &copies_.front()); }

 private:
  void add(const Node& statement);
  std::deque<Node> copies_;
};

class Tree {
 public:
  Tree() = default;
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;

  Nodes statements() const { return Nodes(first_); }
  /// Those of them that are not zones.
  Nodes definitions() const { return definitions_ ? definitions_->nodes() : Nodes(nullptr); }
  /// The first definition of that name.
  const Node* find(std::string_view name) const { return config::find(definitions(), name); }

  /// Names of the files read, in order of opening; Position::file indexes them.
  const std::vector<std::string>& files() const { return files_; }
  SourcePosition source(const Position& position) const;
  /// "named.conf:12": as BIND names a place.
  std::string place_text(const Position& position) const;

  // The parser's side.
  TextArena& arena() { return arena_; }
  uint32_t add_file(std::string name) {
    files_.push_back(std::move(name));
    return static_cast<uint32_t>(files_.size() - 1);
  }
  std::string_view keep_text(std::string text) { return texts_.emplace_back(std::move(text)); }
  /// Statements have this pattern.
  void keep_pattern(const std::shared_ptr<const ZonePattern>& pattern) {
    if (patterns_.empty() || patterns_.back() != pattern) patterns_.push_back(pattern);
  }
  /// Puts statements behind those of a view's block, or of the top level (nullptr).
  void append(const Node* view, const Node* first);
  void link(const Node* before, const Node* next) { const_cast<Node*>(before)->next = next; }
  /// The file that was opened last has zones that rndc added.
  void mark_added() { added_files_.push_back(static_cast<uint32_t>(files_.size() - 1)); }
  bool is_added(const Node& statement) const {
    return std::find(added_files_.begin(), added_files_.end(), statement.position.file) != added_files_.end();
  }
  /// `definitions`: those of the statements that are not zones.
  void set_first(const Node* first, std::span<const Node* const> definitions) {
    first_ = first;
    definitions_.emplace(definitions);
  }

 private:
  TextArena arena_;
  std::deque<std::string> texts_;
  std::vector<std::shared_ptr<const ZonePattern>> patterns_;
  std::vector<std::string> files_;
  const Node* first_ = nullptr;
  std::vector<uint32_t> added_files_;
  std::optional<Definitions> definitions_;
};

/// Case-insensitive comparison of ASCII, as keywords and names of statements compare.
bool same_word(std::string_view a, std::string_view b);

}  // namespace nomen::config
