#include "config/build.h"

#include <algorithm>
#include <unordered_map>

#include "config/check.h"
#include "config/names.h"
#include "config/outline.h"
#include "config/serve_check.h"
#include "config/settings.h"
#include "config/zone_pattern.h"

namespace nomen::config {
namespace {

/// Makes the zones of one view: those that set nothing share the view's options, equal settings are shared
/// too.
class ZoneBuilder {
 public:
  ZoneBuilder(Names& names, ZoneOptions view_options)
      : names_(names), shared_(std::make_shared<const ZoneOptions>(std::move(view_options))) {}

  ZonePtr build(const Node& statement, dns::RRClass view_class);
  CatalogGroup build_group(const Node& statement);
  const std::shared_ptr<const ZoneOptions>& shared() const { return shared_; }

 private:
  void set_name(const Node& statement, Zone& zone);
  std::shared_ptr<const ZoneOptions> options_of(Nodes block);

  Names& names_;
  std::shared_ptr<const ZoneOptions> shared_;
  std::unordered_map<std::string, std::shared_ptr<const ZoneOptions>> by_settings_;
  std::string key_;
  const Node* pattern_ = nullptr;  ///< the last statement that others may be like,
  ZonePtr pattern_zone_;           ///< and what it meant
};

void append_text(const Node& node, std::string& out) {
  if (node.kind == Node::Kind::kElement) out.append(node.negations, '!');
  if (node.kind == Node::Kind::kList) out += '{';
  out += node.text;
  out += node.quoted ? '"' : ' ';
  for (const Node& child : node.children()) append_text(child, out);
  if (node.kind == Node::Kind::kList) out += '}';
}

std::shared_ptr<const ZoneOptions> ZoneBuilder::options_of(Nodes block) {
  key_.clear();
  for (const Node& statement : block) {
    if (is_zone_option(statement.name())) append_text(statement, key_);
  }
  if (key_.empty()) return shared_;
  auto& known = by_settings_[key_];
  if (!known) {
    ZoneOptions options = *shared_;
    apply_zone_options(block, names_, options);
    known = std::make_shared<const ZoneOptions>(std::move(options));
  }
  return known;
}

ZoneType zone_type_of(std::string_view text) {
  if (same_word(text, "master")) return ZoneType::kPrimary;
  if (same_word(text, "slave")) return ZoneType::kSecondary;
  for (int i = 0; i < static_cast<int>(ZoneType::kNone); ++i) {
    if (same_word(to_string(static_cast<ZoneType>(i)), text)) return static_cast<ZoneType>(i);
  }
  return ZoneType::kNone;
}

void ZoneBuilder::set_name(const Node& statement, Zone& zone) {
  const std::string_view text = zone_name(statement);
  if (const auto parsed = dns::Name::parse(text)) {
    zone.name_wire = std::string(as_text(parsed->view().bytes()));
  } else {
    zone.name_wire.assign(1, '\0');
    names_.error(statement.value()->position, "zone '" + std::string(text) + "': is not a valid name");
  }
}

ZonePtr ZoneBuilder::build(const Node& statement, dns::RRClass view_class) {
  auto made = std::make_shared<Zone>();
  Zone& zone = *made;
  zone.added = names_.tree().is_added(statement);
  set_name(statement, zone);
  if (&like(statement) == pattern_) {
    // A pattern has nothing else that is its own.
    zone.rr_class = pattern_zone_->rr_class;
    zone.type = pattern_zone_->type;
    zone.file = std::string(statement.pattern->file_of(statement));
    zone.options = pattern_zone_->options;
    return made;
  }
  const Node& name = *statement.value();
  zone.type = ZoneType::kNone;
  zone.rr_class = view_class;
  if (name.next != nullptr && name.next->kind == Node::Kind::kValue) {
    zone.rr_class = dns::parse_class(name.next->text).value_or(view_class);
  }
  for (const Node& inner : statement.block()) {
    const std::string_view word = inner.name();
    if (word == "type") zone.type = zone_type_of(inner.value()->text);
    if (word == "file") zone.file = inner.value()->text;
    if (word == "journal") zone.journal = std::string(inner.value()->text);
    if (word == "catalog-generate") zone.generates_catalog = inner.value()->number != 0;
    if (word == "primaries" || word == "masters") zone.primaries = names_.remote_servers(inner);
    if (word == "update-policy") {
      zone.update_policy =
          std::make_shared<const std::vector<UpdateRule>>(build_update_policy(inner, zone.name()));
    }
    if (word == "in-view") {
      zone.type = ZoneType::kInView;
      zone.in_view = std::string(inner.value()->text);
    }
  }
  zone.options = options_of(statement.block());
  const bool has_more = !zone.journal.empty() || !zone.primaries.empty() || zone.update_policy != nullptr ||
                        zone.generates_catalog;
  if (statement.pattern == nullptr && zone.type == ZoneType::kPrimary && !has_more) {
    pattern_ = &statement;
    pattern_zone_ = made;
  }
  return made;
}

CatalogGroup ZoneBuilder::build_group(const Node& statement) {
  CatalogGroup group{.name = std::string(statement.value()->text), .primaries = {}, .options = nullptr};
  for (const Node& inner : statement.block()) {
    if (inner.name() == "primaries" || inner.name() == "masters")
      group.primaries = names_.remote_servers(inner);
  }
  group.options = options_of(statement.block());
  return group;
}

class Builder {
 public:
  Builder(const Tree& tree, Diagnostics& diagnostics) : tree_(tree), names_(tree, diagnostics) {}
  Config build();

