// nomen zone status and wait.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <ctime>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/encoding.h"
#include "config/paths.h"
#include "tools/zone_commands.h"
#include "tools/zone_convergence.h"
#include "tools/zone_servers.h"

namespace nomen::tools {

namespace {

using Clock = std::chrono::steady_clock;

/// `wait` asks soon again at first, and then less often.
constexpr auto kFirstPause = std::chrono::milliseconds(50);
constexpr auto kLongestPause = std::chrono::milliseconds(1000);
constexpr uint32_t kWaitProbe_ms = 2000;
/// Versions of the log in which the one that a server has is looked for.
constexpr size_t kMostRows = 100'000;

struct ConvergenceOptions {
  ZoneChoice choice{config::kNamedConfFile, {}, {}};
  std::vector<std::string> servers;
  std::string key;
  uint16_t ns_port = 53;
  double timeout_s = 3;
  bool json = false;
  bool compare = false;
  bool quiet = false;
  std::optional<uint32_t> serial;
};

/// Whom to ask, and what is known here without asking.
struct Subject {
  ProbeQuestion question;
  std::vector<ZoneServer> servers;
  std::optional<ZoneHistory> history;
  zone::ContentPtr content;  ///< what the log and the file beside this tool say; nullptr: not known
};

Result<Subject> subject_of(const ConvergenceOptions& options) {
  Subject subject;
  const auto name = dns::Name::parse(options.choice.zone);
  if (!name) return failure("'" + options.choice.zone + "' is not a name: " + name.error().text);
  subject.question.zone = *name;
  std::shared_ptr<const dns::TsigKey> key;
  if (!options.key.empty()) {
    auto parsed = parse_key(options.key);
    if (!parsed) return failure("-y: " + parsed.error().text);
    key = *parsed;
  }
  for (const std::string& text : options.servers) {
    auto server = given_server(text, key);
    if (!server) return std::unexpected(server.error());
    subject.servers.push_back(std::move(*server));
  }
  auto history = ZoneHistory::open_any(options.choice);
  // Servers that are named by hand need no configuration.
  if (!history && subject.servers.empty()) return std::unexpected(history.error());
  if (!history) return subject;
  subject.question.rr_class = history->zone().rr_class;
  if (auto content = history->content(std::nullopt)) subject.content = std::move(*content);
  if (subject.servers.empty()) {
    if (subject.content == nullptr)
      return failure(
          "the zone's content cannot be read, and so not its name servers: name servers with --server");
    subject.servers = configured_servers(*history, *subject.content, options.ns_port);
  }
  subject.history = std::move(*history);
  return subject;
}

// ---- status

/// How far a server is behind, from the log: versions that it lacks, and for how long.
struct Lag {
  size_t versions = 0;
  int64_t seconds = 0;
};
std::optional<Lag> lag_of(const std::vector<store::VersionInfo>& newest_first, dns::Serial serial) {
  for (size_t i = 0; i < newest_first.size(); i++) {
    if (!(newest_first[i].from == serial)) continue;
    return Lag{i + 1, std::max<int64_t>(0, std::time(nullptr) - newest_first[i].time_us / 1'000'000)};
  }
  return std::nullopt;
}

std::string duration_text(int64_t seconds) {
  if (seconds >= 2 * 86'400) return fmt::format("{} d", seconds / 86'400);
  if (seconds >= 2 * 3600) return fmt::format("{} h", seconds / 3600);
  if (seconds >= 2 * 60) return fmt::format("{} min", seconds / 60);
  return fmt::format("{} s", seconds);
}

std::string lag_text(const ServerState& state, const Convergence& convergence,
                     const std::vector<store::VersionInfo>& rows) {
  if (!state.answer.answered()) return "-";
  if (state.answer.serial == convergence.newest) return "none";
  if (const auto lag = lag_of(rows, state.answer.serial))
    return fmt::format("{} version{}, {}", lag->versions, lag->versions == 1 ? "" : "s",
                       duration_text(lag->seconds));
  return fmt::format("{} serials", convergence.newest.value - state.answer.serial.value);
}

void print_table(const std::string& zone, const Convergence& convergence,
                 const std::vector<store::VersionInfo>& rows) {
  std::vector<std::array<std::string, 6>> lines = {
      {"SERVER", "ROLE", "SERIAL", "BEHIND", "DATA", "EXPIRES IN"}};
  for (const ServerState& state : convergence.servers) {
    const bool answered = state.answer.answered();
    lines.push_back({state.label(), state.server.role,
                     answered ? std::to_string(state.answer.serial.value) : state.answer.error,
                     lag_text(state, convergence, rows), std::string(to_string(state.data)),
                     answered && state.answer.expire_s ? duration_text(*state.answer.expire_s) : "-"});
  }
  std::array<size_t, 6> widths{};
  for (const auto& line : lines) {
    for (size_t i = 0; i < line.size(); i++) widths[i] = std::max(widths[i], line[i].size());
  }
  fmt::print("{}: serial {}, served by {} of {}\n", zone, convergence.newest.value,
             convergence.count_current(), convergence.servers.size());
  for (const auto& line : lines) {
    std::string text;
    for (size_t i = 0; i < line.size(); i++) text += fmt::format("{:<{}}  ", line[i], widths[i]);
    text.erase(text.find_last_not_of(' ') + 1);
    fmt::print("{}\n", text);
  }
}

void print_differences(const Convergence& convergence) {
  for (const ServerState& state : convergence.servers) {
    if (state.data != DataState::kDifferent) continue;
    fmt::print("\n{} has the same serial {} and different data, beside {}", state.label(),
               convergence.newest.value, convergence.reference);
    if (state.patch.empty()) {
      fmt::print(" (--compare says what)\n");
      continue;
    }
    fmt::print(": it lacks (-) and has (+)\n");
    print_patch(state.patch, "  ");
  }
}

nlohmann::ordered_json convergence_json(const std::string& zone, const Convergence& convergence,
                                        const std::vector<store::VersionInfo>& rows) {
  nlohmann::ordered_json out;
  out["zone"] = zone;
  out["serial"] = convergence.newest.value;
  out["converged"] = convergence.has_converged();
  out["reference"] = convergence.reference;
  out["servers"] = nlohmann::ordered_json::array();
  for (const ServerState& state : convergence.servers) {
    nlohmann::ordered_json row;
    row["server"] = state.server.name;
    row["address"] = state.server.can_be_asked()
                         ? nlohmann::ordered_json(state.server.remote.address.to_string())
                         : nlohmann::ordered_json(nullptr);
    row["role"] = state.server.role;
    if (!state.answer.answered()) {
      row["error"] = state.answer.error;
    } else {
      row["serial"] = state.answer.serial.value;
      row["current"] = state.answer.serial == convergence.newest;
      if (const auto lag = lag_of(rows, state.answer.serial)) {
        row["versions_behind"] = lag->versions;
        row["seconds_behind"] = lag->seconds;
      }
      if (state.answer.expire_s) row["expire_s"] = *state.answer.expire_s;
    }
    row["data"] = to_string(state.data);
    if (!state.patch.empty()) row["patch"] = state.patch;
    out["servers"].push_back(std::move(row));
  }
  return out;
}

std::vector<store::VersionInfo> rows_of(const Subject& subject) {
  if (!subject.history || !subject.history->has_log()) return {};
  return subject.history->list(kMostRows).value_or(std::vector<store::VersionInfo>{});
}

int run_status(const ConvergenceOptions& options) {
  auto subject = subject_of(options);
  if (!subject) return fail(subject.error().text);
  subject->question.timeout_ms = static_cast<uint32_t>(options.timeout_s * 1000);
  const auto answers = probe(subject->question, subject->servers);
  if (!answers) return fail(answers.error().text);
  const Convergence convergence =
      compare_servers(subject->question, subject->servers, *answers, subject->content, options.compare);
  if (!convergence.any_answer) return fail("no server has answered for '" + options.choice.zone + "'");
  const auto rows = rows_of(*subject);
  if (options.json) {
    fmt::print("{}\n", convergence_json(options.choice.zone, convergence, rows).dump(2));
  } else {
    print_table(options.choice.zone, convergence, rows);
    print_differences(convergence);
  }
  return convergence.has_converged() ? 0 : 1;
}

// ---- wait

/// Who does not serve `serial` or a later one yet, and why.
std::vector<std::string> who_lacks(dns::Serial serial, const std::vector<ZoneServer>& servers,
                                   const std::vector<ProbeAnswer>& answers) {
  std::vector<std::string> out;
  for (size_t i = 0; i < servers.size(); i++) {
    const ProbeAnswer& answer = answers[i];
    if (answer.answered() && !serial.is_after(answer.serial)) continue;
    out.push_back(servers[i].name + ": " +
                  (answer.answered() ? fmt::format("serial {}", answer.serial.value) : answer.error));
  }
  return out;
}

/// What is to be waited for: as said, or the newest that is known now.
std::optional<dns::Serial> wanted_serial(const ConvergenceOptions& options, const Subject& subject,
                                         const std::vector<ProbeAnswer>& answers) {
  if (options.serial) return dns::Serial{*options.serial};
  std::optional<dns::Serial> newest;
  if (subject.content != nullptr) newest = subject.content->serial();
  for (const ProbeAnswer& answer : answers) {
    if (answer.answered() && (!newest || answer.serial.is_after(*newest))) newest = answer.serial;
  }
  return newest;
}

int run_wait(const ConvergenceOptions& options) {
  auto subject = subject_of(options);
  if (!subject) return fail(subject.error().text);
  const auto until = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                        std::chrono::duration<double>(options.timeout_s));
  subject->question.wants_digest = false;
  std::optional<dns::Serial> wanted;
  auto pause = kFirstPause;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    subject->question.timeout_ms = static_cast<uint32_t>(std::clamp<int64_t>(left, 100, kWaitProbe_ms));
    const auto answers = probe(subject->question, subject->servers);
    if (!answers) return fail(answers.error().text);
    if (!wanted) wanted = wanted_serial(options, *subject, *answers);
    const auto lacking = wanted ? who_lacks(*wanted, subject->servers, *answers) : std::vector<std::string>{};
    if (wanted && lacking.empty()) {
      if (!options.quiet)
        fmt::print("{}: serial {} is served by all {}\n", options.choice.zone, wanted->value,
                   answers->size());
      return 0;
    }
    if (Clock::now() + pause > until) {
      if (!wanted) return fail("no server has answered for '" + options.choice.zone + "'");
      for (const std::string& text : lacking) fmt::print(stderr, "{}\n", text);
      return fail(
          fmt::format("serial {} is not served by {} of {}", wanted->value, lacking.size(), answers->size()));
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(2 * pause, kLongestPause);
  }
}

CLI::App* add_convergence_command(CLI::App& app, ZoneCommands& commands,
                                  const std::shared_ptr<ConvergenceOptions>& options, const char* name,
                                  const char* help, int (*run)(const ConvergenceOptions&)) {
  CLI::App* const command = add_zone_command(app, options->choice, name, help);
  command->add_option(
      "-s,--server", options->servers,
      "ask this server, ADDRESS or ADDRESS#PORT, in place of those of the configuration; repeatable");
  command->add_option("-y,--key", options->key, "sign what --server is asked: [ALGORITHM:]NAME:SECRET");
  command->add_option("--ns-port", options->ns_port, "port of the zone's name servers")
      ->capture_default_str();
  command->add_option("-t,--timeout", options->timeout_s, "seconds that all may take")
      ->check(CLI::Range(0.1, 86'400.0));
  commands.push_back({command, [options, run] { return run(*options); }});
  return command;
}

}  // namespace

void add_convergence_commands(CLI::App& app, ZoneCommands& commands) {
  const auto status_options = std::make_shared<ConvergenceOptions>();
  CLI::App* const status =
      add_convergence_command(app, commands, status_options, "status",
                              "say which servers have which version, and the same data", run_status);
  status->footer(
      "Asked are this server, the servers of also-notify and the zone's name servers, or those of --server.\n"
      "The data is compared by a digest that Nomen's servers tell to whoever may transfer the zone; of "
      "other\n"
      "servers only with --compare, which transfers the zone from each. The exit status is 0 when all have "
      "the\n"
      "newest version and none is known to have other data under its serial.");
  status->add_flag("--json", status_options->json, "as JSON");
  status->add_flag("--compare", status_options->compare,
                   "transfer the zone from those whose data cannot be told otherwise, and say what differs");
  const auto wait_options = std::make_shared<ConvergenceOptions>();
  wait_options->timeout_s = 60;
  CLI::App* const wait = add_convergence_command(app, commands, wait_options, "wait",
                                                 "wait until all servers have a version", run_wait);
  wait->footer("The exit status is 0 when all of them have it and 1 when the time was over before.");
  wait->add_option("--serial", wait_options->serial,
                   "which version, or a later one (default: the newest one now)");
  wait->add_flag("-q,--quiet", wait_options->quiet, "say nothing when it is there");
}

}  // namespace nomen::tools
