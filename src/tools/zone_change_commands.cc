// nomen zone plan, apply and edit.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/encoding.h"
#include "base/os/clock.h"
#include "base/os/file.h"
#include "base/random.h"
#include "config/paths.h"
#include "store/change_encoding.h"
#include "store/history.h"
#include "tools/zone_commands.h"
#include "tools/zone_plan.h"
#include "zone/dump.h"

namespace nomen::tools {

namespace {

constexpr double kAllowedRemovalPercent = 20;
/// What fits into a message of the control channel as base64, the rest of the message included.
constexpr size_t kPieceBytes = 20'000;
/// How long a change may take until it is on the server's disk, and how often that is asked.
constexpr auto kApplyTimeout = std::chrono::seconds(60);
constexpr auto kApplyPause = std::chrono::milliseconds(20);

struct ChangeOptions {
  ZoneChoice choice{config::kNamedConfFile, {}, {}};
  ControlChoice control;
  std::string file;
  std::string out;
  bool json = false;
  bool yes = false;
  std::string allow_removal = fmt::format("{:g}%", kAllowedRemovalPercent);

  double allowed_percent() const { return std::atof(allow_removal.c_str()); }
};

/// The zone as it is now.
struct Present {
  ZoneHistory history;
  zone::ContentPtr content;
};

Result<Present> present_zone(const ZoneChoice& choice) {
  auto history = ZoneHistory::open_any(choice);
  if (!history) return std::unexpected(history.error());
  if (history->zone().type != config::ZoneType::kPrimary)
    return failure("'" + choice.zone + "' is not a primary zone: change it at its primary");
  auto content = history->content(std::nullopt);
  if (!content) return std::unexpected(content.error());
  return Present{std::move(*history), std::move(*content)};
}

void print_diagnostics(const Diagnostics& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics) fmt::print(stderr, "{}\n", to_string(diagnostic));
}

// ---- plan

double removed_percent(const PlanCounts& counts, const zone::Content& against) {
  const auto records = static_cast<double>(against.record_count());
  return records == 0 ? 0 : 100.0 * static_cast<double>(counts.removed) / records;
}

std::string summary_of(const Plan& plan, const PlanCounts& counts, const zone::Content& against) {
  const auto to = plan.to();
  return fmt::format("{}: {} of {} records go ({:.1f} %), {} come; serial {} -> {}", plan.zone,
                     counts.removed, against.record_count(), removed_percent(counts, against), counts.added,
                     plan.from.value, to ? std::to_string(to->value) : "the server's next one");
}

void print_plan(const Plan& plan, const zone::Content& against) {
  if (plan.empty()) return fmt::print("{}: nothing would change, serial {}\n", plan.zone, plan.from.value);
  fmt::print("{}\n", summary_of(plan, count(plan), against));
  print_patch(store::to_patch(plan.change, plan.rr_class), "");
}

void print_plan_json(const Plan& plan, const zone::Content& against) {
  const PlanCounts counts = count(plan);
  nlohmann::ordered_json out;
  out["zone"] = plan.zone;
  out["view"] = plan.view;
  out["from"] = plan.from.value;
  out["to"] = plan.to() ? nlohmann::ordered_json(plan.to()->value) : nullptr;
  out["digest"] = hex_encode(plan.digest.bytes());
  out["records"] = against.record_count();
  out["removed"] = counts.removed;
  out["added"] = counts.added;
  out["removed_percent"] = removed_percent(counts, against);
  out["changes"] = !plan.empty();
  out["patch"] = store::to_patch(plan.change, plan.rr_class);
  fmt::print("{}\n", out.dump(2));
}

/// From a master file; what is wrong with it is printed.
std::optional<Plan> read_master_plan(const Present& present, const std::string& path) {
  PlanFromFile made = plan_from_file(present.history, present.content, path);
  print_diagnostics(made.diagnostics);
  if (made.old_serial && !made.plan->empty()) {
    fmt::print(stderr, "{}: its serial {} is not later than {}, which is served: the server chooses one\n",
               path, made.old_serial->value, made.plan->from.value);
  }
  return std::move(made.plan);
}

int run_plan(const ChangeOptions& options) {
  const auto present = present_zone(options.choice);
  if (!present) return fail(present.error().text);
  const auto plan = read_master_plan(*present, options.file);
  if (!plan) return fail("'" + options.file + "' has errors: nothing is planned");
  if (!options.out.empty()) {
    if (auto written = os::replace_file(options.out, as_bytes(to_text(*plan))); !written)
      return fail(written.error().text);
  }
  if (options.json) {
    print_plan_json(*plan, *present->content);
  } else {
    print_plan(*plan, *present->content);
  }
  if (const auto allowed = check_removal(*plan, *present->content, options.allowed_percent()); !allowed)
    fmt::print(stderr, "nomen zone: apply would refuse: {}\n", allowed.error().text);
  return 0;
}

// ---- apply

Result<void> check_still_good(const Plan& plan, const Present& present) {
  const dns::Serial now = present.content->serial();
  if (!(now == plan.from))
    return failure(
        fmt::format("the zone has moved on: its serial is {}, and the plan was made for {}; make a new plan",
                    now.value, plan.from.value));
  if (!(zone::digest_of(*present.content) == plan.digest))
    return failure(fmt::format(
        "version {} of the zone says something else than the one that the plan was made for; make a new plan",
        now.value));
  return {};
}

int apply_plan(const Plan& plan, const Present& present, const ChangeOptions& options) {
  if (auto good = check_still_good(plan, present); !good) return fail(good.error().text);
  if (plan.empty()) {
    fmt::print("{}: nothing to change, serial {}\n", plan.zone, plan.from.value);
    return 0;
  }
  if (auto allowed = check_removal(plan, *present.content, options.allowed_percent()); !allowed)
    return fail(allowed.error().text);
  const auto made = hand_over(plan, options.control);
  if (!made) return fail(made.error().text);
  const PlanCounts counts = count(plan);
  fmt::print("{}: {} is served, -{} +{}\n", plan.zone, *made, counts.removed, counts.added);
  return 0;
}

int run_apply(const ChangeOptions& options) {
  const auto text = os::read_file(options.file);
  if (!text) return fail(text.error().text);
  const auto present = present_zone(options.choice);
  if (!present) return fail(present.error().text);
  if (!is_plan(*text)) {
    const auto plan = read_master_plan(*present, options.file);
    return plan ? apply_plan(*plan, *present, options)
                : fail("'" + options.file + "' has errors: nothing is changed");
  }
  const auto plan = parse_plan(*text);
  if (!plan) return fail("'" + options.file + "': " + plan.error().text);
  const auto name = dns::Name::parse(plan->zone);
  if (!name || !(name->view() == present->content->apex()) || plan->view != present->history.view())
    return fail(
        fmt::format("'{}' is a plan for zone '{}' in view '{}'", options.file, plan->zone, plan->view));
  return apply_plan(*plan, *present, options);
}

// ---- edit

/// A file of the user's own for the time of an edit; it stays where something went wrong.
class EditFile {
 public:
  static Result<EditFile> write(const zone::Content& content) {
    EditFile file;
    file.path_ = (std::filesystem::temp_directory_path() / "nomen-edit-XXXXXX").string();
    const int descriptor = ::mkstemp(file.path_.data());
    if (descriptor < 0) return failure("no file for the edit: " + os::system_error_text(errno));
    std::FILE* const out = ::fdopen(descriptor, "w");
    const bool all = zone::dump_text(content, zone::DumpStyle::kRelative,
                                     static_cast<uint32_t>(os::unix_time_s()), [&](std::string_view piece) {
                                       return std::fwrite(piece.data(), 1, piece.size(), out) == piece.size();
                                     });
    if (std::fclose(out) != 0 || !all) return failure("'" + file.path_ + "' cannot be written");
    return file;
  }
  const std::string& path() const { return path_; }
  void remove() const { ::unlink(path_.c_str()); }

