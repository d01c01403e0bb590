// The tokens of a file and of those it includes, as one stream with one token of look-ahead.
// An included file's tokens come in place of the include statement, in whatever block it stands.
#pragma once
#include <string>
#include <vector>

#include "base/contract.h"
#include "config/disk.h"
#include "config/lexer.h"
#include "config/tree.h"

namespace nomen::config {

class TokenStream {
 public:
  explicit TokenStream(Tree& tree) : tree_(&tree) {}

  /// The text's tokens come next, before what is left of the others.
  void open(std::string name, std::string text);

  const Token& peek();
  Token take();
  size_t depth() const { return lexers_.size(); }

  /// The lexer that reads now; no token may be looked ahead to.
  Lexer& lexer() {
    NOMEN_REQUIRE(!has_ahead_);
    return lexers_.back();
  }

 private:
  Tree* tree_;
  std::vector<Lexer> lexers_;
  Token ahead_;
  bool has_ahead_ = false;
};

}  // namespace nomen::config
