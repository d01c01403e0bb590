// NAPTR (RFC 3403 4): order, preference, flags, service, regexp, replacement. The regexp is a substitution
// expression (RFC 3402 3.2): a delimiter, an extended regular expression, its replacement, the flag i.
#include <algorithm>

#include "dns/rdata/codecs.h"
#include "dns/rdata/strings.h"
#include "dns/rdata/text_reader.h"
#include "dns/rdata/text_writer.h"
#include "dns/rdata/wire_reader.h"

namespace nomen::dns {

namespace {

/// Bytes up to the next `delimiter` that no backslash precedes; it is taken too.
bool take_part(Bytes& rest, uint8_t delimiter, Bytes& part) {
  for (size_t i = 0; i < rest.size(); i++) {
    if (rest[i] == 0) return false;
    if (rest[i] == delimiter) {
      part = rest.first(i);
      rest = rest.subspan(i + 1);
      return true;
    }
    if (rest[i] == '\\') i++;
  }
  return false;
}

/// Behind a bracket expression that begins at `at`; 0 when it does not end.
size_t behind_brackets(Bytes expression, size_t at) {
  at++;
  if (at < expression.size() && expression[at] == '^') at++;
  if (at < expression.size() && expression[at] == ']') at++;
  while (at < expression.size() && expression[at] != ']') at++;
  return at < expression.size() ? at + 1 : 0;
}

/// How many groups the expression has; -1 when parentheses or brackets do not match.
int group_count(Bytes expression) {
  int groups = 0;
  int depth = 0;
  for (size_t at = 0; at < expression.size();) {
    switch (expression[at]) {
      case '\\':
        at += 2;
        break;
      case '[':
        at = behind_brackets(expression, at);
        if (at == 0) return -1;
        break;
      case '(':
        groups++;
        depth++;
        at++;
        break;
      case ')':
        if (depth-- == 0) return -1;
        at++;
        break;
      default:
        at++;
    }
  }
  return depth == 0 ? groups : -1;
}

/// Whether the replacement refers to groups that the expression has, and nothing is escaped but \ and digits.
bool are_references_good(Bytes replacement, int groups) {
  for (size_t i = 0; i < replacement.size(); i++) {
    if (replacement[i] != '\\') continue;
    if (++i == replacement.size()) return false;
    if (is_digit(replacement[i]) && (replacement[i] == '0' || replacement[i] - '0' > groups)) return false;
  }
  return true;
}

bool is_substitution(Bytes text) {
  if (text.empty()) return true;
  const uint8_t delimiter = text[0];
  if (is_digit(delimiter) || delimiter == '\\' || delimiter == 'i' || delimiter == 0) return false;
  Bytes rest = text.subspan(1);
  Bytes expression;
  Bytes replacement;
  if (!take_part(rest, delimiter, expression) || !take_part(rest, delimiter, replacement)) return false;
  const int groups = group_count(expression);
  return groups >= 0 && are_references_good(replacement, groups) &&
         std::ranges::all_of(rest, [](uint8_t flag) { return flag == 'i'; });
}

bool read_naptr_string(TextReader& in) {
  TextToken token;
  return in.token(token) && put_string(in, token.text);
}

bool read_naptr(TextReader& in) {
  if (!in.number_u16() || !in.number_u16() || !read_naptr_string(in) || !read_naptr_string(in)) return false;
  const size_t start = in.out().size();
  if (!read_naptr_string(in)) return false;
  if (!is_substitution(Bytes(in.out().data(), in.out().size()).subspan(start + 1))) {
    return in.fail("expected a substitution expression such as !regexp!replacement!");
  }
  return in.name();
}

bool write_naptr(WireReader& in, TextWriter& out) {
  uint16_t order;
  uint16_t preference;
  Bytes text;
  NameView replacement;
  if (!in.u16(order) || !in.u16(preference)) return false;
  out.number(order);
  out.number(preference);
  for (int i = 0; i < 3; i++) {
    if (!in.string(text)) return false;
    out.quoted(text);
  }
  if (!in.name(replacement)) return false;
  out.name(replacement);
  return true;
}

bool check_naptr(WireReader& in) {
  Bytes flags;
  Bytes service;
  Bytes regexp;
  return in.skip(4) && in.string(flags) && in.string(service) && in.string(regexp) &&
         is_substitution(regexp) && in.skip_name();
}

}  // namespace

constinit const FieldCodec kNaptrField{read_naptr, write_naptr, check_naptr};

}  // namespace nomen::dns
