// What a load program counts, and the one JSON object that it prints at its end. One thread.
#pragma once

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <span>
#include <vector>

namespace nomen::bench {

inline uint64_t now_ns() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(t.tv_nsec);
}

// CPU seconds of this process so far.
inline double own_cpu_s() {
  rusage use{};
  getrusage(RUSAGE_SELF, &use);
  auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(use.ru_utime) + seconds(use.ru_stime);
}

class Tally {
 public:
  uint64_t sent = 0;
  uint64_t lost = 0;
  uint64_t stray = 0;
  uint64_t connections = 0;
  uint64_t refused_connections = 0;

  uint64_t answered() const { return answered_; }

  // A response whose query left at sent_ns; at least a header long.
  void answer(std::span<const uint8_t> message, uint64_t sent_ns, uint64_t received_ns) {
    answered_++;
    bytes_ += message.size();
    rcodes_[message[3] & 15]++;
    if ((message[6] | message[7]) != 0) with_answer_++;
    if ((message[8] | message[9]) != 0) with_authority_++;
    if ((message[2] & 2) != 0) truncated_++;
    const uint64_t bucket = (received_ns - sent_ns) / kBucketNs;
    latency_[std::min<uint64_t>(bucket, latency_.size() - 1)]++;
  }

  void print(double seconds, double cpu_s) const {
    auto number = [](uint64_t n) { return static_cast<unsigned long long>(n); };
    std::printf(
        "{\"sent\":%llu,\"answered\":%llu,\"lost\":%llu,\"stray\":%llu,\"seconds\":%.6f,\"qps\":%.1f,",
        number(sent), number(answered_), number(lost), number(stray), seconds,
        static_cast<double>(answered_) / seconds);
    std::printf("\"mean_bytes\":%.1f,\"with_answer\":%llu,\"with_authority\":%llu,\"truncated\":%llu,",
                answered_ == 0 ? 0.0 : static_cast<double>(bytes_) / static_cast<double>(answered_),
                number(with_answer_), number(with_authority_), number(truncated_));
    std::printf(
        "\"connections\":%llu,\"refused_connections\":%llu,\"p50_us\":%.0f,\"p99_us\":%.0f,\"cpu_s\":%.4f,",
        number(connections), number(refused_connections), quantile_us(0.5), quantile_us(0.99), cpu_s);
    std::printf("\"rcodes\":{");
    const char* comma = "";
    for (size_t code = 0; code < rcodes_.size(); code++) {
      if (rcodes_[code] == 0) continue;
      std::printf("%s\"%zu\":%llu", comma, code, number(rcodes_[code]));
      comma = ",";
    }
    std::printf("}}\n");
  }

 private:
  static constexpr uint64_t kBucketNs = 4000;

  double quantile_us(double part) const {
    const auto wanted = static_cast<uint64_t>(part * static_cast<double>(answered_));
    uint64_t seen = 0;
    for (size_t bucket = 0; bucket < latency_.size(); bucket++) {
      seen += latency_[bucket];
      if (seen > wanted) return static_cast<double>(bucket * kBucketNs) / 1000;
    }
    return 0;
  }

  uint64_t answered_ = 0;
  uint64_t bytes_ = 0;
  uint64_t with_answer_ = 0;
  uint64_t with_authority_ = 0;
  uint64_t truncated_ = 0;
  std::array<uint64_t, 16> rcodes_{};
  // The last bucket holds whatever took longer than a quarter of a second.
  std::vector<uint32_t> latency_ = std::vector<uint32_t>(1 << 16);
};

}  // namespace nomen::bench
