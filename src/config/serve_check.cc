#include "config/serve_check.h"

#include <map>
#include <set>

#include "config/names.h"
#include "config/printer.h"
#include "config/zone_pattern.h"
#include "dns/name.h"

namespace nomen::config {
namespace {

bool asks_for_nothing(const Node& statement) {
  std::string_view left = statement.grammar_row().nothing;
  if (left.empty()) return false;
  const std::string value = print_value(statement);
  // Lists of acls print their names with quotes, the table writes them as people do.
  std::string plain;
  for (char c : value) {
    if (c != '"') plain += c;
  }
  while (!left.empty()) {
    const size_t bar = left.find('|');
    if (same_word(left.substr(0, bar), plain)) return true;
    left.remove_prefix(bar == std::string_view::npos ? left.size() : bar + 1);
  }
  return false;
}

class ServeCheck {
 public:
  explicit ServeCheck(const Tree& tree) : tree_(tree) {
    for (const Node& node : tree.definitions()) {
      const std::string_view name = node.name();
      if (name == "acl") acls_.emplace(lower_text(node.value()->text), &node);
      if (name == "primaries" || name == "masters" || name == "remote-servers")
        server_lists_.insert(lower_text(node.value()->text));
    }
  }

  Diagnostics run() {
    statements(tree_.statements());
    recursion_by_default();
    Diagnostics out;
    for (const std::string& text : order_) {
      Found& found = found_[text];
      if (found.count > 1) found.first.text += " (and " + std::to_string(found.count - 1) + " more)";
      out.push_back(std::move(found.first));
    }
    return out;
  }

 private:
  struct Found {
    Diagnostic first;
    size_t count = 0;
  };

  void add(Severity severity, const Position& position, std::string text) {
    added_++;
    Found& found = found_[text];
    if (found.count++ == 0) {
      order_.push_back(text);
      found.first = {severity, tree_.source(position), std::move(text)};
    }
  }

  /// Where there is nothing to say of a zone, there is nothing to say of those that are like it.
  void statements(Nodes nodes) {
    const Node* silent = nullptr;  // the zone that others may be like
    for (const Node& node : nodes) {
      if (&like(node) == silent) continue;
      const size_t before = added_;
      statement(node);
      if (added_ == before && node.pattern == nullptr && node.name() == "zone") silent = &node;
    }
  }

  void statement(const Node& node) {
    const StatementRow& row = node.grammar_row();
    if (row.name == "type" && row.stands_in(Place::kZone)) return zone_type(node);
    if (row.name == "update-policy") update_policy(node);
    if (row.name == "session-keyname") session_key_name(node);
    if (row.name == "catalog-zones") return catalog_zones(node);
    if (row.name == "listen-on" || row.name == "listen-on-v6") listen_on(node);
    if (row.status == Status::kObeyed) {
      if (row.name != "acl") match_list(node.name(), node.children());
      return statements(node.block());
    }
    if (asks_for_nothing(node)) return;
    const std::string name = "'" + std::string(row.name) + "'";
    const std::string why = row.note.empty() ? "" : ": " + std::string(row.note);
    switch (row.status) {
      case Status::kRefused:
        add(Severity::kError, node.position, name + " cannot be served by this version" + why);
        break;
      case Status::kStored:
        add(Severity::kWarning, node.position, name + " is kept, but has no effect yet");
        break;
      default:
        add(Severity::kWarning, node.position, name + " is ignored" + why);
    }
  }

  void zone_type(const Node& node) {
    const Node& type = *node.value();
    for (const std::string_view served : {"primary", "master", "secondary", "slave", "stub"}) {
      if (type.is_keyword(served)) return;
    }
    const std::string name = "zones of type " + std::string(type.text);
    if (type.is_keyword("hint") || type.is_keyword("delegation-only")) {
      add(Severity::kWarning, node.position, name + " are ignored: only recursion uses them");
    } else {
      add(Severity::kError, node.position, name + " cannot be served by this version");
    }
  }

