#include "config/added_zones.h"

#include <unordered_set>

#include "config/zone_memory.h"
#include "config/zone_pattern.h"
#include "dns/name.h"

namespace nomen::config {

namespace {

std::string key_of(const Node& zone) {
  const auto name = dns::Name::parse(zone_name(zone));
  if (!name) return {};
  const dns::Name lowered = name->lowered();
  return {reinterpret_cast<const char*>(lowered.data()), lowered.size()};
}

std::unordered_set<std::string> names_of(Nodes statements) {
  std::unordered_set<std::string> names;
  for (const Node& statement : statements) {
    if (statement.name() == "zone") names.insert(key_of(statement));
  }
  return names;
}

/// A setting of the view, or else of options.
const Node* setting(Nodes view, Nodes options, std::string_view name) {
  const Node* own = find(view, name);
  return own != nullptr ? own : find(options, name);
}

class AddedZones {
 public:
  AddedZones(Tree& tree, const LoadOptions& options, Disk& disk, Diagnostics& diagnostics)
      : tree_(tree), options_(options), disk_(disk), diagnostics_(diagnostics) {
    if (const Node* block = tree.find("options")) options_block_ = block->block();
  }

  void run() {
    size_t views = 0;
    for (const Node& statement : tree_.definitions()) {
      if (statement.name() != "view") continue;
      if (options_.parse.recall != nullptr) options_.parse.recall->enter_view(views);
      views++;
      append(&statement, Definitions(statement.block()).nodes(), std::string(statement.value()->text));
    }
    if (views == 0) append(nullptr, Nodes(nullptr), "_default");
  }

 private:
  void append(const Node* view, Nodes settings, const std::string& name) {
    const Node* allowed = setting(settings, options_block_, "allow-new-zones");
    if (allowed == nullptr || allowed->value()->number == 0) return;
    const Node* directory = setting(settings, options_block_, "new-zones-directory");
    const std::string path = options_.added_zones_file(
        directory != nullptr ? std::string(directory->value()->text) : std::string(), name);
    if (!disk_.exists(path)) return;
    auto text = disk_.read(path);
    if (!text) {
      diagnostics_.push_back({Severity::kError, {path, 0, 0}, text.error().text});
      return;
    }
    const Place place = view != nullptr ? Place::kView : Place::kTop;
    const Node* first = parse_more(tree_, place, path, std::move(*text), options_.parse, disk_, diagnostics_);
    tree_.mark_added();
    if (first == nullptr) return;
    tree_.append(view, only_new(first, names_of(view != nullptr ? view->block() : tree_.statements())));
  }

  /// Takes out what is no zone or stands in the configuration, too; of two with one name the last one stays.
  const Node* only_new(const Node* first, std::unordered_set<std::string> known) {
    std::vector<const Node*> kept;
    for (const Node& zone : Nodes(first)) kept.push_back(&zone);
    std::vector<const Node*> last_first;
    for (auto at = kept.rbegin(); at != kept.rend(); ++at) {
      const Node& zone = **at;
      if (zone.name() == "zone" && known.insert(key_of(zone)).second) {
        last_first.push_back(&zone);
      } else {
        diagnostics_.push_back({Severity::kWarning, tree_.source(zone.position),
                                "'" + std::string(zone.name()) +
                                    "' is ignored here: the configuration file or "
                                    "a later line has that zone"});
      }
    }
    const Node* next = nullptr;
    for (const Node* zone : last_first) {
      tree_.link(zone, next);
      next = zone;
    }
    return next;
  }

  Tree& tree_;
  const LoadOptions& options_;
  Disk& disk_;
  Diagnostics& diagnostics_;
  Nodes options_block_{nullptr};
};

}  // namespace

void append_added_zones(Tree& tree, const LoadOptions& options, Disk& disk, Diagnostics& diagnostics) {
  if (options.added_zones_file) AddedZones(tree, options, disk, diagnostics).run();
}

}  // namespace nomen::config
