#include "config/parser.h"

#include <algorithm>
#include <utility>

#include "config/limits.h"
#include "config/token_stream.h"
#include "config/value.h"
#include "config/zone_memory.h"
#include "config/zone_pattern.h"

namespace nomen::config {
namespace {

/// Nodes being lined up as somebody's children.
struct Chain {
  const Node* first = nullptr;
  Node* last = nullptr;

  void add(Node* node) {
    if (last == nullptr) {
      first = node;
    } else {
      last->next = node;
    }
    last = node;
  }
};

std::string shown(const Token& token) {
  switch (token.kind) {
    case TokenKind::kEnd:
      return "end of file";
    case TokenKind::kQuoted:
      return "'\"'";
    default:
      return "'" + std::string(token.text.substr(0, 64)) + (token.text.size() > 64 ? "...'" : "'");
  }
}

class Parser {
 public:
  Parser(Tree& tree, const ParseOptions& options, Disk& disk, Diagnostics& diagnostics)
      : tree_(tree), tokens_(tree), options_(options), disk_(disk), diagnostics_(diagnostics) {}

  const Node* parse(Place place, std::string name, std::string text) {
    tokens_.open(std::move(name), std::move(text));
    Chain chain;
    block_body(place, chain, 0);
    return chain.first;
  }
  /// The statements of the top level that are not zones.
  std::span<const Node* const> definitions() const { return definitions_; }

 private:
  // ----- messages
  void report(Severity severity, const Position& position, std::string text) {
    diagnostics_.push_back({severity, tree_.source(position), std::move(text)});
    if (severity == Severity::kError && ++errors_ >= kMaxErrors) fatal_ = true;
  }
  bool error(const Position& position, std::string text) {
    report(Severity::kError, position, std::move(text));
    return false;
  }
  bool error_near(const Token& token, std::string text) {
    if (token.kind == TokenKind::kUnterminated) {
      fatal_ = true;
      return error(token.position, token.text == "\"" ? "unbalanced quotes" : "unexpected end of input");
    }
    return error(token.position, std::move(text) + " near " + shown(token));
  }
  void warn(const Position& position, std::string text) {
    report(Severity::kWarning, position, std::move(text));
  }

  // ----- nodes
  Node* node(Node::Kind kind, const Position& position) {
    Node* made = tree_.arena().make<Node>();
    made->kind = kind;
    made->position = position;
    return made;
  }
  Node* value_node(ValueType type, const Token& token) {
    Node* made = node(Node::Kind::kValue, token.position);
    made->type = type;
    made->text = token.text;
    made->quoted = token.kind == TokenKind::kQuoted;
    return made;
  }

  // ----- blocks and statements
  void block_body(Place place, Chain& chain, int depth);
  Node* statement(Place place, int row, const Token& name, int depth);
  bool read_statement(Place place, std::vector<uint16_t>& seen, Chain& chain, const Token& name, int depth);
  bool zones_by_pattern(Place place, Chain& chain, Token name);
  void note_zone(const char* begin, const Node* statement);
  void zone_statement(Place place, std::vector<uint16_t>& seen, Chain& chain, const Token& name, int depth);
  bool known_statement(Place place, std::vector<uint16_t>& seen, Chain& chain, const Token& name, int depth);
  void lifecycle_warnings(const StatementRow& row, const Token& name);
  void after_statement(Place place, const Node& made);
  void include();
  bool open_included(const Token& path);
  void end_statement();
  void skip_statement();

  // ----- values
  static bool starts(const Shape& shape, const Token& token);
  bool read(const Shape& shape, Chain& chain, int depth);
  bool read_word(const Shape& shape, Chain& chain);
  bool read_choice(const Shape& shape, Chain& chain, int depth);
  bool read_any_order(const Shape& shape, Chain& chain, int depth);
  bool read_list(const Shape& element, Chain& chain, int depth);
  bool read_block(Place place, Chain& chain, int depth);
  bool read_value(const Shape& shape, Chain& chain, int depth);
  bool read_numeric(const Shape& shape, Chain& chain);
  bool read_prefix(Chain& chain);
  bool read_any_text(Chain& chain);
  bool read_match_element(Node& element, int depth);
  bool choice_error(const Shape& shape);
  bool open_brace(int depth);

