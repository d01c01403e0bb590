#include "tools/checkzone.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/os/clock.h"
#include "tools/checkzone_options.h"
#include "tools/checkzone_trial.h"
#include "tools/checkzone_verdict.h"
#include "zone/raw.h"

namespace nomen::tools {

namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using OutputFile = std::unique_ptr<std::FILE, CloseFile>;

bool dumps_to_stdout(const CheckzoneOptions& options) {
  return options.dump && options.dump_file.empty();
}

/// Where people read: standard output, unless the zone goes there.
std::FILE* talk(const CheckzoneOptions& options) {
  return dumps_to_stdout(options) || options.json ? stderr : stdout;
}

bool enter_directories(const CheckzoneOptions& options) {
  if (!options.chroot.empty() && (chroot(options.chroot.c_str()) != 0 || chdir("/") != 0)) {
    fmt::print(stderr, "isc_dir_chroot: {}: {}\n", options.chroot,
               errno == ENOENT ? "file not found" : std::strerror(errno));
    return false;
  }
  if (!options.directory.empty() && chdir(options.directory.c_str()) != 0) {
    fmt::print(stderr, "isc_dir_chdir: {}: {}\n", options.directory,
               errno == ENOENT ? "file not found" : std::strerror(errno));
    return false;
  }
  return true;
}

/// A journal's changes would be missing from the verdict, so one that exists is not passed over.
bool refuse_journal(const CheckzoneOptions& options) {
  if (options.journal.empty() || access(options.journal.c_str(), F_OK) != 0) return false;
  fmt::print(stderr,
             "the journal '{}' cannot be read: this version does not read journals (leave out -j and -J to "
             "check the file alone)\n",
             options.journal);
  return true;
}

const char* severity_word(Severity severity) {
  if (severity == Severity::kError) return "error";
  return severity == Severity::kWarning ? "warning" : "note";
}

void print_checkzone_json(const CheckzoneOptions& options, const Trial& trial) {
  nlohmann::json out = {{"zone", dns::to_string_no_dot(options.zone)},
                        {"class", dns::to_string(options.rr_class)},
                        {"file", options.file},
                        {"ok", trial.is_good},
                        {"records", trial.records}};
  if (trial.is_good) {
    out["serial"] = trial.serial.value;
    out["signed"] = trial.is_signed;
  }
  if (!trial.failure.empty()) out["failure"] = trial.failure;
  out["diagnostics"] = nlohmann::json::array();
  for (const Diagnostic& d : trial.diagnostics) {
    out["diagnostics"].push_back({{"severity", severity_word(d.severity)},
                                  {"file", d.position.file},
                                  {"line", d.position.line},
                                  {"column", d.position.column},
                                  {"text", d.text}});
  }
  fmt::print("{}\n", out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
}

bool dump_to(const CheckzoneOptions& options, const Trial& trial, std::FILE* to) {
  const auto sink = [to](std::string_view piece) {
    return std::fwrite(piece.data(), 1, piece.size(), to) == piece.size();
  };
  const auto now_s = static_cast<uint32_t>(os::unix_time_s());
  bool written = false;
  if (options.output == ZoneFormat::kRaw) {
    zone::RawHeader header;
    header.version = options.raw_version;
    header.dumped_at_s = now_s;
    header.source_serial = options.source_serial;
    written = zone::write_raw(*trial.content, header, sink, trial.spellings.get());
  } else {
    written = zone::dump_text(*trial.content, options.style, now_s, sink, trial.spellings.get());
  }
  return written && std::fflush(to) == 0;
}

bool dump(const CheckzoneOptions& options, const Trial& trial) {
  if (options.debug) fmt::print(stderr, "dumping \"{}\"\n", options.zone_text);
  if (options.dump_file.empty()) {
    if (dump_to(options, trial, stdout)) return true;
    fmt::print(stderr, "cannot write the zone: {}\n", std::strerror(errno));
    return false;
  }
  const OutputFile file(std::fopen(options.dump_file.c_str(), "we"));
  if (!file) {
    fmt::print(stderr, "could not open output file \"{}\" for writing\n", options.dump_file);
    return false;
  }
  if (dump_to(options, trial, file.get())) return true;
  fmt::print(stderr, "cannot write '{}': {}\n", options.dump_file, std::strerror(errno));
  return false;
}

}  // namespace

int checkzone_main(int argc, char** argv, CheckzoneFace face) {
  const auto parsed = parse_checkzone(argc, argv, face);
  if (const Leave* leave = std::get_if<Leave>(&parsed)) return leave->status;
  const auto& options = std::get<CheckzoneOptions>(parsed);
  if (!enter_directories(options) || refuse_journal(options)) return 1;
  if (options.debug) {
    fmt::print(stderr, "loading \"{}\" from \"{}\" class \"{}\"\n", options.zone_text, options.file,
               dns::to_string(options.rr_class));
  }
  // Kept until the process ends: giving back the memory of a large zone piece by piece would only take time.
  static const Trial* trial = nullptr;
  trial = new Trial(try_zone(options));
  if (options.json) {
    print_checkzone_json(options, *trial);
  } else if (!options.quiet) {
    print_verdict(options, *trial, talk(options));
  }
  std::fflush(nullptr);
  if (!trial->is_good) return 1;
  if (options.dump && !dump(options, *trial)) return 1;
  if (!options.quiet && !options.json) fmt::print(talk(options), "OK\n");
  return 0;
}

}  // namespace nomen::tools
