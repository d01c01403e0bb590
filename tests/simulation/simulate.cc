// Runs primaries, secondaries and clients from seeds, and says which seeds break a promise:
//   an update that was acknowledged is never lost; all secondaries converge; a secondary never serves a mix
//   of two versions, nor one that the primary never had; nothing is served beyond its expiry.
// A seed that fails is the bug report: `simulate --seed N --runs 1` plays it again, event by event.
#include <fmt/format.h>

#include <charconv>
#include <cstring>
#include <memory>
#include <string>

#include "primary.h"
#include "secondary.h"
#include "update/request_for_test.h"
#include "world.h"

namespace nomen::simulation {
namespace {

constexpr int64_t kQuiet = 300 * kSecond;  ///< after which all must be the same
constexpr unsigned kSecondaries = 3;
constexpr unsigned kClients = 4;
constexpr unsigned kOldNames = 40;

zone::ContentPtr first_version() {
  std::string text = "@ 60 SOA ns host 1 10 5 60 30\n@ 60 NS ns\nns 60 A 192.0.2.1\n";
  for (unsigned i = 0; i < kOldNames; i++) text += fmt::format("old{} 60 A 192.0.2.{}\n", i, i + 1);
  return zone::content_of(text, "example.");
}

class Simulation {
 public:
  /// `storm_us`: how long everything breaks.
  Simulation(uint64_t seed, int64_t storm_us)
      : storm_us_(storm_us),
        random_(seed * 2654435761U + 1),
        network_(events_, random_),
        facts_(events_),
        primary_(events_, network_, facts_, seed + 1, first_version(), kSecondaries,
                 [this](size_t to, std::vector<uint8_t> message) {
                   network_.datagram(
                       [this, to, message = std::move(message)] { secondaries_[to]->take_notify(message); });
                 }) {
    for (size_t i = 0; i < kSecondaries; i++)
      secondaries_.push_back(
          std::make_unique<SecondaryServer>(events_, network_, facts_, seed * 31 + i, i, primary_));
  }

  void let_disk_lie() { primary_.let_disk_lie(); }
  void ignore_serials() {
    for (const auto& secondary : secondaries_) secondary->ignore_serials();
  }
  uint64_t steps() const { return events_.steps(); }

  const Facts& run() {
    const int64_t begin = events_.now();
    end_of_storm_ = begin + storm_us_;
    primary_.start();
    for (const auto& secondary : secondaries_) secondary->start();
    for (unsigned i = 0; i < kClients; i++) next_update(i);
    trouble();
    write_files();
    watch();
    events_.run_until(end_of_storm_);
    network_.heal();
    events_.run_until(begin + storm_us_ + kQuiet);
    check_end();
    return facts_;
  }

 private:
  bool storms() const { return events_.now() < end_of_storm_; }

  /// A client sends an update, again and again until it has an answer, and then thinks of another one.
  void next_update(unsigned client) {
    events_.after(random_.below(400) * kMillisecond, [this, client] {
      if (!storms()) return;
      const bool removes = random_.below(12) == 0 && old_names_ < kOldNames;
      const std::string name =
          removes ? fmt::format("old{}", old_names_++) : fmt::format("new{}", new_names_++);
      const std::string line = removes ? "delete " + name : "add " + name + " 60 A 192.0.2.77";
      send(client, update::message_for_test("example.", line), name + ".example.", !removes, 0);
    });
  }

  void send(unsigned client, std::vector<uint8_t> message, const std::string& name, bool adds,
            unsigned tries) {
    const auto answered = std::make_shared<bool>(false);
    network_.datagram([this, message, name, adds, answered, client] {
      primary_.take_update(message, [this, name, adds, answered, client](dns::Rcode rcode) {
        network_.datagram([this, name, adds, answered, client, rcode] {
          if (rcode == dns::Rcode::kNoError) facts_.acknowledged(name, adds);
          if (std::exchange(*answered, true)) return;
          next_update(client);
        });
      });
    });
    events_.after(kSecond, [this, client, message, name, adds, tries, answered] {
      if (*answered) return;
      *answered = true;
      tries < 4 && storms() ? send(client, message, name, adds, tries + 1) : next_update(client);
    });
  }