  Tree& tree_;
  TokenStream tokens_;
  const ParseOptions& options_;
  Disk& disk_;
  Diagnostics& diagnostics_;
  std::string directory_ = options_.directory;
  size_t errors_ = 0;
  size_t views_ = 0;                            ///< that have begun
  std::shared_ptr<const ZonePattern> pattern_;  ///< of the zone statement that was read last
  Place pattern_place_ = Place::kTop;
  std::vector<const Node*> definitions_;
  bool fatal_ = false;  ///< what follows cannot be understood any more
};

void Parser::block_body(Place place, Chain& chain, int depth) {
  std::vector<uint16_t> seen;
  while (!fatal_) {
    const Token& next = tokens_.peek();
    if (next.kind == TokenKind::kEnd) return;
    if (next.is_special('}') && place != Place::kTop) return;
    if (!next.is_word()) {
      error_near(next, place == Place::kTop ? "syntax error" : "'}' expected");
      if (next.is_special('}') || next.is_special(';')) {
        tokens_.take();
      } else {
        skip_statement();
      }
      continue;
    }
    const Token name = tokens_.take();
    if (same_word(name.text, "include")) {
      include();
      continue;
    }
    if (name.text == "zone") {
      zone_statement(place, seen, chain, name, depth);
    } else {
      read_statement(place, seen, chain, name, depth);
    }
  }
}

bool Parser::read_statement(Place place, std::vector<uint16_t>& seen, Chain& chain, const Token& name,
                            int depth) {
  if (known_statement(place, seen, chain, name, depth)) {
    end_statement();
    return true;
  }
  if (!fatal_) skip_statement();
  return false;
}

/// A zone that has been read before is passed by; of another one its text is remembered.
void Parser::zone_statement(Place place, std::vector<uint16_t>& seen, Chain& chain, const Token& name,
                            int depth) {
  ZoneRecall* const recall = options_.recall;
  const char* const begin = name.text.data();
  if (recall != nullptr && recall->has_known()) {
    Lexer& lexer = tokens_.lexer();
    const auto passed = recall->knows_next({begin, static_cast<size_t>(lexer.end() - begin)});
    if (passed.size != 0) {
      if (passed.lines) {
        lexer.skip_to(begin + passed.size, *passed.lines);
      } else {
        lexer.skip_to(begin + passed.size);
      }
      return;
    }
    const std::string_view text = tokens_.lexer().statement(begin);
    if (!text.empty() && recall->knows(text)) {
      tokens_.lexer().skip_to(text.data() + text.size());
      return;
    }
  }
  if (zones_by_pattern(place, chain, name)) return;
  const size_t files = tree_.files().size();
  const size_t lexers = tokens_.depth();
  const size_t errors = errors_;
  const size_t messages = diagnostics_.size();
  if (!read_statement(place, seen, chain, name, depth) || errors != errors_) return;
  if (tree_.files().size() != files || tokens_.depth() != lexers) return;
  pattern_place_ = place;
  pattern_.reset();
  if (diagnostics_.size() == messages)
    pattern_ = ZonePattern::of({begin, static_cast<size_t>(tokens_.lexer().at() - begin)}, *chain.last);
  note_zone(begin, chain.last);
}

/// Reads the statements that are like the one before them; false when there is none.
bool Parser::zones_by_pattern(Place place, Chain& chain, Token name) {
  if (!pattern_ || pattern_place_ != place) return false;
  const bool may_be_known = options_.recall != nullptr && options_.recall->has_known();
  Lexer& lexer = tokens_.lexer();
  bool any = false;
  do {
    const char* const begin = name.text.data();
    const auto match = pattern_->match({begin, static_cast<size_t>(lexer.end() - begin)});
    if (!match) return any;
    if (!any) tree_.keep_pattern(pattern_);
    any = true;
    chain.add(pattern_->make(tree_.arena(), *match, name.text, name.position));
    lexer.skip_to(match->end, pattern_->lines());
    note_zone(begin, chain.last);
    name.position = lexer.skip_white_space();
    name.text = {lexer.at(), name.text.size()};
  } while (!may_be_known);
  return true;
}

/// The lexer stands behind the statement.
void Parser::note_zone(const char* begin, const Node* statement) {
  if (options_.recall == nullptr) return;
  const Lexer& lexer = tokens_.lexer();
  options_.recall->note({begin, static_cast<size_t>(lexer.at() - begin)}, statement, lexer.line(),
                        static_cast<size_t>(lexer.end() - lexer.at()));
}

// False when the rest of the statement was not understood and is to be skipped.
bool Parser::known_statement(Place place, std::vector<uint16_t>& seen, Chain& chain, const Token& name,
                             int depth) {
  const int row = find_row(place, name.text);
  if (row < 0) return error(name.position, "unknown option '" + std::string(name.text) + "'");
  const StatementRow& rules = grammar()[static_cast<size_t>(row)];
  if (rules.lifecycle == Lifecycle::kAncient) {
    return error(name.position, "option '" + std::string(rules.name) + "' no longer exists");
  }
  lifecycle_warnings(rules, name);
  if (!rules.repeats) {
    const auto number = static_cast<uint16_t>(row);
    if (std::find(seen.begin(), seen.end(), number) != seen.end()) {
      error(name.position,
            "'" + std::string(rules.name) + "' redefined near '" + std::string(rules.name) + "'");
    }
    seen.push_back(number);
  }
  if (options_.recall != nullptr && place == Place::kTop && rules.name == "view") {
    options_.recall->enter_view(views_++);
  }
  Node* made = statement(place, row, name, depth);
  if (made == nullptr) return false;
  chain.add(made);
  if (place == Place::kTop && rules.name != "zone") definitions_.push_back(made);
  return true;
}

void Parser::lifecycle_warnings(const StatementRow& row, const Token& name) {
  if (row.lifecycle == Lifecycle::kDeprecated && !options_.ignore_deprecated) {
    warn(name.position, "option '" + std::string(row.name) + "' is deprecated");
  } else if (row.lifecycle == Lifecycle::kObsolete) {
    warn(name.position, "option '" + std::string(row.name) + "' is obsolete and should be removed ");
  } else if (row.lifecycle == Lifecycle::kNotCompiled) {
    error(name.position, "option '" + std::string(row.name) + "' was not enabled at compile time");
  }
}

Node* Parser::statement(Place place, int row, const Token& name, int depth) {
  Node* made = node(Node::Kind::kStatement, name.position);
  made->row = static_cast<uint16_t>(row);
  made->text = grammar()[made->row].name;
  Chain values;
  if (!read(shape_of(made->row), values, depth)) return nullptr;
  if (values.first == nullptr && shape_of(made->row).kind == Shape::Kind::kAnyOrder) {
    error_near(tokens_.peek(), "expected one address and/or port");
    return nullptr;
  }
  made->child = values.first;
  after_statement(place, *made);
  return made;
}

// A `directory` moves the place where relative paths start, at once: BIND changes there while it parses.
void Parser::after_statement(Place place, const Node& made) {
  if (place != Place::kOptions || made.name() != "directory") return;
  directory_ = path_in(directory_, made.value()->text);
  if (options_.check_directory && !disk_.is_directory(directory_)) {
    error(made.position,
          "change directory to '" + std::string(made.value()->text) + "' failed: file not found");
  }
}

void Parser::include() {
  const Token path = tokens_.peek();
  if (path.kind != TokenKind::kQuoted) {
    error_near(path, "expected quoted string");
    if (!fatal_) skip_statement();
    return;
  }
  tokens_.take();
  end_statement();
  open_included(path);
}

bool Parser::open_included(const Token& path) {
  if (tokens_.depth() > kMaxIncludeDepth || tree_.files().size() >= kMaxFiles) {
    fatal_ = true;
    return error(path.position,
                 "include '" + std::string(path.text) + "': files include each other without end");
  }
  std::vector<std::string> paths = disk_.expand(path_in(directory_, path.text));
  if (paths.empty()) return error(path.position, "open: " + std::string(path.text) + ": file not found");
  // The last opened is read first.
  std::reverse(paths.begin(), paths.end());
  for (std::string& name : paths) {
    auto text = disk_.read(name);
    if (!text) {
      error(path.position, "open: " + name + ": " + text.error().text);
      continue;
    }
    tokens_.open(std::move(name), std::move(*text));
  }
  return true;
}

void Parser::end_statement() {
  const Token& next = tokens_.peek();
  if (next.is_special(';')) {
    tokens_.take();
    return;
  }
  if (next.kind == TokenKind::kUnterminated) {
    error_near(next, "");
    return;
  }
  error(next.position, "missing ';' before " + shown(next));
}

// To behind the ';' that ends the statement, or to before the '}' of the block around it.
void Parser::skip_statement() {
  for (int open = 0;;) {
    const Token& next = tokens_.peek();
    if (next.kind == TokenKind::kEnd || next.kind == TokenKind::kUnterminated) return;
    if (next.is_special('}') && open-- == 0) return;
    if (next.is_special('{')) ++open;
    const bool is_end = next.is_special(';') && open == 0;
    tokens_.take();
    if (is_end) return;
  }
}

bool Parser::starts(const Shape& shape, const Token& token) {
  switch (shape.kind) {
    case Shape::Kind::kWord:
      return token.is_word() && same_word(token.text, shape.word);
    case Shape::Kind::kValue:
      return looks_like(shape.type, token);
    case Shape::Kind::kList:
    case Shape::Kind::kBlock:
      return token.is_special('{');
    case Shape::Kind::kOptional:
    case Shape::Kind::kAnyOrder:
    case Shape::Kind::kChoice:
      return std::any_of(shape.parts.begin(), shape.parts.end(),
                         [&](const Shape& part) { return starts(part, token); });
    case Shape::Kind::kSequence:
      for (const Shape& part : shape.parts) {
        if (starts(part, token)) return true;
        if (part.kind != Shape::Kind::kOptional && part.kind != Shape::Kind::kAnyOrder) return false;
      }
      return false;
  }
  return false;
}

bool Parser::read(const Shape& shape, Chain& chain, int depth) {
  switch (shape.kind) {
    case Shape::Kind::kSequence:
      return std::all_of(shape.parts.begin(), shape.parts.end(),
                         [&](const Shape& part) { return read(part, chain, depth); });
    case Shape::Kind::kWord:
      return read_word(shape, chain);
    case Shape::Kind::kValue:
      return read_value(shape, chain, depth);
    case Shape::Kind::kOptional:
      return !starts(shape.parts[0], tokens_.peek()) || read(shape.parts[0], chain, depth);
    case Shape::Kind::kChoice:
      return read_choice(shape, chain, depth);
    case Shape::Kind::kAnyOrder:
      return read_any_order(shape, chain, depth);
    case Shape::Kind::kList:
      return read_list(shape.parts[0], chain, depth);
    case Shape::Kind::kBlock:
      return read_block(shape.place, chain, depth);
  }
  return false;
}

bool Parser::read_word(const Shape& shape, Chain& chain) {
  const Token token = tokens_.peek();
  if (!starts(shape, token)) return error_near(token, "expected '" + std::string(shape.word) + "'");
  tokens_.take();
  if (shape.age == Shape::Age::kDeprecated && !options_.ignore_deprecated) {
    warn(token.position, "token '" + std::string(shape.word) + "' is deprecated");
  } else if (shape.age == Shape::Age::kObsolete) {
    warn(token.position, "'" + std::string(shape.word) + "' is obsolete and should be removed");
  }
  chain.add(value_node(ValueType::kKeyword, token));
  return true;
}

bool Parser::read_choice(const Shape& shape, Chain& chain, int depth) {
  for (const Shape& part : shape.parts) {
    if (starts(part, tokens_.peek())) return read(part, chain, depth);
  }
  return choice_error(shape);
}

bool Parser::choice_error(const Shape& shape) {
  const Shape* value = nullptr;
  bool has_star = false, has_unlimited = false, has_percent = false;
  for (const Shape& part : shape.parts) {
    const Shape& first = part.kind == Shape::Kind::kSequence ? part.parts[0] : part;
    if (first.kind == Shape::Kind::kValue && first.type == ValueType::kPercentage && value != nullptr) {
      has_percent = true;
    } else if (first.kind == Shape::Kind::kValue) {
      value = &first;
    }
    has_star = has_star || first.word == "*";
    has_unlimited = has_unlimited || first.word == "unlimited";
  }
  const Token& token = tokens_.peek();
  if (value == nullptr) {
    return token.is_word() ? error(token.position, shown(token) + " unexpected")
                           : error_near(token, "expected unquoted string");
  }
  std::string text(expectation(value->type));
  if (value->type == ValueType::kPort) text = "expected port number";
  if (value->type == ValueType::kDuration && has_unlimited) {
    text = "expected ISO 8601 duration, TTL value, or unlimited";
  }
  if (has_percent) text += " or percent";
  if (has_star) text += " or '*'";
  return error_near(token, std::move(text));
}

bool Parser::read_any_order(const Shape& shape, Chain& chain, int depth) {
  uint64_t used = 0;
  for (;;) {
    const Token token = tokens_.peek();
    size_t i = 0;
    while (i < shape.parts.size() && !starts(shape.parts[i], token)) ++i;
    if (i == shape.parts.size()) return true;
    if ((used & (uint64_t{1} << i)) != 0) {
      return error_near(token, "expected at most one " + std::string(token.text.substr(0, 64)));
    }
    used |= uint64_t{1} << i;
    if (!read(shape.parts[i], chain, depth)) return false;
  }
}

bool Parser::open_brace(int depth) {
  const Token token = tokens_.peek();
  if (!token.is_special('{')) return error_near(token, "'{' expected");
  if (depth >= kMaxNesting) {
    fatal_ = true;
    return error(token.position, "too many braces in braces");
  }
  tokens_.take();
  return true;
}

bool Parser::read_list(const Shape& element, Chain& chain, int depth) {
  const Position position = tokens_.peek().position;
  if (!open_brace(depth)) return false;
  Chain elements;
  const bool is_match_list =
      element.kind == Shape::Kind::kValue && element.type == ValueType::kAddressMatchElement;
  while (!fatal_ && !tokens_.peek().is_special('}')) {
    Node* made = node(Node::Kind::kElement, tokens_.peek().position);
    Chain values;
    if (is_match_list ? !read_match_element(*made, depth + 1) : !read(element, values, depth + 1)) {
      if (fatal_ || tokens_.peek().kind == TokenKind::kEnd) return false;
      skip_statement();
      continue;
    }
    if (!is_match_list) made->child = values.first;
    elements.add(made);
    end_statement();
    if (tokens_.peek().kind == TokenKind::kEnd) return false;
  }
  if (fatal_) return false;
  tokens_.take();
  Node* list = node(Node::Kind::kList, position);
  list->child = elements.first;
  chain.add(list);
  return true;
}

bool Parser::read_block(Place place, Chain& chain, int depth) {
  const Position position = tokens_.peek().position;
  if (!open_brace(depth)) return false;
  Chain statements;
  block_body(place, statements, depth + 1);
  Node* block = node(Node::Kind::kBlock, position);
  block->child = statements.first;
  chain.add(block);
  if (fatal_) return false;
  if (tokens_.peek().is_special('}')) {
    tokens_.take();
    return true;
  }
  return error_near(tokens_.peek(), "'}' expected");
}

bool Parser::read_value(const Shape& shape, Chain& chain, int depth) {
  switch (shape.type) {
    case ValueType::kPrefix:
      return read_prefix(chain);
    case ValueType::kAnyText:
      return read_any_text(chain);
    case ValueType::kAddressMatchElement: {
      Node* element = node(Node::Kind::kElement, tokens_.peek().position);
      chain.add(element);
      return read_match_element(*element, depth);
    }
    case ValueType::kRRTypes:
      while (tokens_.peek().is_text()) chain.add(value_node(ValueType::kRRTypes, tokens_.take()));
      return true;
    case ValueType::kBoolean:
    case ValueType::kInteger:
    case ValueType::kPort:
    case ValueType::kFixedPoint:
    case ValueType::kPercentage:
    case ValueType::kSize:
    case ValueType::kDuration:
      return read_numeric(shape, chain);
    default:
      break;
  }
  const Token token = tokens_.peek();
  if (!looks_like(shape.type, token)) return error_near(token, std::string(expectation(shape.type)));
  tokens_.take();
  chain.add(value_node(shape.type, token));
  return true;
}

bool Parser::read_numeric(const Shape& shape, Chain& chain) {
  const Token token = tokens_.peek();
  const auto number = token.is_word() ? read_number(shape.type, token.text) : std::nullopt;
  if (!number) return error_near(token, std::string(expectation(shape.type)));
  tokens_.take();
  if (number->out_of_range) return error(token.position, "out of range near " + shown(token));
  if (shape.type == ValueType::kPort && number->value > 65535) {
    error(token.position, "port value '" + std::to_string(number->value) + "' is out of range");
  } else if (number->value < shape.low || number->value > shape.high) {
    error(token.position, "value '" + std::to_string(number->value) + "' is out of range (" +
                              std::to_string(shape.low) + ".." + std::to_string(shape.high) + ")");
  }
  Node* made = value_node(shape.type, token);
  made->number = number->value;
  chain.add(made);
  return true;
}

bool Parser::read_prefix(Chain& chain) {
  const Token address = tokens_.peek();
  if (!looks_like(ValueType::kPrefix, address)) return error_near(address, "expected network prefix");
  tokens_.take();
  const auto ip = read_ip(address.text);
  const auto parts = ip ? std::nullopt : read_ipv4_parts(address.text);
  const uint64_t bits = ip && ip->is_v6 ? 128 : 32;
  Node* made = value_node(ValueType::kPrefix, address);
  made->number = bits;
  chain.add(made);
  if (!tokens_.peek().is_special('/')) {
    return ip ? true : error_near(tokens_.peek(), "incomplete IPv4 address or prefix");
  }
  tokens_.take();
  const Token length = tokens_.peek();
  const auto number = length.is_word() ? read_number(ValueType::kInteger, length.text) : std::nullopt;
  if (!number) return error_near(length, "expected prefix length");
  tokens_.take();
  if (number->out_of_range || number->value > bits) {
    return error(length.position, "invalid prefix length '" + std::string(length.text.substr(0, 64)) + "'");
  }
  const std::string text = std::string(address.text) + "/" + std::to_string(number->value);
  made->text = tree_.arena().copy(text);
  made->number = number->value;
  const auto& bytes = ip ? ip->bytes.data() : parts->bytes.data();
  for (uint64_t bit = number->value; bit < bits; ++bit) {
    if ((bytes[bit / 8] & (0x80U >> (bit % 8))) != 0) {
      return error(address.position,
                   "'" + text + "': address/prefix length mismatch '" + std::to_string(number->value) + "'");
    }
  }
  return true;
}

// Anything up to the brace that closes the first; kept as its tokens, braces and semicolons included.
bool Parser::read_any_text(Chain& chain) {
  const Position position = tokens_.peek().position;
  if (!open_brace(0)) return false;
  Chain inside;
  for (int open = 1;;) {
    const Token token = tokens_.peek();
    if (token.kind == TokenKind::kEnd || token.kind == TokenKind::kUnterminated) {
      return error_near(token, "'}' expected");
    }
    tokens_.take();
    if (token.is_special('{')) ++open;
    if (token.is_special('}') && --open == 0) break;
    inside.add(
        value_node(token.kind == TokenKind::kSpecial ? ValueType::kKeyword : ValueType::kAnyText, token));
  }
  Node* list = node(Node::Kind::kList, position);
  list->type = ValueType::kAnyText;
  list->child = inside.first;
  chain.add(list);
  return true;
}

// Any number of `!`, of which lists that are used may have one, and ( { ... } | key NAME | geoip [ db NAME ]
// FIELD VALUE | PREFIX | NAME )
bool Parser::read_match_element(Node& element, int depth) {
  static const Shape kElement = compile_shape("<address_match_element>");
  for (; tokens_.peek().is_special('!'); element.negations++) {
    if (element.negations == kMaxNegations) return error_near(tokens_.peek(), "too many negations");
    tokens_.take();
  }
  Chain values;
  const Token token = tokens_.peek();
  bool good = true;
  if (token.is_special('{')) {
    good = read_list(kElement, values, depth);
  } else if (token.is_word() && same_word(token.text, "key")) {
    static const Shape kKeyName = compile_shape("key <string>");
    good = read(kKeyName, values, depth);
  } else if (token.is_word() && same_word(token.text, "geoip")) {
    static const Shape kGeoip = compile_shape(
        "geoip [ db <string> ] ( areacode | asnum | city | continent | country | country3 | countryname | "
        "domain | isp | metro | metrocode | netspeed | org | postal | postalcode | region | regionname | "
        "timezone | tz ) <string>");
    good = read(kGeoip, values, depth);
  } else if (looks_like(ValueType::kPrefix, token)) {
    good = read_prefix(values);
  } else if (token.is_text()) {
    values.add(value_node(ValueType::kString, tokens_.take()));
  } else {
    good = error_near(token, "expected IP match list element");
  }
  element.child = values.first;
  return good;
}

}  // namespace

std::unique_ptr<Tree> parse_text(const std::string& name, std::string text, const ParseOptions& options,
                                 Disk& disk, Diagnostics& diagnostics) {
  auto tree = std::make_unique<Tree>();
  Parser parser(*tree, options, disk, diagnostics);
  const Node* const first = parser.parse(Place::kTop, name, std::move(text));
  tree->set_first(first, parser.definitions());
  return tree;
}

const Node* parse_more(Tree& tree, Place place, const std::string& name, std::string text,
                       const ParseOptions& options, Disk& disk, Diagnostics& diagnostics) {
  return Parser(tree, options, disk, diagnostics).parse(place, name, std::move(text));
}

std::unique_ptr<Tree> parse_file(const std::string& path, const ParseOptions& options, Disk& disk,
                                 Diagnostics& diagnostics) {
  auto text = disk.read(path);
  if (text) return parse_text(path, std::move(*text), options, disk, diagnostics);
  diagnostics.push_back({Severity::kError, {}, "open: " + path + ": " + text.error().text});
  return std::make_unique<Tree>();
}

}  // namespace nomen::config
