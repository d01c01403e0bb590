#include "config/names.h"

#include <utility>

#include "config/limits.h"

namespace nomen::config {

std::string lower_text(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return out;
}

Names::Names(const Tree& tree, Diagnostics& diagnostics) : tree_(tree), diagnostics_(diagnostics) {
  for (const Node& statement : tree.definitions()) {
    const std::string_view name = statement.name();
    if (name == "acl") {
      acls_.emplace(lower_text(statement.value()->text), &statement);
    }
    if (name == "primaries" || name == "masters" || name == "remote-servers")
      primaries_lists_.emplace(lower_text(statement.value()->text), &statement);
    if (name == "parental-agents" || name == "remote-servers")
      agents_lists_.emplace(lower_text(statement.value()->text), &statement);
  }
}

void Names::error(const Position& position, std::string text) {
  if (is_muted_) {
    has_kept_quiet_ = true;
    return;
  }
  SourcePosition place = tree_.source(position);
  // A list may be looked at by the checks and by the builder: once is enough.
  if (diagnostics_.size() < kMaxErrors) {
    for (const Diagnostic& told : diagnostics_) {
      const SourcePosition& at = told.position;
      if (at.line == place.line && at.column == place.column && at.file == place.file && told.text == text)
        return;
    }
  }
  diagnostics_.push_back({Severity::kError, std::move(place), std::move(text)});
}

MatchListRef Names::match_list_of(const Node& statement) {
  const Node* list = statement.list_node();
  return list != nullptr ? match_list(*list) : MatchListRef();
}

MatchListRef Names::match_list(const Node& list) {
  MatchList out;
  out.elements.reserve(list.children().size());
  for (const Node& node : list.children()) out.elements.push_back(element(node));
  // The commonest lists are shared.
  if (out.elements.size() == 1 && !out.elements[0].negated) {
    if (out.elements[0].kind == MatchElement::Kind::kAny) return MatchListRef::any();
    if (out.elements[0].kind == MatchElement::Kind::kNone) return MatchListRef::none();
  }
  return MatchListRef(std::move(out));
}

MatchElement Names::element(const Node& node) {
  MatchElement out;
  const Node* value = node.value();
  if (value == nullptr) return out;
  if (value->kind == Node::Kind::kList) {
    out.kind = MatchElement::Kind::kNested;
    out.nested = match_list(*value);
  } else if (value->is_keyword("key") && value->next != nullptr) {
    out.kind = MatchElement::Kind::kKey;
    out.name = value->next->text;
  } else if (value->is_keyword("geoip")) {
    out.kind = MatchElement::Kind::kGeoip;
    for (const Node* word = value->next; word != nullptr; word = word->next) {
      out.name += (out.name.empty() ? "" : " ") + std::string(word->text);
    }
  } else if (value->type == ValueType::kPrefix) {
    out.kind = MatchElement::Kind::kPrefix;
    if (const auto prefix = parse_prefix(value->text)) out.prefix = *prefix;
  } else {
    out = named_element(*value);
  }
  if (node.negations > 1) {
    out = {};
    out.kind = MatchElement::Kind::kNone;
    error(node.position, "address match list contains unsupported element type");
  }
  out.negated = node.negations == 1;
  out.position = node.position;
  return out;
}

MatchElement Names::named_element(const Node& value) {
  using Kind = MatchElement::Kind;
  MatchElement out;
  const auto found = acls_.find(lower_text(value.text));
  if (found != acls_.end()) {
    out.kind = Kind::kNested;
    out.name = value.text;
    if (open_acls_.contains(found->second) || open_acls_.size() >= kMaxAclDepth) {
      error(value.position, "acl loop detected: " + std::string(value.text));
    } else {
      out.nested = acl(*found->second);
    }
  } else if (same_word(value.text, "any")) {
    out.kind = Kind::kAny;
  } else if (same_word(value.text, "none")) {
    out.kind = Kind::kNone;
  } else if (same_word(value.text, "localhost")) {
    out.kind = Kind::kLocalhost;
  } else if (same_word(value.text, "localnets")) {
    out.kind = Kind::kLocalnets;
  } else {
    out.kind = Kind::kNone;
    error(value.position, "undefined ACL '" + std::string(value.text) + "'");
  }
  return out;
}

MatchListRef Names::acl(const Node& definition) {
  const auto known = acl_lists_.find(&definition);
  // One whose errors were not reported is looked at again for who wants to hear of them.
  if (known != acl_lists_.end() && (is_muted_ || !known->second.has_kept_quiet)) {
    has_kept_quiet_ |= known->second.has_kept_quiet;
    return known->second.list;
  }
  const bool had_kept_quiet = std::exchange(has_kept_quiet_, false);
  open_acls_.insert(&definition);
  MatchListRef list = match_list_of(definition);
  open_acls_.erase(&definition);
  acl_lists_.insert_or_assign(&definition, Acl{list, has_kept_quiet_});
  has_kept_quiet_ |= had_kept_quiet;
  return list;
}

std::string tls_name(std::string_view text) {
  return same_word(text, "none") ? std::string() : lower_text(text);
}

std::vector<RemoteServer> Names::remote_servers(const Node& statement) {
  std::vector<RemoteServer> servers;
  add_servers(statement, statement.name() == "parental-agents", 0, 0, servers);
  return servers;
}

void Names::add_servers(const Node& statement, bool are_agents, uint16_t port, int depth,
                        std::vector<RemoteServer>& servers) {
  const auto& lists = are_agents ? agents_lists_ : primaries_lists_;
  for (const Node& value : statement.children()) {
    if (value.kind == Node::Kind::kList) break;
    if (value.is_keyword("port") && value.next != nullptr) port = static_cast<uint16_t>(value.next->number);
  }
  for (const Node& node : statement.list()) {
    const Node* first = node.value();
    if (first == nullptr) continue;
    if (first->type == ValueType::kIpAddress) {
      RemoteServer server;
      if (const auto address = parse_ip(first->text)) server.address = *address;
      const Node* own_port = node.after("port");
      server.port = own_port != nullptr ? static_cast<uint16_t>(own_port->number) : port;
      if (const Node* key = node.after("key")) server.key = key->text;
      if (const Node* tls = node.after("tls")) server.tls = tls_name(tls->text);
      servers.push_back(std::move(server));
      continue;
    }
    const auto list = lists.find(lower_text(first->text));
    if (list == lists.end()) {
      error(first->position, std::string("unable to find ") + (are_agents ? "parental-agents" : "primaries") +
                                 " list '" + std::string(first->text) + "'");
    } else if (depth < kMaxAclDepth && servers.size() < kMaxRemoteServers) {
      add_servers(*list->second, are_agents, port, depth + 1, servers);
    }
  }
}

}  // namespace nomen::config