  /// The power fails, here and there, for a moment or until zones expire.
  void trouble() {
    events_.after(500 * kMillisecond + random_.below(9'000) * kMillisecond, [this] {
      if (!storms()) return;
      const int64_t dark = random_.below(8) == 0 ? 20 * kSecond + random_.below(70) * kSecond
                                                 : random_.below(3'000) * kMillisecond;
      if (const uint32_t who = random_.below(kSecondaries + 2); who < kSecondaries) {
        SecondaryServer& server = *secondaries_[who];
        if (server.is_up()) {
          server.crash();
          events_.after(dark, [&server] { server.start(); });
        }
      } else if (primary_.is_up()) {
        primary_.crash();
        events_.after(dark, [this] { primary_.start(); });
      }
      trouble();
    });
  }

  void write_files() {
    events_.after(random_.below(20'000) * kMillisecond, [this] {
      primary_.write_file();
      write_files();
    });
  }

  void watch() {
    events_.after(kSecond / 2, [this] {
      for (const auto& secondary : secondaries_) secondary->check();
      watch();
    });
  }

  void check_end() {
    if (!primary_.is_up()) return facts_.fail("the primary is down in the end");
    facts_.check_promises("the primary", *primary_.served());
    for (const auto& secondary : secondaries_) {
      if (secondary->served() == nullptr) {
        facts_.fail(secondary->name() + " serves nothing in the end");
      } else if (!(secondary->served()->serial() == primary_.served()->serial())) {
        facts_.fail(fmt::format("{} has serial {} in the end, the primary {}", secondary->name(),
                                secondary->served()->serial().value, primary_.served()->serial().value));
      } else {
        facts_.check_promises(secondary->name(), *secondary->served());
      }
    }
  }

  const int64_t storm_us_;
  Events events_;
  FastRandom random_;
  Network network_;
  Facts facts_;
  Primary primary_;
  std::vector<std::unique_ptr<SecondaryServer>> secondaries_;
  int64_t end_of_storm_ = 0;
  unsigned new_names_ = 0;
  unsigned old_names_ = 0;
};

struct Options {
  uint64_t seed = 1;
  uint64_t runs = 20;
  uint64_t storm_s = 120;
  bool disk_lies = false;
  bool serials_ignored = false;
  bool quiet = false;
};

constexpr const char* kHelp =
    "usage: simulate [--seed N] [--runs M] [--storm SECONDS] [--disk-lies] [--serials-ignored] [--quiet]\n\n"
    "Plays M simulations, from seed N on: a primary that takes updates, three secondaries, four clients, a\n"
    "network that loses, doubles and delays, disks that lose what was not synced. Ends with 1 when a "
    "promise\n"
    "was broken, and names the seeds.\n\n"
    "  --storm       for so long (of the simulation's time, default 120) everything breaks; then all must "
    "heal\n"
    "  --disk-lies   the primary's disk says that it has synced when it has not: every seed with a crash at "
    "the\n"
    "                wrong moment must fail, or the simulation sees nothing\n"
    "  --serials-ignored  the secondaries take every serial for their own: every seed must fail\n";

bool number_of(const char* text, uint64_t& number) {
  const auto [end, error] = std::from_chars(text, text + std::strlen(text), number);
  return error == std::errc() && *end == '\0';
}

/// False when the words are none of ours.
bool parse(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; i++) {
    const std::string_view word = argv[i];
    if (word == "--disk-lies") {
      options.disk_lies = true;
    } else if (word == "--serials-ignored") {
      options.serials_ignored = true;
    } else if (word == "--storm" && i + 1 < argc) {
      if (!number_of(argv[++i], options.storm_s)) return false;
    } else if (word == "--quiet") {
      options.quiet = true;
    } else if (word == "--seed" && i + 1 < argc) {
      if (!number_of(argv[++i], options.seed)) return false;
    } else if (word == "--runs" && i + 1 < argc) {
      if (!number_of(argv[++i], options.runs)) return false;
    } else {
      return false;
    }
  }
  return true;
}

int run(const Options& options) {
  uint64_t failed = 0;
  uint64_t steps = 0;
  for (uint64_t seed = options.seed; seed < options.seed + options.runs; seed++) {
    Simulation simulation(seed, static_cast<int64_t>(options.storm_s) * kSecond);
    if (options.disk_lies) simulation.let_disk_lie();
    if (options.serials_ignored) simulation.ignore_serials();
    const Facts& facts = simulation.run();
    steps += simulation.steps();
    if (!options.quiet)
      fmt::print("seed {}: {} versions, {} updates acknowledged{}\n", seed, facts.versions(),
                 facts.promises(), facts.failures().empty() ? "" : ", broken:");
    constexpr size_t kMostShown = 5;
    for (size_t i = 0; i < facts.failures().size() && i < kMostShown && !options.quiet; i++)
      fmt::print("  {}\n", facts.failures()[i]);
    failed += facts.failures().empty() ? 0 : 1;
  }
  fmt::print("{} of {} runs kept all promises, in {} steps\n", options.runs - failed, options.runs, steps);
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace nomen::simulation

int main(int argc, char** argv) {
  nomen::simulation::Options options;
  if (!nomen::simulation::parse(argc, argv, options)) {
    fmt::print(stderr, "{}", nomen::simulation::kHelp);
    return 2;
  }
  return nomen::simulation::run(options);
}
