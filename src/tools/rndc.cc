#include "tools/rndc.h"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>

#include "control/commands.h"
#include "control/result_code.h"
#include "tools/rndc_client.h"

namespace nomen::tools {

namespace {

void print_rndc_usage() {
  fmt::print(stderr,
             "Usage: rndc [-b address] [-c config] [-s server] [-p port]\n"
             "\t[-k key-file ] [-y key] [-q] [-r] [-V] [-4 | -6] command\n\n"
             "command is one of the following:\n\n");
  for (const control::CommandInfo& info : control::commands())
    fmt::print(stderr, "  {}{}{}\n\t\t{}{}.\n", info.name, info.arguments.empty() ? "" : " ", info.arguments,
               info.help, info.available ? "" : " (not in this version of the server)");
  fmt::print(stderr, "\nVersion: Nomen {}\n", NOMEN_VERSION);
}

struct Invocation {
  RndcRequest request;
  bool verbose = false;
  bool quiet = false;
  bool show_result = false;
  bool help = false;
  std::vector<std::string> words;  ///< the command
};

/// -b: an address of either family; what is none is ignored, as BIND's rndc does.
void set_source(RndcSources& sources, const char* text) {
  const std::optional<net::IpAddress> address = net::IpAddress::parse(text);
  if (!address) return;
  (address->is_v4() ? sources.v4 : sources.v6) = net::SocketAddress(*address, 0);
}

Result<uint16_t> parse_port(std::string_view text) {
  uint16_t port = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || stop != text.data() + text.size() || port == 0)
    return failure(fmt::format("port '{}' out of range", text));
  return port;
}

/// nullopt: the arguments make no sense, and the reason was printed.
std::optional<Invocation> parse_arguments(int argc, char** argv) {
  Invocation out;
  RndcRequest& request = out.request;
  bool only_v4 = false;
  bool only_v6 = false;
  ::opterr = 0;
  ::optind = 1;
  int option = 0;
  while ((option = ::getopt(argc, argv, "+46b:c:hk:Mmp:qrs:Vy:")) != -1) {
    switch (option) {
      case '4':
        only_v4 = true;
        break;
      case '6':
        only_v6 = true;
        break;
      case 'b':
        set_source(request.sources, ::optarg);
        break;
      case 'c':
        request.config_file = ::optarg;
        request.config_file_given = true;
        break;
      case 'h':
        out.help = true;
        return out;
      case 'k':
        request.key_file = ::optarg;
        break;
      case 'M':
      case 'm':
        break;  // BIND's memory debugging: nothing to switch on here
      case 'p': {
        const Result<uint16_t> port = parse_port(::optarg);
        if (!port) {
          fmt::print(stderr, "rndc: {}\n", port.error().text);
          return std::nullopt;
        }
        request.port = *port;
        break;
      }
      case 'q':
        out.quiet = true;
        break;
      case 'r':
        out.show_result = true;
        break;
      case 's':
        request.server = ::optarg;
        break;
      case 'V':
        out.verbose = true;
        break;
      case 'y':
        request.key_name = ::optarg;
        break;
      default:
        fmt::print(stderr, "rndc: invalid argument -{}\n", static_cast<char>(::optopt));
        print_rndc_usage();
        return std::nullopt;
    }
  }
  if (only_v4 && only_v6) {
    fmt::print(stderr, "rndc: only one of -4 and -6 allowed\n");
    return std::nullopt;
  }
  request.use_v4 = !only_v6;
  request.use_v6 = !only_v4;
  out.words.assign(argv + ::optind, argv + argc);
  if (!out.words.empty()) return out;
  print_rndc_usage();
  return std::nullopt;
}

void print_rndc_diagnostics(const Diagnostics& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.severity == Severity::kError) {
      fmt::print(stderr, "rndc: error: {}\n", to_string(diagnostic));
    } else {
      fmt::print(stderr, "WARNING: {}\n", diagnostic.text);
    }
  }
}

/// As BIND's rndc, whose verdict hangs on whether the server sent words for an error.
int print_reply(const Invocation& invocation, const control::RndcReply& reply) {
  if (reply.error) {
    fmt::print(stderr, "rndc: '{}' failed: {}\n", invocation.words.front(), *reply.error);
    if (!reply.text.empty()) fmt::print(stderr, "{}\n", reply.text);
  } else if (!reply.text.empty() && !invocation.quiet) {
    fmt::print("{}\n", reply.text);
  }
  if (invocation.show_result) fmt::print("{} {}\n", control::result_identifier(reply.result), reply.result);
  return reply.error ? 1 : 0;
}

}  // namespace

int rndc_main(int argc, char** argv) {
  const std::optional<Invocation> invocation = parse_arguments(argc, argv);
  if (!invocation) return 1;
  if (invocation->help) {
    print_rndc_usage();
    return 0;
  }
  const auto note = [&](const std::string& text) {
    if (invocation->verbose) fmt::print(stderr, "{}\n", text);
  };
  const auto failed = [](const Error& error) {
    fmt::print(stderr, "rndc: {}\n", error.text);
    return 1;
  };
  std::string command = invocation->words.front();
  for (size_t i = 1; i < invocation->words.size(); ++i) command += " " + invocation->words[i];
  note(command);
  if (command == "restart") return failed({"'restart' is not implemented"});

  Diagnostics diagnostics;
  const Result<RndcTarget> target = find_target(invocation->request, diagnostics, note);
  print_rndc_diagnostics(diagnostics);
  if (!target) return failed(target.error());
  const Result<control::RndcReply> reply = ask_server(*target, command, note);
  return reply ? print_reply(*invocation, *reply) : failed(reply.error());
}

}  // namespace nomen::tools
