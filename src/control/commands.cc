#include "control/commands.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "base/log.h"

namespace nomen::control {

namespace {

using Words = std::span<const std::string_view>;
using Handler = CommandResult (*)(Operations&, Words);
/// Of a command for which it matters whose key it came with.
using KeyHandler = CommandResult (*)(Operations&, Words, std::string_view key);

CommandResult failed(ResultCode code, std::string text = {}) {
  return {code, std::move(text)};
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

/// BIND's code for a name that is none. The texts are those of dns::Name::parse.
ResultCode name_error_code(const Error& error) {
  if (error.text.starts_with("empty")) return ResultCode::kEmptyLabel;
  if (error.text.starts_with("bad escape")) return ResultCode::kBadEscape;
  if (error.text.starts_with("label too long")) return ResultCode::kLabelTooLong;
  return ResultCode::kNameTooLong;
}

/// ZONE [CLASS [VIEW]] from the words after the command; what comes after them is ignored, as BIND does.
std::expected<ZoneSelector, CommandResult> zone_selector(Words words) {
  Result<dns::Name> name = dns::Name::parse(words[0]);
  if (!name) return std::unexpected(failed(name_error_code(name.error())));
  ZoneSelector zone{*name, std::string(words[0]), std::nullopt, std::nullopt};
  if (words.size() > 1) {
    zone.rr_class = dns::parse_class(words[1]);
    if (!zone.rr_class) return std::unexpected(failed(ResultCode::kUnknownClass));
  }
  if (words.size() > 2) zone.view = std::string(words[2]);
  return zone;
}

template <CommandResult (Operations::*operation)(const ZoneSelector&)>
CommandResult with_zone(Operations& operations, Words words) {
  if (words.empty()) return failed(ResultCode::kUnexpectedEnd);
  const auto zone = zone_selector(words);
  return zone ? (operations.*operation)(*zone) : zone.error();
}

/// One zone, or all.
template <CommandResult (Operations::*operation)(const std::optional<ZoneSelector>&)>
CommandResult with_zone_or_all(Operations& operations, Words words) {
  if (words.empty()) return (operations.*operation)(std::nullopt);
  const auto zone = zone_selector(words);
  return zone ? (operations.*operation)(*zone) : zone.error();
}

CommandResult sync(Operations& operations, Words words) {
  const bool clean = !words.empty() && (words[0] == "-clean" || words[0] == "-c");
  if (clean) words = words.subspan(1);
  if (words.empty()) return operations.sync(std::nullopt, clean);
  const auto zone = zone_selector(words);
  return zone ? operations.sync(*zone, clean) : zone.error();
}

/// ZONE [CLASS [VIEW]] { STATEMENTS };
template <CommandResult (Operations::*operation)(const ZoneSelector&, std::string_view)>
CommandResult with_statement(Operations& operations, Words words) {
  const auto begin =
      std::find_if(words.begin(), words.end(), [](std::string_view word) { return word.starts_with('{'); });
  if (begin == words.begin() || begin == words.end()) return failed(ResultCode::kUnexpectedToken);
  const auto zone = zone_selector({words.begin(), begin});
  if (!zone) return zone.error();
  // The words are parts of one line.
  const char* end = words.back().data() + words.back().size();
  return (operations.*operation)(*zone, {begin->data(), static_cast<size_t>(end - begin->data())});
}

CommandResult delete_zone(Operations& operations, Words words) {
  const bool clean = !words.empty() && (words[0] == "-clean" || words[0] == "-c");
  if (clean) words = words.subspan(1);
  if (words.empty()) return failed(ResultCode::kUnexpectedEnd);
  const auto zone = zone_selector(words);
  return zone ? operations.delete_zone(*zone, clean) : zone.error();
}

template <class Number>
std::optional<Number> number_of(std::string_view word) {
  Number number = 0;
  const char* end = word.data() + word.size();
  const auto [stop, error] = std::from_chars(word.data(), end, number);
  return error == std::errc{} && stop == end ? std::optional(number) : std::nullopt;
}

/// SERIAL ZONE [CLASS [VIEW]]
CommandResult rollback(Operations& operations, Words words) {
  if (words.size() < 2) return failed(ResultCode::kUnexpectedEnd);
  const auto serial = number_of<uint32_t>(words[0]);
  if (!serial) return failed(ResultCode::kRange);
  const auto zone = zone_selector(words.subspan(1));
  return zone ? operations.rollback(*zone, {*serial}) : zone.error();
}

/// ID PLACE BASE64
CommandResult stage(Operations& operations, Words words, std::string_view key) {
  if (words.size() < 3) return failed(ResultCode::kUnexpectedEnd);
  const auto at = number_of<uint64_t>(words[1]);
  return at ? operations.stage(key, words[0], *at, words[2]) : failed(ResultCode::kRange);
}

/// ID SERIAL ZONE [CLASS [VIEW]]
CommandResult apply(Operations& operations, Words words, std::string_view key) {
  if (words.size() < 3) return failed(ResultCode::kUnexpectedEnd);
  const auto from = number_of<uint32_t>(words[1]);
  if (!from) return failed(ResultCode::kRange);
  const auto zone = zone_selector(words.subspan(2));
  return zone ? operations.apply(*zone, key, words[0], {*from}) : zone.error();
}

CommandResult applied(Operations& operations, Words words, std::string_view key) {
  return words.empty() ? failed(ResultCode::kUnexpectedEnd) : operations.applied(key, words[0]);
}

CommandResult reload(Operations& operations, Words words) {
  return words.empty() ? operations.reload_all() : with_zone<&Operations::reload_zone>(operations, words);
}

/// `stop -p` and `halt -p` answer with the process id, so that a script can wait for its end.
template <CommandResult (Operations::*operation)()>
CommandResult ending(Operations& operations, Words words) {
  CommandResult result = (operations.*operation)();
  if (result.code == ResultCode::kSuccess && !words.empty() && words[0] == "-p")
    result.text = "pid: " + std::to_string(operations.process_id());
  return result;
}

CommandResult query_log(Operations& operations, Words words) {
  if (words.empty()) return operations.query_log(std::nullopt);
  for (const std::string_view yes : {"yes", "on", "enable", "true"})
    if (same_word(words[0], yes)) return operations.query_log(true);
  for (const std::string_view no : {"no", "off", "disable", "false"})
    if (same_word(words[0], no)) return operations.query_log(false);
  return failed(ResultCode::kSyntax);
}

CommandResult trace(Operations& operations, Words words) {
  if (words.empty()) return operations.trace(std::nullopt);
  int level = 0;
  const char* end = words[0].data() + words[0].size();
  const auto [stop, error] = std::from_chars(words[0].data(), end, level);
  if (error != std::errc{} || stop != end || level < 0) return failed(ResultCode::kRange);
  return operations.trace(level);
}

template <CommandResult (Operations::*operation)()>
CommandResult plain(Operations& operations, Words) {
  return (operations.*operation)();
}

CommandResult no_trace(Operations& operations, Words) {
  return operations.trace(0);
}
CommandResult nothing(Operations&, Words) {
  return CommandResult::success();
}

constexpr bool kReadOnly = true;
constexpr std::string_view kOneZone = "zone [class [view]]";
constexpr std::string_view kMaybeZone = "[zone [class [view]]]";

struct Command {
  std::string_view name;
  std::string_view arguments;
  std::string_view help;
  Handler handler = nullptr;  ///< nullptr: not in this version
  bool read_only = false;
  KeyHandler key_handler = nullptr;
};

constexpr std::array kCommands = std::to_array<Command>({
    {"addzone", "zone [class [view]] { configuration }", "add a zone to the running server",
     with_statement<&Operations::add_zone>},
    {"applied", "id", "say what became of a change that was applied (nomen zone apply asks this)", nullptr,
     false, applied},
    {"apply", "id serial zone [class [view]]",
     "make a new version by a change that was staged, if the zone still has this serial (Nomen's own)",
     nullptr, false, apply},
    {"delzone", "[-clean] zone [class [view]]", "take a zone out of the running server", delete_zone},
    {"dnssec", "(-status | -rollover ... | -checkds ...) zone [class [view]]", "show or steer a zone's keys"},
    {"dnstap", "-reopen | -roll [count]", "reopen or roll the dnstap output"},
    {"dumpdb", "[-all|-cache|-zones|-adb|-bad|-expired|-fail] [view ...]",
     "write caches or zones to the dump file"},
    {"flush", "[view]", "empty the caches, or one view's"},
    {"flushname", "name [view]", "take one name out of the caches"},
    {"flushtree", "name [view]", "take a name and all below it out of the caches"},
    {"freeze", kMaybeZone, "suspend dynamic updates", with_zone_or_all<&Operations::freeze>},
    {"halt", "[-p]", "end the server without writing changes to zone files; -p shows its process id",
     ending<&Operations::halt>},
    {"loadkeys", kOneZone, "read a zone's keys without signing at once"},
    {"managed-keys", "(status | refresh | sync | destroy) [class [view]]",
     "show or refresh RFC 5011 trust anchors"},
    {"modzone", "zone [class [view]] { configuration }", "change the configuration of a running zone",
     with_statement<&Operations::modify_zone>},
    {"notify", kOneZone, "send NOTIFY messages for a zone again", with_zone<&Operations::notify>},
    {"notrace", "", "set the debug level to 0", no_trace},
    {"nta", "[-dump | -remove domain | [-lifetime duration] [-force] domain] [view]",
     "steer negative trust anchors"},
    {"null", "", "do nothing: a test of the channel", nothing, kReadOnly},
    {"querylog", "[on | off]", "log queries or do not; without an argument, the other way round", query_log},
    {"reconfig", "", "read the configuration again and load new zones only", plain<&Operations::reconfig>},
    {"recursing", "", "write the queries under way to the recursing file"},
    {"refresh", kOneZone, "ask a secondary zone's primary for changes now", with_zone<&Operations::refresh>},
    {"reload", kMaybeZone, "read the configuration and all zones again, or one zone", reload},
    {"retransfer", kOneZone, "transfer a secondary zone again, whatever its serial",
     with_zone<&Operations::retransfer>},
    {"rollback", "serial zone [class [view]]",
     "make a new version that says what an earlier one said (Nomen's own)", rollback},
    {"scan", "", "look for network interfaces that came or went", plain<&Operations::scan>},
    {"secroots", "[-] [view ...]", "show the trust anchors"},
    {"serve-stale", "(on | off | reset | status) [class [view]]", "steer the use of stale answers"},
    {"showzone", kOneZone, "print a zone's configuration", with_zone<&Operations::show_zone>, kReadOnly},
    {"sign", kOneZone, "read a zone's keys and sign what needs it"},
    {"signing", "(-list | -clear ... | -nsec3param ... | -serial value) zone [class [view]]",
     "steer a zone's signing"},
    {"stage", "id place base64", "take a piece of a change that `apply` is to make (Nomen's own)", nullptr,
     false, stage},
    {"stats", "", "write the statistics file", plain<&Operations::write_statistics>},
    {"status", "", "show how the server stands", plain<&Operations::status>, kReadOnly},
    {"stop", "[-p]", "write changes to zone files and end the server; -p shows its process id",
     ending<&Operations::stop>},
    {"sync", "[-clean] [zone [class [view]]]", "write the changes of dynamic zones to their files", sync},
    {"tcp-timeouts", "[initial idle keepalive advertised]", "show or set the timeouts of TCP connections"},
    {"thaw", kMaybeZone, "allow dynamic updates again", with_zone_or_all<&Operations::thaw>},
    {"timerpoke", "", "look at all timers now"},
    {"trace", "[level]", "set the debug level, or raise it by one", trace},
    {"tsig-delete", "keyname [view]", "delete a TSIG key that was negotiated"},
    {"tsig-list", "", "list the TSIG keys"},
    {"validation", "(on | off | status) [view ...]", "switch DNSSEC validation"},
    {"zonestatus", kOneZone, "show how a zone stands", with_zone<&Operations::zone_status>, kReadOnly},
});

auto make_infos() {
  std::array<CommandInfo, kCommands.size()> infos{};
  for (size_t i = 0; i < infos.size(); ++i) {
    const Command& c = kCommands[i];
    infos[i] = {c.name, c.arguments, c.help, c.handler != nullptr || c.key_handler != nullptr, c.read_only};
  }
  return infos;
}
const auto kInfos = make_infos();

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// Words between blanks, or between double quotes.
std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> words;
  size_t i = 0;
  while (i < line.size()) {
    if (is_blank(line[i])) {
      ++i;
      continue;
    }
    const bool quoted = line[i] == '"';
    const size_t begin = quoted ? i + 1 : i;
    size_t end = begin;
    while (end < line.size() && (quoted ? line[end] != '"' : !is_blank(line[end]))) ++end;
    words.push_back(line.substr(begin, end - begin));
    i = end + (quoted ? 1 : 0);
  }
  return words;
}

/// A line for the log cannot be broken by what a client sends.
std::string printable(std::string_view text) {
  std::string out(text);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; }, ' ');
  return out;
}

}  // namespace

