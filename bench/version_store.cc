// How fast the store of versions takes changes of one record, and at what cost to its thread.
//
//   bench_version_store FILE [IN_FLIGHT [ROWS [ZONES]]]
//
// FILE is made anew, on the disk that is to be measured. IN_FLIGHT rows (128) wait for the disk at any time,
// each followed by the next of its zone when it is acknowledged; ROWS (200000) in all, over ZONES (1). Prints
// one JSON object: rows a second, the latency of a row, CPU time of the process for a row, octets of disk for
// a row.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "store/sqlite_store.h"
#include "store/version_for_test.h"

namespace nomen {
namespace {

double clock_us(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

struct Run {
  store::VersionStore& store;
  std::vector<store::ZoneId> zones;
  size_t in_flight;
  size_t rows;
  std::mutex mutex;
  std::condition_variable arrived;
  std::vector<double> acknowledged;  // when they were sent
  std::vector<double> latencies_us;
};

void send(Run& run, store::Version version) {
  const double sent_us = clock_us(CLOCK_MONOTONIC);
  std::vector<store::Version> one;
  one.push_back(std::move(version));
  run.store.append(std::move(one), [&run, sent_us](const Result<void>& done) {
    if (!done) {
      std::fprintf(stderr, "%s\n", done.error().text.c_str());
      std::_Exit(1);
    }
    const std::lock_guard lock(run.mutex);
    run.acknowledged.push_back(clock_us(CLOCK_MONOTONIC) - sent_us);
    if (run.acknowledged.size() == 1) run.arrived.notify_one();
  });
}

/// Keeps IN_FLIGHT rows on their way. Returns the CPU time of this thread.
double drive(Run& run) {
  const double cpu_us = clock_us(CLOCK_THREAD_CPUTIME_ID);
  // A few versions are made before: what is measured is the store.
  std::vector<uint32_t> serials(run.zones.size(), 1);
  size_t sent = 0;
  const auto send_next = [&] {
    const size_t zone = sent++ % run.zones.size();
    send(run, store::version_of(run.zones[zone], serials[zone], serials[zone] + 1));
    serials[zone]++;
  };
  while (sent < std::min(run.in_flight, run.rows)) send_next();
  while (run.latencies_us.size() < run.rows) {
    std::vector<double> arrived;
    {
      std::unique_lock lock(run.mutex);
      run.arrived.wait(lock, [&] { return !run.acknowledged.empty(); });
      std::swap(arrived, run.acknowledged);
    }
    for (const double latency : arrived) {
      run.latencies_us.push_back(latency);
      if (sent < run.rows) send_next();
    }
  }
  return clock_us(CLOCK_THREAD_CPUTIME_ID) - cpu_us;
}

int measure(const std::string& path, size_t in_flight, size_t rows, size_t zone_count) {
  for (const char* end : {"", "-wal", "-shm", ".lock"}) std::filesystem::remove(path + end);
  auto opened = store::SqliteStore::open(path);
  if (!opened) {
    std::fprintf(stderr, "%s\n", opened.error().text.c_str());
    return 1;
  }
  std::vector<store::ZoneName> names(zone_count);
  for (size_t i = 0; i < zone_count; i++)
    names[i].apex = store::name_of("z" + std::to_string(i) + ".example.com.");
  Run run{**opened, *(*opened)->zone_ids(names), in_flight, rows, {}, {}, {}, {}};
  const double wall_us = clock_us(CLOCK_MONOTONIC);
  const double cpu_us = clock_us(CLOCK_PROCESS_CPUTIME_ID);
  const double driver_us = drive(run);
  const double took_us = clock_us(CLOCK_MONOTONIC) - wall_us;
  const double store_us = clock_us(CLOCK_PROCESS_CPUTIME_ID) - cpu_us - driver_us;
  opened->reset();
  std::sort(run.latencies_us.begin(), run.latencies_us.end());
  const auto count = static_cast<double>(rows);
  const double bytes = static_cast<double>(std::filesystem::file_size(path)) / count;
  std::printf(
      "{\"in_flight\": %zu, \"zones\": %zu, \"rows\": %zu, \"rows_a_second\": %.0f, \"latency_us\": "
      "{\"p50\": %.0f, \"p99\": %.0f, \"max\": %.0f}, \"writer_cpu_us\": %.2f, \"caller_cpu_us\": %.2f, "
      "\"disk_bytes\": %.1f}\n",
      in_flight, zone_count, rows, count / took_us * 1e6, run.latencies_us[rows / 2],
      run.latencies_us[rows - 1 - rows / 100], run.latencies_us.back(), store_us / count, driver_us / count,
      bytes);
  return 0;
}

}  // namespace
}  // namespace nomen

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s FILE [IN_FLIGHT [ROWS [ZONES]]]\n", argv[0]);
    return 2;
  }
  const auto number = [&](int at, size_t otherwise) {
    return argc > at ? std::strtoull(argv[at], nullptr, 10) : otherwise;
  };
  return nomen::measure(argv[1], number(2, 128), number(3, 200000), number(4, 1));
}
