// How fast a master file is parsed, with nothing done to the records: MB/s and records/s, wall and CPU time.
//   bench_master_file FILE ORIGIN [THREADS [ROUNDS]]
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "base/os/file.h"
#include "dns/master_file.h"

namespace {

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

int run(const char* path, const char* origin, unsigned threads, int rounds) {
  nomen::dns::MasterFileOptions options;
  options.threads = threads;
  const auto name = nomen::dns::Name::parse(origin);
  const auto stamp = nomen::os::file_stamp(path);
  if (!name || !stamp) return 1;
  options.origin = *name;
  const double megabytes = static_cast<double>(stamp->size) / 1e6;
  for (int round = 0; round < rounds; round++) {
    uint64_t rdata_bytes = 0;
    const auto began = std::chrono::steady_clock::now();
    const double cpu_began_s = cpu_seconds();
    const auto summary =
        nomen::dns::read_master_file(path, options, [&](const nomen::dns::RecordBatch& batch) {
          for (const auto& record : batch.records) rdata_bytes += record.rdata_size;
        });
    const double cpu_s = cpu_seconds() - cpu_began_s;
    const double wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    if (!summary) {
      std::fprintf(stderr, "%s\n", summary.error().text.c_str());
      return 1;
    }
    for (const auto& diagnostic : summary->diagnostics)
      std::fprintf(stderr, "%s\n", to_string(diagnostic).c_str());
    const auto records = static_cast<double>(summary->records);
    std::printf(
        "{\"threads\": %u, \"records\": %.0f, \"rdata_bytes\": %llu, \"errors\": %llu, \"wall_s\": %.4f, "
        "\"cpu_s\": %.4f, \"mb_per_s\": %.0f, \"mb_per_cpu_s\": %.0f, \"cpu_ns_per_record\": %.1f}\n",
        threads, records, static_cast<unsigned long long>(rdata_bytes),
        static_cast<unsigned long long>(summary->errors), wall_s, cpu_s, megabytes / wall_s,
        megabytes / cpu_s, cpu_s * 1e9 / records);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: %s FILE ORIGIN [THREADS [ROUNDS]]\n", argv[0]);
    return 2;
  }
  return run(argv[1], argv[2], argc > 3 ? static_cast<unsigned>(std::atoi(argv[3])) : 1,
             argc > 4 ? std::atoi(argv[4]) : 3);
}