std::span<const CommandInfo> commands() {
  return kInfos;
}

const CommandInfo* find_command(std::string_view name) {
  const auto found = std::find_if(kInfos.begin(), kInfos.end(),
                                  [&](const CommandInfo& info) { return same_word(info.name, name); });
  return found == kInfos.end() ? nullptr : &*found;
}

CommandResult run_command(Operations& operations, std::string_view command_line, bool read_only_channel,
                          std::string_view key) {
  const std::vector<std::string_view> words = split(command_line);
  if (words.empty()) return failed(ResultCode::kFailure);
  const CommandInfo* info = find_command(words[0]);
  if (read_only_channel && (info == nullptr || !info->read_only)) {
    log(LogCategory::kGeneral, LogSeverity::kError, "control",
        "rejecting restricted control channel command '{}'", printable(command_line));
    return failed(ResultCode::kFailure);
  }
  // The first two are asked by monitoring all day long, and BIND logs them at debug level only; the others
  // are parts of one `apply`, which is logged.
  if (info != nullptr &&
      (info->name == "null" || info->name == "status" || info->name == "stage" || info->name == "applied")) {
    constexpr size_t kMostShown = 100;
    log_debug(1, LogCategory::kGeneral, "control", "received control channel command '{}'",
              printable(command_line.substr(0, kMostShown)));
  } else {
    log(LogCategory::kGeneral, LogSeverity::kInfo, "control", "received control channel command '{}'",
        printable(command_line));
  }
  if (info == nullptr) {
    log(LogCategory::kGeneral, LogSeverity::kWarning, "control", "unknown control channel command '{}'",
        printable(words[0]));
    return failed(ResultCode::kUnknownCommand);
  }
  const Command& command = kCommands[static_cast<size_t>(info - kInfos.data())];
  if (command.key_handler != nullptr) return command.key_handler(operations, Words(words).subspan(1), key);
  if (command.handler == nullptr)
    return failed(ResultCode::kNotImplemented,
                  fmt::format("this version of Nomen has no '{}' yet", info->name));
  return command.handler(operations, Words(words).subspan(1));
}

}  // namespace nomen::control
