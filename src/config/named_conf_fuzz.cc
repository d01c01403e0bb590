// Any bytes as a configuration: parse, check, build, print; what parses well prints the same when parsed
// again.
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>

#include "base/contract.h"
#include "config/build.h"
#include "config/check.h"
#include "config/printer.h"
#include "config/serve_check.h"
#include "config/zone_memory.h"

namespace {

/// A disk with one file, which cannot be included.
class OneFile final : public nomen::config::Disk {
 public:
  explicit OneFile(std::string text) : text_(std::move(text)) {}
  nomen::Result<std::string> read(const std::string& path) override {
    return path == "fuzz" ? nomen::Result<std::string>(text_) : nomen::failure("file not found");
  }
  std::vector<std::string> expand(const std::string&) override { return {}; }
  bool is_directory(const std::string&) override { return true; }
  bool exists(const std::string&) override { return false; }

 private:
  std::string text_;
};

/// What is read again with a memory of it comes out the same.
void read_twice(OneFile& disk) {
  using namespace nomen;
  using namespace nomen::config;
  ZoneMemory memory;
  LoadOptions options;
  options.memory = &memory;
  const Loaded first = load_config("fuzz", options, disk);
  const Loaded second = load_config("fuzz", options, disk);
  NOMEN_ENSURE(has_error(first.diagnostics) == has_error(second.diagnostics));
  NOMEN_ENSURE(first.diagnostics.size() == second.diagnostics.size());
  NOMEN_ENSURE(first.config.views.size() == second.config.views.size());
  for (size_t i = 0; i < first.config.views.size(); i++) {
    const auto& before = first.config.views[i].zones;
    const auto& after = second.config.views[i].zones;
    NOMEN_ENSURE(before.size() == after.size());
    std::set<std::string> names;
    for (const ZonePtr& zone : before) names.insert(zone->display_name() + zone->file);
    for (const ZonePtr& zone : after) NOMEN_ENSURE(names.contains(zone->display_name() + zone->file));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace nomen;
  using namespace nomen::config;
  OneFile disk(std::string(reinterpret_cast<const char*>(data), size));
  Diagnostics diagnostics;
  const auto tree = parse_text("fuzz", *disk.read("fuzz"), {}, disk, diagnostics);
  const bool parses = !has_error(diagnostics);
  serve_problems(*tree);
  const std::string text = print_tree(*tree);
  if (!parses) return 0;
  check_tree(*tree, {}, disk, diagnostics);
  build_config(*tree, diagnostics);
  Diagnostics again;
  const auto second = parse_text("again", text, {}, disk, again);
  NOMEN_ENSURE(!has_error(again));
  NOMEN_ENSURE(print_tree(*second) == text);
  read_twice(disk);
  return 0;
}