 private:
  void build_views(Nodes options_block, Config& config);
  void apply_shared(Nodes block, ViewOptions& view_options, ZoneOptions& zone_options);
  View build_view(const Node& statement, const ViewOptions& view_options, const ZoneOptions& zone_options);
  void build_default_views(const ViewOptions& shared_options, const ZoneOptions& zone_options,
                           Config& config);

  template <class Statements>
  static void add_catalog_groups(const Statements& statements, ZoneBuilder& zones, ViewOptions& options);

  const Tree& tree_;
  Names names_;
};

Config Builder::build() {
  Config config;
  config.files = tree_.files();
  const Node* options = tree_.find("options");
  const Nodes block = options != nullptr ? options->block() : Nodes(nullptr);
  config.options.pid_file = "/run/named/named.pid";
  config.options.session_keyfile = "/run/named/session.key";
  apply_server_options(block, names_, config.options);
  for (const Node& statement : tree_.definitions()) {
    if (statement.name() == "key") config.keys.push_back(build_key(statement, names_));
    if (statement.name() == "tls") config.tls.push_back(build_tls(statement));
  }
  config.logging = build_logging(tree_, names_);
  config.controls = build_controls(tree_, names_);
  build_views(block, config);
  config.outline = outline_of(tree_);
  return config;
}

void Builder::build_views(Nodes options_block, Config& config) {
  ViewOptions view_options;
  ZoneOptions zone_options;
  apply_shared(options_block, view_options, zone_options);
  for (const Node& statement : tree_.definitions()) {
    if (statement.name() == "view") config.views.push_back(build_view(statement, view_options, zone_options));
  }
  if (config.views.empty()) build_default_views(view_options, zone_options, config);
  for (const Node& statement : tree_.definitions()) {
    if (statement.name() != "server") continue;
    for (View& view : config.views) view.servers.push_back(build_server(statement, names_));
  }
}

// What views and zones inherit is judged with them.
void Builder::apply_shared(Nodes block, ViewOptions& view_options, ZoneOptions& zone_options) {
  const Names::Muted muted(names_);
  apply_view_options(block, names_, view_options);
  apply_zone_options(block, names_, zone_options);
}

View Builder::build_view(const Node& statement, const ViewOptions& view_options,
                         const ZoneOptions& zone_options) {
  View view{.name = std::string(statement.value()->text), .options = view_options};
  const Node* rr_class = statement.value()->next;
  if (rr_class != nullptr && rr_class->kind == Node::Kind::kValue) {
    view.rr_class = dns::parse_class(rr_class->text).value_or(dns::RRClass::kIn);
  }
  ZoneOptions own_zone_options = zone_options;
  apply_shared(Definitions(statement.block()).nodes(), view.options, own_zone_options);
  ZoneBuilder zones(names_, std::move(own_zone_options));
  view.zone_options = zones.shared();
  // A view's own comes before a global one with the same name.
  add_catalog_groups(statement.block(), zones, view.options);
  add_catalog_groups(tree_.definitions(), zones, view.options);
  for (const Node& inner : statement.block()) {
    const std::string_view name = inner.name();
    if (name == "match-clients") view.match_clients = names_.match_list_of(inner);
    if (name == "match-destinations") view.match_destinations = names_.match_list_of(inner);
    if (name == "match-recursive-only") view.match_recursive_only = inner.value()->number != 0;
    if (name == "key") view.keys.push_back(build_key(inner, names_));
    if (name == "server") view.servers.push_back(build_server(inner, names_));
    if (name == "zone") view.add(zones.build(inner, view.rr_class));
  }
  return view;
}

template <class Statements>
void Builder::add_catalog_groups(const Statements& statements, ZoneBuilder& zones, ViewOptions& options) {
  for (const Node& statement : statements) {
    if (statement.name() != "catalog-group-options") continue;
    const bool is_known =
        std::any_of(options.catalog_groups.begin(), options.catalog_groups.end(),
                    [&](const CatalogGroup& known) { return known.name == statement.value()->text; });
    if (!is_known) options.catalog_groups.push_back(zones.build_group(statement));
  }
}

// Without views there is one for each class that a zone has, all named "_default"; class IN always has its
// own.
void Builder::build_default_views(const ViewOptions& shared_options, const ZoneOptions& zone_options,
                                  Config& config) {
  ZoneBuilder zones(names_, zone_options);
  ViewOptions view_options = shared_options;
  add_catalog_groups(tree_.definitions(), zones, view_options);
  config.views.push_back({.name = "_default", .options = view_options, .zone_options = zones.shared()});
  for (const Node& statement : tree_.statements()) {
    if (statement.name() != "zone") continue;
    ZonePtr zone = zones.build(statement, dns::RRClass::kIn);
    auto view = std::find_if(config.views.begin(), config.views.end(),
                             [&](const View& v) { return v.rr_class == zone->rr_class; });
    if (view == config.views.end()) {
      config.views.push_back({.name = "_default",
                              .rr_class = zone->rr_class,
                              .options = view_options,
                              .zone_options = zones.shared()});
      view = config.views.end() - 1;
    }
    view->add(std::move(zone));
  }
}

}  // namespace

Config build_config(const Tree& tree, Diagnostics& diagnostics) {
  return Builder(tree, diagnostics).build();
}

}  // namespace nomen::config
