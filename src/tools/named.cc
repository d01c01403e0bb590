#include "tools/named.h"

#include <fmt/format.h>
#include <getopt.h>
#include <openssl/crypto.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>

#include "server/privileges.h"
#include "server/server.h"
#include "server/signals.h"

namespace nomen::tools {

namespace {

constexpr const char* kFlags = "+46A:c:Cd:D:E:fFgL:M:m:n:N:p:sS:t:T:U:u:vVx:X:h";

void print_named_usage(FILE* to, bool as_serve) {
  fmt::print(to,
             "usage: {} [-4|-6] [-c conffile] [-d debuglevel] [-D comment] [-f|-g]\n"
             "             [-L logfile] [-n number_of_workers] [-p port] [-t chrootdir]\n"
             "             [-u username] [-v|-V] [-X lockfile]\n"
             "\n"
             "  -c FILE   configuration (default /etc/bind/named.conf)\n"
             "  -f        stay in the foreground\n"
             "  -g        stay in the foreground and log to standard error\n"
             "  -p PORT   listen on this port instead of the configuration's (53)\n"
             "  -n N      worker threads (default: as many as there are cores)\n"
             "  -u USER   give root's rights up for this user's after opening the sockets\n"
             "  -t DIR    chroot(2) to this directory first\n"
             "  -4, -6    use only IPv4 or only IPv6\n"
             "  -L FILE   log to this file instead of syslog\n"
             "  -X FILE   lock this file, so that a second server ends at once (\"none\": do not)\n"
             "  -d LEVEL  debug level\n"
             "  -v, -V    print the version, with -V what it was built with\n"
             "\n"
             "Accepted and without effect here: -D (a comment for ps), -m, -M (memory debugging), -s, -S, "
             "-T, -U, -E, -A.\n",
             as_serve ? "nomen serve" : "named");
}

void print_version() {
  fmt::print("Nomen {} (answers as BIND's named does) <id:{}>\n", NOMEN_VERSION, NOMEN_VERSION);
}

void print_build() {
  print_version();
  fmt::print("built by g++ {}, for {}\n", __VERSION__,
#if defined(__x86_64__)
             "x86_64"
#else
             "this machine"
#endif
  );
  fmt::print("linked to OpenSSL version: {}\n", OpenSSL_version(OPENSSL_VERSION));
  fmt::print(
      "\ndefault paths:\n  named configuration:  /etc/bind/named.conf\n  rndc configuration:   "
      "/etc/bind/rndc.conf\n"
      "  PID file:             /run/named/named.pid\n");
}

std::optional<unsigned> parse_flag_number(const char* text, unsigned most) {
  unsigned value = 0;
  const char* end = text + std::strlen(text);
  const auto parsed = std::from_chars(text, end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end || value > most) return std::nullopt;
  return value;
}

/// What the flags ask for: options to serve with, or an exit status at once.
struct Parsed {
  server::ServeOptions options;
  std::optional<int> exit_status;
};

Parsed wrong_flag(const std::string& text) {
  fmt::print(stderr, "named: {}\n", text);
  return {{}, 1};
}

Parsed parse_flags(int argc, char** argv, bool as_serve) {
  Parsed parsed;
  server::ServeOptions& options = parsed.options;
  bool only4 = false;
  bool only6 = false;
  optind = 1;
  opterr = 0;
  for (int flag = 0; (flag = ::getopt(argc, argv, kFlags)) != -1;) {
    switch (flag) {
      case '4':
        only4 = true;
        break;
      case '6':
        only6 = true;
        break;
      case 'c':
        options.config_file = optarg;
        break;
      case 'd': {
        const auto level = parse_flag_number(optarg, 1000);
        if (!level) return wrong_flag(fmt::format("-d: a number is expected, not '{}'", optarg));
        options.debug_level = static_cast<int>(*level);
        break;
      }
      case 'f':
        options.foreground = true;
        break;
      case 'g':
        options.foreground = true;
        options.log_to_stderr = true;
        break;
      case 'L':
        options.log_file = optarg;
        break;
      case 'n':
      case 'N': {
        const auto count = parse_flag_number(optarg, 1024);
        if (!count) return wrong_flag(fmt::format("-n: a number up to 1024 is expected, not '{}'", optarg));
        options.workers = *count;
        break;
      }
      case 'p': {
        const bool is_tls = std::strncmp(optarg, "tls=", 4) == 0;
        const bool is_named = is_tls || std::strncmp(optarg, "dns=", 4) == 0;
        const auto port = parse_flag_number(is_named ? optarg + 4 : optarg, 65535);
        if (!port || *port == 0)
          return wrong_flag(fmt::format(
              "-p: a port from 1 to 65535 is expected, or dns=PORT or tls=PORT, not '{}'", optarg));
        (is_tls ? options.tls_port : options.port) = static_cast<uint16_t>(*port);
        break;
      }
      case 'X':
        options.lock_file = optarg;
        break;
      case 't':
        options.root_directory = optarg;
        break;
      case 'u':
        options.user = optarg;
        break;
      case 'v':
        print_version();
        return {{}, 0};
      case 'V':
        print_build();
        return {{}, 0};
      case 'h':
        print_named_usage(stdout, as_serve);
        return {{}, 0};
      case 'A':
      case 'D':
      case 'E':
      case 'm':
      case 'M':
      case 's':
      case 'S':
      case 'T':
      case 'U':
        break;  // nothing here to switch
      case 'C':
      case 'F':
      case 'x':
      default:
        print_named_usage(stderr, as_serve);
        if (optopt != 0) return wrong_flag(fmt::format("unknown option '-{}'", static_cast<char>(optopt)));
        return {{}, 1};
    }
  }
  if (optind < argc) {
    print_named_usage(stderr, as_serve);
    return wrong_flag(fmt::format("extra command line arguments: '{}'", argv[optind]));
  }
  if (only4 && only6) return wrong_flag("only one of -4 and -6 allowed");
  options.families = {!only6, !only4};
  return parsed;
}

}  // namespace

int named_main(int argc, char** argv, bool as_serve) {
  for (int i = 1; i < argc; i++) {
    if (std::strcmp(argv[i], "--help") == 0) {
      print_named_usage(stdout, as_serve);
      return 0;
    }
  }
  Parsed parsed = parse_flags(argc, argv, as_serve);
  if (parsed.exit_status) return *parsed.exit_status;
  server::Background background;
  if (!parsed.options.foreground) {
    if (auto detached = background.detach(); !detached) {
      fmt::print(stderr, "named: {}\n", detached.error().text);
      return 1;
    }
  }
  server::block_signals();
  // With -u all rights go a little later; till then root may make files in that user's directories.
  if (parsed.options.user.empty()) {
    if (auto limited = server::limit_capabilities(); !limited)
      fmt::print(stderr, "named: {}\n", limited.error().text);
  }
  server::Server server(std::move(parsed.options), background);
  return server.run();
}

}  // namespace nomen::tools
