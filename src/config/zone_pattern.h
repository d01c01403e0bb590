// Configurations of very many zones say the same of each but for its name and file. A statement that has been
// parsed is a pattern for those behind it: where all other bytes are equal, the tokens are, too, and so are
// the nodes of the tree, which are copied. Thread rule: a value of the thread that parses.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "config/tree.h"

namespace nomen::config {

class ZonePattern {
 public:
  /// The pattern of a zone statement with this text (up to and with its ';'), which was read from one file
  /// without any message; nothing when it has no name and file in plain quotes.
  static std::optional<ZonePattern> of(std::string_view text, const Node& statement);

  struct Match {
    std::string_view name;
    std::string_view file;
    const char* end = nullptr;  ///< behind the ';'
  };
  /// Whether a statement like this one stands at the begin of `text`.
  std::optional<Match> match(std::string_view text) const;

  /// The statement of a match, whose first word stands at `position`; Node::alike says what it is like.
  Node* make(Tree& tree, const Match& match, const Position& position) const;

 private:
  /// What the place of a node moves with, beside the first word.
  enum class Behind : uint8_t { kNothing, kName, kFile };
  struct Part {
    Node node;
    Behind behind = Behind::kNothing;
    size_t child = 0;  ///< index of a part; 0: none
    size_t next = 0;
  };

  ZonePattern() = default;
  size_t add(const Node& node, const Node& name, const Node& file, Behind& behind);

  const Node* statement_ = nullptr;
  std::string_view before_name_, between_, behind_file_;
  std::string_view name_, file_;
  size_t name_part_ = 0, file_part_ = 0;
  std::vector<Part> parts_;  ///< the first one is the statement
};

}  // namespace nomen::config
