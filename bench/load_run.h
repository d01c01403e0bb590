// What the load programs have in common: the options that all of them take, the server's address, the clock
// of a run, and what main() does. One thread. See bench/queries.h and bench/tally.h for the queries and the
// counting.
#pragma once

#include <arpa/inet.h>
#include <getopt.h>
#include <netinet/in.h>
#include <sys/prctl.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "queries.h"
#include "tally.h"

namespace nomen::bench {

struct LoadOptions {
  std::string server = "127.0.0.1";
  int port = 0;
  std::string queries;
  double seconds = 1;
  size_t window = 32;
  Edns edns = Edns::none;
  uint64_t timeout_ms = 1000;

  sockaddr_in address() const {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(port));
    if (inet_pton(AF_INET, server.c_str(), &to.sin_addr) != 1)
      throw std::runtime_error("no IPv4 address: " + server);
    return to;
  }
};

// A number of at least one.
inline size_t count_of(const char* text) {
  return std::max<size_t>(1, std::strtoull(text, nullptr, 10));
}

// Reads the command line: the options of all load programs into `common`, the letters of `own` by
// take(letter).
template <class Take>
void read_options(int argc, char** argv, LoadOptions& common, std::vector<option> own, Take&& take) {
  std::vector<option> words = {{"server", 1, nullptr, 's'},  {"port", 1, nullptr, 'p'},
                               {"queries", 1, nullptr, 'f'}, {"seconds", 1, nullptr, 'l'},
                               {"window", 1, nullptr, 'w'},  {"edns", 0, nullptr, 'e'},
                               {"dnssec", 0, nullptr, 'd'},  {"timeout-ms", 1, nullptr, 't'}};
  words.insert(words.end(), own.begin(), own.end());
  words.push_back({nullptr, 0, nullptr, 0});
  for (int letter; (letter = getopt_long(argc, argv, "", words.data(), nullptr)) != -1;) {
    switch (letter) {
      case 's':
        common.server = optarg;
        break;
      case 'p':
        common.port = std::atoi(optarg);
        break;
      case 'f':
        common.queries = optarg;
        break;
      case 'l':
        common.seconds = std::atof(optarg);
        break;
      case 'w':
        common.window = count_of(optarg);
        break;
      case 'e':
        common.edns = Edns::plain;
        break;
      case 'd':
        common.edns = Edns::with_do;
        break;
      case 't':
        common.timeout_ms = std::strtoull(optarg, nullptr, 10);
        break;
      case '?':
        throw std::runtime_error("see the top of the program's source for its options");
      default:
        take(letter);
    }
  }
  if (common.port == 0 || common.queries.empty()) throw std::runtime_error("--port and --queries are needed");
}

// The clock of a run, and when it is time to look for queries that were lost.
class RunClock {
 public:
  explicit RunClock(const LoadOptions& options)
      : start_ns(now_ns()),
        end_ns(start_ns + static_cast<uint64_t>(options.seconds * 1e9)),
        timeout_ns(options.timeout_ms * 1'000'000),
        swept_ns_(start_ns) {
    prctl(PR_SET_TIMERSLACK, 1000, 0, 0, 0);
  }

  const uint64_t start_ns;
  const uint64_t end_ns;
  const uint64_t timeout_ns;

  // Every 50 ms.
  bool is_time_to_sweep(uint64_t now) {
    if (now - swept_ns_ <= 50'000'000) return false;
    swept_ns_ = now;
    return true;
  }
  // What left before this is lost.
  uint64_t lost_before(uint64_t now) const { return now > timeout_ns ? now - timeout_ns : 0; }

 private:
  uint64_t swept_ns_;
};

// On a timer rather than in poll, so that the server does not pay for waking us.
inline void nap(uint64_t us) {
  const timespec t{0, static_cast<long>(us * 1000)};
  clock_nanosleep(CLOCK_MONOTONIC, 0, &t, nullptr);
}

// What main() does: run(), and a line on stderr and status 2 for whatever it throws.
template <class Run>
int run_program(const char* name, Run&& run) {
  try {
    run();
    return 0;
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "%s: %s\n", name, problem.what());
    return 2;
  }
}

}  // namespace nomen::bench
