// logging { ... }: channels and which category goes to which.
#include <unordered_set>

#include "config/settings.h"

namespace nomen::config {
namespace {

std::vector<LogChannel> built_in_channels() {
  LogChannel syslog{.name = "default_syslog", .kind = LogChannel::Kind::kSyslog};
  LogChannel debug{.name = "default_debug",
                   .kind = LogChannel::Kind::kFile,
                   .file = "named.run",
                   .dynamic = true,
                   .print_time = LogChannel::Time::kLocal};
  LogChannel console{.name = "default_stderr", .kind = LogChannel::Kind::kStderr};
  LogChannel null{.name = "null"};
  return {syslog, debug, console, null};
}

void set_file(LogChannel& channel, const Node& statement) {
  channel.kind = LogChannel::Kind::kFile;
  channel.file = statement.value()->text;
  if (const Node* versions = statement.after("versions")) {
    channel.versions =
        versions->is_keyword("unlimited") ? UINT32_MAX : static_cast<uint32_t>(versions->number);
  }
  if (const Node* size = statement.after("size"); size != nullptr && size->type == ValueType::kSize) {
    channel.size = size->number;
  }
  if (const Node* suffix = statement.after("suffix"); suffix != nullptr && suffix->is_keyword("timestamp")) {
    channel.suffix = LogChannel::Suffix::kTimestamp;
  }
}

void set_severity(LogChannel& channel, const Node& statement) {
  const Node& value = *statement.value();
  channel.dynamic = value.is_keyword("dynamic");
  if (channel.dynamic) return;
  if (value.is_keyword("debug")) {
    channel.severity = LogSeverity::kDebug;
    channel.debug_level = value.next != nullptr ? static_cast<int>(value.next->number & 0x7fffffffU) : 1;
    return;
  }
  for (auto severity : {LogSeverity::kCritical, LogSeverity::kError, LogSeverity::kWarning,
                        LogSeverity::kNotice, LogSeverity::kInfo}) {
    if (value.is_keyword(to_string(severity))) channel.severity = severity;
  }
}

LogChannel::Time print_time(const Node& value) {
  if (value.is_keyword("local")) return LogChannel::Time::kLocal;
  if (value.is_keyword("iso8601")) return LogChannel::Time::kIso8601;
  if (value.is_keyword("iso8601-utc")) return LogChannel::Time::kIso8601Utc;
  return value.number != 0 ? LogChannel::Time::kLocal : LogChannel::Time::kNone;
}

LogChannel build_log_channel(const Node& statement) {
  LogChannel channel;
  channel.name = statement.value()->text;
  for (const Node& inner : statement.block()) {
    const std::string_view name = inner.name();
    if (name == "file") set_file(channel, inner);
    if (name == "stderr") channel.kind = LogChannel::Kind::kStderr;
    if (name == "syslog") {
      channel.kind = LogChannel::Kind::kSyslog;
      if (inner.value() != nullptr) channel.facility = lower_text(inner.value()->text);
    }
    if (name == "severity") set_severity(channel, inner);
    if (name == "print-time") channel.print_time = print_time(*inner.value());
    if (name == "print-category") channel.print_category = inner.value()->number != 0;
    if (name == "print-severity") channel.print_severity = inner.value()->number != 0;
    if (name == "buffered") channel.buffered = inner.value()->number != 0;
  }
  return channel;
}

std::optional<LogCategory> category_of(std::string_view name) {
  for (int i = 0; i < static_cast<int>(LogCategory::kCount); ++i) {
    if (same_word(to_string(static_cast<LogCategory>(i)), name)) return static_cast<LogCategory>(i);
  }
  return std::nullopt;
}

}  // namespace

Logging build_logging(const Tree& tree, Names& names) {
  Logging logging;
  logging.channels = built_in_channels();
  const Node* statement = tree.find("logging");
  if (statement == nullptr) return logging;
  logging.given = true;
  for (const Node& inner : statement->block()) {
    if (inner.name() != "channel") continue;
    LogChannel channel = build_log_channel(inner);
    std::erase_if(logging.channels, [&](const LogChannel& old) { return old.name == channel.name; });
    logging.channels.push_back(std::move(channel));
  }
  std::unordered_set<std::string_view> known;
  for (const LogChannel& channel : logging.channels) known.insert(channel.name);
  for (const Node& inner : statement->block()) {
    if (inner.name() != "category") continue;
    LogCategoryRule rule;
    // A category that is not known is the checker's warning; its rule has nothing to say.
    const auto category = category_of(inner.value()->text);
    if (category) rule.category = *category;
    for (const Node& element : inner.list()) {
      if (known.contains(element.value()->text)) {
        rule.channels.emplace_back(element.value()->text);
      } else {
        names.error(inner.position, "undefined channel: '" + std::string(element.value()->text) + "'");
      }
    }
    if (category) logging.categories.push_back(std::move(rule));
  }
  return logging;
}

}  // namespace nomen::config
