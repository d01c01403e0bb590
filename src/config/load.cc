#include <iterator>
#include <optional>
#include <thread>
#include <utility>

#include "config/added_zones.h"
#include "config/build.h"
#include "config/check.h"
#include "config/check_catalogs.h"
#include "config/serve_check.h"
#include "config/zone_memory.h"

namespace nomen::config {

namespace {

/// So many zones are worth a second thread.
constexpr size_t kManyZones = 2000;

void append(Diagnostics& to, Diagnostics more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

/// One reading. `known`: may zones be taken from the memory; nothing when that does not work out.
std::optional<Loaded> read_config(const std::string& path, LoadOptions options, Disk& disk, bool known) {
  Loaded loaded;
  std::optional<ZoneRecall> recall;
  if (options.memory != nullptr) options.parse.recall = &recall.emplace(*options.memory, known);
  const auto tree = parse_file(path, options.parse, disk, loaded.diagnostics);
  append_added_zones(*tree, options, disk, loaded.diagnostics);
  // Errors of the shapes do not keep the checks from saying what else is wrong.
  const auto check = [&] { check_tree(*tree, {}, disk, loaded.diagnostics); };
  Config config;
  Diagnostics built, not_served;
  if (recall && recall->noted() >= kManyZones) {
    // The checks, the model and what cannot be served: none changes the tree or asks for what another one
    // finds.
    std::thread checker([&] {
      check();
      not_served = serve_problems(*tree);
    });
    config = build_config(*tree, built);
    checker.join();
  } else {
    check();
    if (!has_error(loaded.diagnostics)) {
      config = build_config(*tree, built);
      not_served = serve_problems(*tree);
    }
  }
  if (has_error(loaded.diagnostics)) return known ? std::nullopt : std::optional(std::move(loaded));
  loaded.config = std::move(config);
  append(loaded.diagnostics, std::move(built));
  append(loaded.diagnostics, std::move(not_served));
  if (known && (has_error(loaded.diagnostics) || !recall->complete(*tree, loaded.config)))
    return std::nullopt;
  append(loaded.diagnostics, catalog_problems(loaded.config));
  const bool good = !has_error(loaded.diagnostics);
  if (known && !good) return std::nullopt;
  if (recall && good) recall->remember(*tree, loaded.diagnostics, loaded.config);
  return loaded;
}

}  // namespace

Loaded load_config(const std::string& path, const LoadOptions& options, Disk& disk) {
  const bool knows_some = options.memory != nullptr && !options.memory->empty();
  if (knows_some) {
    if (auto loaded = read_config(path, options, disk, true)) return std::move(*loaded);
  }
  return *read_config(path, options, disk, false);
}

}  // namespace nomen::config
