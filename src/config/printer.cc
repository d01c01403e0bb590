#include "config/printer.h"

#include <algorithm>
#include <vector>

#include "config/address.h"

namespace nomen::config {
namespace {

// What BIND prints before the rest, in this order; all else goes by table and alphabet.
constexpr std::string_view kFirst[] = {
    "type",   "key-file", "cert-file",  "ca-file",        "file",           "syslog",   "null",
    "stderr", "severity", "print-time", "print-severity", "print-category", "buffered", "channel"};

int first_rank(const StatementRow& row) {
  constexpr Places kSmall =
      bit(Place::kZone) | bit(Place::kTls) | bit(Place::kChannel) | bit(Place::kLogging);
  if ((row.places & kSmall) == 0) return static_cast<int>(std::size(kFirst));
  const auto* found = std::find(std::begin(kFirst), std::end(kFirst), row.name);
  return static_cast<int>(found - std::begin(kFirst));
}

// Statements about the server, then about views, then about zones; in views what only they have first, in
// zones too.
int group_of(const StatementRow& row) {
  const bool zone = row.stands_in(Place::kZone), view = row.stands_in(Place::kView),
             options = row.stands_in(Place::kOptions), top = row.stands_in(Place::kTop);
  if (zone) return options ? 5 : 2;
  if (view && options) return 4;
  if (view && top && row.name != "view") return 3;
  return view ? 1 : 0;
}

bool prints_before(const Node* a, const Node* b) {
  const StatementRow &x = a->grammar_row(), &y = b->grammar_row();
  const int first_x = first_rank(x), first_y = first_rank(y);
  if (first_x != first_y) return first_x < first_y;
  const int group_x = group_of(x), group_y = group_of(y);
  if (group_x != group_y) return group_x < group_y;
  return x.name < y.name;
}

/// "port *" or "port 0" behind an address: any port, which is what no port says too.
bool is_no_port(const Node& node, const Node* before) {
  if (!node.is_keyword("port") || node.next == nullptr || before == nullptr) return false;
  const bool is_behind_address = before->is_keyword("*") || before->type == ValueType::kIpv4 ||
                                 before->type == ValueType::kIpv6 || before->type == ValueType::kIpAddress;
  return is_behind_address && node.next->kind == Node::Kind::kValue && node.next->number == 0;
}

/// With its parts named, not as "ADDRESS port NUMBER" like the other sources.
bool is_query_source(const Node& node) {
  return node.name().starts_with("query-source") &&
         (node.value()->is_keyword("address") || node.value()->is_keyword("port") ||
          node.value()->is_keyword("dscp"));
}

class Printer {
 public:
  explicit Printer(const PrintOptions& options) : options_(options) {}

  void statements(Nodes nodes);
  void statement(const Node& node);
  void values(const Node& owner);
  std::string take() { return std::move(out_); }

 private:
  void line_start() {
    if (!options_.one_line) out_.append(static_cast<size_t>(depth_), '\t');
  }
  void line_end() { out_ += options_.one_line ? ' ' : '\n'; }
  void open() {
    out_ += '{';
    line_end();
    ++depth_;
  }
  void close() {
    --depth_;
    line_start();
    out_ += '}';
  }
  void item(const Node& node, const Node* before);
  void value(const Node& node, const Node* before);
  void row_of_values(Nodes nodes);
  void query_source(const Node& node);
  void quoted(std::string_view text);
  void list(const Node& node);
  void any_text(const Node& node);
  bool is_secret() const { return name_ == "secret" || name_ == "cookie-secret"; }

