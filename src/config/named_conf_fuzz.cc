// Any bytes as a configuration: parse, check, build, print; what parses well prints the same when parsed
// again.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/contract.h"
#include "config/build.h"
#include "config/check.h"
#include "config/printer.h"
#include "config/serve_check.h"

namespace {

/// A disk without files.
class NoDisk final : public nomen::config::Disk {
 public:
  nomen::Result<std::string> read(const std::string&) override { return nomen::failure("file not found"); }
  std::vector<std::string> expand(const std::string&) override { return {}; }
  bool is_directory(const std::string&) override { return true; }
  bool exists(const std::string&) override { return false; }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace nomen;
  using namespace nomen::config;
  NoDisk disk;
  Diagnostics diagnostics;
  const auto tree =
      parse_text("fuzz", std::string(reinterpret_cast<const char*>(data), size), {}, disk, diagnostics);
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
  return 0;
}
