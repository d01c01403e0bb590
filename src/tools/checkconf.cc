#include "tools/checkconf.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "config/build.h"
#include "config/check.h"
#include "config/check_catalogs.h"
#include "config/compatibility.h"
#include "config/parser.h"
#include "config/paths.h"
#include "config/printer.h"
#include "config/serve_check.h"

namespace nomen::tools {

namespace {

constexpr const char* kCheckconfUsage =
    "usage: named-checkconf [-chijlvz] [-p [-x]] [-t directory] [named.conf]\n";
constexpr const char* kCheckconfExamples =
    "A valid file ends with status 0, and says nothing but what this version would ignore or refuse.\n\n"
    "Examples:\n"
    "  nomen checkconf                             is /etc/bind/named.conf valid, and what of it is not "
    "obeyed\n"
    "  nomen checkconf --strict named.conf         fail, too, on what `nomen serve` would refuse\n"
    "  nomen checkconf --print named.conf          the whole of it with all included files, in one form\n"
    "  nomen checkconf --list named.conf           its zones: name, class, view, type\n"
    "  nomen checkconf --zones named.conf          load every primary zone on trial\n"
    "  nomen checkconf --json named.conf | jq .    what was found, for programs\n"
    "  nomen checkconf --reference                 all statements: where they stand, defaults, what is "
    "obeyed\n";

struct CheckconfOptions {
  std::string file = config::kNamedConfFile;
  std::string chroot;
  bool core_only = false, ignore_deprecated = false, journal = false, list = false, print = false,
       hide = false, zones = false, strict = false, json = false, reference = false, quiet = false;
};

struct Checked {
  std::unique_ptr<config::Tree> tree;
  config::Config config;
  Diagnostics diagnostics;
  bool is_valid = false;
};

Checked check(const CheckconfOptions& options) {
  Checked out;
  config::Disk& disk = config::real_disk();
  out.tree = config::parse_file(options.file, {.ignore_deprecated = options.ignore_deprecated}, disk,
                                out.diagnostics);
  if (has_error(out.diagnostics)) return out;
  config::check_tree(*out.tree,
                     {.check_plugins = !options.core_only, .ignore_deprecated = options.ignore_deprecated},
                     disk, out.diagnostics);
  out.config = config::build_config(*out.tree, out.diagnostics);
  for (Diagnostic& problem : config::catalog_problems(out.config))
    out.diagnostics.push_back(std::move(problem));
  out.is_valid = !has_error(out.diagnostics);
  return out;
}

// named-checkconf says no severity and no column.
void print_as_bind(const Diagnostics& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics) {
    SourcePosition place = diagnostic.position;
    place.column = 0;
    const std::string where = to_string(place);
    fmt::print("{}{}{}\n", where, where.empty() ? "" : ": ", diagnostic.text);
  }
}

void print_plain(const Diagnostics& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics) fmt::print(stderr, "{}\n", to_string(diagnostic));
}

// "a.example IN _default primary": the words as the file has them.
void list_zones(const config::Tree& tree) {
  const auto list = [](config::Nodes block, std::string_view view, std::string_view view_class) {
    for (const config::Node& zone : block) {
      if (zone.name() != "zone") continue;
      const config::Node& name = *zone.value();
      std::string_view rr_class = view_class;
      if (name.next->kind == config::Node::Kind::kValue) rr_class = name.next->text;
      const config::Node* type = config::find(zone.block(), "type");
      const config::Node* in_view = config::find(zone.block(), "in-view");
      if (in_view != nullptr) {
        fmt::print("{} {} {} in-view {}\n", name.text, rr_class, view, in_view->value()->text);
      } else {
        fmt::print("{} {} {} {}\n", name.text, rr_class, view, type != nullptr ? type->value()->text : "");
      }
    }
  };
  for (const config::Node& statement : tree.statements()) {
    if (statement.name() != "view") continue;
    const config::Node& name = *statement.value();
    list(statement.block(), name.text,
         name.next->kind == config::Node::Kind::kValue ? name.next->text : std::string_view("IN"));
  }
  list(tree.statements(), "_default", "IN");
}

bool test_zones(const config::Config& config, const CheckconfOptions& options, const ZoneTester& test_zone) {
  bool all_good = true;
  for (const config::View& view : config.views) {
    for (const config::ZonePtr& zone : view.zones) {
      if (zone->type == config::ZoneType::kPrimary)
        all_good = test_zone(config, view, *zone, options.journal) && all_good;
    }
  }
  return all_good;
}

// What both faces do with a valid configuration.
int show(const Checked& checked, const CheckconfOptions& options, const ZoneTester& test_zone) {
  if (options.zones && !test_zone) {
    fmt::print(stderr, "loading zones on trial is not part of this program\n");
    return 1;
  }
  int status = 0;
  if (options.zones && !test_zones(checked.config, options, test_zone)) status = 1;
  if (options.print) fmt::print("{}", config::print_tree(*checked.tree, {.hide_secrets = options.hide}));
  if (options.list) list_zones(*checked.tree);
  return status;
}

int change_root(const std::string& directory) {
  if (directory.empty()) return 0;
  if (chroot(directory.c_str()) == 0 && chdir("/") == 0) return 0;
  fmt::print(stderr, "isc_dir_chroot: {}\n", std::strerror(errno));
  return 1;
}

