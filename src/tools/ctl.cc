#include "tools/ctl.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "control/commands.h"
#include "control/result_code.h"
#include "tools/rndc_client.h"

namespace nomen::tools {

namespace {

constexpr const char* kCtlExamples =
    "Commands are those of rndc; `nomen ctl help` lists them, `nomen ctl help reload` explains one.\n\n"
    "Examples:\n"
    "  nomen ctl status                      how the server stands\n"
    "  nomen ctl reload                      read the configuration and all zones again\n"
    "  nomen ctl reload example.com          read one zone again\n"
    "  nomen ctl --json zonestatus example.com | jq .fields.serial\n"
    "  nomen ctl --server 127.0.0.1 --port 5953 --key-file ./rndc.key querylog on\n\n"
    "The server must have a `controls` statement in its named.conf, and this program must be able to read "
    "the key\n"
    "that is named there: from /etc/bind/rndc.key, or from what --config or --key-file names.\n";

struct CtlOptions {
  RndcRequest request;
  std::string server;
  std::string key;
  std::string config_file;
  uint16_t port = 0;
  bool json = false;
  bool quiet = false;
  bool verbose = false;
  std::vector<std::string> words;
};

void define_ctl(CLI::App& app, CtlOptions& options) {
  app.footer(kCtlExamples);
  app.add_option("-s,--server", options.server,
                 "name or address of the server (default: the configuration's, or 127.0.0.1)");
  app.add_option("-p,--port", options.port,
                 "port of its control channel (default: the configuration's, or 953)")
      ->check(CLI::Range(1, 65535));
  app.add_option("-c,--config", options.config_file,
                 fmt::format("configuration file (default: {})", config::kRndcConfFile));
  app.add_option("-k,--key-file", options.request.key_file,
                 "file with the key, where there is no configuration file")
      ->capture_default_str();
  app.add_option("-y,--key", options.key, "name of the configuration's key to use");
  app.add_flag("--json", options.json, "print the answer as one JSON object");
  app.add_flag("-q,--quiet", options.quiet, "print nothing unless it fails");
  app.add_flag("-v,--verbose", options.verbose, "say each step on stderr");
  app.add_option("command", options.words, "the command and its arguments")->required();
  app.positionals_at_end();
  app.prefix_command(false);
}

int print_help(const std::vector<std::string>& words) {
  if (words.size() > 1) {
    const control::CommandInfo* info = control::find_command(words[1]);
    if (info == nullptr) {
      fmt::print(stderr, "nomen ctl: there is no command '{}'; `nomen ctl help` lists all\n", words[1]);
      return 2;
    }
    fmt::print("{} {}\n  {}.\n", info->name, info->arguments, info->help);
    if (info->read_only) fmt::print("  It changes nothing: a channel with `read-only yes` allows it.\n");
    if (!info->available) fmt::print("  Nomen's server does not have it yet; BIND's does.\n");
    return 0;
  }
  fmt::print("Commands of Nomen's server:\n");
  for (const control::CommandInfo& info : control::commands())
    if (info.available)
      fmt::print("  {:<32} {}\n", fmt::format("{} {}", info.name, info.arguments), info.help);
  fmt::print("\nOf BIND's server only, so far:");
  for (const control::CommandInfo& info : control::commands())
    if (!info.available) fmt::print(" {}", info.name);
  fmt::print("\n");
  return 0;
}

/// "serial: 7" and its like, where every line is of that form: what scripts want to pick from.
nlohmann::ordered_json fields_of(const std::string& text) {
  nlohmann::ordered_json fields = nlohmann::ordered_json::object();
  size_t at = 0;
  while (at < text.size()) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    const size_t colon = line.find(": ");
    if (colon != std::string::npos) fields[line.substr(0, colon)] = line.substr(colon + 2);
    at = end + 1;
  }
  return fields;
}

void print_ctl_json(const std::string& command, const control::RndcReply& reply) {
  nlohmann::ordered_json out;
  out["command"] = command;
  out["ok"] = !reply.error;
  out["result"] = reply.result;
  out["identifier"] = control::result_identifier(reply.result);
  if (reply.error) out["error"] = *reply.error;
  out["text"] = reply.text;
  if (nlohmann::ordered_json fields = fields_of(reply.text); !fields.empty())
    out["fields"] = std::move(fields);
  fmt::print("{}\n", out.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

int print_text(const CtlOptions& options, const control::RndcReply& reply) {
  if (reply.error) {
    fmt::print(stderr, "nomen ctl: the server could not do '{}': {}\n", options.words.front(), *reply.error);
    if (!reply.text.empty()) fmt::print(stderr, "{}\n", reply.text);
  } else if (!reply.text.empty() && !options.quiet) {
    fmt::print("{}\n", reply.text);
  }
  return reply.error ? 1 : 0;
}

RndcRequest request_of(const CtlOptions& options) {
  RndcRequest request = options.request;
  if (!options.server.empty()) request.server = options.server;
  if (!options.key.empty()) request.key_name = options.key;
  if (options.port != 0) request.port = options.port;
  if (!options.config_file.empty()) {
    request.config_file = options.config_file;
    request.config_file_given = true;
  }
  return request;
}

int run_ctl(const CtlOptions& options) {
  const auto note = [&](const std::string& text) {
    if (options.verbose) fmt::print(stderr, "{}\n", text);
  };
  Diagnostics diagnostics;
  const Result<RndcTarget> target = find_target(request_of(options), diagnostics, note);
  for (const Diagnostic& diagnostic : diagnostics)
    fmt::print(stderr, "nomen ctl: {}\n", to_string(diagnostic));
  if (!target) {
    fmt::print(stderr, "nomen ctl: {}\n", target.error().text);
    return 1;
  }
  const std::string command = fmt::format("{}", fmt::join(options.words, " "));
  const Result<control::RndcReply> reply = ask_server(*target, command, note);
  if (!reply) {
    fmt::print(stderr, "nomen ctl: {}\n", reply.error().text);
    return 1;
  }
  if (!options.json) return print_text(options, *reply);
  print_ctl_json(command, *reply);
  return reply->error ? 1 : 0;
}

}  // namespace

int ctl_main(int argc, char** argv) {
  CLI::App app("Asks a running server to do something: show its status, reload, switch the query log, stop.",
               "nomen ctl");
  CtlOptions options;
  define_ctl(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return options.words.front() == "help" ? print_help(options.words) : run_ctl(options);
}

}  // namespace nomen::tools
