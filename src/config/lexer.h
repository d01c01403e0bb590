// named.conf's tokens: words, quoted strings and the five special characters, with their places.
// Comments (// /* */ #) are skipped. What a word means (a number, an address, a keyword) is the grammar's
// business. The lexer looks into the text it was given and copies only strings with an escaped quote.
// Thread rule: a value, used by one thread.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "config/text_arena.h"

namespace nomen::config {

/// A place in one of the files of a configuration. `file` indexes Tree::files().
struct Position {
  uint32_t file = 0;
  uint32_t line = 0;    ///< from 1; 0: unknown
  uint16_t column = 0;  ///< from 1, in bytes; stays at 65535 in longer lines
};

enum class TokenKind : uint8_t {
  kWord,          ///< bare text up to white space or a special character
  kQuoted,        ///< "...", may span lines; \" stands for a quote, other backslashes stay
  kSpecial,       ///< one of { } ; ! /
  kEnd,           ///< the end of this text
  kUnterminated,  ///< a comment or a quoted string that the text ends in
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string_view text;  ///< without the quotes; one character for kSpecial
  Position position;

  bool is_special(char c) const { return kind == TokenKind::kSpecial && text[0] == c; }
  bool is_word() const { return kind == TokenKind::kWord; }
  bool is_text() const { return kind == TokenKind::kWord || kind == TokenKind::kQuoted; }
};

class Lexer {
 public:
  /// `text` and `arena` outlive the lexer and all its tokens.
  Lexer(std::string_view text, uint32_t file, TextArena& arena);

  Token next();

  /// The text from `begin` (in this text, not behind where the lexer stands) to behind the ';' that ends the
  /// statement there; empty when it has no such end. The lexer stays where it is.
  std::string_view statement(const char* begin) const;
  /// Goes on at `to`, which is ahead.
  void skip_to(const char* to);
  /// The same when it is known that so many lines end before it.
  void skip_to(const char* to, uint32_t lines);
  /// Goes on behind blanks and ends of lines; where it stands then.
  Position skip_white_space();
  const char* at() const { return at_; }
  const char* end() const { return end_; }
  uint32_t line() const { return line_; }

 private:
  bool skip_blanks(Token& token);
  bool skip_block_comment(Token& token);
  Token quoted(Token token);
  Position here() const {
    return {file_, line_, static_cast<uint16_t>(std::min<ptrdiff_t>(at_ - line_start_ + 1, UINT16_MAX))};
  }

  const char* at_;
  const char* end_;
  const char* line_start_;
  uint32_t line_ = 1;
  uint32_t file_;
  TextArena* arena_;
};

}  // namespace nomen::config