 private:
  std::string path_;
};

/// $VISUAL or $EDITOR, which may have arguments, as other programs take them.
Result<void> run_editor(const std::string& path) {
  const char* editor = std::getenv("VISUAL");
  if (editor == nullptr || *editor == 0) editor = std::getenv("EDITOR");
  if (editor == nullptr || *editor == 0) editor = "vi";
  const pid_t child = ::fork();
  if (child < 0) return failure("no process for the editor: " + os::system_error_text(errno));
  if (child == 0) {
    const std::string command = std::string(editor) + " \"$1\"";
    ::execl("/bin/sh", "sh", "-c", command.c_str(), "sh", path.c_str(), nullptr);
    ::_exit(127);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return failure(std::string("the editor '") + editor + "' did not end well");
}

/// One of the letters of `choices`; the end of the input is the last of them.
char ask(const std::string& question, std::string_view choices) {
  for (;;) {
    fmt::print("{} ", question);
    std::fflush(stdout);
    std::string answer;
    if (!std::getline(std::cin, answer)) return choices.back();
    if (!answer.empty() && choices.find(answer.front()) != std::string_view::npos) return answer.front();
  }
}

int run_edit(const ChangeOptions& options) {
  const auto present = present_zone(options.choice);
  if (!present) return fail(present.error().text);
  const auto file = EditFile::write(*present->content);
  if (!file) return fail(file.error().text);
  const auto kept = [&](int status) {
    fmt::print(stderr, "nomen zone: what you have written is in {}\n", file->path());
    return status;
  };
  for (;;) {
    if (auto edited = run_editor(file->path()); !edited) return kept(fail(edited.error().text));
    const auto plan = read_master_plan(*present, file->path());
    if (!plan) {
      if (options.yes || ask("It has errors. Edit again (e) or give up (q)?", "eq") == 'q') return kept(1);
      continue;
    }
    print_plan(*plan, *present->content);
    if (!plan->empty() && !options.yes) {
      const char answer = ask("Apply this (y), edit again (e) or give up (q)?", "yeq");
      if (answer == 'q') return kept(1);
      if (answer == 'e') continue;
    }
    if (const int status = apply_plan(*plan, *present, options); status != 0) return kept(status);
    file->remove();
    return 0;
  }
}

CLI::App* add_change_command(CLI::App& app, ZoneCommands& commands,
                             const std::shared_ptr<ChangeOptions>& options, const char* name,
                             const char* help, int (*run)(const ChangeOptions&)) {
  CLI::App* const command = add_zone_command(app, options->choice, name, help);
  command
      ->add_option("--allow-removal", options->allow_removal, "share of the records that may go, in percent")
      ->check(CLI::Validator(
          [](std::string& text) {
            char* end = nullptr;
            const double percent = std::strtod(text.c_str(), &end);
            const std::string_view rest = end;
            const bool good =
                end != text.c_str() && (rest.empty() || rest == "%") && percent >= 0 && percent <= 100;
            return good ? std::string() : "'" + text + "' is not a percentage from 0 to 100";
          },
          "PERCENT"))
      ->capture_default_str();
  commands.push_back({command, [options, run] { return run(*options); }});
  return command;
}

}  // namespace

Result<std::string> hand_over(const Plan& plan, const ControlChoice& control) {
  const auto target = target_of(control);
  if (!target) return std::unexpected(target.error());
  const auto bytes = store::encode_change(plan.change);
  if (!bytes) return std::unexpected(bytes.error());
  const std::string id = fmt::format("{:016x}", random_u64());
  for (size_t at = 0; at < bytes->size(); at += kPieceBytes) {
    const Bytes piece = Bytes(*bytes).subspan(at, std::min(kPieceBytes, bytes->size() - at));
    if (auto told = tell_server(*target, fmt::format("stage {} {} {}", id, at, base64_encode(piece))); !told)
      return told;
  }
  const std::string zone = fmt::format("{} {} \"{}\"", plan.zone, dns::to_string(plan.rr_class), plan.view);
  auto outcome = tell_server(*target, fmt::format("apply {} {} {}", id, plan.from.value, zone));
  const auto until = std::chrono::steady_clock::now() + kApplyTimeout;
  while (outcome && *outcome == "pending") {
    if (std::chrono::steady_clock::now() > until) return failure("the server has not made the version yet");
    std::this_thread::sleep_for(kApplyPause);
    outcome = tell_server(*target, "applied " + id);
  }
  return outcome;
}

void add_change_commands(CLI::App& app, ZoneCommands& commands) {
  const auto options = std::make_shared<ChangeOptions>();
  CLI::App* const plan =
      add_change_command(app, commands, options, "plan", "say what a master file would change", run_plan);
  plan->footer(
      "Nothing is changed. The zone's version is that of the log and the zone's file, so the server need "
      "not run.\nA plan that is kept with -o is a patch: people can read it, and `apply` does just that.");
  plan->add_option("file", options->file, "a master file that says what the zone should be")->required();
  plan->add_option("-o,--out", options->out, "keep the plan in this file");
  plan->add_flag("--json", options->json, "as JSON");
  CLI::App* const apply = add_change_command(
      app, commands, options, "apply", "do what a plan or a master file says, as one new version", run_apply);
  apply->footer(
      "A plan is refused when the zone is not the version any more that it was made for. The change goes\n"
      "through the control channel, and stands in the log under the name of the channel's key.");
  apply->add_option("file", options->file, "a plan (nomen zone plan -o), or a master file")->required();
  add_control_options(*apply, options->control);
  CLI::App* const edit = add_change_command(
      app, commands, options, "edit", "edit the zone in $EDITOR, look at the difference, apply it", run_edit);
  edit->add_flag("-y,--yes", options->yes, "apply without asking");
  add_control_options(*edit, options->control);
}

}  // namespace nomen::tools
