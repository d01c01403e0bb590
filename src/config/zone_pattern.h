// Configurations of very many zones say the same of each but for its name and file. A statement that has been
// parsed is a pattern for those behind it: where all other bytes are equal, the tokens are, too, and so are
// the nodes of the tree. Such a statement is one node, which knows its pattern; the nodes below it are made
// when somebody asks for them, which for nearly all of 100,000 zones nobody does. Thread rule: immutable; any
// thread may ask, spell_out() included.
#pragma once
#include <atomic>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "config/tree.h"

namespace nomen::config {

class ZonePattern {
 public:
  /// The pattern of a zone statement with this text (up to and with its ';'), which was read from one file
  /// without any message; nothing when it has no name and file in plain quotes.
  static std::shared_ptr<const ZonePattern> of(std::string_view text, const Node& statement);
  ~ZonePattern();
  ZonePattern(const ZonePattern&) = delete;
  ZonePattern& operator=(const ZonePattern&) = delete;

  struct Match {
    std::string_view name;
    std::string_view file;
    const char* end = nullptr;  ///< behind the ';'
  };
  /// Whether a statement like this one stands at the begin of `text`.
  std::optional<Match> match(std::string_view text) const;

  /// The statement of a match, whose first word stands there.
  Node* make(TextArena& arena, const Match& match, std::string_view word, const Position& position) const;

  /// How many lines end in a statement like it.
  uint32_t lines() const { return lines_; }
  /// The statement that was read first: what those of the pattern are like.
  const Node& first() const { return *statement_; }

  // ---- of a statement that make() made

  std::string_view name_of(const Node& made) const {
    return {made.text.data() + before_name_.size(), name_size(made)};
  }
  std::string_view file_of(const Node& made) const {
    return {made.text.data() + before_name_.size() + name_size(made) + between_.size(), file_size(made)};
  }
  /// Makes the nodes below it, unless another thread has; the first of them.
  const Node* spell_out(const Node& made) const;

 private:
  /// What the place of a node moves with, beside the first word.
  enum class Behind : uint8_t { kNothing, kName, kFile };
  struct Part {
    Node node;
    Behind behind = Behind::kNothing;
    size_t child = 0;  ///< index of a part; 0: none
    size_t next = 0;
  };
  /// The nodes below one statement.
  struct Spelled {
    std::vector<Node> nodes;
    Spelled* before = nullptr;  ///< those that were made before these
  };

  ZonePattern() = default;
  size_t add(const Node& node, const Node& name, const Node& file, Behind& behind);
  Position moved(const Part& part, const Node& made) const;

  // Node::number of a statement that make() made has both sizes, neither of which has more than 12 bits.
  static size_t name_size(const Node& made) { return made.number & UINT32_MAX; }
  static size_t file_size(const Node& made) { return made.number >> 32; }

  const Node* statement_ = nullptr;
  std::string_view before_name_, between_, behind_file_;
  std::string_view name_, file_;
  uint32_t lines_ = 0;
  size_t name_part_ = 0, file_part_ = 0;
  std::vector<Part> parts_;  ///< the first one is the name
  mutable std::atomic<Spelled*> spelled_ = nullptr;
};

/// What a statement of a pattern is like; any other is like itself.
inline const Node& like(const Node& statement) {
  return statement.pattern != nullptr ? statement.pattern->first() : statement;
}

/// The name of a zone, as written.
inline std::string_view zone_name(const Node& zone) {
  return zone.pattern != nullptr ? zone.pattern->name_of(zone) : zone.value()->text;
}

}  // namespace nomen::config
