#include "dns/master_lexer.h"

namespace nomen::dns {

namespace {

bool ends_token(char c) {
  switch (c) {
    case ' ':
    case '\t':
    case '\r':
    case '\n':
    case '"':
    case '(':
    case ')':
    case ';':
    case '\0':
      return true;
    default:
      return false;
  }
}

void note(LexedRecord& record, const char* error, const char* at) {
  if (record.error != nullptr) return;
  record.error = error;
  record.error_at = at;
}

/// From the opening quote; returns behind the closing one, or at the line end that cuts the string off.
const char* quoted_string(const char* at, const char* end, LexedRecord& record) {
  const char* open = at++;
  const char* begin = at;
  for (; at < end && *at != '"' && *at != '\n'; at++) {
    if (*at == '\\' && at + 1 < end) at++;
  }
  record.tokens.push_back({{begin, static_cast<size_t>(at - begin)}, true});
  if (at < end && *at == '"') return at + 1;
  note(record, "unbalanced quotes", open);
  return at;
}

const char* plain_token(const char* at, const char* end, LexedRecord& record) {
  const char* begin = at;
  for (; at < end && !ends_token(*at); at++) {
    if (*at == '\\' && at + 1 < end && at[1] != '\n' && at[1] != '\r') at++;
  }
  record.tokens.push_back({{begin, static_cast<size_t>(at - begin)}, false});
  return at;
}

const char* line_end(const char* at, const char* end) {
  while (at < end && *at != '\n') at++;
  return at;
}

}  // namespace

const char* lex_record(const char* at, const char* end, LexedRecord& record) {
  record.tokens.clear();
  record.error = nullptr;
  record.leading_blank = at < end && (*at == ' ' || *at == '\t');
  const char* outermost = nullptr;
  for (size_t depth = 0; at < end;) {
    switch (*at) {
      case ' ':
      case '\t':
        at++;
        break;
      case '\n':
        at++;
        if (depth == 0) return at;
        break;
      case '\r':
        at++;
        if (depth == 0) return at < end && *at == '\n' ? at + 1 : at;
        break;
      case ';':
        at = line_end(at, end);
        break;
      case '(':
        if (depth++ == 0) outermost = at;
        at++;
        break;
      case ')':
        if (depth == 0) {
          note(record, "unbalanced parentheses", at);
        } else if (--depth == 0) {
          outermost = nullptr;
        }
        at++;
        break;
      case '"':
        at = quoted_string(at, end, record);
        break;
      case '\0':
        note(record, "unexpected token: a NUL byte", at);
        at++;
        break;
      default:
        at = plain_token(at, end, record);
    }
  }
  if (outermost != nullptr) note(record, "unbalanced parentheses", outermost);
  return at;
}

}  // namespace nomen::dns
