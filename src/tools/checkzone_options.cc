#include "tools/checkzone_options.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <charconv>

namespace nomen::tools {

namespace {

using zone::Strictness;

constexpr std::string_view kCheckzoneUsage =
    "[-djqvD] [-c class] [-f inputformat] [-F outputformat] [-J filename] [-s (full|relative)] "
    "[-t directory] [-w directory] [-k (ignore|warn|fail)] [-m (ignore|warn|fail)] [-n (ignore|warn|fail)] "
    "[-r (ignore|warn|fail)] [-i (full|full-sibling|local|local-sibling|none)] [-M (ignore|warn|fail)] "
    "[-S (ignore|warn|fail)] [-W (ignore|warn)]";

constexpr const char* kFooter =
    "Ends with status 0 when a server would load the zone, else with 1.\n\n"
    "Examples:\n"
    "  nomen checkzone example.com db.example.com            would it load, and what is odd about it\n"
    "  nomen checkzone --integrity local example.com FILE    without asking the resolver about other zones\n"
    "  nomen checkzone --dump example.com FILE               the zone in canonical order\n"
    "  nomen checkzone --dump --style relative -o NEW example.com FILE\n"
    "  nomen checkzone --output-format raw -o NEW example.com FILE\n"
    "  nomen checkzone --json example.com FILE | jq .        what was found, for programs\n"
    "  some-program | nomen checkzone example.com -          from standard input\n";

std::string program_name(CheckzoneFace face) {
  return face == CheckzoneFace::kNamedCompilezone ? "named-compilezone" : "named-checkzone";
}

Leave usage(CheckzoneFace face) {
  fmt::print(stderr, "usage: {} {} {} zonename [ (filename|-) ]\n", program_name(face), kCheckzoneUsage,
             face == CheckzoneFace::kNamedCompilezone ? "-o filename" : "[-o filename]");
  return {1};
}

std::optional<Strictness> parse_strictness(std::string_view text) {
  if (text == "fail") return Strictness::kFail;
  if (text == "warn") return Strictness::kWarn;
  if (text == "ignore") return Strictness::kIgnore;
  return {};
}

std::optional<uint32_t> parse_number(std::string_view text) {
  uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

bool set_integrity(CheckzoneOptions& options, std::string_view mode) {
  options.checks.integrity = mode != "none";
  options.checks.sibling_glue = mode == "full" || mode == "local";
  options.asks_the_world = mode.starts_with("full");
  return mode == "none" || mode == "full" || mode == "full-sibling" || mode == "local" ||
         mode == "local-sibling";
}

/// One of BIND's flags with a value that is one of a few words; an error text, or "".
std::string set_mode(CheckzoneOptions& options, char flag, std::string_view value) {
  zone::CheckOptions& checks = options.checks;
  std::string wrong = fmt::format("invalid argument to -{}: {}", flag, value);
  if (flag == 'i') return set_integrity(options, value) ? "" : wrong;
  const auto strictness = parse_strictness(value);
  if (!strictness || ((flag == 'T' || flag == 'W') && *strictness == Strictness::kFail)) return wrong;
  switch (flag) {
    case 'k':
      checks.names = *strictness;
      break;
    case 'm':
      checks.mx_addresses = *strictness;
      break;
    case 'M':
      checks.mx_cname = *strictness;
      break;
    case 'n':
      checks.ns_addresses = *strictness;
      break;
    case 'r':
      checks.duplicate_records = *strictness;
      break;
    case 'S':
      checks.srv_cname = *strictness;
      break;
    case 'T':
      checks.spf = *strictness == Strictness::kWarn;
      break;
    default:
      checks.wildcard = *strictness == Strictness::kWarn;
      break;
  }
  return "";
}

std::string set_input_format(CheckzoneOptions& options, std::string_view value) {
  if (value == "text") {
    options.input = ZoneFormat::kText;
  } else if (value.starts_with("raw")) {
    options.input = ZoneFormat::kRaw;
    if (value.starts_with("raw=")) fmt::print(stderr, "WARNING: input format raw, version ignored\n");
  } else {
    return fmt::format("unknown file format: {}", value);
  }
  return "";
}

std::string set_output_format(CheckzoneOptions& options, std::string_view value) {
  if (value == "text") {
    options.output = ZoneFormat::kText;
  } else if (value == "raw" || value.starts_with("raw=")) {
    options.output = ZoneFormat::kRaw;
    const auto version = value == "raw" ? std::optional<uint32_t>(1) : parse_number(value.substr(4));
    if (!version || *version > 1) return "unknown raw format version";
    options.raw_version = *version;
  } else {
    return fmt::format("unknown file format: {}", value);
  }
  return "";
}

std::string set_style(CheckzoneOptions& options, std::string_view value) {
  if (value != "full" && value != "relative") return fmt::format("unknown or unsupported style: {}", value);
  options.style = value == "full" ? zone::DumpStyle::kFull : zone::DumpStyle::kRelative;
  return "";
}

std::string set_output_file(CheckzoneOptions& options, std::string_view value) {
  options.dump = true;
  options.dump_file = value == "-" ? "" : value;
  return "";
}

std::string set_class(CheckzoneOptions& options, std::string_view value) {
  const auto rr_class = dns::parse_class(value);
  if (!rr_class) return fmt::format("unknown class '{}': expected IN, CH or HS", value);
  options.rr_class = *rr_class;
  return "";
}

std::string set_max_ttl(CheckzoneOptions& options, std::string_view value) {
  const auto seconds = parse_number(value);
  if (!seconds) return "maximum TTL must be numeric";
  options.checks.max_ttl_s = *seconds;
  return "";
}

std::string set_source_serial(CheckzoneOptions& options, std::string_view value) {
  options.source_serial = parse_number(value);
  return options.source_serial ? "" : "source serial number must be numeric";
}

/// The zone's name and the file, and what follows from all options together; an error text, or "".
std::string complete(CheckzoneOptions& options, bool reads_journal) {
  const auto zone = dns::Name::parse(options.zone_text);
  if (!zone) return fmt::format("'{}' is not a zone's name: {}", options.zone_text, zone.error().text);
  options.zone = *zone;
  if (options.file == "-") options.file.clear();
  if (reads_journal && options.journal.empty() && !options.file.empty())
    options.journal = options.file + ".jnl";
  return "";
}

std::string set_flag(CheckzoneOptions& options, char flag, const char* value) {
  switch (flag) {
    case 'c':
      return set_class(options, value);
    case 'f':
      return set_input_format(options, value);
    case 'F':
      return set_output_format(options, value);
    case 'l':
      return set_max_ttl(options, value);
    case 'L':
      return set_source_serial(options, value);
    case 'o':
      return set_output_file(options, value);
    case 's':
      return set_style(options, value);
    case 'd':
      options.debug = true;
      return "";
    case 'D':
      options.dump = true;
      return "";
    case 'J':
      options.journal = value;
      return "";
    case 'j':
      return "";
    case 'q':
      options.quiet = true;
      return "";
    case 't':
      options.chroot = value;
      return "";
    case 'w':
      options.directory = value;
      return "";
    default:
      return set_mode(options, flag, value);
  }
}

std::variant<CheckzoneOptions, Leave> parse_bind(int argc, char** argv, CheckzoneFace face) {
  CheckzoneOptions options;
  const bool compiles = face == CheckzoneFace::kNamedCompilezone;
  const Strictness usual = compiles ? Strictness::kFail : Strictness::kWarn;
  options.checks.names = options.checks.ns_addresses = options.checks.duplicate_records = usual;
  options.asks_the_world = true;
  bool reads_journal = false;
  bool has_output = false;
  opterr = 0;
  optind = 1;
  for (int flag; (flag = getopt(argc, argv, "c:df:hi:jJ:k:L:l:m:n:qr:s:t:o:vw:DF:M:S:T:W:")) != -1;) {
    if (flag == 'h') return usage(face);
    if (flag == 'v') {
      fmt::print("{}\n", NOMEN_VERSION);
      return Leave{0};
    }
    if (flag == '?') {
      fmt::print(stderr, "{}: invalid argument -{}\n", program_name(face), static_cast<char>(optopt));
      return usage(face);
    }
    reads_journal |= flag == 'j';
    has_output |= flag == 'o';
    const std::string error = set_flag(options, static_cast<char>(flag), optarg);
    if (error.empty()) continue;
    fmt::print(stderr, "{}\n", error);
    return Leave{1};
  }
  if (compiles && !has_output) {
    fmt::print(stderr, "output file required, but not specified\n");
    return usage(face);
  }
  if (argc - optind < 1 || argc - optind > 2) return usage(face);
  options.zone_text = argv[optind];
  if (argc - optind == 2) options.file = argv[optind + 1];
  if (const std::string error = complete(options, reads_journal); !error.empty()) {
    fmt::print(stderr, "{}\n", error);
    return Leave{1};
  }
  return options;
}

/// An option whose text goes through one of the functions above.
template <class Set>
void add_checkzone_option(CLI::App& app, const std::string& names, const std::string& help,
                          const std::string& type, Set set) {
  app.add_option_function<std::string>(
         names,
         [names, set](const std::string& value) {
           const std::string error = set(value);
           if (!error.empty()) throw CLI::ValidationError(names, error);
         },
         help)
      ->type_name(type);
}

void define_checkzone(CLI::App& app, CheckzoneOptions& options, bool& reads_journal) {
  constexpr const char* kStrictness = "ignore|warn|fail";
  app.footer(kFooter);
  app.add_option("zone", options.zone_text, "the zone's name")->required();
  app.add_option("file", options.file, "the master file; - or nothing: standard input");
  add_checkzone_option(app, "-c,--class", "class of the zone: IN, CH or HS", "CLASS",
                       [&](const std::string& v) { return set_class(options, v); });
  add_checkzone_option(
      app, "-i,--integrity",
      "look at what NS, MX and SRV point at: in this zone, or everywhere (full asks the resolver)",
      "full|full-sibling|local|local-sibling|none",
      [&](const std::string& v) { return set_mode(options, 'i', v); });
  struct Mode {
    const char* names;
    char flag;
    const char* help;
  };
  for (const Mode mode : {Mode{"-k,--names", 'k', "names that no host can have"},
                          Mode{"-m,--mx", 'm', "MX with an address in place of a name"},
                          Mode{"-n,--ns", 'n', "NS with an address in place of a name"},
                          Mode{"-M,--mx-cname", 'M', "MX that point at a CNAME"},
                          Mode{"-S,--srv-cname", 'S', "SRV that point at a CNAME"},
                          Mode{"-r,--duplicates", 'r', "records that differ for DNSSEC only"}}) {
    add_checkzone_option(app, mode.names, mode.help, kStrictness,
                         [&options, mode](const std::string& v) { return set_mode(options, mode.flag, v); });
  }
  add_checkzone_option(app, "-T,--spf", "SPF records without the same in TXT", "ignore|warn",
                       [&](const std::string& v) { return set_mode(options, 'T', v); });
  add_checkzone_option(app, "-W,--wildcards", "wildcards that do nothing", "ignore|warn",
                       [&](const std::string& v) { return set_mode(options, 'W', v); });
  add_checkzone_option(app, "-l,--max-ttl", "a greater TTL is an error", "SECONDS",
                       [&](const std::string& v) { return set_max_ttl(options, v); });
  add_checkzone_option(app, "-f,--input-format", "format of the file", "text|raw",
                       [&](const std::string& v) { return set_input_format(options, v); });
  app.add_flag("-D,--dump", options.dump, "print the zone in canonical order");
  add_checkzone_option(app, "-o,--output", "dump to this file", "FILE",
                       [&](const std::string& v) { return set_output_file(options, v); });
  add_checkzone_option(app, "-F,--output-format", "format of the dump", "text|raw|raw=0",
                       [&](const std::string& v) { return set_output_format(options, v); });
  add_checkzone_option(app, "-s,--style", "one record a line, or short for people", "full|relative",
                       [&](const std::string& v) { return set_style(options, v); });
  add_checkzone_option(app, "-L,--source-serial", "put this serial into the raw header", "SERIAL",
                       [&](const std::string& v) { return set_source_serial(options, v); });
  app.add_flag("-j,--journal", reads_journal,
               "read FILE.jnl too (an error if there is one: journals are not read yet)");
  app.add_option("-J,--journal-file", options.journal, "the same with this journal");
  app.add_option("-t,--chroot", options.chroot, "change root to this directory first");
  app.add_option("-w,--directory", options.directory,
                 "change to this directory first ($INCLUDE is relative to it)");
  app.add_flag("-q,--quiet", options.quiet, "say nothing, only end with a status");
  app.add_flag("--json", options.json, "print what was found as one JSON object");
}

std::variant<CheckzoneOptions, Leave> parse_nomen(int argc, char** argv) {
  CheckzoneOptions options;
  options.checks.names = Strictness::kWarn;
  set_integrity(options, "local");
  bool reads_journal = false;
  CLI::App app("Would a server load this zone, and what is odd about it?", "nomen checkzone");
  define_checkzone(app, options, reads_journal);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return Leave{app.exit(error) == 0 ? 0 : 1};
  }
  if (const std::string error = complete(options, reads_journal); !error.empty()) {
    fmt::print(stderr, "{}\n", error);
    return Leave{1};
  }
  return options;
}

}  // namespace

std::variant<CheckzoneOptions, Leave> parse_checkzone(int argc, char** argv, CheckzoneFace face) {
  return face == CheckzoneFace::kNomen ? parse_nomen(argc, argv) : parse_bind(argc, argv, face);
}

}  // namespace nomen::tools