  const PrintOptions options_;
  std::string out_;
  int depth_ = 0;
  std::string_view name_;  ///< of the statement being printed
};

void Printer::statements(Nodes nodes) {
  std::vector<const Node*> sorted;
  for (const Node& node : nodes) sorted.push_back(&node);
  std::stable_sort(sorted.begin(), sorted.end(), prints_before);
  for (const Node* node : sorted) statement(*node);
}

void Printer::statement(const Node& node) {
  line_start();
  // "master" and "masters" stay as written; other names go to the case of the table.
  out_ += node.name();
  if (node.value() == nullptr) out_ += ' ';
  const std::string_view outer = name_;
  name_ = node.name();
  if (node.value() != nullptr) {
    out_ += ' ';
    if (is_query_source(node)) {
      query_source(node);
    } else {
      row_of_values(node.children());
    }
  }
  name_ = outer;
  out_ += ';';
  line_end();
}

void Printer::values(const Node& owner) {
  name_ = owner.kind == Node::Kind::kStatement ? owner.name() : name_;
  row_of_values(owner.children());
}

void Printer::row_of_values(Nodes nodes) {
  const Node* before = nullptr;
  for (auto at = nodes.begin(); at != nodes.end(); ++at) {
    if (is_no_port(*at, before)) {
      ++at;  // the number goes with its word
      continue;
    }
    if (before != nullptr) out_ += ' ';
    item(*at, before);
    before = &*at;
  }
}

/// Both parts are told, in this order, written or not.
void Printer::query_source(const Node& node) {
  const Node* address = node.after("address");
  const Node* port = node.after("port");
  out_ += "address ";
  if (address != nullptr) {
    value(*address, nullptr);
  } else {
    out_ += name_.ends_with("-v6") ? "::" : "0.0.0.0";
  }
  out_ += " port " + std::to_string(port != nullptr ? port->number : 0);
  if (const Node* dscp = node.after("dscp")) out_ += " dscp " + std::to_string(dscp->number);
}

void Printer::item(const Node& node, const Node* before) {
  switch (node.kind) {
    case Node::Kind::kValue:
      value(node, before);
      break;
    case Node::Kind::kList:
      list(node);
      break;
    case Node::Kind::kBlock:
      open();
      statements(node.children());
      close();
      break;
    case Node::Kind::kElement:
      out_.append(node.negations, '!');
      values(node);
      break;
    case Node::Kind::kStatement:
      statement(node);
      break;
  }
}

void Printer::list(const Node& node) {
  if (node.type == ValueType::kAnyText) {
    any_text(node);
    return;
  }
  open();
  for (const Node& element : node.children()) {
    line_start();
    item(element, nullptr);
    out_ += ';';
    line_end();
  }
  close();
}

void Printer::any_text(const Node& node) {
  out_ += "{ ";
  for (const Node& token : node.children()) {
    if (token.text == ";" && token.type == ValueType::kKeyword && out_.back() == ' ') out_.pop_back();
    if (token.quoted) {
      quoted(token.text);
    } else {
      out_ += token.text;
    }
    out_ += ' ';
  }
  out_ += '}';
}

/// In quotes, unless a lone backslash at the end (which only a bare word can have) would take the last one
/// away.
void Printer::quoted(std::string_view text) {
  const size_t last = text.find_last_not_of('\\');
  if ((text.size() - (last + 1)) % 2 == 1) {
    out_ += text;
    return;
  }
  out_ += '"';
  for (char c : text) {
    if (c == '"') out_ += '\\';
    out_ += c;
  }
  out_ += '"';
}

void Printer::value(const Node& node, const Node* before) {
  switch (node.type) {
    case ValueType::kKeyword:
      if (node.text == "*" && (before == nullptr || !before->is_keyword("port"))) {
        out_ += name_.ends_with("-v6") ? "::" : "0.0.0.0";
      } else {
        out_ += node.text;
      }
      break;
    case ValueType::kBoolean:
      out_ += node.number != 0 ? "yes" : "no";
      break;
    case ValueType::kDuration:
      out_ += (node.text[0] | 0x20) == 'p' ? std::string(node.text) : std::to_string(node.number);
      break;
    case ValueType::kInteger:
    case ValueType::kPort:
    case ValueType::kSize:
      out_ += std::to_string(node.number);
      break;
    case ValueType::kPercentage:
      out_ += std::to_string(node.number) + "%";
      break;
    case ValueType::kFixedPoint: {
      const std::string cents = std::to_string(node.number % 100);
      out_ += std::to_string(node.number / 100) + (cents.size() == 1 ? ".0" : ".") + cents;
      break;
    }
    case ValueType::kPrefix:
      if (const auto prefix = parse_prefix(node.text)) {
        out_ += to_string(prefix->address) + "/" + std::to_string(prefix->length);
      }
      break;
    case ValueType::kIpv4:
    case ValueType::kIpv6:
    case ValueType::kIpAddress:
      if (const auto address = parse_ip(node.text)) out_ += to_string(*address);
      break;
    case ValueType::kBare:
      out_ += node.text;
      break;
    default:
      quoted(options_.hide_secrets && is_secret() ? std::string(node.text.size(), '?')
                                                  : std::string(node.text));
  }
}

}  // namespace

std::string print_tree(const Tree& tree, const PrintOptions& options) {
  Printer printer(options);
  printer.statements(tree.statements());
  return printer.take();
}

std::string print_statement(const Node& statement, const PrintOptions& options) {
  Printer printer(options);
  printer.statement(statement);
  std::string text = printer.take();
  if (options.one_line && text.ends_with(' ')) text.pop_back();
  return text;
}

std::string print_value(const Node& statement) {
  Printer printer({.one_line = true});
  printer.values(statement);
  return printer.take();
}

}  // namespace nomen::config
