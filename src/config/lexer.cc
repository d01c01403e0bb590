#include "config/lexer.h"

#include <array>
#include <cstring>
#include <string>

namespace nomen::config {
namespace {

enum CharClass : uint8_t { kPlain, kBlank, kNewline, kSpecialChar, kQuote, kHash, kSlash };

constexpr std::array<CharClass, 256> make_classes() {
  std::array<CharClass, 256> table{};
  for (unsigned char c : {' ', '\t', '\r', '\f', '\v'}) table[c] = kBlank;
  for (unsigned char c : {'{', '}', ';', '!'}) table[c] = kSpecialChar;
  table['\n'] = kNewline;
  table['"'] = kQuote;
  table['#'] = kHash;
  table['/'] = kSlash;
  return table;
}
constexpr auto kClasses = make_classes();

CharClass class_of(char c) {
  return kClasses[static_cast<unsigned char>(c)];
}

}  // namespace

Lexer::Lexer(std::string_view text, uint32_t file, TextArena& arena)
    : at_(text.data()),
      end_(text.data() + text.size()),
      line_start_(text.data()),
      file_(file),
      arena_(&arena) {}

bool Lexer::skip_block_comment(Token& token) {
  token.position = here();
  for (at_ += 2; at_ < end_; ++at_) {
    if (*at_ == '*' && at_ + 1 < end_ && at_[1] == '/') {
      at_ += 2;
      return true;
    }
    if (*at_ == '\n') {
      ++line_;
      line_start_ = at_ + 1;
    }
  }
  token.kind = TokenKind::kUnterminated;
  token.text = "/*";
  return false;
}

// False when the text ends inside a comment; `token` then says so.
bool Lexer::skip_blanks(Token& token) {
  while (at_ < end_) {
    switch (class_of(*at_)) {
      case kBlank:
        ++at_;
        break;
      case kNewline:
        ++at_;
        ++line_;
        line_start_ = at_;
        break;
      case kSlash:
        if (at_ + 1 < end_ && at_[1] == '*') {
          if (!skip_block_comment(token)) return false;
          break;
        }
        if (at_ + 1 >= end_ || at_[1] != '/') return true;
        [[fallthrough]];
      case kHash:
        while (at_ < end_ && *at_ != '\n') ++at_;
        break;
      default:
        return true;
    }
  }
  return true;
}

Token Lexer::quoted(Token token) {
  const char* start = ++at_;
  bool has_escape = false;
  for (; at_ < end_ && *at_ != '"'; ++at_) {
    if (*at_ == '\n') {
      ++line_;
      line_start_ = at_ + 1;
    }
    if (*at_ == '\\' && at_ + 1 < end_ && at_[1] != '\n') {
      has_escape = has_escape || at_[1] == '"';
      ++at_;
    }
  }
  if (at_ >= end_) {
    token.kind = TokenKind::kUnterminated;
    token.text = "\"";
    return token;
  }
  token.kind = TokenKind::kQuoted;
  token.text = {start, static_cast<size_t>(at_ - start)};
  ++at_;
  if (has_escape) {
    std::string plain;
    for (size_t i = 0; i < token.text.size(); ++i) {
      if (token.text[i] == '\\' && i + 1 < token.text.size()) {
        if (token.text[i + 1] != '"') plain += '\\';
        ++i;
      }
      plain += token.text[i];
    }
    token.text = arena_->copy(plain);
  }
  return token;
}

std::string_view Lexer::statement(const char* begin) const {
  int open = 0;
  for (const char* at = at_; at < end_; ++at) {
    switch (class_of(*at)) {
      case kSpecialChar:
        if (*at == '{') ++open;
        if (*at == '}' && --open < 0) return {};
        if (*at == ';' && open == 0) return {begin, static_cast<size_t>(at + 1 - begin)};
        break;
      case kQuote:
        for (++at; at < end_ && *at != '"'; ++at) {
          if (*at == '\\') ++at;
        }
        break;
      case kSlash:
        if (at + 1 < end_ && at[1] != '/' && at[1] != '*') break;
        [[fallthrough]];
      case kHash:
        return {};  // a comment: not as plain as it has to be
      default:
        break;
    }
  }
  return {};
}

void Lexer::skip_to(const char* to) {
  while (const void* newline = std::memchr(at_, '\n', static_cast<size_t>(to - at_))) {
    at_ = static_cast<const char*>(newline) + 1;
    line_start_ = at_;
    ++line_;
  }
  at_ = to;
}

void Lexer::skip_to(const char* to, uint32_t lines) {
  line_ += lines;
  if (lines != 0)
    line_start_ = static_cast<const char*>(::memrchr(at_, '\n', static_cast<size_t>(to - at_))) + 1;
  at_ = to;
}

Position Lexer::skip_white_space() {
  for (; at_ < end_; ++at_) {
    const CharClass kind = class_of(*at_);
    if (kind == kNewline) {
      ++line_;
      line_start_ = at_ + 1;
    } else if (kind != kBlank) {
      break;
    }
  }
  return here();
}

Token Lexer::next() {
  Token token;
  if (!skip_blanks(token)) return token;
  token.position = here();
  if (at_ >= end_) return token;
  const CharClass kind = class_of(*at_);
  if (kind == kQuote) return quoted(token);
  const char* start = at_++;
  if (kind != kPlain) {
    token.kind = TokenKind::kSpecial;
  } else {
    token.kind = TokenKind::kWord;
    while (at_ < end_ && class_of(*at_) == kPlain) ++at_;
  }
  token.text = {start, static_cast<size_t>(at_ - start)};
  return token;
}

}  // namespace nomen::config