int run_as_bind(const CheckconfOptions& options, const ZoneTester& test_zone) {
  if (change_root(options.chroot) != 0) return 1;
  const Checked checked = check(options);
  print_as_bind(checked.diagnostics);
  if (!checked.is_valid) return 1;
  // Validity is BIND's; that a server of this version would refuse is worth a word, not a failure.
  for (Diagnostic& problem : config::serve_problems(*checked.tree)) {
    if (problem.severity == Severity::kError) {
      print_as_bind({{Severity::kWarning, problem.position, "warning: " + problem.text}});
    }
  }
  return show(checked, options, test_zone);
}

int usage_error(const std::string& text) {
  fmt::print(stderr, "{}", text);
  fmt::print(stderr, "{}", kCheckconfUsage);
  return 1;
}

int bind_main(int argc, char** argv, const ZoneTester& test_zone) {
  CheckconfOptions options;
  opterr = 0;
  optind = 1;
  for (int flag; (flag = getopt(argc, argv, "cdhijlpt:vxz")) != -1;) {
    switch (flag) {
      case 'c':
        options.core_only = true;
        break;
      case 'd':
        break;
      case 'i':
        options.ignore_deprecated = true;
        break;
      case 'j':
        options.journal = true;
        break;
      case 'l':
        options.list = true;
        break;
      case 'p':
        options.print = true;
        break;
      case 't':
        options.chroot = optarg;
        break;
      case 'v':
        fmt::print("{}\n", NOMEN_VERSION);
        return 0;
      case 'x':
        options.hide = true;
        break;
      case 'z':
        options.zones = true;
        break;
      case 'h':
        fmt::print(stderr, "{}", kCheckconfUsage);
        return 0;
      default:
        return usage_error(fmt::format("named-checkconf: invalid argument -{}\n", static_cast<char>(optopt)));
    }
  }
  if (options.hide && !options.print) return usage_error("named-checkconf: -x cannot be used without -p\n");
  if (options.print && options.list) return usage_error("named-checkconf: -l cannot be used with -p\n");
  if (optind + 1 < argc) return usage_error("");
  if (optind < argc) options.file = argv[optind];
  return run_as_bind(options, test_zone);
}

void define_checkconf(CLI::App& app, CheckconfOptions& options) {
  app.footer(kCheckconfExamples);
  app.add_option("file", options.file, "the configuration")->capture_default_str();
  app.add_flag("--strict", options.strict, "fail on what `nomen serve` would refuse");
  app.add_flag("-p,--print", options.print, "print the configuration and all it includes in one form");
  app.add_flag("-x,--hide-secrets", options.hide, "with --print: question marks instead of secrets");
  app.add_flag("-l,--list", options.list, "list the zones");
  app.add_flag("-z,--zones", options.zones, "load every primary zone on trial");
  app.add_flag("-j,--journal", options.journal, "with --zones: read the journals too");
  app.add_flag("-i,--ignore-deprecated", options.ignore_deprecated,
               "no warnings about deprecated statements");
  app.add_flag("-c,--core", options.core_only, "do not look at plugins");
  app.add_flag("-q,--quiet", options.quiet, "only errors, no warnings");
  app.add_flag("--json", options.json, "print what was found as one JSON object");
  app.add_flag("--reference", options.reference,
               "print the reference of all statements (docs/compatibility.md)");
  app.add_option("-t,--chroot", options.chroot, "change root to this directory first");
}

void print_checkconf_json(const Checked& checked, const Diagnostics& all, bool is_good) {
  nlohmann::json out = {{"valid", checked.is_valid}, {"ok", is_good}, {"zones", checked.config.zone_count()}};
  out["diagnostics"] = nlohmann::json::array();
  for (const Diagnostic& d : all) {
    const char* severity = d.severity == Severity::kError     ? "error"
                           : d.severity == Severity::kWarning ? "warning"
                                                              : "note";
    out["diagnostics"].push_back({{"severity", severity},
                                  {"file", d.position.file},
                                  {"line", d.position.line},
                                  {"column", d.position.column},
                                  {"text", d.text}});
  }
  fmt::print("{}\n", out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
}

int run_plain(const CheckconfOptions& options, const ZoneTester& test_zone) {
  if (change_root(options.chroot) != 0) return 1;
  const Checked checked = check(options);
  Diagnostics all = checked.diagnostics;
  bool is_good = checked.is_valid;
  if (checked.is_valid) {
    for (Diagnostic& problem : config::serve_problems(*checked.tree)) {
      if (problem.severity == Severity::kError && options.strict) is_good = false;
      if (problem.severity == Severity::kError && !options.strict) problem.severity = Severity::kWarning;
      all.push_back(std::move(problem));
    }
  }
  if (options.quiet) std::erase_if(all, [](const Diagnostic& d) { return d.severity != Severity::kError; });
  if (options.json) {
    print_checkconf_json(checked, all, is_good);
  } else {
    print_plain(all);
  }
  if (!checked.is_valid) return 1;
  const int status = show(checked, options, test_zone);
  return is_good ? status : 1;
}

}  // namespace

int checkconf_main(int argc, char** argv, bool as_bind, const ZoneTester& test_zone) {
  if (as_bind) return bind_main(argc, argv, test_zone);
  CLI::App app("Is a named.conf valid, and what of it does this version obey?", "nomen checkconf");
  CheckconfOptions options;
  define_checkconf(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 1;
  }
  if (options.reference) {
    fmt::print("{}", config::compatibility_reference());
    return 0;
  }
  return run_plain(options, test_zone);
}

}  // namespace nomen::tools