  /// The builder is not asked about lists that only views have: BIND looks at them when it starts.
  void catalog_zones(const Node& node) {
    for (const Node& zone : node.list()) {
      for (const Node& server : zone.list()) {
        const Node& first = *server.value();
        const bool is_known =
            first.type == ValueType::kIpAddress || server_lists_.contains(lower_text(first.text));
        if (!is_known)
          add(Severity::kError, first.position,
              "unable to find primaries list '" + std::string(first.text) + "'");
      }
    }
  }

  /// named-checkconf takes any text, BIND's server none but names.
  void session_key_name(const Node& node) {
    const std::string_view name = node.value()->text;
    if (!dns::Name::parse(name))
      add(Severity::kError, node.position, "session-keyname: invalid name '" + std::string(name) + "'");
  }

  void update_policy(const Node& node) {
    for (const Node& element : node.list()) {
      const Node* const identity = element.value() != nullptr ? element.value()->next : nullptr;
      const Node* const kind = identity != nullptr ? identity->next : nullptr;
      if (kind == nullptr) continue;
      const std::string text = lower_text(kind->text);
      if (!text.starts_with("krb5-") && !text.starts_with("ms-")) continue;
      add(Severity::kError, element.position,
          "'update-policy' of kind '" + text + "' cannot be served by this version");
    }
  }

  // What no query can match yet is said of the lists that are used, through the acls that they name.
  void match_list(std::string_view statement, Nodes values) {
    std::set<const Node*> open;
    for (const Node& value : values) {
      if (value.kind == Node::Kind::kList) match_elements(statement, value, open);
    }
  }

  void match_elements(std::string_view statement, const Node& list, std::set<const Node*>& open) {
    if (!open.insert(&list).second) return;
    for (const Node& element : list.children()) {
      if (const Node* value = element.value(); element.kind == Node::Kind::kElement && value != nullptr) {
        match_element(statement, element, *value, open);
      }
    }
  }

  void match_element(std::string_view statement, const Node& element, const Node& value,
                     std::set<const Node*>& open) {
    if (value.kind == Node::Kind::kList) return match_elements(statement, value, open);
    if (value.is_keyword("geoip")) {
      return add(Severity::kError, element.position, "'geoip' cannot be served by this version");
    }
    if (value.type != ValueType::kString) return;
    const auto acl = acls_.find(lower_text(value.text));
    if (acl == acls_.end()) return;
    if (const Node* named = acl->second->list_node()) match_elements(statement, *named, open);
  }

  void listen_on(const Node& node) {
    if (node.has("http"))
      return add(Severity::kError, node.position, "'listen-on ... http' cannot be served by this version");
    const Node* const tls = node.after("tls");
    for (const Node& block : tree_.definitions()) {
      if (tls == nullptr || block.name() != "tls" || !same_word(block.value()->text, tls->text)) continue;
      if (find(block.block(), "cert-file") != nullptr) continue;
      add(Severity::kError, node.position,
          "'listen-on ... tls " + std::string(tls->text) +
              "': its tls block has neither cert-file nor key-file ('tls ephemeral' does without them)");
    }
  }

  // BIND recurses unless told not to.
  void recursion_by_default() {
    const Node* options = tree_.find("options");
    if (options != nullptr && find(options->block(), "recursion") != nullptr) return;
    bool has_view = false, all_say = true;
    for (const Node& node : tree_.definitions()) {
      if (node.name() != "view") continue;
      has_view = true;
      all_say = all_say && find(node.block(), "recursion") != nullptr;
    }
    if (has_view && all_say) return;
    add(Severity::kWarning, options != nullptr ? options->position : Position{},
        "'recursion' is on by default but not there yet: RA stays clear and only served zones are answered; "
        "'recursion no;' says so");
  }

  const Tree& tree_;
  std::map<std::string, const Node*> acls_;
  std::set<std::string> server_lists_;
  std::map<std::string, Found> found_;
  std::vector<std::string> order_;
  size_t added_ = 0;  ///< how often something was said
};

}  // namespace

Diagnostics serve_problems(const Tree& tree) {
  return ServeCheck(tree).run();
}

}  // namespace nomen::config
