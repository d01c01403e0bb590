// logging and controls.
#include <sys/un.h>

#include "base/log.h"
#include "config/check_context.h"
#include "config/names.h"

namespace nomen::config {
namespace {

bool is_category(std::string_view name) {
  for (int i = 0; i < static_cast<int>(LogCategory::kCount); ++i) {
    if (same_word(to_string(static_cast<LogCategory>(i)), name)) return true;
  }
  return false;
}

}  // namespace

void check_logging(CheckContext& context) {
  const Node* logging = context.tree().find("logging");
  if (logging == nullptr) return;
  for (const Node& statement : logging->block()) {
    if (statement.name() == "channel") {
      int sinks = 0;
      for (const Node& inner : statement.block()) {
        const std::string_view name = inner.name();
        if (name == "file" || name == "syslog" || name == "null" || name == "stderr") ++sinks;
      }
      if (sinks != 1) {
        context.error(statement, "channel '" + std::string(statement.value()->text) +
                                     "': exactly one of file, syslog, null, and stderr must be present");
      }
    } else if (statement.name() == "category" && !is_category(statement.value()->text)) {
      context.error(statement, "undefined category: '" + std::string(statement.value()->text) + "'");
    }
  }
}

void check_controls(CheckContext& context) {
  for (const Node& statement : context.tree().definitions()) {
    if (statement.name() != "controls") continue;
    for (const Node& inner : statement.block()) {
      if (const Node* keys = inner.after("keys")) {
        for (const Node& key : keys->children()) {
          if (!context.has_key(key.value()->text, Nodes(nullptr))) {
            context.error(key, "unknown key '" + std::string(key.value()->text) + "'");
          }
        }
      }
      if (inner.name() != "unix") continue;
      const std::string path(inner.value()->text);
      if (path.size() >= sizeof(sockaddr_un::sun_path)) {
        context.error(inner, "unix control '" + path + "': path too long");
      }
      const uint64_t mode = inner.after("perm")->number;
      if ((mode & 6) != 0) {
        context.warn(inner, "unix control '" + path + "' allows access to everyone");
      } else if ((mode & 0666) == 0) {
        context.warn(inner, "unix control '" + path + "' allows access to nobody");
      }
    }
  }
}

}  // namespace nomen::config
